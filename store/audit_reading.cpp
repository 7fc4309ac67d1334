// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "store/audit_chain.h"
#include "store/audit_header.h"
#include "store/payload_form.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr std::pair<AuditKind, const char*> kKinds[] = {
    {AuditKind::run, "run"},
    {AuditKind::model_trained, "model_trained"},
    {AuditKind::model_published, "model_published"},
    {AuditKind::model_rolled_back, "model_rolled_back"},
    {AuditKind::decided, "decided"},
    {AuditKind::meant, "meant"},
    {AuditKind::done, "done"},
    {AuditKind::rejected, "rejected"},
    {AuditKind::withdrawn, "withdrawn"},
    {AuditKind::superseded, "superseded"},
    {AuditKind::held, "held"},
    {AuditKind::paused, "paused"},
    {AuditKind::config_changed, "config_changed"},
    {AuditKind::exported, "exported"},
    {AuditKind::forgotten, "forgotten"},
    {AuditKind::answered, "answered"},
    {AuditKind::dropped, "dropped"},
    {AuditKind::released, "released"},
    {AuditKind::retried, "retried"},
    {AuditKind::kept, "kept"},
    {AuditKind::model_declined, "model_declined"},
};

constexpr const char* kPayload =
    "SELECT e.payload_hash, p.form, p.bytes, a.secret FROM audit_entries AS e"
    " LEFT JOIN audit_payloads AS p ON p.sequence = e.sequence"
    " LEFT JOIN audit_accounts AS a ON a.account = p.account WHERE e.sequence = ?";
constexpr const char* kAccount =
    "SELECT a.account, a.connection, a.crm_id FROM audit_payloads AS p"
    " JOIN audit_accounts AS a ON a.account = p.account WHERE p.sequence = ? AND p.account <> 0";

std::string sql_for(const AuditFilter& filter) {
  std::string sql =
      "SELECT e.sequence, e.kind, e.at_ms, r.run, e.account_hash, e.payload_hash, e.hash FROM ";
  // CROSS JOIN fixes the order: from the few rows that the filter names to their headers.
  // The index leaves out what is about no account, and is taken only where that is said.
  if (filter.account != 0) {
    sql += "audit_payloads AS p INDEXED BY audit_payloads_by_account CROSS JOIN ";
  }
  sql += "audit_entries AS e JOIN audit_runs AS r ON r.number = e.run WHERE 1";
  if (filter.account != 0) {
    sql += " AND p.account = :account AND p.account <> 0 AND e.sequence = p.sequence";
  }
  if (filter.kind) sql += " AND e.kind = :kind";
  if (!filter.run.empty()) {
    sql +=
        " AND r.run = :run AND e.sequence BETWEEN (SELECT first_sequence FROM audit_runs"
        " WHERE run = :run) AND (SELECT last_sequence FROM audit_runs WHERE run = :run)";
  }
  if (filter.after != 0)
    sql += filter.newest_first ? " AND e.sequence < :after" : " AND e.sequence > :after";
  sql += filter.newest_first ? " ORDER BY e.sequence DESC" : " ORDER BY e.sequence";
  return sql + " LIMIT :count_max";
}

Error damaged_payload(std::uint64_t sequence) {
  return {ErrorKind::corrupt,
          "store: audit entry " + std::to_string(sequence) +
              ": its payload is not what was written; see: upselld audit verify",
          {}};
}

}  // namespace

const char* to_text(AuditKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  return "?";
}

std::optional<AuditKind> audit_kind_named(const std::string& name) {
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

Result<std::vector<AuditHeader>> AuditChain::list(const AuditFilter& filter) const {
  return guarded("store: list audit entries", [&] {
    SQLite::Statement query(raw(database_), sql_for(filter));
    if (filter.account != 0) query.bind(":account", filter.account);
    if (filter.kind) query.bind(":kind", static_cast<int>(*filter.kind));
    if (!filter.run.empty()) query.bind(":run", filter.run);
    if (filter.after != 0) query.bind(":after", static_cast<std::int64_t>(filter.after));
    query.bind(":count_max", static_cast<std::int64_t>(filter.count_max));
    std::vector<AuditHeader> headers;
    while (query.executeStep()) headers.push_back(read_header(query));
    return headers;
  });
}

Result<std::optional<std::string>> AuditChain::payload(std::uint64_t sequence) const {
  using Payload = std::optional<std::string>;
  return guarded("store: read an audit entry", [&]() -> Result<Payload> {
    auto query = statements_->use(kPayload);
    query->bind(1, static_cast<std::int64_t>(sequence));
    if (!query->executeStep()) {
      return Error{
          ErrorKind::not_found, "store: there is no audit entry " + std::to_string(sequence), {}};
    }
    if (query->isColumnNull(2)) return Payload();
    Payload payload = unpacked(query->getColumn(1).getInt(), text_at(*query, 2));
    const Sha256Digest expected = digest_from(text_at(*query, 0));
    if (!payload || query->isColumnNull(3) ||
        payload_hash(text_at(*query, 3), *payload) != expected) {
      return damaged_payload(sequence);
    }
    return payload;
  });
}

Result<AccountRef> AuditChain::account_of(std::uint64_t sequence) const {
  return guarded("store: read an audit entry's account", [&] {
    auto query = statements_->use(kAccount);
    query->bind(1, static_cast<std::int64_t>(sequence));
    if (!query->executeStep()) return AccountRef();
    return AccountRef{query->getColumn(0).getUInt(), text_at(*query, 1), text_at(*query, 2)};
  });
}

}  // namespace upselld::store
