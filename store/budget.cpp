// SPDX-License-Identifier: Apache-2.0
#include "store/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "store/database.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

struct DayRow {
  std::uint64_t reads = 0, writes = 0;                // of closed leases
  std::uint64_t leased_reads = 0, leased_writes = 0;  // whole open leases
  std::uint64_t uncounted = 0;
  std::uint64_t own_at_report = 0;
  std::optional<std::uint64_t> org_used, org_limit;

  std::uint64_t& leased(BudgetUse use) {
    return use == BudgetUse::read ? leased_reads : leased_writes;
  }
  std::uint64_t& spent(BudgetUse use) { return use == BudgetUse::read ? reads : writes; }
  // With open leases counted as spent: never too little.
  std::uint64_t own() const { return reads + writes + leased_reads + leased_writes + uncounted; }
};

std::uint64_t minus(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

std::uint64_t share_of(double share, std::uint64_t whole) {
  return static_cast<std::uint64_t>(std::floor(share * static_cast<double>(whole) + 1e-9));
}

std::uint64_t own_limit_of(const BudgetLimits& limits, const DayRow& row) {
  if (limits.own_limit) return *limits.own_limit;
  return share_of(limits.own_share, row.org_limit.value_or(limits.org_limit_assumed));
}

std::uint64_t left_for(BudgetUse use, const BudgetLimits& limits, const DayRow& row) {
  const std::uint64_t own_limit = own_limit_of(limits, row);
  std::uint64_t left = minus(own_limit, row.own());
  if (use == BudgetUse::read) {
    const std::uint64_t kept = own_limit - share_of(1 - limits.write_share, own_limit);
    left = minus(left, minus(kept, row.writes + row.leased_writes));
  }
  if (row.org_used && row.org_limit) {
    const std::uint64_t org = *row.org_used + minus(row.own(), row.own_at_report);
    left = std::min(left, minus(share_of(limits.org_stop, *row.org_limit), org));
  }
  return left;
}

// Why nothing is left, with what a person can do about it.
std::string why_none(BudgetUse use, const BudgetLimits& limits, const DayRow& row) {
  const std::uint64_t own_limit = own_limit_of(limits, row);
  const std::uint64_t kept = own_limit - share_of(1 - limits.write_share, own_limit);
  const bool is_read = use == BudgetUse::read;
  const std::uint64_t spent =
      row.own() + (is_read ? minus(kept, row.writes + row.leased_writes) : 0);
  if (spent < own_limit) {
    return fmt::format(
        "the org has used {} of its {} API calls today, and upselld stops at {:.0f} %",
        *row.org_used, *row.org_limit, 100 * limits.org_stop);
  }
  return fmt::format("today's {} API calls{} are used up; raise api_budget if that is too few",
                     is_read ? own_limit - kept : own_limit, is_read ? " for reading" : "");
}

// Small near the end, so that a crash costs little of what is left.
std::uint64_t lease_size(std::uint64_t left) {
  return std::clamp<std::uint64_t>(left / 10, left > 0 ? 1 : 0, kBudgetLeaseMax);
}

void close_in(DayRow& row, BudgetUse use, std::uint64_t size, std::uint64_t used) {
  row.leased(use) = minus(row.leased(use), size);
  row.spent(use) += used;
}

std::optional<std::uint64_t> maybe_count(SQLite::Statement& row, int column) {
  if (row.isColumnNull(column)) return std::nullopt;
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

DayRow read_day(Database& database, const std::string& connection, Day day) {
  SQLite::Statement query(raw(database),
                          "SELECT reads, writes, leased_reads, leased_writes, uncounted,"
                          " own_at_report, org_used, org_limit FROM budget_days"
                          " WHERE connection = ? AND day = ?");
  query.bind(1, connection);
  query.bind(2, day.number);
  DayRow row;
  if (!query.executeStep()) return row;
  std::uint64_t* const counts[] = {&row.reads,         &row.writes,    &row.leased_reads,
                                   &row.leased_writes, &row.uncounted, &row.own_at_report};
  for (int i = 0; i < 6; ++i) {
    *counts[i] = static_cast<std::uint64_t>(query.getColumn(i).getInt64());
  }
  row.org_used = maybe_count(query, 6);
  row.org_limit = maybe_count(query, 7);
  return row;
}

void bind_count(SQLite::Statement& statement, int index, std::optional<std::uint64_t> count) {
  if (count) statement.bind(index, static_cast<std::int64_t>(*count));
}

void write_day(Database& database, const std::string& connection, Day day, const DayRow& row) {
  SQLite::Statement put(raw(database),
                        "INSERT OR REPLACE INTO budget_days (connection, day, reads, writes,"
                        " leased_reads, leased_writes, uncounted, own_at_report, org_used,"
                        " org_limit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put.bind(1, connection);
  put.bind(2, day.number);
  const std::uint64_t counts[] = {row.reads,         row.writes,    row.leased_reads,
                                  row.leased_writes, row.uncounted, row.own_at_report};
  for (int i = 0; i < 6; ++i) bind_count(put, 3 + i, counts[i]);
  bind_count(put, 9, row.org_used);
  bind_count(put, 10, row.org_limit);
  put.exec();
}

void enter(const std::optional<ToldUsage>& told, Day day, DayRow& row) {
  if (!told || told->day != day) return;
  row.uncounted = told->uncounted;
  row.own_at_report = told->own_at_report;
  row.org_used = told->org_used;
  row.org_limit = told->org_limit;
}

// Changes one day's row durably.
template <typename Change>
Result<void> change_day(Database& database, const char* name, const std::string& connection,
                        Day day, std::optional<ToldUsage>& told, const Change& change) {
  Result<Transaction> transaction = Transaction::begin(database, name, Durability::full);
  if (!transaction) return in_context("budget of " + connection, transaction.error());
  const Result<void> written = guarded("store: write the budget", [&] {
    DayRow row = read_day(database, connection, day);
    enter(told, day, row);
    change(row);
    write_day(database, connection, day, row);
  });
  if (!written) return written;
  const Result<void> committed = transaction->commit();
  if (committed && told && told->day == day) told.reset();
  return committed;
}

}  // namespace

Budget::Budget(Database& database, std::string connection, BudgetLimits limits)
    : database_(database), connection_(std::move(connection)), limits_(limits) {}

// What cannot be given back counts as spent at the next start.
Budget::~Budget() {
  static_cast<void>(close());
}

Result<std::uint64_t> Budget::recover() {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction =
      Transaction::begin(database_, "budget_recover", Durability::full);
  if (!transaction) return in_context("budget of " + connection_, transaction.error());
  const auto lost = guarded("store: recover the budget", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT coalesce(sum(leased_reads + leased_writes), 0)"
                            " FROM budget_days WHERE connection = ?");
    query.bind(1, connection_);
    query.executeStep();
    SQLite::Statement update(raw(database_),
                             "UPDATE budget_days SET reads = reads + leased_reads,"
                             " writes = writes + leased_writes, leased_reads = 0,"
                             " leased_writes = 0 WHERE connection = ?"
                             " AND leased_reads + leased_writes > 0");
    update.bind(1, connection_);
    update.exec();
    return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
  });
  if (!lost) return lost;
  if (const Result<void> committed = transaction->commit(); !committed) return committed.error();
  return lost;
}

