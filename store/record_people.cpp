// SPDX-License-Identifier: Apache-2.0
#include "store/record_people.h"

#include "store/event_pending.h"
#include "store/statements.h"

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <tuple>

namespace upselld::store {
namespace {

struct Contact {
  std::uint64_t hash = 0;
  std::uint32_t account = 0;
  std::int64_t known_mark = 0;
  std::string id, role;
  Instant version = Instant::missing();
  Instant deletion_at = Instant::missing();
  Instant last_touch_at = Instant::missing();
  bool active = true, may_mail = true, may_call = true, may_profile = true;
  bool is_stored = false;

  auto facts() const {
    return std::tie(account, role, deletion_at, last_touch_at, active, may_mail, may_call,
                    may_profile);
  }
  bool is_deleted() const {
    return !deletion_at.is_missing() && (version.is_missing() || deletion_at >= version);
  }
};

class ContactRows {
 public:
  explicit ContactRows(SQLite::Database& sql)
      : read_(sql,
              "SELECT account, id, role, version, deletion_at, last_touch_at, active, may_mail, "
              "may_call, may_profile, known_mark FROM contacts WHERE hash = ?"),
        write_(sql,
               "INSERT OR REPLACE INTO contacts (hash, stream, account, id, role, version, "
               "deletion_at, last_touch_at, active, may_mail, may_call, may_profile, known_mark) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {}

  Contact read(std::uint64_t hash) {
    Contact contact;
    contact.hash = hash;
    read_.reset();
    read_.bind(1, static_cast<std::int64_t>(hash));
    if (!read_.executeStep()) return contact;
    contact.is_stored = true;
    contact.account = read_.getColumn(0).getUInt();
    contact.id = read_.getColumn(1).getString();
    contact.role = read_.getColumn(2).getString();
    contact.version = instant_at(read_, 3);
    contact.deletion_at = instant_at(read_, 4);
    contact.last_touch_at = instant_at(read_, 5);
    contact.active = read_.getColumn(6).getInt() != 0;
    contact.may_mail = read_.getColumn(7).getInt() != 0;
    contact.may_call = read_.getColumn(8).getInt() != 0;
    contact.may_profile = read_.getColumn(9).getInt() != 0;
    contact.known_mark = read_.getColumn(10).getInt64();
    read_.reset();
    return contact;
  }
  void write(std::uint32_t stream, const Contact& contact) {
    write_.bind(1, static_cast<std::int64_t>(contact.hash));
    write_.bind(2, stream);
    write_.bind(3, contact.account);
    write_.bind(4, contact.id);
    write_.bind(5, contact.role);
    bind_instant(write_, 6, contact.version);
    bind_instant(write_, 7, contact.deletion_at);
    bind_instant(write_, 8, contact.last_touch_at);
    write_.bind(9, contact.active ? 1 : 0);
    write_.bind(10, contact.may_mail ? 1 : 0);
    write_.bind(11, contact.may_call ? 1 : 0);
    write_.bind(12, contact.may_profile ? 1 : 0);
    write_.bind(13, contact.known_mark);
    write_.exec();
    write_.reset();
  }
  // A deletion, also of a contact that never came: an older version must not bring it back.
  bool remove(std::uint32_t stream, Contact contact, Instant at) {
    const bool was_live = contact.is_stored && !contact.is_deleted();
    if (!contact.deletion_at.is_missing() && contact.deletion_at >= at) return false;
    contact.deletion_at = at;
    write(stream, contact);
    return was_live && contact.is_deleted();
  }

 private:
  SQLite::Statement read_, write_;
};

// A contact without an account is no record, but its refusal to be profiled holds for events that
// name it. False: nothing is news.
bool keep_refusal(Contact& contact, const ContactColumns& c, std::size_t row) {
  if (c.may_profile.empty() || (c.may_profile[row] != 0) == contact.may_profile) return false;
  contact.may_profile = c.may_profile[row] != 0;
  return true;
}

void put(bool& field, const std::vector<std::uint8_t>& column, std::size_t row) {
  if (!column.empty()) field = column[row] != 0;
}

}  // namespace

PageCounts apply_contacts(SQLite::Database& sql, const PeopleStream& stream, const Page& page,
                          const std::vector<std::uint32_t>& numbers, Instant now) {
  PageCounts counts;
  ContactRows rows(sql);
  const auto& c = std::get<ContactColumns>(page.columns);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (page[c.id[row]].empty()) continue;
    const bool has_none = page[c.account[row]].empty();
    if (numbers[row] == 0 && !has_none) continue;
    Contact contact = rows.read(id_hash(stream.connection_key, page[c.id[row]]));
    if (has_none) {
      if (!keep_refusal(contact, c, row)) continue;
      rows.write(stream.number, contact);
      continue;
    }
    const Contact before = contact;
    const bool is_new = contact.id.empty();
    const Instant version = c.modified_at.empty() ? Instant::missing() : c.modified_at[row];
    if (!is_new && !version.is_missing() && !contact.version.is_missing() &&
        version <= contact.version) {
      ++counts.unchanged;
      continue;
    }
    contact.id = page[c.id[row]];
    if (is_new) contact.known_mark = stream.mark;
    contact.account = numbers[row];
    contact.version = version;
    if (version.is_missing()) contact.deletion_at = Instant::missing();
    if (!c.role.empty()) contact.role = page[c.role[row]];
    if (!c.last_touch_at.empty()) contact.last_touch_at = c.last_touch_at[row];
    put(contact.active, c.active, row);
    put(contact.may_mail, c.may_mail, row);
    put(contact.may_call, c.may_call, row);
    put(contact.may_profile, c.may_profile, row);
    const bool same =
        !is_new && before.facts() == contact.facts() && before.is_deleted() == contact.is_deleted();
    ++(is_new ? counts.new_records : same ? counts.unchanged : counts.changed);
    if (same && before.version == contact.version) continue;
    rows.write(stream.number, contact);
  }
  for (const Deletion& deletion : page.deletions) {
    const Contact contact = rows.read(id_hash(stream.connection_key, deletion.id));
    const Instant at = deletion.at.is_missing() ? now : deletion.at;
    if (rows.remove(stream.number, contact, at)) ++counts.deleted;
  }
  return counts;
}

std::vector<std::uint64_t> unnamed_contacts(SQLite::Database& sql, std::uint32_t stream,
                                            const std::vector<std::uint64_t>& named,
                                            std::int64_t began, std::uint64_t& known) {
  std::vector<std::uint64_t> unnamed;
  SQLite::Statement live(sql,
                         "SELECT hash FROM contacts WHERE stream = ? AND known_mark <= ? AND "
                         "(deletion_at IS NULL OR deletion_at < version)");
  live.bind(1, stream);
  live.bind(2, began);
  while (live.executeStep()) {
    ++known;
    const auto hash = static_cast<std::uint64_t>(live.getColumn(0).getInt64());
    if (!std::binary_search(named.begin(), named.end(), hash)) unnamed.push_back(hash);
  }
  return unnamed;
}

PageCounts delete_contacts(SQLite::Database& sql, std::uint32_t stream,
                           const std::vector<std::uint64_t>& hashes, Instant now) {
  PageCounts counts;
  ContactRows rows(sql);
  for (const std::uint64_t hash : hashes) {
    Contact contact = rows.read(hash);
    // Whoever was erased leaves no words behind.
    contact.role.clear();
    if (rows.remove(stream, std::move(contact), now)) ++counts.deleted;
  }
  return counts;
}

PageCounts apply_reps(SQLite::Database& sql, const PeopleStream& stream, const Page& page) {
  PageCounts counts;
  const auto& c = std::get<RepColumns>(page.columns);
  SQLite::Statement known(sql, "SELECT 1 FROM reps WHERE connection = ? AND id = ?");
  SQLite::Statement write(
      sql,
      "INSERT INTO reps (connection, id, name, email, region, manager, active) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET name = ?3, "
      "email = ?4, region = ?5, manager = ?6, active = ?7 WHERE "
      "(name, email, region, manager, active) IS NOT (?3, ?4, ?5, ?6, ?7)");
  const auto text = [&](const std::vector<TextRef>& column, std::size_t row) {
    return column.empty() ? std::string() : std::string(page[column[row]]);
  };
  for (std::size_t row = 0; row < c.id.size(); ++row) {
    known.bind(1, static_cast<int>(stream.connection));
    known.bind(2, text(c.id, row));
    const bool is_new = !known.executeStep();
    known.reset();
    write.bind(1, static_cast<int>(stream.connection));
    write.bind(2, text(c.id, row));
    write.bind(3, text(c.name, row));
    write.bind(4, text(c.email, row));
    write.bind(5, text(c.region, row));
    write.bind(6, text(c.manager, row));
    write.bind(7, c.active.empty() || c.active[row] != 0 ? 1 : 0);
    const bool written = write.exec() != 0;
    write.reset();
    ++(is_new ? counts.new_records : written ? counts.changed : counts.unchanged);
  }
  SQLite::Statement leave(
      sql, "UPDATE reps SET active = 0 WHERE connection = ? AND id = ? AND active = 1");
  for (const Deletion& deletion : page.deletions) {
    leave.bind(1, static_cast<int>(stream.connection));
    leave.bind(2, deletion.id);
    counts.deleted += static_cast<std::uint64_t>(leave.exec());
    leave.reset();
  }
  return counts;
}

}  // namespace upselld::store
