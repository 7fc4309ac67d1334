// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

namespace upselld::store {

enum class OpenMode {
  create_or_upgrade,  // makes the file, or brings it to this program's version
  upgrade,            // the same of a file that is there, and a store
  read_only,          // beside a daemon that writes; never changes a byte of data
  beside,             // short writes beside a process that has the lock; the file must be current
};

// One connection to STATE/upselld.db. Used by one thread at a time; other threads and processes
// open their own. The SQL side of it is seen only by the store: see store/sql.h.
class Database {
 public:
  // Errors: corrupt (the file is damaged or no store of ours), unsupported (it was written by a
  // newer version; both versions are named), not_found (read_only and no file), busy, io. Before a
  // migration the file is copied to PATH.before-N, N being the version it is brought to.
  // `moves` is called now and then, in this thread, while that copy and the migration go on:
  // minutes for a store of many gigabytes.
  static Result<Database> open(const std::filesystem::path& path, OpenMode mode,
                               const std::function<void()>& moves = {});

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const std::filesystem::path& path() const;
  // The number of the newest migration in the file.
  int version() const;

  // Moves the write-ahead log into the file and empties it. False: a reader held an old state, or
  // somebody wrote, for as long as `patience`; the rest moves later.
  Result<bool> checkpoint(Duration patience);
  // Writes a complete, consistent copy. `target` must not exist.
  Result<void> copy_to(const std::filesystem::path& target);

  struct Handle;
  Handle& handle() { return *handle_; }

 private:
  explicit Database(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// The newest version this program knows.
int newest_version();

enum class Durability {
  normal,  // survives a crash of the process; a power cut may lose it: data that can be pulled
           // again
  full,    // survives a power cut: decisions, sending, receipts, leases
};

// A write transaction on one connection, one at a time. Rolled back in the destructor unless
// committed.
class Transaction {
 public:
  // Takes the write lock at once; busy after some seconds of waiting. `name` is the middle of the
  // kill points store.NAME.before_commit and store.NAME.after_commit; it must outlive this.
  static Result<Transaction> begin(Database& database, const char* name, Durability durability);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // A failure has changed nothing.
  Result<void> commit();

 private:
  Transaction(Database& database, const char* name) : database_(&database), name_(name) {}
  Database* database_;
  const char* name_;
};

// The right to write into a state directory: one process at a time.
class StateLock {
 public:
  // Makes the directory (0700) where it is missing. Held by another process: busy, naming its
  // process id and command. `command` is what others are told about us.
  static Result<StateLock> acquire(const std::filesystem::path& state_directory,
                                   const std::string& command);

  StateLock(StateLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int file) : file_(file) {}
  int file_;
};

}  // namespace upselld::store
