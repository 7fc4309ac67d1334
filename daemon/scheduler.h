// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/schedule.h"

namespace upselld::daemon {

enum class JobKind { sync, train };
const char* to_text(JobKind kind);

// How much later than its schedules say a connection begins: whole seconds below `most`, always the
// same for one instance and connection, so that installations do not all ask a CRM at once.
Duration delay_of(const std::string& instance, const std::string& connection, Duration most);

// A job whose time has come.
struct DueJob {
  std::string connection;
  JobKind kind = JobKind::sync;
  Instant at;      // when it was due
  int passed = 0;  // scheduled times after that one, up to now: they are passed over, not made up
};

// When which connection is synced and trained. Knows no clock: it is told the time. A time that was
// missed while nothing ran is due once, at once; and a clock that is set back doubles nothing.
class Scheduler {
 public:
  explicit Scheduler(TimeZone zone) : zone_(std::move(zone)) {}

  // The first time is the one after `last`, when the job last began; missing: at once. Every time
  // comes `delay` after the one that the schedule says.
  void add(const std::string& connection, JobKind kind, const Schedule& schedule, Instant last,
           Duration delay = {});
  // The earliest time of all; nothing: there is no job.
  std::optional<Instant> next() const;
  // All that is due by `now`, in the order in which they were added; each waits for its first
  // scheduled time after `now`.
  std::vector<DueJob> take(Instant now);
  // A job that could not begin is due again at `at`, unless its next scheduled time is sooner.
  void again(const DueJob& job, Instant at);
  // A job that needs another of its connection is due with that one's next time, not sooner.
  void join(const std::string& connection, JobKind kind, JobKind with);
  bool is_due(const std::string& connection, JobKind kind, Instant now) const;
  // What is due by `now`, or again later: new schedules would not know of it.
  std::vector<DueJob> pending(Instant now) const;

 private:
  struct Entry {
    std::string connection;
    JobKind kind = JobKind::sync;
    Schedule schedule;
    Duration delay;
    Instant due;
    bool is_again = false;
  };
  Entry* find(const std::string& connection, JobKind kind);
  Instant next_of(const Entry& entry, Instant after) const;

  TimeZone zone_;
  std::vector<Entry> entries_;
};

}  // namespace upselld::daemon
