// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::store {

class Database;

struct BudgetLimits {
  double own_share = 0.10;                      // of the org's day
  double org_stop = 0.85;                       // of the org's day: beyond it nobody's call is ours
  double write_share = 0.30;                    // of ours, kept for writes
  std::uint64_t org_limit_assumed = 15'000;     // until the CRM says
  std::optional<std::uint64_t> own_limit = {};  // instead of a share
};

enum class BudgetUse : std::uint8_t { read, write };

// What a CRM says about the day so far. Absent: it does not say.
struct CrmUsage {
  std::optional<std::uint64_t> ours = {};
  std::optional<std::uint64_t> org_used = {};
  std::optional<std::uint64_t> org_limit = {};
};

struct BudgetStatus {
  std::uint64_t own_limit = 0;
  std::uint64_t used = 0;  // reads, writes and what the CRM counted beyond them
  std::uint64_t reads = 0, writes = 0;
  std::uint64_t left_for_reads = 0, left_for_writes = 0;
  std::optional<std::uint64_t> org_used, org_limit;
};

// What a CRM said about a day, as it is kept.
struct ToldUsage {
  Day day;
  std::uint64_t uncounted = 0;      // calls of ours beyond our own count
  std::uint64_t own_at_report = 0;  // our count when it said so
  std::optional<std::uint64_t> org_used = {}, org_limit = {};
};

inline constexpr std::uint64_t kBudgetLeaseMax = 50;

// The API calls of one connection, day by day. Units are reserved on disk in leases before the
// first is spent, so a crash can only count too many. Any thread may call it; one object per
// connection.
class Budget {
 public:
  // `database` outlives the object, and is a connection of its own: requests are sent while other
  // transactions are open.
  Budget(Database& database, std::string connection, BudgetLimits limits);
  // Unused units of open leases come back.
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // On start: leases that a crash left open count as spent. Returns how many units that cost.
  Result<std::uint64_t> recover();
  // One request. budget_exhausted when the day's share (or the org's day) is used up; its
  // retry_after is `resets_at`.
  Result<void> take(BudgetUse use, Day day, Instant resets_at);
  // The CRM's own count replaces ours when it is higher, never when lower. Known at once; on disk
  // with the next lease that is made or closed, for with the next answer the CRM tells it again.
  Result<void> report(Day day, const CrmUsage& usage);
  // Gives unused units back, and writes what was told. Called at the end of a run.
  Result<void> close();
  Result<BudgetStatus> status(Day day) const;

 private:
  struct Lease {
    bool open = false;
    Day day;
    std::uint64_t size = 0;
    std::uint64_t used = 0;
  };
  Result<void> write_told();
  Result<void> renew(BudgetUse use, Day day, Instant resets_at);
  Result<void> close_lease(BudgetUse use);

  Database& database_;
  const std::string connection_;
  const BudgetLimits limits_;
  mutable std::mutex mutex_;
  Lease leases_[2];                // by BudgetUse
  std::optional<ToldUsage> told_;  // not on disk yet
};

}  // namespace upselld::store