Result<void> Budget::take(BudgetUse use, Day day, Instant resets_at) {
  const std::lock_guard lock(mutex_);
  Lease& lease = leases_[static_cast<std::size_t>(use)];
  if (!lease.open || lease.day != day || lease.used == lease.size) {
    if (const Result<void> renewed = renew(use, day, resets_at); !renewed) return renewed;
  }
  ++lease.used;
  return {};
}

Result<void> Budget::renew(BudgetUse use, Day day, Instant resets_at) {
  Lease& lease = leases_[static_cast<std::size_t>(use)];
  if (lease.day != day) {
    if (const Result<void> closed = close_lease(use); !closed) return closed;
  }
  std::uint64_t size = 0;
  std::string why;
  const Result<void> reserved =
      change_day(database_, "budget_lease", connection_, day, told_, [&](DayRow& row) {
        close_in(row, use, lease.size, lease.used);
        size = lease_size(left_for(use, limits_, row));
        row.leased(use) += size;
        if (size == 0) why = why_none(use, limits_, row);
      });
  if (!reserved) return reserved;
  lease = Lease{size > 0, day, size, 0};
  if (size > 0) return {};
  return Error{ErrorKind::budget_exhausted, connection_ + ": " + why, resets_at};
}

Result<void> Budget::close_lease(BudgetUse use) {
  Lease& lease = leases_[static_cast<std::size_t>(use)];
  if (!lease.open) return {};
  const Result<void> closed =
      change_day(database_, "budget_close", connection_, lease.day, told_,
                 [&](DayRow& row) { close_in(row, use, lease.size, lease.used); });
  if (closed) lease = Lease();
  return closed;
}

