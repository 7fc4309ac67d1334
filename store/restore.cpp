// SPDX-License-Identifier: Apache-2.0
#include "store/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

#include "core/kill_point.h"
#include "store/sql.h"

namespace upselld::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLog = "-wal";
constexpr const char* kJournal = "-journal";
// What SQLite keeps beside a file.
constexpr const char* kBeside[] = {kLog, kJournal, "-shm"};
// Pages are read in less.
constexpr int kLooksMax = 100;
constexpr std::chrono::milliseconds kLookAgain(100);

fs::path beside(const fs::path& store, const char* tail) {
  return store.string() + tail;
}

bool has_bytes(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) && fs::file_size(path, ignored) > 0;
}

Error failed(const char* doing, const fs::path& path, const std::error_code& why) {
  return {ErrorKind::io, fmt::format("{} {}: {}", doing, path.string(), why.message()), {}};
}

void remove_store(const fs::path& store) {
  std::error_code ignored;
  fs::remove(store, ignored);
  for (const char* tail : kBeside) fs::remove(beside(store, tail), ignored);
}

// A file or a folder.
Result<void> flush(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_flushed = file >= 0 && ::fsync(file) == 0;
  const std::error_code why(errno, std::generic_category());
  if (file >= 0) ::close(file);
  if (is_flushed) return {};
  return failed("flush", path, why);
}

// Brings all of a store into its one file, which nobody else has open then: SQLite refuses this
// while somebody has, and does not wait. No store of ours, or a damaged one: it stays as it is.
Result<void> fold_log(const fs::path& store) {
  const std::string doing = "close store " + store.string();
  for (int looks = 1;; ++looks) {
    const auto folded = guarded(doing.c_str(), [&] {
      SQLite::Database sql(store.string(), SQLite::OPEN_READWRITE);
      sql.execAndGet("PRAGMA journal_mode = DELETE");
    });
    if (folded || folded.error().kind == ErrorKind::corrupt) return {};
    if (folded.error().kind != ErrorKind::busy) return folded.error();
    if (looks == kLooksMax) {
      return Error{ErrorKind::busy, doing + ": somebody reads it: try again, or stop them", {}};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

// A second name for the same bytes: at once, and without a second time their space. Where the file
// system has no such names, a copy.
Result<void> keep_as(const fs::path& file, const fs::path& kept) {
  if (::link(file.c_str(), kept.c_str()) == 0) return {};
  const std::error_code why(errno, std::generic_category());
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK) {
    return failed("keep", kept, why);
  }
  std::error_code failure;
  if (!fs::copy_file(file, kept, failure)) return failed("copy to", kept, failure);
  return flush(kept);
}

// Logs are there of damaged stores only, or where a store was taken away without its log: beside
// another store they would be read as its own.
Result<void> set_logs_aside(const fs::path& store, const fs::path& aside) {
  for (const char* tail : {kLog, kJournal}) {
    if (!has_bytes(beside(store, tail))) continue;
    if (auto kept = keep_as(beside(store, tail), beside(aside, tail)); !kept) return kept;
  }
  std::error_code ignored;
  for (const char* tail : kBeside) fs::remove(beside(store, tail), ignored);
  return {};
}

}  // namespace

Result<Database> open_copy(const fs::path& source, const fs::path& target) {
  remove_store(target);
  const fs::path before = target.string() + ".before-" + std::to_string(newest_version());
  std::error_code ignored;
  fs::remove(before, ignored);
  std::error_code failure;
  fs::copy_file(source, target, failure);
  // A store that was taken away has its newest commits there.
  if (!failure && has_bytes(beside(source, kLog))) {
    fs::copy_file(beside(source, kLog), beside(target, kLog), failure);
  }
  if (failure) {
    remove_store(target);
    return failed("copy to", target, failure);
  }
  auto opened = Database::open(target, OpenMode::upgrade);
  // What it was before the upgrade is the source itself.
  fs::remove(before, ignored);
  if (!opened) remove_store(target);
  return opened;
}

Result<bool> replace_store(const fs::path& incoming, const fs::path& target,
                           const fs::path& aside) {
  std::error_code failure;
  const bool stood_there = fs::exists(target, failure);
  if (auto folded = fold_log(incoming); !folded) return folded.error();
  if (auto flushed = flush(incoming); !flushed) return flushed.error();
  kill_point("restore.before_close");
  if (stood_there) {
    if (auto folded = fold_log(target); !folded) return folded.error();
    kill_point("restore.before_aside");
    if (auto kept = keep_as(target, aside); !kept) return kept.error();
  }
  kill_point("restore.before_logs");
  if (auto kept = set_logs_aside(target, aside); !kept) return kept.error();
  kill_point("restore.before_rename");
  fs::rename(incoming, target, failure);
  if (failure) return failed("rename to", target, failure);
  kill_point("restore.after_rename");
  if (auto flushed = flush(target.parent_path()); !flushed) return flushed.error();
  return stood_there;
}

}  // namespace upselld::store
