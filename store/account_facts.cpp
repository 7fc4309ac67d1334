// SPDX-License-Identifier: Apache-2.0
#include "store/account_facts.h"

#include "store/record_names.h"

#include <limits>

namespace upselld::store {
namespace {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

// Only what fits the kind the attribute has today: settings may have changed since it was stored.
AttributeValue of_kind(AttributeKind kind, AttributeValue value) {
  switch (kind) {
    case AttributeKind::text:
    case AttributeKind::ordered_text:
      value.number = missing_value().number;
      return value;
    case AttributeKind::number:
    case AttributeKind::instant:
    case AttributeKind::boolean:
      value.text.clear();
      return value;
  }
  return missing_value();
}

}  // namespace

std::vector<AttributePlace> attribute_places(const std::vector<AttributeSpec>& attributes,
                                             const RecordNames& names) {
  std::vector<AttributePlace> places;
  for (const AttributeSpec& spec : attributes) {
    places.push_back({spec, names.find(NameKind::attribute, spec.name)});
  }
  return places;
}

void fill_facts(const AccountRow& row, const std::string& connection,
                const std::vector<AttributePlace>& attributes, Instant known_before,
                AccountFacts& facts) {
  facts.number = row.number;
  facts.connection = connection;
  facts.id = row.id;
  facts.name = row.name;
  facts.owner = row.owner;
  facts.parent = row.parent;
  facts.currency = row.currency;
  facts.created_at = row.created_at;
  const bool deleted = row.is_deleted() && row.deletion_at < known_before;
  facts.deleted_at = deleted ? row.deletion_at : Instant::missing();
  facts.pause_until = row.pause_until;
  facts.opted_out = row.opted_out;
  facts.in_scope = row.in_scope;
  facts.attributes.resize(attributes.size());
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Instant until = attributes[i].spec.is_static ? kEver : known_before;
    facts.attributes[i] =
        of_kind(attributes[i].spec.kind, row.past.newest(attributes[i].code, until));
  }
}

void add_changes(const AccountPast& past, const std::vector<AttributePlace>& attributes,
                 Instant known_before, std::vector<AttributeChange>& changes) {
  for (std::uint16_t i = 0; i < attributes.size(); ++i) {
    const AttributePlace& attribute = attributes[i];
    if (attribute.code == 0) continue;
    if (attribute.spec.is_static) {
      AttributeValue value = of_kind(attribute.spec.kind, past.newest(attribute.code, kEver));
      if (!is_missing(value)) changes.push_back({kSinceEver, i, std::move(value)});
      continue;
    }
    for (PastValue& change : past.changes(attribute.code, known_before)) {
      changes.push_back(
          {Instant{change.known_at}, i, of_kind(attribute.spec.kind, std::move(change.value))});
    }
  }
}

}  // namespace upselld::store
