// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sandbox/catalogue.h"
#include "sandbox/csv_out.h"
#include "sandbox/history.h"

namespace upselld::sandbox {

// Turns one account's history into rows. None of this feeds back into the process: it is how the
// process shows itself in a CRM.

struct OutputFiles {
  CsvOut accounts;
  CsvOut contacts;
  CsvOut orders;
  CsvOut order_lines;
  CsvOut activities;
  CsvOut quota;
  CsvOut web_visits;
  CsvOut changes;
  CsvOut truth;
  CsvOut plants;
};

// How often rows of each kind were written for one month of an account.
struct MonthTraces {
  bool is_seen = false;  // the account was there, and a customer, on one day at least
  int logins = 0, feature_uses = 0, email_opens = 0, email_clicks = 0, email_replies = 0;
  int calls = 0, meetings = 0, site_visits = 0;     // by engagement
  int product_views = 0, pricing_visits = 0;        // by interest
  bool is_offered = false, is_upsell_lost = false;  // by interest
  int orders = 0;                                   // by level and growth
};

// A cancelled order that is paid back.
struct Refund {
  Day day;
  std::int64_t cents = 0;
};

// What orders leave behind for the other files.
struct OrderTraces {
  std::int64_t seats = 0;  // at the calendar's end
  std::int64_t first_seats = 0;
  Plan plan = Plan::basic;
  std::vector<Refund> refunds;
  std::int64_t won_orders = 0;
  std::int64_t upsells = 0;
  std::int64_t last_cents = 0;      // of the last won order
  std::vector<MonthTraces> months;  // one for each of History::months
};

// Writes orders, their lines, and the plan and seats history that follows from up-sells.
OrderTraces emit_orders(const Calendar& calendar, std::uint64_t seed, const History& history,
                        OutputFiles& files);

// A contact of an account; the first is the buyer.
struct ContactDraw {
  std::string id;
  Day last_touch;
  bool active = true;
  bool may_mail = true;
  bool may_call = true;
  bool may_profile = true;
};
std::vector<ContactDraw> draw_contacts(std::uint64_t seed, const History& history);

// Writes activities, quota days and web visits; moves the contacts' last touch; counts what it
// wrote in `orders.months`.
void emit_activities(const Calendar& calendar, std::uint64_t seed, const History& history,
                     OrderTraces& orders, std::vector<ContactDraw>& contacts, OutputFiles& files);

// Writes what a careless export would show of an account, and an honest trait beside it.
void emit_plants(std::uint64_t seed, const History& history, const OrderTraces& orders,
                 double probability_today, OutputFiles& files);

// Writes the account's row and its contacts'.
void emit_account(std::uint64_t seed, int reps, const History& history, const OrderTraces& orders,
                  const std::vector<ContactDraw>& contacts, OutputFiles& files);

}  // namespace upselld::sandbox
