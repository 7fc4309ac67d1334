// SPDX-License-Identifier: Apache-2.0
#include "daemon/out_of_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/digest.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kStreamsNamed = 3;

std::string mark_kind(const std::string& connection) {
  return "pull/" + connection;
}
std::string mark_of(bool is_part) {
  return hex(sha256(is_part ? "part" : "whole"));
}

}  // namespace

OutOfCalls out_of_calls(const Link& link, const Error& stop, std::vector<std::string> unread) {
  OutOfCalls out;
  out.unread = std::move(unread);
  out.why = stop.message;
  out.goes_on_at = stop.retry_after.value_or(Instant::missing());
  if (const auto left = link.host->budget()) {
    out.reads_left = static_cast<std::int64_t>(left->left_for_reads);
    out.writes_left = static_cast<std::int64_t>(left->left_for_writes);
    if (left->left_for_reads == 0) out.goes_on_at = link.host->budget_resets_at();
  }
  return out;
}

std::string to_text(const OutOfCalls& stop) {
  std::string what;
  for (std::size_t i = 0; i < std::min(stop.unread.size(), kStreamsNamed); ++i) {
    what += (i == 0 ? "" : ", ") + stop.unread[i];
  }
  if (stop.unread.size() > kStreamsNamed) {
    what += fmt::format(" and {} more", stop.unread.size() - kStreamsNamed);
  }
  what = what.empty() ? stop.why : "not read to their end: " + what;
  const std::string when =
      stop.goes_on_at.is_missing() ? "the next sync" : "a sync after " + to_text(stop.goes_on_at);
  return fmt::format(
      "{}; API calls left today: {} for reading, {} for writing; {} goes on from there", what,
      stop.reads_left, stop.writes_left, when);
}

Result<bool> is_part_pulled(Ledger& ledger, const std::string& connection) {
  const auto mark = ledger.configs.last_used(mark_kind(connection));
  if (!mark) return mark.error();
  return mark->value_or("") == mark_of(/*is_part=*/true);
}

Result<void> mark_pulled(Ledger& ledger, const std::string& connection, bool is_part) {
  const auto before = is_part_pulled(ledger, connection);
  if (!before || *before == is_part) return before ? Result<void>() : before.error();
  auto transaction =
      store::Transaction::begin(ledger.database, "pull_mark", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto used = ledger.configs.use(*transaction, mark_kind(connection), mark_of(is_part));
  if (!used) return used.error();
  return transaction->commit();
}

Error part_pulled_error(const std::string& connection) {
  return {ErrorKind::unavailable,
          "the last pull of " + connection +
              " stopped half-way, and nothing is decided on a part; go on with: upselld sync",
          {}};
}

}  // namespace upselld::daemon
