// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Transaction;

enum class RunKind { sync, plan, apply, undo, train };
enum class RunStatus { running, done, held, failed };
const char* to_text(RunKind kind);
const char* to_text(RunStatus status);

struct Run {
  std::string id;  // made by the daemon
  RunKind kind = RunKind::sync;
  RunStatus status = RunStatus::running;
  Instant as_of;
  Instant started_at;
  Instant finished_at = Instant::missing();
  std::string summary;  // JSON; what it holds is the daemon's
};

// Every run that was begun, and how it ended. Written inside the caller's transaction, read from
// any connection.
class Runs {
 public:
  explicit Runs(Database& database) : database_(database) {}

  // An id that was begun before is invalid_config: run ids are never reused.
  Result<void> begin(Transaction& transaction, const Run& run);
  // `status` is not `running`. An unknown id is not_found; finishing again replaces what was there.
  Result<void> finish(Transaction& transaction, const std::string& id, RunStatus status,
                      const std::string& summary, Instant at);

  // Newest first, at most `count_max`; of one kind when given.
  Result<std::vector<Run>> list(std::size_t count_max, std::optional<RunKind> kind = {}) const;
  // Newest first, at most `count_max` of one kind, until `visit` says false: for who cannot know
  // how far back he has to look.
  Result<void> walk(RunKind kind, std::size_t count_max,
                    const std::function<bool(const Run&)>& visit) const;
  // The newest finished run of that kind, or nothing.
  Result<std::optional<Run>> last(RunKind kind) const;
  Result<std::optional<Run>> find(const std::string& id) const;
  // How many of each kind there were of all time, by how they ended.
  Result<std::map<RunKind, std::map<RunStatus, std::uint64_t>>> counts() const;
  // Runs that were begun and never finished: the process ended in between. Oldest first.
  Result<std::vector<Run>> unfinished() const;

  // Drops runs that began before that, with what is noted of their plans: at most so many, of those
  // after `place`, which it moves on; begin with 0. Kept are unfinished ones and the last of a
  // kind.
  Result<Pruned> prune(Transaction& transaction, Instant before, std::size_t rows_max,
                       std::int64_t& place);

 private:
  Database& database_;
};

}  // namespace upselld::store
