// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/digest.h"
#include "plugins/hubspot/hubspot_fields.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr const char* kParent = "hs_parent_company_id";
constexpr const char* kOwnOptOut = "hs_email_optout";
constexpr const char* kContactScope = "crm.objects.contacts.read";
constexpr int kOften = 1, kRarely = 7;

void add_companies(const HubspotSettings& settings, const std::string& prefix,
                   std::vector<StreamSpec>& all) {
  StreamSpec companies = {"accounts", "companies", Shape::company, RecordKind::account};
  companies.scope = "crm.objects.companies.read";
  companies.properties = {
      "name",       "hubspot_owner_id",     kParent,
      "createdate", "hs_merged_object_ids", property_name(prefix, Field::pause_until)};
  StreamSpec history = {"account_changes", "companies", Shape::company_history,
                        RecordKind::attribute_change};
  // What the index told too late is there at last.
  companies.refresh_periods = kRarely;
  history.scope = companies.scope;
  history.offers_sweep = false;
  for (const AttributeField& attribute : settings.attributes) {
    companies.properties.push_back(attribute.field);
    if (!attribute.spec.is_static) history.history.push_back(attribute.field);
  }
  for (const FieldValuesWanted& scope : settings.scope) companies.needed.push_back(scope.field);
  if (!settings.opted_out_field.empty()) companies.needed.push_back(settings.opted_out_field);
  all.push_back(std::move(companies));
  // So many of each are usual.
  history.records_per_row = 20 * std::max<std::size_t>(history.history.size(), 1);
  if (!history.history.empty()) all.push_back(std::move(history));
}

void add_contacts(const HubspotSettings& settings, std::vector<StreamSpec>& all) {
  StreamSpec contacts = {"contacts", "contacts", Shape::contact, RecordKind::contact};
  contacts.scope = kContactScope;
  // Contacts alone have another name for it; the usual one finds nothing, without an error.
  contacts.stamp = "lastmodifieddate";
  contacts.refresh_periods = kRarely;
  contacts.properties = {"associatedcompanyid", "jobtitle", "hs_merged_object_ids",
                         "notes_last_contacted", "hs_sales_email_last_replied"};
  if (settings.no_mail == kOwnOptOut) contacts.properties.push_back(kOwnOptOut);
  // Misspelt, it would read as nobody's refusal.
  for (const auto& [option, property] : consent_properties(settings)) {
    contacts.needed.push_back(property);
  }
  StreamSpec engagement = {"engagement", "contacts", Shape::engagement, RecordKind::activity};
  engagement.scope = kContactScope;
  engagement.stamp = contacts.stamp;
  engagement.offers_sweep = false;
  engagement.records_per_row = 6;
  engagement.refresh_periods = kRarely;
  engagement.properties = {"associatedcompanyid",         "hs_email_last_open_date",
                           "hs_email_last_click_date",    "hs_sales_email_last_opened",
                           "hs_sales_email_last_clicked", "hs_analytics_last_timestamp",
                           "recent_conversion_date",      "hs_merged_object_ids"};
  all.push_back(std::move(contacts));
  all.push_back(std::move(engagement));
}

StreamSpec line_spec(const char* name, Shape shape, const char* parent) {
  StreamSpec lines = {name, "line_items", shape, RecordKind::order_line};
  lines.scope = "crm.objects.line_items.read|e-commerce";
  lines.parent = parent;
  lines.refresh_periods = kOften;
  lines.properties = {"hs_product_id",
                      "hs_sku",
                      "name",
                      "quantity",
                      "price",
                      "amount",
                      "hs_line_item_currency_code"};
  return lines;
}

