// SPDX-License-Identifier: Apache-2.0
#include "store/forget_account.h"

#include "store/account_group.h"
#include "store/audit_chain.h"
#include "store/record_names.h"
#include "store/sql.h"

#include <map>
#include <utility>
#include <vector>

namespace upselld::store {
namespace {

struct Ids {
  std::vector<std::uint32_t> numbers;
  std::vector<std::string> ids;
};

// The rows that `known` names. Not those of joined values that belong to an account: it may be
// another one's value by now.
Result<std::vector<std::uint32_t>> rows_among(Database& database, const ForgottenHashes& known) {
  return guarded("store: look for forgotten accounts", [&] {
    SQLite::Database& sql = raw(database);
    RecordNames names;
    names.load(sql);
    std::map<std::uint16_t, Ids> spaces;
    SQLite::Statement rows(sql, "SELECT number, root, space, id FROM accounts ORDER BY number");
    while (rows.executeStep()) {
      const std::uint32_t number = rows.getColumn(0).getUInt();
      const auto space = static_cast<std::uint16_t>(rows.getColumn(2).getInt());
      const bool is_joined = names.kind(space) == NameKind::joined_space;
      if (is_joined && rows.getColumn(1).getUInt() != number) continue;
      spaces[space].numbers.push_back(number);
      spaces[space].ids.push_back(rows.getColumn(3).getString());
    }
    std::vector<std::uint32_t> found;
    for (const auto& [space, all] : spaces) {
      const std::vector<bool> is_among = among(known, names.text(space), all.ids);
      for (std::size_t i = 0; i < is_among.size(); ++i) {
        if (is_among[i]) found.push_back(all.numbers[i]);
      }
    }
    return found;
  });
}

}  // namespace

Result<void> forget_account(Database& database, Records& records, Transaction& transaction,
                            std::uint32_t number, const ForgetNote& note) {
  const auto group = account_group(database, number);
  if (!group) return group.error();
  AuditChain audit(database);
  Forgotten forgotten(database);
  for (const AccountRef& account : group->accounts) {
    const auto done = forgotten.forget(transaction, audit, account, note.run, note.at);
    if (!done) return done;
  }
  for (const JoinedId& joined : group->joined) {
    const auto kept = forgotten.keep_out(transaction, joined.space, joined.id);
    if (!kept) return kept;
  }
  return records.erase_account(transaction, number);
}

Result<std::uint64_t> forget_again(Database& database, const ForgottenHashes& known,
                                   const ForgetNote& note) {
  const auto rows = rows_among(database, known);
  if (!rows) return rows.error();
  auto records = Records::open(database, {});
  if (!records) return records.error();
  auto transaction = Transaction::begin(database, "forget_again", Durability::full);
  if (!transaction) return transaction.error();
  // First the salts, so that no further one is made; the hashes last, so that what is forgotten
  // here is written down as news.
  Forgotten forgotten(database);
  const auto salted = forgotten.carry_over(*transaction, {known.salts, {}});
  if (!salted) return salted.error();
  std::uint64_t accounts = 0;
  for (const std::uint32_t number : *rows) {
    const auto done = forget_account(database, **records, *transaction, number, note);
    // It went with one that it was merged with.
    if (!done && done.error().kind == ErrorKind::not_found) continue;
    if (!done) return done.error();
    ++accounts;
  }
  const auto carried = forgotten.carry_over(*transaction, known);
  if (!carried) return carried.error();
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  return accounts;
}

}  // namespace upselld::store
