// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "daemon/run_report.h"

namespace upselld::daemon {

// What somebody is told of without asking.
enum class CauseKind {
  connection_broken,
  run_held,
  model_refused,
  model_waits,
  rows_rejected,
  runs_missed
};
const char* to_text(CauseKind kind);

// Whether a cause holds for one connection, as a run found out. What a run could not find out it
// says nothing of, and all stays as it was.
struct Finding {
  CauseKind kind = CauseKind::connection_broken;
  std::string connection;  // empty: all of them
  bool holds = false;
  std::string text;  // where it holds: one sentence, without names of accounts and texts of a CRM
};

// Of one run; `error` is a run that failed as a whole.
std::vector<Finding> findings_of(const RunReport& report);
std::vector<Finding> findings_of(const std::string& connection, const Error& error);

// One message that is due: a cause that began, or one that is over.
struct Notice {
  CauseKind kind = CauseKind::connection_broken;
  std::string connection;
  bool is_over = false;
  Instant since;
  std::string text;
};

// Which causes hold and who heard of them, in STATE/notices.json: each is told once when it begins
// and once when it is over, through restarts too. What could not be sent stays due. Used by whoever
// has the right to write into the state directory.
class Notices {
 public:
  // No file yet: nothing holds. A damaged one is begun anew: at worst something is told twice.
  static Notices open(const std::filesystem::path& state_directory);

  void note(const std::vector<Finding>& findings, Instant now);
  // Causes of connections that the settings no longer have are dropped.
  void keep_only(const std::vector<std::string>& connections);
  // Oldest first.
  std::vector<Notice> due() const;
  void sent(const Notice& notice);
  // What holds now.
  std::vector<Notice> open_causes() const;

  Result<void> save() const;

 private:
  struct Entry {
    Notice notice;
    bool is_told = false;  // of its beginning
  };
  explicit Notices(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::vector<Entry> entries_;
};

}  // namespace upselld::daemon