Result<void> Budget::report(Day day, const CrmUsage& usage) {
  const std::lock_guard lock(mutex_);
  // Units of an open lease that were not used yet are not among what the CRM counted.
  std::uint64_t unused = 0;
  for (const Lease& lease : leases_) {
    if (lease.open && lease.day == day) unused += lease.size - lease.used;
  }
  if (told_ && told_->day != day) {
    if (const Result<void> written = write_told(); !written) return written;
  }
  const auto is_short = guarded("store: read the budget", [&] {
    DayRow row = read_day(database_, connection_, day);
    enter(told_, day, row);
    if (usage.ours) row.uncounted += minus(*usage.ours, minus(row.own(), unused));
    if (usage.org_limit) row.org_limit = usage.org_limit;
    if (usage.org_used) {
      row.org_used = usage.org_used;
      row.own_at_report = minus(row.own(), unused);
    }
    told_ = ToldUsage{day, row.uncounted, row.own_at_report, row.org_used, row.org_limit};
    return left_for(BudgetUse::read, limits_, row) == 0;
  });
  if (!is_short) return is_short.error();
  if (!*is_short) return {};
  // What was leased before the CRM said so is not taken unasked.
  if (const Result<void> closed = close_lease(BudgetUse::read); !closed) return closed;
  if (const Result<void> closed = close_lease(BudgetUse::write); !closed) return closed;
  return write_told();
}

Result<void> Budget::write_told() {
  if (!told_) return {};
  return change_day(database_, "budget_report", connection_, told_->day, told_, [](DayRow&) {});
}

Result<void> Budget::close() {
  const std::lock_guard lock(mutex_);
  const Result<void> reads = close_lease(BudgetUse::read);
  const Result<void> writes = close_lease(BudgetUse::write);
  const Result<void> told = write_told();
  if (!reads) return reads;
  return writes ? told : writes;
}

Result<BudgetStatus> Budget::status(Day day) const {
  const std::lock_guard lock(mutex_);
  return guarded("store: read the budget", [&] {
    DayRow row = read_day(database_, connection_, day);
    enter(told_, day, row);
    // Of our own leases we know what is really used.
    for (const BudgetUse use : {BudgetUse::read, BudgetUse::write}) {
      const Lease& lease = leases_[static_cast<std::size_t>(use)];
      if (!lease.open || lease.day != day) continue;
      close_in(row, use, lease.size, lease.used);
    }
    BudgetStatus status;
    status.own_limit = own_limit_of(limits_, row);
    status.used = row.own();
    status.reads = row.reads + row.leased_reads;
    status.writes = row.writes + row.leased_writes;
    status.left_for_reads = left_for(BudgetUse::read, limits_, row);
    status.left_for_writes = left_for(BudgetUse::write, limits_, row);
    status.org_used = row.org_used;
    status.org_limit = row.org_limit;
    return status;
  });
}

}  // namespace upselld::store
