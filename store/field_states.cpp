// SPDX-License-Identifier: Apache-2.0
#include "store/field_states.h"

#include <algorithm>

#include "store/packed.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr std::uint8_t kLayout = 1;
constexpr const char* kFind = "SELECT fields FROM field_states WHERE account = ?";
constexpr const char* kPut =
    "INSERT INTO field_states (account, connection, crm_id, edited_at_ms, fields)"
    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account) DO UPDATE SET connection = ?2, crm_id = ?3,"
    " edited_at_ms = ?4, fields = ?5";
constexpr const char* kUpdate =
    "UPDATE field_states SET edited_at_ms = ?, fields = ? WHERE account = ?";

std::string encode(const AccountFields& fields) {
  PackedWriter out;
  out.byte(kLayout);
  for (const FieldMemory& field : fields) {
    out.maybe_text(field.confirmed);
    out.texts(field.attempts);
    out.byte(field.edited_at.is_missing() ? 0 : 1);
    if (field.edited_at.is_missing()) continue;
    out.integer(field.edited_at.ms);
    out.text(field.edited);
  }
  return out.take();
}

Result<AccountFields> decode(const std::string& bytes) {
  PackedReader in(bytes);
  AccountFields fields;
  const bool is_known_layout = in.byte() == kLayout;
  for (FieldMemory& field : fields) {
    field.confirmed = in.maybe_text();
    field.attempts = in.texts();
    if (in.byte() == 0) continue;
    field.edited_at.ms = in.integer();
    field.edited = in.text();
  }
  if (is_known_layout && in.at_end()) return fields;
  return Error{ErrorKind::corrupt, "an account's field states are damaged; restore a backup", {}};
}

Result<AccountFields> load(Statements& statements, std::uint32_t account) {
  auto query = statements.use(kFind);
  query->bind(1, account);
  if (!query->executeStep()) return AccountFields();
  return decode(text_at(*query, 0));
}

Instant oldest_edit(const AccountFields& fields) {
  Instant oldest = Instant::missing();
  for (const FieldMemory& field : fields) {
    if (field.edited_at.is_missing()) continue;
    oldest = oldest.is_missing() ? field.edited_at : std::min(oldest, field.edited_at);
  }
  return oldest;
}

void save(Statements& statements, const AccountRef& account, const AccountFields& fields) {
  const std::string bytes = encode(fields);
  auto put = statements.use(kPut);
  put->bind(1, account.number);
  put->bindNoCopy(2, account.connection);
  put->bindNoCopy(3, account.id);
  bind_instant(*put, 4, oldest_edit(fields));
  bind_blob(*put, 5, bytes);
  put->exec();
}

void save_known(Statements& statements, std::uint32_t account, const AccountFields& fields) {
  const std::string bytes = encode(fields);
  auto update = statements.use(kUpdate);
  bind_instant(*update, 1, oldest_edit(fields));
  bind_blob(*update, 2, bytes);
  update->bind(3, account);
  update->exec();
}

void add_attempt(FieldMemory& field, const std::string& value) {
  if (std::find(field.attempts.begin(), field.attempts.end(), value) != field.attempts.end()) {
    return;
  }
  if (field.attempts.size() == kFieldAttemptsMax) field.attempts.erase(field.attempts.begin());
  field.attempts.push_back(value);
}

// The person's value counts as ours from now on: it may be overwritten, and is no new edit.
void give_back(FieldMemory& field) {
  add_attempt(field, field.edited);
  field.edited_at = Instant::missing();
  field.edited.clear();
}

// Gives back what `is_over` says; returns how many.
template <typename IsOver>
int give_back_where(AccountFields& fields, const IsOver& is_over) {
  int count = 0;
  for (FieldMemory& field : fields) {
    if (field.edited_at.is_missing() || !is_over(field)) continue;
    give_back(field);
    ++count;
  }
  return count;
}

std::vector<std::uint32_t> accounts_edited_until(Database& database, Instant until) {
  SQLite::Statement query(raw(database),
                          "SELECT account FROM field_states WHERE edited_at_ms <= ?"
                          " ORDER BY account");
  query.bind(1, until.ms);
  std::vector<std::uint32_t> accounts;
  while (query.executeStep()) accounts.push_back(query.getColumn(0).getUInt());
  return accounts;
}

}  // namespace

