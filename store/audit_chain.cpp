// SPDX-License-Identifier: Apache-2.0
#include "store/audit_chain.h"

#include "store/audit_header.h"
#include "store/payload_form.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kHead = "SELECT entries, hash FROM audit_head";
constexpr const char* kSetHead =
    "INSERT INTO audit_head (only, entries, hash) VALUES (1, ?1, ?2)"
    " ON CONFLICT (only) DO UPDATE SET entries = ?1, hash = ?2";
constexpr const char* kSecret = "SELECT secret FROM audit_accounts WHERE account = ?";
constexpr const char* kAddSecret =
    "INSERT INTO audit_accounts (account, connection, crm_id, secret) VALUES (?, ?, ?, ?)";
constexpr const char* kNoteRun =
    "INSERT INTO audit_runs (run, first_sequence, last_sequence) VALUES (?1, ?2, ?2)"
    " ON CONFLICT (run) DO UPDATE SET last_sequence = ?2 RETURNING number";
constexpr const char* kAddEntry =
    "INSERT INTO audit_entries (sequence, kind, at_ms, run, account_hash, payload_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kAddPayload =
    "INSERT INTO audit_payloads (sequence, account, form, bytes) VALUES (?, ?, ?, ?)";

AuditHead read_head(Statements& statements) {
  auto query = statements.use(kHead);
  AuditHead head;
  if (!query->executeStep()) return head;
  head.entries = static_cast<std::uint64_t>(query->getColumn(0).getInt64());
  head.hash = digest_from(text_at(*query, 1));
  return head;
}

// The account's key, and its hash under that key.
struct Identity {
  std::uint32_t account = 0;
  std::string secret;
  std::string hash;
};

std::optional<std::string> find_secret(Statements& statements, std::uint32_t account) {
  auto find = statements.use(kSecret);
  find->bind(1, account);
  if (!find->executeStep()) return std::nullopt;
  return text_at(*find, 0);
}

std::string secret_of(Statements& statements, const AccountRef& account) {
  if (auto known = find_secret(statements, account.number)) return *known;
  std::string made = random_bytes(32);
  auto add = statements.use(kAddSecret);
  add->bind(1, account.number);
  add->bindNoCopy(2, account.connection);
  add->bindNoCopy(3, account.id);
  bind_blob(*add, 4, made);
  add->exec();
  return made;
}

Identity identity_of(Statements& statements, const AccountRef& account) {
  Identity identity{account.number, secret_of(statements, account), {}};
  if (account.number == 0) return identity;
  identity.hash = account_hash(identity.secret, account.connection, account.id);
  return identity;
}

// What one call of append carries from entry to entry.
class Appending {
 public:
  explicit Appending(Statements& statements)
      : statements_(statements), head_(read_head(statements)) {}

  void add(const AuditEntry& entry) {
    const Identity& identity = identity_for(entry.account);
    AuditHeader header;
    header.sequence = ++head_.entries;
    header.kind = entry.kind;
    header.at = entry.at;
    header.run = entry.run;
    header.account_hash = identity.hash;
    header.payload_hash = payload_hash(identity.secret, entry.payload);
    header.hash = chain_hash(head_.hash, header);
    head_.hash = header.hash;
    if (!run_number_ || entry.run != run_) note_run(entry.run);
    insert(header);
    insert_payload(header.sequence, entry);
  }

  void finish() {
    if (run_number_) note_run(run_);
    auto set = statements_.use(kSetHead);
    set->bind(1, static_cast<std::int64_t>(head_.entries));
    bind_blob(*set, 2, view_of(head_.hash));
    set->exec();
  }

 private:
  // Consecutive entries are mostly about one account: decided, meant.
  const Identity& identity_for(const AccountRef& account) {
    if (!last_ || last_->account != account.number) last_ = identity_of(statements_, account);
    return *last_;
  }

  // Called when a run begins and when it gives way, so that its range is right at the end.
  void note_run(const std::string& run) {
    if (run_number_ && run != run_) note(run_, head_.entries - 1);
    run_ = run;
    run_number_ = note(run_, head_.entries);
  }

  std::int64_t note(const std::string& run, std::uint64_t sequence) {
    auto note = statements_.use(kNoteRun);
    note->bindNoCopy(1, run);
    note->bind(2, static_cast<std::int64_t>(sequence));
    UPSELLD_ASSERT(note->executeStep());
    return note->getColumn(0).getInt64();
  }

  void insert(const AuditHeader& header) {
    auto add = statements_.use(kAddEntry);
    add->bind(1, static_cast<std::int64_t>(header.sequence));
    add->bind(2, static_cast<int>(header.kind));
    add->bind(3, header.at.ms);
    add->bind(4, *run_number_);
    bind_blob(*add, 5, header.account_hash);
    bind_blob(*add, 6, view_of(header.payload_hash));
    bind_blob(*add, 7, view_of(header.hash));
    add->exec();
  }

  void insert_payload(std::uint64_t sequence, const AuditEntry& entry) {
    const StoredPayload stored = packer_.pack(entry.payload);
    auto add = statements_.use(kAddPayload);
    add->bind(1, static_cast<std::int64_t>(sequence));
    add->bind(2, entry.account.number);
    add->bind(3, static_cast<int>(stored.form));
    bind_blob(*add, 4, stored.bytes);
    add->exec();
  }

  Statements& statements_;
  PayloadPacker packer_;
  AuditHead head_;
  std::optional<Identity> last_;
  std::string run_;
  std::optional<std::int64_t> run_number_;
};

}  // namespace

AuditChain::AuditChain(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
AuditChain::~AuditChain() = default;

Result<void> AuditChain::append(Transaction&, std::span<const AuditEntry> entries) {
  if (entries.empty()) return {};
  return guarded("store: append to the audit", [&] {
    Appending appending(*statements_);
    for (const AuditEntry& entry : entries) appending.add(entry);
    appending.finish();
  });
}

Result<void> AuditChain::append(Transaction& transaction, const AuditEntry& entry) {
  return append(transaction, std::span(&entry, 1));
}

Result<AuditHead> AuditChain::head() const {
  return guarded("store: read the audit's head", [&] { return read_head(*statements_); });
}

Result<void> AuditChain::forget(Transaction& transaction, const AccountRef& account,
                                const std::string& run, Instant at) {
  UPSELLD_ASSERT(account.number != 0);
  std::string payload = "{}";
  const Result<void> removed = guarded("store: forget in the audit", [&] {
    if (const auto secret = find_secret(*statements_, account.number)) {
      payload = forgotten_payload(account_hash(*secret, account.connection, account.id));
    }
    // `<> 0` for the index of payloads, which leaves out those about no account.
    for (const char* table : {"audit_payloads", "audit_accounts"}) {
      SQLite::Statement remove(raw(database_), std::string("DELETE FROM ") + table +
                                                   " WHERE account = ? AND account <> 0");
      remove.bind(1, account.number);
      remove.exec();
    }
  });
  if (!removed) return removed;
  return append(transaction, AuditEntry{AuditKind::forgotten, at, run, {}, std::move(payload)});
}

}  // namespace upselld::store
