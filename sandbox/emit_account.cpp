// SPDX-License-Identifier: Apache-2.0
#include "sandbox/emit.h"

namespace upselld::sandbox {
namespace {

constexpr double kShareWithParent = 0.1;
constexpr double kShareOptedOut = 0.015;
constexpr const char* kRoles[] = {"buyer", "user", "manager"};

}  // namespace

std::vector<ContactDraw> draw_contacts(std::uint64_t seed, const History& history) {
  Random random(seed, Random::Purpose::names, static_cast<std::uint64_t>(history.account));
  std::vector<ContactDraw> contacts;
  const int count = random.between(1, 3);
  for (int i = 1; i <= count; ++i) {
    contacts.push_back({.id = contact_id(history.account, i),
                        .last_touch = history.traits.created,
                        .active = i == 1 || random.chance(0.9),
                        .may_mail = random.chance(0.85),
                        .may_call = random.chance(0.75),
                        .may_profile = random.chance(0.97)});
  }
  return contacts;
}

void emit_account(std::uint64_t seed, int reps, const History& history, const OrderTraces& orders,
                  const std::vector<ContactDraw>& contacts, OutputFiles& files) {
  const int account = history.account;
  // Drawn after the contacts' numbers, from a stream of its own.
  Random random(seed ^ 0x5eedULL, Random::Purpose::names, static_cast<std::uint64_t>(account));
  const bool has_parent = account > 10 && random.chance(kShareWithParent);
  const int parent = has_parent ? random.between(1, account - 1) : 0;
  const Traits& traits = history.traits;
  const int owner = rep_of_region(traits.region, reps, random.next());
  CsvOut& out = files.accounts;
  const std::string id = account_id(account);
  out.text(id).text(account_name(account));
  out.text(has_parent ? account_id(parent) : "").text(kIndustries[traits.industry]);
  out.text(kRegions[traits.region]).text(kPlans[static_cast<std::size_t>(orders.plan)]);
  out.text(rep_id(owner)).moment(traits.created, 8 * 3600).text("EUR").integer(orders.seats);
  out.yes_no(random.chance(kShareOptedOut)).text(customer_no(account)).end_row();
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const ContactDraw& contact = contacts[i];
    files.contacts.text(contact.id).text(id).text(kRoles[i]).yes_no(contact.active);
    files.contacts.yes_no(contact.may_mail).yes_no(contact.may_call);
    files.contacts.yes_no(contact.may_profile).day(contact.last_touch).end_row();
  }
}

}  // namespace upselld::sandbox
