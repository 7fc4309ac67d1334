// SPDX-License-Identifier: Apache-2.0
#include "store/audit_chain.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kTime = "SELECT at_ms FROM audit_entries WHERE sequence = ?";
// NOT INDEXED leaves the order of sequences to walk along.
constexpr const char* kLastOfStep =
    "SELECT count(*), max(sequence) FROM (SELECT sequence FROM audit_payloads NOT INDEXED"
    " WHERE sequence > ? AND sequence <= ? AND account <> 0 ORDER BY sequence LIMIT ?)";
constexpr const char* kDrop =
    "DELETE FROM audit_payloads NOT INDEXED WHERE sequence > ? AND sequence <= ?"
    " AND account <> 0";

}  // namespace

// Entries are in order of time, but for a clock that was set back: then the place is one of several
// that are right by some of them.
Result<std::uint64_t> AuditChain::last_before(Instant at) const {
  const Result<AuditHead> newest = head();
  if (!newest) return newest.error();
  return guarded("store: find an audit entry by its time", [&] {
    std::uint64_t last = 0, end = newest->entries + 1;
    while (end - last > 1) {
      const std::uint64_t middle = last + (end - last) / 2;
      auto query = statements_->use(kTime);
      query->bind(1, static_cast<std::int64_t>(middle));
      const bool is_before = query->executeStep() && query->getColumn(0).getInt64() < at.ms;
      (is_before ? last : end) = middle;
    }
    return last;
  });
}

Result<Pruned> AuditChain::prune(Transaction&, std::uint64_t through, std::size_t rows_max,
                                 std::uint64_t& place) {
  return guarded("store: drop old audit payloads", [&] {
    std::size_t count = 0;
    std::int64_t last = 0;
    {
      auto step = statements_->use(kLastOfStep);
      step->bind(1, static_cast<std::int64_t>(place));
      step->bind(2, static_cast<std::int64_t>(through));
      step->bind(3, static_cast<std::int64_t>(rows_max));
      step->executeStep();
      count = static_cast<std::size_t>(step->getColumn(0).getInt64());
      last = step->getColumn(1).getInt64();
    }
    if (count == 0) return Pruned{};
    auto drop = statements_->use(kDrop);
    drop->bind(1, static_cast<std::int64_t>(place));
    drop->bind(2, last);
    place = static_cast<std::uint64_t>(last);
    return Pruned{static_cast<std::uint64_t>(drop->exec()), count < rows_max};
  });
}

}  // namespace upselld::store
