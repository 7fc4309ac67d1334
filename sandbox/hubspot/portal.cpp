// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/portal.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/digest.h"
#include "sandbox/hubspot/derived.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr Duration kRecycleBin = days(90);

}  // namespace

Portal::Portal(VirtualClock& clock_, std::uint64_t seed_) : clock(clock_), seed(seed_) {
  furnish(*this);
}

Table& Portal::table(const ObjectType& type) {
  Table& table = tables_[&type];
  if (table.next_id == 0) {
    // Some objects' ids gain a digit soon, others are beyond 32 bits: neither texts nor small
    // integers order or hold them.
    std::size_t place = 0;
    while (&schema.all()[place] != &type) ++place;
    constexpr RecordId kFirst[] = {9'999'990'000, 99'999'000, 31'007'000'000, 998'000'000};
    table.next_id = kFirst[place % 4] + static_cast<RecordId>(place) * 137;
  }
  return table;
}

const Table& Portal::table(const ObjectType& type) const {
  return const_cast<Portal*>(this)->table(type);
}

bool Portal::is_purged(const Record& record) const {
  return record.is_gone || (record.is_archived() && now() - record.archived_at > kRecycleBin);
}

Record* Portal::find(const ObjectType& type, RecordId sought) {
  Record* record = table(type).find(sought);
  return record == nullptr || is_purged(*record) ? nullptr : record;
}

Record* Portal::resolve(const ObjectType& type, RecordId sought) {
  const auto& aliases = table(type).aliases;
  for (auto found = aliases.find(sought); found != aliases.end(); found = aliases.find(sought)) {
    sought = found->second;
  }
  return find(type, sought);
}

std::vector<Link> Portal::live_links(const ObjectType& from, RecordId sought,
                                     const ObjectType& to) {
  std::vector<Link> out = associations.links(from, sought, to);
  std::erase_if(out, [&](const Link& link) {
    const Record* record = find(to, link.to);
    return record == nullptr || record->is_archived();
  });
  return out;
}

const Owner* Portal::owner(const std::string& sought) const {
  for (const Owner& owner : owners) {
    if (owner.id == sought) return &owner;
  }
  return nullptr;
}

const Stage* Portal::stage(const ObjectType& type, const std::string& stage) const {
  const auto found = pipelines.find(type.name);
  if (found == pipelines.end()) return nullptr;
  for (const Pipeline& pipeline : found->second) {
    for (const Stage& each : pipeline.stages) {
      if (each.id == stage) return &each;
    }
  }
  return nullptr;
}

ObjectType& Portal::add_custom_object(const std::string& name, std::string_view properties) {
  int number = 35'881'001;
  for (const ObjectType& type : schema.all()) number += type.custom ? 1 : 0;
  ObjectType type =
      make_object(name, name, fmt::format("2-{}", number), properties, "hs_createdate");
  for (Property& property : type.properties) {
    property.hubspot_defined =
        property.name.starts_with("hs_") || property.name == "hubspot_owner_id";
  }
  type.custom = true;
  type.read_scopes = {"crm.objects.custom.read"};
  type.write_scopes = {"crm.objects.custom.write"};
  type.schema_scopes = {"crm.schemas.custom.write"};
  ObjectType& added = schema.add(std::move(type));
  schema.alias(fmt::format("p{}_{}", id, name), added);
  return added;
}

std::uint64_t Portal::draw() {
  return keyed_hash(seed, fmt::format("draw {}", draws_++));
}

double Portal::chance(const std::string& text) const {
  return static_cast<double>(keyed_hash(seed, text) >> 11) / 9007199254740992.0;
}

Record& Portal::insert(const ObjectType& type, Values values, Instant at) {
  Table& table = this->table(type);
  Record made;
  made.id = table.next_id;
  table.next_id += 1 + static_cast<RecordId>(keyed_hash(seed, std::to_string(made.id)) % 61);
  made.values = std::move(values);
  made.created_at = made.updated_at = at;
  for (const auto& [column, value] : made.values) {
    if (type.at(column).unique) table.hold(column, value, made.id);
  }
  Record& record = table.append(std::move(made));
  derive_values(*this, type, record, at);
  if (index_delay.ms > 0) lag(type, record, /*existed=*/false);
  return record;
}

