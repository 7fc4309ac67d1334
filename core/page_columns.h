// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/page.h"

namespace upselld {

// Calls `visit(name, column, is_id)` for every column of a page, whatever it holds; `is_id` tells
// texts that are bounded like ids. The one place that lists the columns of each kind.
template <typename Visit>
void for_each_column(const AccountColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("name", c.name, false);
  visit("owner", c.owner, true);
  visit("parent", c.parent, true);
  visit("currency", c.currency, true);
  visit("created_at", c.created_at, false);
  visit("pause_until", c.pause_until, false);
  visit("opted_out", c.opted_out, false);
  visit("deleted", c.deleted, false);
  visit("in_scope", c.in_scope, false);
  visit("modified_at", c.modified_at, false);
  for (const AttributeColumn& attribute : c.attributes) {
    visit("attributes", attribute.number, false);
    visit("attributes", attribute.text, false);
  }
}
template <typename Visit>
void for_each_column(const OrderColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("account", c.account, true);
  visit("currency", c.currency, true);
  visit("placed_at", c.placed_at, false);
  visit("known_at", c.known_at, false);
  visit("modified_at", c.modified_at, false);
  visit("amount", c.amount, false);
  visit("kind", c.kind, false);
  visit("status", c.status, false);
}
template <typename Visit>
void for_each_column(const OrderLineColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("order", c.order, true);
  visit("account", c.account, true);
  visit("product", c.product, true);
  visit("currency", c.currency, true);
  visit("at", c.at, false);
  visit("known_at", c.known_at, false);
  visit("modified_at", c.modified_at, false);
  visit("quantity", c.quantity, false);
  visit("unit_price", c.unit_price, false);
  visit("kind", c.kind, false);
  visit("status", c.status, false);
}
template <typename Visit>
void for_each_column(const ProductColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("name", c.name, false);
  visit("family", c.family, false);
  visit("list_price", c.list_price, false);
  visit("rating", c.rating, false);
}
template <typename Visit>
void for_each_column(const ActivityColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("account", c.account, true);
  visit("contact", c.contact, true);
  visit("thread", c.thread, true);
  visit("at", c.at, false);
  visit("known_at", c.known_at, false);
  visit("modified_at", c.modified_at, false);
  visit("kind", c.kind, false);
  visit("value", c.value, false);
}
template <typename Visit>
void for_each_column(const ContactColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("account", c.account, true);
  visit("role", c.role, false);
  visit("last_touch_at", c.last_touch_at, false);
  visit("modified_at", c.modified_at, false);
  visit("active", c.active, false);
  visit("may_mail", c.may_mail, false);
  visit("may_call", c.may_call, false);
  visit("may_profile", c.may_profile, false);
}
template <typename Visit>
void for_each_column(const RepColumns& c, const Visit& visit) {
  visit("id", c.id, true);
  visit("name", c.name, false);
  visit("email", c.email, false);
  visit("region", c.region, false);
  visit("manager", c.manager, true);
  visit("active", c.active, false);
}
template <typename Visit>
void for_each_column(const AttributeChangeColumns& c, const Visit& visit) {
  visit("account", c.account, true);
  visit("text", c.text, false);
  visit("attribute", c.attribute, false);
  visit("at", c.at, false);
  visit("known_at", c.known_at, false);
  visit("number", c.number, false);
}

}  // namespace upselld
