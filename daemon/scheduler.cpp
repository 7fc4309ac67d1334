// SPDX-License-Identifier: Apache-2.0
#include "daemon/scheduler.h"

#include <algorithm>

namespace upselld::daemon {
namespace {

// Beyond it "many" says as much.
constexpr int kPassedMax = 1'000;

}  // namespace

const char* to_text(JobKind kind) {
  return kind == JobKind::train ? "train" : "sync";
}

void Scheduler::add(const std::string& connection, JobKind kind, const Schedule& schedule,
                    Instant last) {
  const Instant due = last.is_missing() ? last : next_occurrence(schedule, last, zone_);
  entries_.push_back({connection, kind, schedule, due});
}

std::optional<Instant> Scheduler::next() const {
  std::optional<Instant> earliest;
  for (const Entry& entry : entries_) {
    if (!earliest || entry.due < *earliest) earliest = entry.due;
  }
  return earliest;
}

std::vector<DueJob> Scheduler::take(Instant now) {
  std::vector<DueJob> due;
  for (Entry& entry : entries_) {
    if (entry.due > now) continue;
    DueJob job{entry.connection, entry.kind, entry.due, 0};
    const Instant after = next_occurrence(entry.schedule, now, zone_);
    if (!entry.due.is_missing()) {
      Instant at = next_occurrence(entry.schedule, entry.due, zone_);
      for (; at <= now && job.passed < kPassedMax; ++job.passed) {
        at = next_occurrence(entry.schedule, at, zone_);
      }
    }
    entry.due = after;
    due.push_back(std::move(job));
  }
  return due;
}

void Scheduler::again(const DueJob& job, Instant at) {
  for (Entry& entry : entries_) {
    const bool is_it = entry.connection == job.connection && entry.kind == job.kind;
    if (is_it) entry.due = std::min(entry.due, at);
  }
}

}  // namespace upselld::daemon