void Portal::lag(const ObjectType& type, const Record& record, bool existed) {
  if (index_delay.ms <= 0) return;
  const double jitter = chance(fmt::format("{}/{}/{}", type.id, record.id, now().ms));
  const auto ms = static_cast<std::int64_t>(static_cast<double>(index_delay.ms) * (0.5 + jitter));
  table(type).lag(record, existed, now() + milliseconds(ms));
}

void Portal::change(const ObjectType& type, Record& record, const Values& values, Instant at,
                    const std::string& source) {
  lag(type, record, /*existed=*/true);
  Table& table = this->table(type);
  bool changed = false;
  for (const auto& [column, value] : values) {
    const std::string* current = value_in(record.values, column);
    const std::string before = current == nullptr ? std::string() : *current;
    if (before == value) continue;
    changed = true;
    const bool first = std::none_of(
        record.history.begin(), record.history.end(),
        [changed_column = column](const Version& each) { return each.column == changed_column; });
    if (first && !before.empty()) {
      record.history.push_back({column, before, record.created_at, "CRM_UI"});
    }
    record.history.push_back({column, value, at, source});
    if (type.at(column).unique) {
      if (!before.empty()) table.release(column, before);
      if (!value.empty()) table.hold(column, value, record.id);
    }
    set_in(record.values, column, value);
  }
  if (changed) derive_values(*this, type, record, at);
  const bool touches = changed || switches.is_on("equal_values_touch_date");
  if (touches) record.updated_at = std::max(at, record.updated_at);
}

void Portal::archive(const ObjectType& type, Record& record, Instant at) {
  record.archived_at = at;
  record.updated_at = at;
  for (const auto& [column, value] : record.values) {
    if (type.at(column).unique) table(type).release(column, value);
  }
  refresh_neighbours(*this, type, record.id);
}

void Portal::restore(const ObjectType& type, Record& record, Instant at) {
  record.archived_at = Instant::missing();
  record.updated_at = at;
  for (const auto& [column, value] : record.values) {
    if (type.at(column).unique) table(type).hold(column, value, record.id);
  }
  refresh_neighbours(*this, type, record.id);
}

void Portal::purge(const ObjectType& type, Record& record) {
  if (!record.is_archived()) archive(type, record, now());
  record.is_gone = true;
  record.values.clear();
  record.history.clear();
  associations.erase(type, record.id);
}

Record& Portal::merge(const ObjectType& type, RecordId primary_id, RecordId other_id, Instant at) {
  Record* primary = resolve(type, primary_id);
  Record* other = resolve(type, other_id);
  const bool good = primary != nullptr && other != nullptr && primary != other &&
                    !primary->is_archived() && !other->is_archived();
  if (!good) throw std::invalid_argument("merge: two records that are there are needed");
  Values values = other->values;
  for (const auto& [column, value] : primary->values) set_in(values, column, value);
  std::string merged;
  for (const Record* each : {primary, other}) {
    const std::string* before = value_in(each->values, kMerged);
    if (before != nullptr) merged += *before + ";";
    const bool stays = each == primary && switches.is_on("merge_keeps_primary");
    if (!stays) merged += std::to_string(each->id) + ";";
  }
  merged.pop_back();
  set_in(values, kMerged, merged);
  Record* survivor = primary;
  std::vector<Record*> gone = {other};
  const Instant created = std::min(primary->created_at, other->created_at);
  for (Record* each : {primary, other}) archive(type, *each, at);
  if (switches.is_on("merge_keeps_primary")) {
    restore(type, *primary, at);
    change(type, *primary, values, at, "MERGE");
  } else {
    gone.push_back(primary);
    survivor = &insert(type, values, at);
    survivor->created_at = created;
  }
  for (Record* each : gone) {
    each->is_gone = !switches.is_on("merged_in_archived_list");
    table(type).aliases[each->id] = survivor->id;
    associations.move(type, each->id, survivor->id);
  }
  survivor->updated_at = at;
  refresh_linked(*this, type, survivor->id);
  refresh_neighbours(*this, type, survivor->id);
  return *survivor;
}

}  // namespace upselld::sandbox::hubspot