void add_orders(const HubspotSettings& settings, std::vector<StreamSpec>& all) {
  StreamSpec deals = {"orders", "deals", Shape::deal, RecordKind::order};
  deals.scope = "crm.objects.deals.read";
  deals.links_company = true;
  deals.refresh_periods = kOften;
  deals.properties = {"amount",
                      "deal_currency_code",
                      "amount_in_home_currency",
                      "closedate",
                      "createdate",
                      "dealstage",
                      "dealtype",
                      "hs_is_closed",
                      "hs_is_closed_won",
                      "hs_is_closed_lost",
                      "hs_merged_object_ids"};
  StreamSpec history = {"order_history", "deals", Shape::deal_history, RecordKind::activity};
  history.scope = deals.scope;
  history.links_company = true;
  history.offers_sweep = false;
  history.records_per_row = 40;
  history.refresh_periods = kRarely;
  history.properties = {"hs_merged_object_ids"};
  history.history = {"dealstage"};
  all.push_back(std::move(deals));
  if (!settings.orders_are_won) {
    all.push_back(line_spec("order_lines", Shape::deal_line, "deals"));
  }
  all.push_back(std::move(history));
  if (!settings.orders_are_won) return;
  StreamSpec orders = {"commerce_orders", "orders", Shape::order, RecordKind::order};
  orders.scope = "crm.objects.orders.read";
  orders.links_company = true;
  orders.refresh_periods = kOften;
  orders.properties = {"hs_external_created_date",
                       "hs_processed_date",
                       "createdate",
                       "hs_createdate",
                       "hs_total_price",
                       "hs_homecurrency_amount",
                       "hs_currency_code",
                       "hs_external_order_status",
                       "hs_fulfillment_status"};
  all.push_back(std::move(orders));
  all.push_back(line_spec("commerce_order_lines", Shape::order_line, "orders"));
}

StreamSpec activity_spec(const char* name, Shape shape, std::vector<std::string> properties) {
  StreamSpec spec = {name, name, shape, RecordKind::activity};
  spec.scope = kContactScope;
  spec.links_company = spec.links_contact = true;
  spec.refresh_periods = kRarely;
  spec.properties = std::move(properties);
  for (const char* usual : {"hs_timestamp", "hs_createdate"}) spec.properties.push_back(usual);
  return spec;
}

void add_activities(const HubspotSettings& settings, const std::string& prefix,
                    std::vector<StreamSpec>& all) {
  StreamSpec tickets = {"cases", "tickets", Shape::ticket, RecordKind::activity};
  tickets.scope = "tickets";
  tickets.links_company = tickets.links_contact = true;
  tickets.refresh_periods = kRarely;
  tickets.offers_sweep = false;
  tickets.records_per_row = 3;
  tickets.properties = {"createdate",        "closed_date",        "time_to_close",
                        "hs_pipeline_stage", "hs_ticket_priority", "hs_merged_object_ids"};
  all.push_back(std::move(tickets));
  all.push_back(activity_spec("calls", Shape::call, {"hs_call_duration", "hs_call_status"}));
  all.push_back(activity_spec("emails", Shape::email, {"hs_email_direction"}));
  all.back().scope += "|sales-email-read";
  all.push_back(
      activity_spec("meetings", Shape::meeting,
                    {"hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome"}));
  all.push_back(activity_spec("notes", Shape::note, {}));
  all.push_back(activity_spec("tasks", Shape::task,
                              {"hs_task_status", "hs_task_completion_date", key_property(prefix)}));
  // Without a unique property their key may stand in their text alone.
  if (settings.task_keys == TaskKeys::at_most_once) {
    all.back().properties.push_back("hs_task_body");
  }
  all.push_back(
      activity_spec("communications", Shape::communication, {"hs_communication_channel_type"}));
  for (const ActivityObject& activity : settings.activities) {
    StreamSpec spec = {activity.stream, activity.object, Shape::custom, RecordKind::activity};
    spec.activity = &activity;
    spec.refresh_periods = kRarely;
    spec.links_company = activity.account.empty();
    spec.properties = {"hs_merged_object_ids"};
    for (const std::string* one :
         {&activity.at, &activity.account, &activity.value, &activity.kind_field}) {
      if (!one->empty()) spec.needed.push_back(*one);
    }
    all.push_back(std::move(spec));
  }
}

}  // namespace

std::vector<std::pair<const char*, std::string>> consent_properties(
    const HubspotSettings& settings) {
  std::vector<std::pair<const char*, std::string>> properties;
  for (const auto& [option, property] : {std::pair{"no_mail", &settings.no_mail},
                                         {"no_call", &settings.no_call},
                                         {"no_profile", &settings.no_profile}}) {
    if (!property->empty() && *property != kOwnOptOut) properties.emplace_back(option, *property);
  }
  return properties;
}

