// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/hubspot/schema.h"

namespace upselld::sandbox::hubspot {

using RecordId = std::int64_t;

// Where a portal's own kinds begin in here. The API numbers them from 1: they may have the numbers
// of HubSpot's kinds, which are told from them by their category alone.
inline constexpr int kOwnKinds = 10'000;

// A kind of association in one direction.
struct AssociationType {
  const ObjectType* from = nullptr;
  const ObjectType* to = nullptr;
  int id = 0;  // in here, of all categories
  int inverse = 0;
  std::string category, label;  // no label: the default one
  bool is_primary = false;      // a record has at most one
  bool is_default() const { return label.empty(); }
  int type_id() const { return id < kOwnKinds ? id : id - kOwnKinds; }  // as the API has it
};

// One record's end of an association with another.
struct Link {
  RecordId to = 0;
  std::array<std::uint16_t, 4> types{};  // zeros at the end
  bool has(int type) const;
  void add(int type);
  void drop(int type);
};

// Which records belong together. Both directions are stored together; every pair has the default
// type of its objects beside its labels.
class Associations {
 public:
  explicit Associations(Schema& schema);

  const AssociationType& default_type(const ObjectType& from, const ObjectType& to);
  // Null: the two objects have no such type.
  const AssociationType* find(const ObjectType& from, const ObjectType& to, int id);
  // As the API names it.
  const AssociationType* named(const ObjectType& from, const ObjectType& to,
                               const std::string& category, int type_id);
  std::vector<const AssociationType*> types(const ObjectType& from, const ObjectType& to);
  // A custom label in both directions; its id from `from` to `to`.
  int define(const ObjectType& from, const ObjectType& to, const std::string& label);

  // In the order in which they were made. Valid until the next change.
  const std::vector<Link>& links(const ObjectType& from, RecordId id, const ObjectType& to) const;
  const Link* link_between(const ObjectType& from, RecordId id, const ObjectType& to,
                           RecordId to_id) const;
  void link(const AssociationType& type, RecordId from, RecordId to);
  // False: there was none.
  bool unlink(const ObjectType& from, RecordId id, const ObjectType& to, RecordId to_id);
  // Removing the default type removes all.
  void unlink(const AssociationType& type, RecordId from, RecordId to);
  // Everything of `old` becomes the survivor's.
  void move(const ObjectType& type, RecordId old, RecordId survivor);
  void erase(const ObjectType& type, RecordId id);

 private:
  using Pair = std::pair<const ObjectType*, const ObjectType*>;
  using Side = std::unordered_map<RecordId, std::vector<Link>>;

  AssociationType& add_type(AssociationType type);
  int take_ids(const std::string& category);  // of both directions; gives the first
  void put(const AssociationType& type, RecordId from, RecordId to);
  void drop_primary(const AssociationType& type, RecordId from);

  Schema& schema_;
  std::map<Pair, Side> sides_;
  std::deque<AssociationType> types_;
  std::map<Pair, std::vector<AssociationType*>> by_pair_;
  int next_id_ = 3'000, next_own_id_ = kOwnKinds + 1;
};

}  // namespace upselld::sandbox::hubspot
