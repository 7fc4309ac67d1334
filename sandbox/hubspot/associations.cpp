// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/associations.h"

#include <algorithm>

namespace upselld::sandbox::hubspot {
namespace {

struct Known {
  const char *from, *to;
  int id, inverse;
  const char* label;  // of both directions, but for parent and child
};

constexpr const char* kPrimary = "Primary";
constexpr const char* kOwn = "USER_DEFINED";

constexpr Known kKnown[] = {
    {"company", "deal", 342, 341, ""},    {"company", "deal", 6, 5, kPrimary},
    {"company", "contact", 280, 279, ""}, {"company", "contact", 2, 1, kPrimary},
    {"company", "ticket", 340, 339, ""},  {"company", "ticket", 25, 26, kPrimary},
    {"company", "order", 935, 934, ""},   {"company", "order", 510, 509, kPrimary},
    {"company", "company", 450, 450, ""}, {"company", "company", 13, 14, "Child Company"},
    {"company", "task", 191, 192, ""},    {"contact", "task", 203, 204, ""},
    {"deal", "task", 215, 216, ""},       {"ticket", "task", 229, 230, ""},
    {"order", "task", 726, 727, ""},      {"deal", "contact", 3, 4, ""},
    {"deal", "line_item", 19, 20, ""},    {"order", "line_item", 513, 514, ""},
    {"deal", "order", 511, 512, ""},      {"order", "contact", 507, 508, ""},
    {"deal", "ticket", 27, 28, ""},       {"company", "call", 181, 182, ""},
    {"company", "email", 185, 186, ""},   {"company", "meeting", 187, 188, ""},
    {"company", "note", 189, 190, ""},    {"company", "communication", 88, 87, ""},
    {"deal", "call", 205, 206, ""},       {"deal", "email", 209, 210, ""},
    {"deal", "meeting", 211, 212, ""},    {"deal", "note", 213, 214, ""},
    {"contact", "call", 193, 194, ""},    {"contact", "email", 197, 198, ""},
    {"contact", "meeting", 199, 200, ""}, {"contact", "note", 201, 202, ""},
    {"company", "invoice", 180, 179, ""}, {"company", "subscription", 298, 297, ""},
    {"company", "quote", 72, 71, ""},
};

const std::vector<Link> kNoLinks;

}  // namespace

bool Link::has(int type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

void Link::add(int type) {
  if (has(type)) return;
  const auto free = std::find(types.begin(), types.end(), 0);
  if (free != types.end()) *free = static_cast<std::uint16_t>(type);
}

void Link::drop(int type) {
  const auto end = std::remove(types.begin(), types.end(), static_cast<std::uint16_t>(type));
  std::fill(end, types.end(), std::uint16_t{0});
}

Associations::Associations(Schema& schema) : schema_(schema) {
  for (const Known& known : kKnown) {
    const ObjectType* from = schema.find(known.from);
    const ObjectType* to = schema.find(known.to);
    const bool primary = known.label == kPrimary;
    const std::string back = known.id == 13 ? "Parent Company" : known.label;
    add_type({from, to, known.id, known.inverse, "HUBSPOT_DEFINED", known.label, primary});
    if (known.id != known.inverse) {
      add_type({to, from, known.inverse, known.id, "HUBSPOT_DEFINED", back, primary});
    }
  }
}

AssociationType& Associations::add_type(AssociationType type) {
  AssociationType& added = types_.emplace_back(std::move(type));
  by_pair_[{added.from, added.to}].push_back(&added);
  return added;
}

int Associations::take_ids(const std::string& category) {
  int& next = category == kOwn ? next_own_id_ : next_id_;
  return std::exchange(next, next + 2);
}

const AssociationType& Associations::default_type(const ObjectType& from, const ObjectType& to) {
  for (const AssociationType* type : by_pair_[{&from, &to}]) {
    if (type->is_default()) return *type;
  }
  const bool same = &from == &to;
  const std::string category = from.custom || to.custom ? kOwn : "HUBSPOT_DEFINED";
  const int id = take_ids(category);
  if (!same) add_type({&to, &from, id + 1, id, category, "", false});
  return add_type({&from, &to, id, same ? id : id + 1, category, "", false});
}

std::vector<const AssociationType*> Associations::types(const ObjectType& from,
                                                        const ObjectType& to) {
  default_type(from, to);
  const auto& known = by_pair_[{&from, &to}];
  return {known.begin(), known.end()};
}

const AssociationType* Associations::find(const ObjectType& from, const ObjectType& to, int id) {
  for (const AssociationType* type : types(from, to)) {
    if (type->id == id) return type;
  }
  return nullptr;
}

const AssociationType* Associations::named(const ObjectType& from, const ObjectType& to,
                                           const std::string& category, int type_id) {
  for (const AssociationType* type : types(from, to)) {
    if (type->category == category && type->type_id() == type_id) return type;
  }
  return nullptr;
}

int Associations::define(const ObjectType& from, const ObjectType& to, const std::string& label) {
  default_type(from, to);
  const int id = take_ids(kOwn);
  add_type({&from, &to, id, id + 1, kOwn, label, false});
  add_type({&to, &from, id + 1, id, kOwn, label, false});
  return id;
}

const std::vector<Link>& Associations::links(const ObjectType& from, RecordId id,
                                             const ObjectType& to) const {
  const auto side = sides_.find({&from, &to});
  if (side == sides_.end()) return kNoLinks;
  const auto found = side->second.find(id);
  return found == side->second.end() ? kNoLinks : found->second;
}

const Link* Associations::link_between(const ObjectType& from, RecordId id, const ObjectType& to,
                                       RecordId to_id) const {
  for (const Link& link : links(from, id, to)) {
    if (link.to == to_id) return &link;
  }
  return nullptr;
}

void Associations::put(const AssociationType& type, RecordId from, RecordId to) {
  std::vector<Link>& links = sides_[{type.from, type.to}][from];
  auto found =
      std::find_if(links.begin(), links.end(), [to](const Link& link) { return link.to == to; });
  if (found == links.end()) {
    found = links.insert(links.end(), Link{to, {}});
    found->add(default_type(*type.from, *type.to).id);
  }
  found->add(type.id);
}

void Associations::drop_primary(const AssociationType& type, RecordId from) {
  const AssociationType& back = *find(*type.to, *type.from, type.inverse);
  for (Link& link : sides_[{type.from, type.to}][from]) {
    if (!link.has(type.id)) continue;
    link.drop(type.id);
    for (Link& other : sides_[{back.from, back.to}][link.to]) {
      if (other.to == from) other.drop(back.id);
    }
  }
}

void Associations::link(const AssociationType& type, RecordId from, RecordId to) {
  const AssociationType& back = *find(*type.to, *type.from, type.inverse);
  // The primary company is one: of the deal, not of the company that has many deals.
  if (type.is_primary && type.to->singular == "company") drop_primary(type, from);
  if (type.is_primary && type.from->singular == "company") drop_primary(back, to);
  put(type, from, to);
  put(back, to, from);
}

bool Associations::unlink(const ObjectType& from, RecordId id, const ObjectType& to,
                          RecordId to_id) {
  const auto drop = [](std::vector<Link>& links, RecordId other) {
    return std::erase_if(links, [other](const Link& link) { return link.to == other; }) > 0;
  };
  drop(sides_[{&to, &from}][to_id], id);
  return drop(sides_[{&from, &to}][id], to_id);
}

void Associations::unlink(const AssociationType& type, RecordId from, RecordId to) {
  if (type.is_default()) {
    unlink(*type.from, from, *type.to, to);
    return;
  }
  for (Link& link : sides_[{type.from, type.to}][from]) {
    if (link.to == to) link.drop(type.id);
  }
  for (Link& link : sides_[{type.to, type.from}][to]) {
    if (link.to == from) link.drop(type.inverse);
  }
}

void Associations::move(const ObjectType& type, RecordId old, RecordId survivor) {
  for (const ObjectType& other : schema_.all()) {
    const std::vector<Link> links = this->links(type, old, other);
    for (const Link& each : links) {
      unlink(type, old, other, each.to);
      const bool is_self = &other == &type && each.to == survivor;
      for (const int id : each.types) {
        const AssociationType* kind = id == 0 || is_self ? nullptr : find(type, other, id);
        if (kind != nullptr) link(*kind, survivor, each.to);
      }
    }
  }
}

void Associations::erase(const ObjectType& type, RecordId id) {
  for (const ObjectType& other : schema_.all()) {
    const std::vector<Link> links = this->links(type, id, other);
    for (const Link& each : links) unlink(type, id, other, each.to);
  }
}

}  // namespace upselld::sandbox::hubspot
