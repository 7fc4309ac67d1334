// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include "core/kill_point.h"
#include "store/migration.h"
#include "store/sql.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace upselld::store {
namespace {

// Of SQLite's machine: milliseconds of a copy.
constexpr int kStepsPerMove = 10'000;
constexpr int kApplicationId = 0x75707364;  // "upsd"
// Longer than a large group of pages takes to commit: a pause must come through in between.
constexpr int kBusyTimeoutMs = 30'000;
// Blocks of events are tens of kilobytes: larger pages mean shorter chains of them, smaller ones
// less writing for a single decision.
constexpr int kPageBytes = 8'192;
constexpr int kWriterCacheKiB = 32'768;

int pragma_int(SQLite::Database& sql, const char* name) {
  return sql.execAndGet(std::string("PRAGMA ") + name).getInt();
}

// Cheap: the header, the schema and the three numbers in it. Blocks of events have checksums of
// their own, which are tested whenever they are read.
Result<int> checked_version(SQLite::Database& sql, const std::filesystem::path& path) {
  const int objects = sql.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  const int application = pragma_int(sql, "application_id");
  const int version = pragma_int(sql, "user_version");
  if (application == 0 && version == 0 && objects == 0) return 0;
  if (application != kApplicationId) {
    return Error{
        ErrorKind::corrupt,
        fmt::format("open store {}: this is another program's database: move it away, or set "
                    "`state` to another directory",
                    path.string()),
        {}};
  }
  if (version > newest_version()) {
    return Error{ErrorKind::unsupported,
                 fmt::format("open store {}: it was written by a newer version (schema {}, this "
                             "program knows {}): install that version, or restore an older backup",
                             path.string(), version, newest_version()),
                 {}};
  }
  return version;
}

// VACUUM INTO does not flush what it wrote.
Result<void> sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int failure = errno;
  if (file >= 0) ::close(file);
  if (synced) return {};
  return Error{
      ErrorKind::io, fmt::format("flush {}: {}", path.string(), std::strerror(failure)), {}};
}

// An empty file for SQLite to fill, readable by its owner only. SQLite would not say that it is
// this file that cannot be made, and not the store.
Result<void> make_empty(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const int failure = errno;
  if (file >= 0) {
    ::close(file);
    return {};
  }
  return Error{
      ErrorKind::io,
      fmt::format("the folder {}: {}: {}", path.parent_path().string(), std::strerror(failure),
                  failure == ENOENT ? "make it first" : "check its owner and permissions"),
      {}};
}

// SQLite's own backup, so that the copy is whole whatever is in the write-ahead log.
Result<void> copy_database(SQLite::Database& sql, const std::filesystem::path& target) {
  const std::filesystem::path part = target.string() + ".part";
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  auto copied = make_empty(part);
  if (copied) {
    copied = guarded("write", [&] {
      SQLite::Statement vacuum(sql, "VACUUM INTO ?");
      vacuum.bind(1, part.string());
      vacuum.exec();
    });
  }
  if (!copied) {
    std::filesystem::remove(part, ignored);
    return in_context("copy store to " + target.string(), copied.error());
  }
  if (auto synced = sync_file(part); !synced) return synced;
  kill_point("store.copy.before_rename");
  std::error_code failure;
  std::filesystem::rename(part, target, failure);
  if (failure) {
    return Error{
        ErrorKind::io, fmt::format("copy store to {}: {}", target.string(), failure.message()), {}};
  }
  kill_point("store.copy.after_rename");
  return {};
}

// Tells of long statements for as long as it lives.
class Moving {
 public:
  Moving(SQLite::Database& sql, const std::function<void()>& moves) : sql_(sql) {
    if (!moves) return;
    // SQLite takes a pointer to what may be written; nobody writes.
    auto* const told = const_cast<std::function<void()>*>(&moves);
    ::sqlite3_progress_handler(sql_.getHandle(), kStepsPerMove, &Moving::move, told);
  }
  ~Moving() { ::sqlite3_progress_handler(sql_.getHandle(), 0, nullptr, nullptr); }
  Moving(const Moving&) = delete;
  Moving& operator=(const Moving&) = delete;

 private:
  static int move(void* told) {
    (*static_cast<const std::function<void()>*>(told))();
    return 0;  // it goes on
  }

  SQLite::Database& sql_;
};

Result<void> upgrade(SQLite::Database& sql, const std::filesystem::path& path, int version,
                     const std::function<void()>& moves) {
  if (version == newest_version()) return {};
  const Moving moving(sql, moves);
  if (version > 0) {
    // One that is there is of a former upgrade to this version, before the way back: what was
    // written since is not in it. A store that is half upgraded cannot take its place: all steps
    // are one transaction.
    const std::filesystem::path copy =
        path.string() + ".before-" + std::to_string(newest_version());
    if (auto copied = copy_database(sql, copy); !copied) return copied;
  } else {
    sql.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  }
  migrate(sql, version);
  return {};
}

// A folder that is closed to us may well have a store in it.
Result<void> check_there(const std::filesystem::path& path) {
  std::error_code failure;
  if (std::filesystem::exists(path, failure)) return {};
  if (!failure) {
    return Error{
        ErrorKind::not_found,
        fmt::format("open store {}: there is none yet: run `upselld sync` first", path.string()),
        {}};
  }
  return Error{ErrorKind::io,
               fmt::format("open store {}: {}: check owner and permissions of the state directory",
                           path.string(), failure.message()),
               {}};
}

}  // namespace