std::vector<StreamSpec> stream_specs(const HubspotSettings& settings,
                                     const ConnectorContext& context) {
  std::vector<StreamSpec> all;
  StreamSpec owners = {"reps", "owners", Shape::owner, RecordKind::rep};
  owners.scope = "crm.objects.owners.read";
  owners.offers_sweep = false;
  all.push_back(std::move(owners));
  add_companies(settings, context.prefix, all);
  add_contacts(settings, all);
  StreamSpec products = {"products", "products", Shape::product, RecordKind::product};
  products.scope = "crm.objects.products.read|e-commerce";
  products.properties = {"name", "price", "hs_product_type", "hs_sku"};
  products.offers_sweep = false;
  all.push_back(std::move(products));
  add_orders(settings, all);
  add_activities(settings, context.prefix, all);
  std::erase_if(all, [&](const StreamSpec& spec) { return settings.leaves_out(spec.name); });
  return all;
}

bool is_unstamped(const Property& property) {
  static constexpr const char* kRollups[] = {"hs_analytics_", "hs_time_in_",  "num_",
                                             "notes_",        "recent_deal_", "total_revenue",
                                             "hs_num_",       "hs_total_"};
  return property.is_calculated ||
         std::any_of(std::begin(kRollups), std::end(kRollups),
                     [&](const char* rollup) { return property.name.starts_with(rollup); });
}

Result<StreamPlan> plan_stream(const StreamSpec& spec, const HubspotSettings& settings,
                               Catalogue& catalogue) {
  StreamPlan plan;
  plan.spec = &spec;
  plan.refresh_periods = spec.refresh_periods;
  std::vector<std::string> wanted = spec.needed;
  wanted.insert(wanted.end(), spec.properties.begin(), spec.properties.end());
  plan.history = spec.history;
  // Standard objects have their standard properties; the admin's own may be misspelt.
  const bool is_checked = spec.shape == Shape::company || spec.shape == Shape::custom ||
                          spec.shape == Shape::company_history;
  if (is_checked || !spec.needed.empty()) {
    const auto type = catalogue.type(spec.object);
    if (!type) return type.error();
    for (const std::string& name : spec.needed) {
      if ((*type)->may_have(name)) continue;
      return Error{ErrorKind::forbidden,
                   fmt::format("the property {} of {} is missing; correct its name, or name {} in "
                               "leave_out",
                               name, spec.object, spec.name),
                   {}};
    }
  }
  if (is_checked) {
    const auto type = catalogue.type(spec.object);
    if (!type) return type.error();
    const auto is_missing = [&](const std::string& name) { return !(*type)->may_have(name); };
    std::erase_if(wanted, is_missing);
    std::erase_if(plan.history, is_missing);
    for (const auto* names : {&wanted, &plan.history}) {
      for (const std::string& name : *names) {
        const Property* property = (*type)->property(name);
        if (property != nullptr && property->type == "date") plan.dates.insert(name);
      }
    }
    bool has_rollup = false;
    for (const std::string& name : wanted) {
      const Property* property = (*type)->property(name);
      // The parent is an association. It changes rarely: the usual reading of all is enough.
      plan.has_unstamped |= name == kParent;
      const bool is_own = name == kParent || name == "hs_merged_object_ids";
      has_rollup |= property != nullptr && !is_own && is_unstamped(*property);
    }
    plan.has_unstamped |= has_rollup;
    if (spec.shape == Shape::company && has_rollup) plan.refresh_periods = kOften;
  }
  std::set<std::string> seen;
  for (const std::string& name : wanted) {
    if (seen.insert(name).second) plan.properties.push_back(name);
  }
  std::string text = settings.fingerprint + spec.name + spec.object;
  for (const std::string& name : plan.properties) text += "|" + name;
  for (const std::string& name : plan.history) text += "<" + name;
  if (spec.activity != nullptr) text += "|" + spec.activity->kind + ":" + spec.activity->kind_field;
  plan.fingerprint = fmt::format("{:016x}", keyed_hash(0, text));
  return plan;
}

}  // namespace upselld::plugins::hubspot
