// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "core/result.h"

namespace upselld::daemon {

using Counts = std::map<std::string, std::int64_t>;

// What one connection brought in this run.
struct PullReport {
  std::string connection;
  Counts records;  // by stream: read in this run
  std::int64_t new_records = 0, changed = 0, deleted = 0, merged = 0;
  std::int64_t waiting = 0;          // records whose account is not known yet, in all
  std::int64_t without_account = 0;  // rows whose account is empty: not kept
  std::int64_t row_problems = 0;
  std::vector<std::string> problems;  // the first few, with place
  std::int64_t api_calls = 0;
  std::optional<ErrorKind> broken;  // why it could not be read to its end
  bool out_of_calls = false;
  double seconds = 0;
};

// An item that a CRM refused.
struct RejectedItem {
  std::string account, name, what, code, message, field;
};

// A stop because no call was left: what was read is kept, and a later sync goes on from there.
struct OutOfCalls {
  std::vector<std::string> unread;  // streams that were not read to their end
  std::string why;
  Instant goes_on_at = Instant::missing();
  std::int64_t reads_left = 0, writes_left = 0;  // today
};
struct ConnectionReport;
// " --connection NAME" where commands have to say it.
std::string connection_option(const ConnectionReport& report);
// One line: what was not read, how many calls are left, when it goes on.
std::string to_text(const OutOfCalls& stop);

// What a run did for one connection that brings accounts.
struct ConnectionReport {
  std::string connection;
  bool several = false;  // others bring accounts too: commands have to name this one
  std::string write;     // nothing, fields, fields_and_tasks
  std::int64_t accounts = 0, scored = 0;
  Counts not_scored;
  std::string model_version;
  std::string decided_by;  // the run whose decisions stand; empty: this one
  Counts bands, bands_before, segments, held;
  std::int64_t changed = 0, unchanged = 0, crossed = 0, actions = 0, approvals = 0;
  std::int64_t fields_due = 0, tasks_due = 0;  // those of earlier runs included
  std::int64_t fields = 0, tasks = 0, withdrawn = 0, rejected = 0, deferred = 0, unknown = 0;
  std::int64_t kept_fields = 0;  // fields that people had edited
  std::int64_t kept_tasks = 0;   // that were to be withdrawn, and people have touched
  std::int64_t api_calls = 0;
  std::vector<RejectedItem> rejected_items;
  std::vector<std::string> notes;           // what a person should know: one sentence each
  std::vector<std::string> account_notes;   // the same about single accounts: shown, never stored
  std::string train_json;                   // the object of `train`, if this run trained
  std::optional<std::string> held_because;  // a brake that stopped the writing
  std::optional<OutOfCalls> out_of_calls;
  std::optional<std::string> failed;
  ErrorKind failed_kind = ErrorKind::io;   // where it failed
  std::optional<bool> model_publishable;   // of the model that this run trained
  std::optional<std::string> model_waits;  // version of one that a person may publish; empty: none
  bool came_to_training = false;           // whether or not it was to train
  bool stopped = false;                    // by a signal; what is due waits for the next run
  bool paused = false;                     // something is due, and writing is paused
  std::map<std::string, double> seconds;
};

struct RunReport {
  std::string run_id;
  std::string status = "done";  // done, held, failed
  std::string config, now_text;
  std::vector<std::string> took_part;  // every connection that the run was of
  std::vector<PullReport> pulls;
  std::vector<ConnectionReport> connections;
  std::vector<std::string> notes;
  std::map<std::string, double> seconds;
  std::int64_t audit_entries = 0;
  std::string audit_head;
  bool dry_run = false;
  bool pull_only = false;
  bool incomplete = false;  // a connection that brings events only could not be read

  // 0, 1 or 3: see commands.h.
  int exit_code() const;
};

// The document of `sync --json`, indented by two blanks.
std::string to_json(const RunReport& report);
// What the store keeps of a run: nothing in it names an account, which may be forgotten.
std::string stored_json(RunReport report);
// What a person reads, in the manner of the examples.
std::string to_text(const RunReport& report);

}  // namespace upselld::daemon
