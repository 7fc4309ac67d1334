// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"

namespace upselld {

// What a stream brings. One page holds one kind.
enum class RecordKind : std::uint8_t {
  account,
  order,             // also won, lost and open opportunities and deals
  order_line,        // a line on its own; lines without an order make one (see docs/data-model.md)
  product,
  activity,
  contact,
  rep,
  attribute_change,  // the CRM's field history, or what a file says about the past
};
const char* to_text(RecordKind kind);

enum class OrderKind : std::uint8_t { new_business, renewal, upsell, cross_sell, other };
enum class OrderStatus : std::uint8_t { won, lost, open, cancelled };
const char* to_text(OrderKind kind);
const char* to_text(OrderStatus status);
// Reads the words that to_text writes; anything else is false and `out` keeps its value.
bool parse(std::string_view text, OrderKind& out);
bool parse(std::string_view text, OrderStatus& out);

// How the values of a mapped CRM field are read. Ordered text has its order in the settings.
enum class AttributeKind : std::uint8_t { number, text, ordered_text, instant, boolean };
const char* to_text(AttributeKind kind);

// A CRM field that an admin mapped, under our name for it.
struct AttributeSpec {
  std::string name;
  AttributeKind kind = AttributeKind::text;
  std::vector<std::string> order;  // ordered_text: lowest first
  bool is_static = false;          // never changes for an account: usable for the past
};

// One value of an attribute. Missing: NaN number and empty text. A boolean is 0 or 1, an instant is
// its milliseconds, ordered text is its text (its rank comes from AttributeSpec::order).
struct AttributeValue {
  double number = 0;
  std::string text;
};

// The activity kinds every part knows. An admin may map any other name; names are
// [a-z][a-z0-9_]{0,47}.
inline constexpr const char* kActivityKinds[] = {
    "email_open",   "email_click", "email_reply",    "site_visit",     "pricing_visit",
    "product_view", "login",       "feature_use",    "limited_feature_use", "quota_usage",
    "case_opened",  "case_escalated", "case_closed", "nps",            "csat",
    "referral",     "call",        "meeting",        "offer_shown",    "offer_accepted",
    "offer_declined", "refund"};

// Facts of one account as the store knows them at the moment asked for. Empty text: not known.
struct AccountFacts {
  std::uint32_t number = 0;  // the store's number: never reused, not shown to people
  std::string connection;
  std::string id;            // the CRM's id
  std::string name;
  std::string owner;         // rep id
  std::string parent;        // account id
  std::string currency;
  Instant created_at = Instant::missing();
  Instant deleted_at = Instant::missing();
  Instant pause_until = Instant::missing();
  bool opted_out = false;    // of profiling
  bool in_scope = true;      // matches the connection's `accounts:`
  // Index = position in the attribute table that the store was opened with. region, industry and
  // plan are attributes like any other.
  std::vector<AttributeValue> attributes;
};

struct ContactFacts {
  std::string id;
  std::string role;
  bool active = true;
  bool may_mail = true;
  bool may_call = true;
  bool may_profile = true;
  Instant last_touch_at = Instant::missing();
};

struct RepFacts {
  std::string id;
  std::string name;
  std::string email;
  std::string region;
  std::string manager;
  bool active = true;
};

}  // namespace upselld