bool FieldMemory::is_ours(const std::string& current) const {
  if (confirmed ? *confirmed == current : current.empty()) return true;
  return std::find(attempts.begin(), attempts.end(), current) != attempts.end();
}

bool FieldMemory::is_kept(Instant now) const {
  return !edited_at.is_missing() && now < edited_at + kKeepEditedFor;
}

FieldStates::FieldStates(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
FieldStates::~FieldStates() = default;

Result<AccountFields> FieldStates::of(std::uint32_t account) const {
  return guarded("store: read field states", [&] { return load(*statements_, account); });
}

Result<void> FieldStates::attempted(Transaction&, const AccountRef& account,
                                    const FieldValues& values) {
  return guarded("store: note an attempt at fields", [&]() -> Result<void> {
    Result<AccountFields> fields = load(*statements_, account.number);
    if (!fields) return fields.error();
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (values[i]) add_attempt((*fields)[i], *values[i]);
    }
    save(*statements_, account, *fields);
    return {};
  });
}

Result<void> FieldStates::confirmed(Transaction&, const AccountRef& account,
                                    const FieldValues& stored) {
  return guarded("store: note confirmed fields", [&]() -> Result<void> {
    Result<AccountFields> fields = load(*statements_, account.number);
    if (!fields) return fields.error();
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (stored[i]) (*fields)[i] = FieldMemory{stored[i], {}, Instant::missing(), {}};
    }
    save(*statements_, account, *fields);
    return {};
  });
}

Result<void> FieldStates::edited(Transaction&, const AccountRef& account, Field field,
                                 const std::string& value, Instant at) {
  return guarded("store: note a person's edit", [&]() -> Result<void> {
    Result<AccountFields> fields = load(*statements_, account.number);
    if (!fields) return fields.error();
    FieldMemory& memory = (*fields)[static_cast<std::size_t>(field)];
    if (!memory.edited_at.is_missing() && memory.edited == value) return {};
    memory.edited_at = at;
    memory.edited = value;
    save(*statements_, account, *fields);
    return {};
  });
}

Result<int> FieldStates::release(Transaction&, std::uint32_t account) {
  return guarded("store: release fields", [&]() -> Result<int> {
    Result<AccountFields> fields = load(*statements_, account);
    if (!fields) return fields.error();
    const int count = give_back_where(*fields, [](const FieldMemory&) { return true; });
    if (count > 0) save_known(*statements_, account, *fields);
    return count;
  });
}

Result<int> FieldStates::release_expired(Transaction&, Instant now) {
  return guarded("store: release fields", [&]() -> Result<int> {
    int total = 0;
    for (const std::uint32_t account : accounts_edited_until(database_, now - kKeepEditedFor)) {
      Result<AccountFields> fields = load(*statements_, account);
      if (!fields) return fields.error();
      total += give_back_where(*fields, [&](const FieldMemory& f) { return !f.is_kept(now); });
      save_known(*statements_, account, *fields);
    }
    return total;
  });
}

Result<void> FieldStates::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove field states", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM field_states WHERE account = ?");
    remove.bind(1, account);
    remove.exec();
  });
}

Result<std::vector<KeptField>> FieldStates::kept(const std::string& connection, Instant now) const {
  using All = std::vector<KeptField>;
  return guarded("store: list kept fields", [&]() -> Result<All> {
    SQLite::Statement query(raw(database_),
                            "SELECT account, connection, crm_id, fields FROM field_states"
                            " WHERE edited_at_ms IS NOT NULL AND (?1 = '' OR connection = ?1)"
                            " ORDER BY connection, crm_id");
    query.bind(1, connection);
    All kept;
    while (query.executeStep()) {
      const Result<AccountFields> fields = decode(text_at(query, 3));
      if (!fields) return fields.error();
      const AccountRef account{query.getColumn(0).getUInt(), text_at(query, 1), text_at(query, 2)};
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        const FieldMemory& field = (*fields)[i];
        if (!field.is_kept(now)) continue;
        kept.push_back({account, static_cast<Field>(i), field.edited, field.edited_at});
      }
    }
    return kept;
  });
}

}  // namespace upselld::store
