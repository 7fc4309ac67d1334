// SPDX-License-Identifier: Apache-2.0
#include "store/forgotten.h"

#include <algorithm>

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
// Its own, and those of stores that it replaced and that had another.
constexpr const char* kSalts =
    "SELECT salt FROM ledger_salts WHERE name = 'forgotten_accounts' OR name GLOB"
    " 'forgotten_accounts/*' ORDER BY name";
constexpr const char* kAddSalt = "INSERT INTO ledger_salts (name, salt) VALUES (?, ?)";
constexpr const char* kAdd =
    "INSERT INTO forgotten_accounts (id_hash) VALUES (?) ON CONFLICT DO NOTHING";

constexpr const char* kAudited = "SELECT 1 FROM audit_accounts WHERE account = ?";

std::string id_hash(const std::string& salt, const std::string& space,
                    const std::string& account_id) {
  std::string bytes = std::to_string(space.size()) + ":" + space + account_id;
  const Sha256Digest digest = hmac_sha256(salt, bytes);
  return std::string(digest.begin(), digest.end());
}

bool is_known(Statements& statements, const std::string& hash) {
  auto query = statements.use(kFind);
  bind_blob(*query, 1, hash);
  return query->executeStep();
}

std::vector<std::string> texts_of(SQLite::Statement& query) {
  std::vector<std::string> texts;
  while (query.executeStep()) texts.push_back(text_at(query, 0));
  return texts;
}

// Whether it was not there before.
bool add_hash(Statements& statements, const std::string& hash) {
  auto add = statements.use(kAdd);
  bind_blob(*add, 1, hash);
  return add->exec() == 1;
}

// The first that a store gets is the one that it goes on with.
void add_salt(Statements& statements, const std::string& salt) {
  const bool has_own = find_ledger_salt(statements, kSalt).has_value();
  auto add = statements.use(kAddSalt);
  const std::string name =
      has_own ? std::string(kSalt) + "/" + hex(sha256(salt)) : std::string(kSalt);
  add->bind(1, name);
  bind_blob(*add, 2, salt);
  add->exec();
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

Result<ForgottenHashes> read_forgotten(const std::filesystem::path& store) {
  const std::string doing = "read what was forgotten in " + store.string();
  return guarded(doing.c_str(), [&]() -> Result<ForgottenHashes> {
    SQLite::Database sql(store.string(), SQLite::OPEN_READONLY);
    if (!sql.tableExists("record_state")) {
      return Error{ErrorKind::corrupt, doing + ": it is no store of upselld", {}};
    }
    // The first version had none.
    if (!sql.tableExists("forgotten_accounts")) return ForgottenHashes();
    SQLite::Statement salts(sql, kSalts);
    SQLite::Statement hashes(sql, "SELECT id_hash FROM forgotten_accounts ORDER BY id_hash");
    return ForgottenHashes{texts_of(salts), texts_of(hashes)};
  });
}

std::vector<bool> among(const ForgottenHashes& known, const std::string& space,
                        const std::vector<std::string>& ids) {
  std::vector<bool> answers(ids.size(), false);
  for (std::size_t i = 0; i < ids.size() && !known.hashes.empty(); ++i) {
    answers[i] = std::any_of(known.salts.begin(), known.salts.end(), [&](const auto& salt) {
      return std::binary_search(known.hashes.begin(), known.hashes.end(),
                                id_hash(salt, space, ids[i]));
    });
  }
  return answers;
}

Result<bool> Forgotten::contains(const std::string& space, const std::string& account_id) const {
  const Result<std::vector<bool>> answers = contains(space, std::vector{account_id});
  if (!answers) return answers.error();
  return answers->front();
}

Result<std::vector<bool>> Forgotten::contains(const std::string& space,
                                              const std::vector<std::string>& account_ids) const {
  return guarded("store: look up forgotten accounts", [&] {
    std::vector<bool> answers(account_ids.size(), false);
    // Made with the first account that is forgotten: without it there is none.
    const std::vector<std::string> salts = texts_of(*statements_->use(kSalts));
    for (std::size_t i = 0; i < account_ids.size(); ++i) {
      answers[i] = std::any_of(salts.begin(), salts.end(), [&](const std::string& salt) {
        return is_known(*statements_, id_hash(salt, space, account_ids[i]));
      });
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
    return add_hash(*statements_,
                    id_hash(ledger_salt(*statements_, kSalt), account.connection, account.id));
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

Result<void> Forgotten::keep_out(Transaction&, const std::string& space, const std::string& id) {
  return guarded("store: keep an id out", [&] {
    add_hash(*statements_, id_hash(ledger_salt(*statements_, kSalt), space, id));
  });
}

Result<void> Forgotten::carry_over(Transaction&, const ForgottenHashes& known) {
  return guarded("store: carry over what was forgotten", [&] {
    const std::vector<std::string> salts = texts_of(*statements_->use(kSalts));
    for (const std::string& salt : known.salts) {
      if (std::find(salts.begin(), salts.end(), salt) == salts.end()) add_salt(*statements_, salt);
    }
    for (const std::string& hash : known.hashes) add_hash(*statements_, hash);
  });
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
