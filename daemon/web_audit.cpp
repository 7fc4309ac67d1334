// SPDX-License-Identifier: Apache-2.0
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "daemon/account_lookup.h"
#include "daemon/audit_json.h"
#include "daemon/audit_note.h"
#include "daemon/interrupt.h"
#include "daemon/web_routes.h"
#include "store/audit_verify.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kRowsShownMax = 200;
constexpr std::size_t kSequenceMax = std::size_t{1} << 62;
constexpr std::size_t kExportedMax = 20'000;

Result<store::AuditFilter> filter_of(const WebContext& context) {
  store::AuditFilter filter;
  filter.newest_first = true;
  filter.run = context.request.parameter("run");
  if (const std::string kind = context.request.parameter("kind"); !kind.empty()) {
    filter.kind = store::audit_kind_named(kind);
    if (!filter.kind) return Error{ErrorKind::invalid_config, "no kind of entry is called so", {}};
  }
  if (const std::string account = context.request.parameter("account"); !account.empty()) {
    const auto hit = one_account(context.app, account);
    if (!hit) return hit.error();
    filter.account = hit->number;
  }
  const auto before = number_of(context.request, "before", 0, kSequenceMax);
  if (!before) return before.error();
  filter.after = *before;
  const auto count = number_of(context.request, "count", 50, kRowsShownMax);
  if (!count) return count.error();
  filter.count_max = *count;
  return filter;
}

}  // namespace

Result<WebAnswer> audit_page(const WebContext& context) {
  auto filter = filter_of(context);
  if (!filter) return filter.error();
  const std::size_t shown = filter->count_max++;  // one more tells whether there are more
  const store::AuditChain& audit = context.app.ledger().audit;
  const auto head = audit.head();
  if (!head) return head.error();
  const auto headers = audit.list(*filter);
  if (!headers) return headers.error();
  Json rows = Json::array();
  for (const store::AuditHeader& header : *headers) {
    if (rows.size() == shown) break;
    const auto account = audit.account_of(header.sequence);
    if (!account) return account.error();
    Json row = header_json(header);
    row["account"] = account->number == 0 ? "" : account->connection + ":" + account->id;
    rows.push_back(std::move(row));
  }
  return json_answer({{"entries", head->entries},
                      {"head", hex(head->hash)},
                      {"more", headers->size() > shown},
                      {"rows", rows}});
}

Result<WebAnswer> audit_entry_page(const WebContext& context) {
  const auto sequence = number_of(context.request, "sequence", 0, kSequenceMax);
  if (!sequence) return sequence.error();
  if (*sequence == 0) return Error{ErrorKind::invalid_config, "sequence: which entry?", {}};
  store::AuditFilter filter;
  filter.after = *sequence - 1;
  filter.count_max = 1;
  const store::AuditChain& audit = context.app.ledger().audit;
  const auto headers = audit.list(filter);
  if (!headers) return headers.error();
  if (headers->empty() || headers->front().sequence != *sequence) {
    return Error{ErrorKind::not_found, "there is no such entry", {}};
  }
  const auto payload = audit.payload(*sequence);
  if (!payload) return payload.error();
  Json out = header_json(headers->front());
  out["is_forgotten"] = !payload->has_value();
  out["payload"] = payload_json(*payload);
  return json_answer(out);
}

Result<WebAnswer> audit_verify_page(const WebContext& context) {
  // Reads the whole chain: one at a time is enough.
  static std::mutex one_at_a_time;
  const std::unique_lock lock(one_at_a_time, std::try_to_lock);
  if (!lock) return Error{ErrorKind::busy, "it is being verified already; ask again", {}};
  // A service that stops waits for its pages.
  const auto verdict =
      store::verify_audit(context.app.database(), context.request.parameter("head"),
                          [] { return !stop_signal().stop_requested(); });
  if (!verdict) return verdict.error();
  Json out = {{"entries", verdict->entries},
              {"valid", verdict->valid},
              {"head", verdict->head},
              {"forgotten_payloads", verdict->forgotten_payloads},
              {"dropped_payloads", verdict->dropped_payloads},
              {"first_bad", Json()}};
  if (verdict->first_bad) {
    out["first_bad"] = {{"sequence", verdict->first_bad->sequence},
                        {"reason", verdict->first_bad->reason}};
  }
  return json_answer(out);
}

// As JSON lines, the newest ones where there are more than a browser should take.
Result<WebAnswer> audit_export(const WebContext& context) {
  Ledger& ledger = context.app.ledger();
  const auto head = ledger.audit.head();
  if (!head) return head.error();
  const Json what = {{"what", "audit"}, {"by", context.request.user.name}};
  const auto noted =
      note_act_alone(ledger, {store::AuditKind::exported, what, {}}, context.app.clock().now());
  if (!noted) return noted.error();
  const std::uint64_t after = head->entries > kExportedMax ? head->entries - kExportedMax : 0;
  std::string text;
  const auto written =
      write_audit_lines(ledger.audit, after, [&](std::string_view line) -> Result<void> {
        text += line;
        return {};
      });
  if (!written) return written.error();
  return WebAnswer{200,
                   "application/x-ndjson",
                   std::move(text),
                   {{"Content-Disposition", "attachment; filename=\"audit.jsonl\""}}};
}

}  // namespace upselld::daemon
