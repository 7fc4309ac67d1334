// SPDX-License-Identifier: Apache-2.0
#include "store/forgotten.h"

#include "core/digest.h"
#include "store/approvals.h"
#include "store/audit_chain.h"
#include "store/decisions.h"
#include "store/field_states.h"
#include "store/ledger_salt.h"
#include "store/outbox.h"
#include "store/plans.h"
#include "store/score_history.h"
#include "store/statements.h"
#include "store/trials.h"

namespace upselld::store {
namespace {

constexpr const char* kSalt = "forgotten_accounts";
constexpr const char* kFind = "SELECT 1 FROM forgotten_accounts WHERE id_hash = ?";
constexpr const char* kAdd =
    "INSERT INTO forgotten_accounts (id_hash) VALUES (?) ON CONFLICT DO NOTHING";

constexpr const char* kAudited = "SELECT 1 FROM audit_accounts WHERE account = ?";

std::string id_hash(const std::string& salt, const std::string& connection,
                    const std::string& account_id) {
  std::string bytes = std::to_string(connection.size()) + ":" + connection + account_id;
  const Sha256Digest digest = hmac_sha256(salt, bytes);
  return std::string(digest.begin(), digest.end());
}

bool is_known(Statements& statements, const std::string& hash) {
  auto query = statements.use(kFind);
  bind_blob(*query, 1, hash);
  return query->executeStep();
}

// Everything but records and audit.
Result<void> remove_everywhere(Database& database, Transaction& transaction,
                               std::uint32_t account) {
  const Result<void> steps[] = {
      Decisions(database).remove(transaction, account),
      ScoreHistory(database).remove(transaction, account),
      Outbox(database).remove(transaction, account),
      FieldStates(database).remove(transaction, account),
      Approvals(database).remove(transaction, account),
      Plans(database).remove(transaction, account),
      Trials(database).remove(transaction, account),
  };
  for (const Result<void>& step : steps) {
    if (!step) return step;
  }
  return {};
}

}  // namespace

Forgotten::Forgotten(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
Forgotten::~Forgotten() = default;

Result<bool> Forgotten::contains(const std::string& connection,
                                 const std::string& account_id) const {
  const Result<std::vector<bool>> answers = contains(connection, std::vector{account_id});
  if (!answers) return answers.error();
  return answers->front();
}

Result<std::vector<bool>> Forgotten::contains(const std::string& connection,
                                              const std::vector<std::string>& account_ids) const {
  return guarded("store: look up forgotten accounts", [&] {
    std::vector<bool> answers(account_ids.size(), false);
    // Made with the first account that is forgotten: without it there is none.
    const std::optional<std::string> salt = find_ledger_salt(*statements_, kSalt);
    for (std::size_t i = 0; salt && i < account_ids.size(); ++i) {
      answers[i] = is_known(*statements_, id_hash(*salt, connection, account_ids[i]));
    }
    return answers;
  });
}

Result<std::uint64_t> Forgotten::count() const {
  return guarded("store: count forgotten accounts", [&] {
    return static_cast<std::uint64_t>(
        raw(database_).execAndGet("SELECT count(*) FROM forgotten_accounts").getInt64());
  });
}

Result<void> Forgotten::forget(Transaction& transaction, AuditChain& audit,
                               const AccountRef& account, const std::string& run, Instant at) {
  const Result<bool> added = guarded("store: forget an account", [&] {
    // Deleted rows must not stay readable in free pages.
    raw(database_).exec("PRAGMA secure_delete = ON");
    const std::string hash =
        id_hash(ledger_salt(*statements_, kSalt), account.connection, account.id);
    auto add = statements_->use(kAdd);
    bind_blob(*add, 1, hash);
    return add->exec() == 1;
  });
  if (!added) return added.error();
  if (const Result<void> removed = remove_everywhere(database_, transaction, account.number);
      !removed) {
    return removed;
  }
  const Result<bool> audited = guarded("store: forget an account", [&] {
    auto query = statements_->use(kAudited);
    query->bind(1, account.number);
    return query->executeStep();
  });
  if (!audited) return audited.error();
  // Forgotten before and nothing written since: that stands in the audit already.
  if (!*added && !*audited) return {};
  return audit.forget(transaction, account, run, at);
}

Result<void> Forgotten::truncate_log() {
  return guarded("store: empty the write-ahead log", [&]() -> Result<void> {
    SQLite::Statement checkpoint(raw(database_), "PRAGMA wal_checkpoint(TRUNCATE)");
    const bool is_blocked = checkpoint.executeStep() && checkpoint.getColumn(0).getInt() != 0;
    if (!is_blocked) return {};
    return Error{ErrorKind::busy,
                 "store: empty the write-ahead log: another process still reads an older state;"
                 " close it and run again",
                 {}};
  });
}

}  // namespace upselld::store