int newest_version() {
  return migrations().empty() ? 0 : migrations().back().number;
}

Error to_error(const std::string& doing, const SQLite::Exception& failure) {
  const int code = failure.getErrorCode();
  if (code == SQLITE_FULL) {
    return {ErrorKind::io, doing + ": the disk is full: free space and run again", {}};
  }
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
    return {ErrorKind::corrupt,
            doing + ": the database is damaged: restore a backup with `upselld restore`",
            {}};
  }
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    return {ErrorKind::busy, doing + ": another process is writing: try again", {}};
  }
  if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM) {
    return {ErrorKind::io,
            fmt::format("{}: {}: check owner and permissions of the state directory", doing,
                        failure.what()),
            {}};
  }
  return {ErrorKind::io, fmt::format("{}: {}", doing, failure.what()), {}};
}

Database::Database(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& path, OpenMode mode,
                                const std::function<void()>& moves) {
  const bool reads_only = mode == OpenMode::read_only;
  const bool must_be_there = mode != OpenMode::create_or_upgrade;
  const bool upgrades = mode == OpenMode::create_or_upgrade || mode == OpenMode::upgrade;
  std::error_code ignored;
  if (must_be_there) {
    if (auto there = check_there(path); !there) return there.error();
  }
  const std::string doing = "open store " + path.string();
  return guarded(doing.c_str(), [&]() -> Result<Database> {
    auto handle = std::make_unique<Handle>(Handle{
        SQLite::Database(
            path.string(),
            // One thread at a time: SQLite's own locks would only cost.
            SQLite::OPEN_NOMUTEX |
                (reads_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE),
            kBusyTimeoutMs),
        path});
    SQLite::Database& sql = handle->sql;
    if (!reads_only) {
      sql.exec(fmt::format("PRAGMA page_size = {}", kPageBytes));
      sql.exec("PRAGMA journal_mode = WAL");
      // A large page of accounts touches all of their table: with SQLite's two megabytes each page
      // of it is written to the log many times over.
      sql.exec(fmt::format("PRAGMA cache_size = -{}", kWriterCacheKiB));
    }
    sql.exec("PRAGMA foreign_keys = ON");
    auto version = checked_version(sql, path);
    if (!version) return version.error();
    if (mode == OpenMode::upgrade && *version == 0) {
      return Error{ErrorKind::corrupt,
                   fmt::format("open store {}: there is nothing in it", path.string()),
                   {}};
    }
    if (!upgrades && *version < newest_version()) {
      return Error{ErrorKind::unsupported,
                   fmt::format("open store {}: it was written by an older version (schema {}, this "
                               "program needs {}): run `upselld sync` to upgrade it",
                               path.string(), *version, newest_version()),
                   {}};
    }
    if (upgrades) {
      std::filesystem::permissions(
          path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
      if (auto upgraded = upgrade(sql, path, *version, moves); !upgraded) return upgraded.error();
    }
    handle->version = newest_version();
    return Database(std::move(handle));
  });
}

const std::filesystem::path& Database::path() const {
  return handle_->path;
}
int Database::version() const {
  return handle_->version;
}

Result<bool> Database::checkpoint(Duration patience) {
  return guarded("store: checkpoint", [&] {
    SQLite::Database& sql = handle_->sql;
    // While it waits for readers it keeps out those who would write.
    sql.setBusyTimeout(static_cast<int>(patience.ms));
    SQLite::Statement statement(sql, "PRAGMA wal_checkpoint(TRUNCATE)");
    const bool is_empty = statement.executeStep() && statement.getColumn(0).getInt() == 0;
    sql.setBusyTimeout(kBusyTimeoutMs);
    return is_empty;
  });
}

Result<void> Database::copy_to(const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) {
    return Error{ErrorKind::io, "copy store to " + target.string() + ": it exists already", {}};
  }
  return copy_database(handle_->sql, target);
}

Result<Transaction> Transaction::begin(Database& database, const char* name,
                                       Durability durability) {
  UPSELLD_ASSERT(!database.handle().in_transaction);
  return guarded("store: begin", [&] {
    SQLite::Database& sql = database.handle().sql;
    sql.exec(durability == Durability::full ? "PRAGMA synchronous = FULL"
                                            : "PRAGMA synchronous = NORMAL");
    sql.exec("BEGIN IMMEDIATE");
    database.handle().in_transaction = true;
    return Transaction(database, name);
  });
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(other.database_), name_(other.name_) {
  other.database_ = nullptr;
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  database_->handle().in_transaction = false;
  // Fails only when SQLite has already rolled back by itself, as it does on a full disk.
  database_->handle().sql.tryExec("ROLLBACK");
}

Result<void> Transaction::commit() {
  UPSELLD_ASSERT(database_ != nullptr);
  kill_point(fmt::format("store.{}.before_commit", name_).c_str());
  const std::string doing = fmt::format("store: commit {}", name_);
  auto committed = guarded(doing.c_str(), [&] { database_->handle().sql.exec("COMMIT"); });
  if (!committed) return committed;
  database_->handle().in_transaction = false;
  database_ = nullptr;
  kill_point(fmt::format("store.{}.after_commit", name_).c_str());
  return {};
}

}  // namespace upselld::store
