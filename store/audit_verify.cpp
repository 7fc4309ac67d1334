// SPDX-License-Identifier: Apache-2.0
#include "store/audit_verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "store/audit_header.h"
#include "store/payload_form.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr std::uint64_t kEntriesBetweenLooks = 1'000;

constexpr const char* kEntries =
    "SELECT e.sequence, e.kind, e.at_ms, r.run, e.account_hash, e.payload_hash, e.hash,"
    " p.account, p.form, p.bytes, a.connection, a.crm_id, a.secret"
    " FROM audit_entries AS e LEFT JOIN audit_runs AS r ON r.number = e.run"
    " LEFT JOIN audit_payloads AS p ON p.sequence = e.sequence"
    " LEFT JOIN audit_accounts AS a ON a.account = p.account ORDER BY e.sequence";

// What these say is tested like every payload: one that was changed makes the chain invalid.
constexpr const char* kDropped =
    "SELECT e.sequence, p.form, p.bytes FROM audit_entries AS e"
    " JOIN audit_payloads AS p ON p.sequence = e.sequence WHERE e.kind = ?";

// Up to which entry payloads about accounts may be missing, by entries that come later.
std::uint64_t dropped_through(SQLite::Database& sql) {
  SQLite::Statement query(sql, kDropped);
  query.bind(1, static_cast<int>(AuditKind::dropped));
  std::uint64_t through = 0;
  while (query.executeStep()) {
    const auto payload = unpacked(query.getColumn(1).getInt(), text_at(query, 2));
    const std::uint64_t said = payload ? dropped_through_in(*payload) : 0;
    const auto sequence = static_cast<std::uint64_t>(query.getColumn(0).getInt64());
    if (said < sequence) through = std::max(through, said);
  }
  return through;
}

class Verifier {
 public:
  explicit Verifier(Database& database)
      : sql_(raw(database)), dropped_through_(dropped_through(sql_)) {}

  Result<AuditVerdict> run(const std::string& known_head, const std::function<bool()>& goes_on) {
    known_head_ = known_head;
    head_seen_ = known_head.empty() || known_head == hex(previous_);
    SQLite::Statement query(sql_, kEntries);
    while (query.executeStep()) {
      check_entry(query);
      if (goes_on && verdict_.entries % kEntriesBetweenLooks == 0 && !goes_on()) {
        return Error{ErrorKind::cancelled, "audit verify: stopped before the chain's end", {}};
      }
    }
    check_end();
    check_orphans();
    for (const auto& [hash, sequence] : without_payload_) {
      fault(sequence, "its payload is missing, and no entry says that its account was forgotten");
    }
    if (!head_seen_) fault(verdict_.entries, "the known head does not occur in the chain");
    verdict_.valid = !verdict_.first_bad;
    verdict_.head = hex(previous_);
    return verdict_;
  }

 private:
  // The earliest one is kept: what comes after a broken place is broken by it.
  void fault(std::uint64_t sequence, const char* reason) {
    if (verdict_.first_bad && verdict_.first_bad->sequence <= sequence) return;
    verdict_.first_bad = AuditFault{sequence, reason};
  }

  void check_entry(SQLite::Statement& row) {
    const AuditHeader header = read_header(row);
    ++verdict_.entries;
    if (header.sequence != verdict_.entries) {
      if (!gap_) fault(verdict_.entries, "the entry is missing");
      gap_ = true;
    }
    if (chain_hash(previous_, header) != header.hash) {
      fault(header.sequence, "its header, or the entry before it, is not what was written");
    }
    previous_ = header.hash;
    if (!head_seen_ && hex(header.hash) == known_head_) head_seen_ = true;
    if (row.isColumnNull(9)) {
      check_missing(header);
    } else {
      check_payload(header, row);
    }
  }

  void check_payload(const AuditHeader& header, SQLite::Statement& row) {
    const auto payload = unpacked(row.getColumn(8).getInt(), text_at(row, 9));
    if (row.isColumnNull(12)) {
      fault(header.sequence, "the key of its account is missing");
      return;
    }
    const std::string secret = text_at(row, 12);
    if (!payload || payload_hash(secret, *payload) != header.payload_hash) {
      fault(header.sequence, "its payload is not what was written");
      return;
    }
    const bool is_about_account = row.getColumn(7).getInt64() != 0;
    const std::string expected =
        is_about_account ? account_hash(secret, text_at(row, 10), text_at(row, 11)) : std::string();
    if (expected != header.account_hash) {
      fault(header.sequence, "its account is not the one that was written");
    }
    if (header.kind != AuditKind::forgotten) return;
    const std::string forgotten = from_hex(forgotten_hash_in(*payload));
    const auto explained = without_payload_.find(forgotten);
    if (explained == without_payload_.end()) return;
    verdict_.forgotten_payloads += counts_[forgotten];
    without_payload_.erase(explained);
  }

  void check_missing(const AuditHeader& header) {
    if (header.account_hash.empty()) {
      fault(header.sequence, "its payload is missing");
      return;
    }
    if (header.sequence <= dropped_through_) {
      ++verdict_.dropped_payloads;
      return;
    }
    without_payload_.try_emplace(header.account_hash, header.sequence);
    ++counts_[header.account_hash];
  }

  // Entries cut off at the end leave a shorter chain that is valid in itself.
  void check_end() {
    SQLite::Statement query(sql_, "SELECT entries, hash FROM audit_head");
    AuditHead head;
    if (query.executeStep()) {
      head.entries = static_cast<std::uint64_t>(query.getColumn(0).getInt64());
      head.hash = digest_from(text_at(query, 1));
    }
    if (head.entries > verdict_.entries && !gap_) {
      fault(verdict_.entries + 1, "the entry is missing from the end of the chain");
    } else if (head.entries != verdict_.entries || head.hash != previous_) {
      fault(verdict_.entries, "the chain does not end where it was left");
    }
  }

  void check_orphans() {
    SQLite::Statement query(sql_,
                            "SELECT sequence FROM audit_payloads AS p WHERE NOT EXISTS (SELECT 1"
                            " FROM audit_entries AS e WHERE e.sequence = p.sequence)"
                            " ORDER BY sequence LIMIT 1");
    if (query.executeStep()) {
      fault(static_cast<std::uint64_t>(query.getColumn(0).getInt64()),
            "there is a payload without its entry");
    }
  }

  SQLite::Database& sql_;
  const std::uint64_t dropped_through_;
  AuditVerdict verdict_;
  Sha256Digest previous_{};
  std::string known_head_;
  bool head_seen_ = false;
  bool gap_ = false;
  // By account hash: the first entry whose payload is gone, and how many of them.
  std::map<std::string, std::uint64_t> without_payload_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace

Result<AuditVerdict> verify_audit(Database& database, const std::string& known_head,
                                  const std::function<bool()>& goes_on) {
  const std::string head_bytes = from_hex(known_head);
  if (!known_head.empty() && head_bytes.size() != Sha256Digest().size()) {
    return Error{ErrorKind::invalid_config,
                 "audit verify: the head must be 64 hexadecimal digits, as a run prints it",
                 {}};
  }
  return guarded("store: verify the audit", [&] {
    const ReadState state(database);
    return Verifier(database).run(hex(head_bytes), goes_on);
  });
}

}  // namespace upselld::store
