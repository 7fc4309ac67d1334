// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

namespace {

std::vector<Wish> wishes(const std::vector<std::string>& needed,
                         const std::vector<std::string>& wanted) {
  std::vector<Wish> all;
  for (const std::string& path : needed) all.push_back({path, true});
  for (const std::string& path : wanted) all.push_back({path, false});
  return all;
}

StreamSpec account_spec(const SalesforceSettings& settings, const std::string& prefix) {
  StreamSpec spec = {"accounts", "Account", Shape::account, RecordKind::account};
  spec.wishes = wishes({"Name"}, {"OwnerId", "ParentId", "MasterRecordId", "CreatedDate",
                                  "CurrencyIsoCode", field_name(prefix, Field::pause_until)});
  for (const AttributeField& attribute : settings.attributes) {
    spec.wishes.push_back({attribute.field, false});
  }
  for (const FieldValuesWanted& scope : settings.scope) spec.wishes.push_back({scope.field, true});
  if (!settings.opted_out_field.empty()) spec.wishes.push_back({settings.opted_out_field, true});
  return spec;
}

StreamSpec contact_spec() {
  StreamSpec spec = {"contacts", "Contact", Shape::contact, RecordKind::contact};
  spec.wishes =
      wishes({"AccountId"},
             {"Title", "HasOptedOutOfEmail", "DoNotCall", "IsEmailBounced", "LastActivityDate",
              "MasterRecordId", "Individual.HasOptedOutSolicit", "Individual.HasOptedOutProcessing",
              "Individual.HasOptedOutProfiling", "Individual.ShouldForget"});
  return spec;
}

void add_order_specs(const SalesforceSettings& settings, std::vector<StreamSpec>& all) {
  StreamSpec deals = {"orders", "Opportunity", Shape::opportunity, RecordKind::order};
  deals.wishes = wishes({"AccountId", "CloseDate", "IsClosed", "IsWon"},
                        {"Amount", "Type", "CreatedDate", "CurrencyIsoCode"});
  all.push_back(std::move(deals));
  StreamSpec lines = {"order_lines", "OpportunityLineItem", Shape::opportunity_line,
                      RecordKind::order_line};
  lines.wishes = wishes({"OpportunityId", "Opportunity.AccountId", "Opportunity.CloseDate"},
                        {"Product2Id", "Quantity", "UnitPrice", "CreatedDate", "CurrencyIsoCode",
                         "Opportunity.IsClosed", "Opportunity.IsWon", "Opportunity.Type"});
  StreamSpec history = {"order_history", "OpportunityFieldHistory", Shape::opportunity_history,
                        RecordKind::activity};
  history.stamp = "CreatedDate";
  history.wishes = wishes({"OpportunityId", "Opportunity.AccountId", "Field"}, {});
  history.filter = "Field = 'StageName'";
  if (!settings.orders_are_won) all.push_back(std::move(lines));
  all.push_back(std::move(history));
  if (!settings.orders_are_won) return;
  StreamSpec orders = {"activated_orders", "Order", Shape::order, RecordKind::order};
  orders.wishes = wishes({"AccountId", "EffectiveDate"},
                         {"Status", "StatusCode", "Type", "TotalAmount", "ActivatedDate",
                          "IsReductionOrder", "CreatedDate", "CurrencyIsoCode"});
  all.push_back(std::move(orders));
  StreamSpec items = {"activated_order_lines", "OrderItem", Shape::order_line,
                      RecordKind::order_line};
  items.wishes = wishes({"OrderId", "Order.AccountId", "Order.EffectiveDate"},
                        {"Product2Id", "Quantity", "UnitPrice", "CreatedDate", "CurrencyIsoCode",
                         "Order.StatusCode", "Order.Type"});
  all.push_back(std::move(items));
}

void add_activity_specs(const std::string& prefix, std::vector<StreamSpec>& all) {
  StreamSpec cases = {"cases", "Case", Shape::open_case, RecordKind::activity};
  cases.records_per_row = 3;
  cases.wishes = wishes({"AccountId", "CreatedDate", "IsClosed"},
                        {"ContactId", "ClosedDate", "IsEscalated", "LastModifiedDate"});
  all.push_back(std::move(cases));
  StreamSpec tasks = {"tasks", "Task", Shape::task, RecordKind::activity};
  tasks.wishes = wishes({"AccountId", "IsClosed", "ActivityDate"},
                        {"WhoId", "TaskSubtype", "CompletedDateTime", "CreatedDate",
                         "CallDurationInSeconds", task_field_name(prefix, "Key")});
  all.push_back(std::move(tasks));
  StreamSpec events = {"events", "Event", Shape::event, RecordKind::activity};
  events.wishes = wishes({"AccountId", "StartDateTime"},
                         {"WhoId", "DurationInMinutes", "CreatedDate", "IsChild"});
  all.push_back(std::move(events));
  StreamSpec emails = {"emails", "EmailMessage", Shape::email, RecordKind::activity};
  emails.wishes = wishes({"Incoming", "MessageDate"},
                         {"ParentId", "RelatedToId", "Parent.AccountId", "CreatedDate"});
  all.push_back(std::move(emails));
  StreamSpec members = {"campaign_members", "CampaignMember", Shape::campaign_member,
                        RecordKind::activity};
  members.records_per_row = 2;
  members.wishes = wishes({"Contact.AccountId", "CreatedDate"},
                          {"ContactId", "CampaignId", "HasResponded", "FirstRespondedDate"});
  all.push_back(std::move(members));
}

StreamSpec custom_spec(const ActivityObject& activity) {
  StreamSpec spec = {activity.stream, activity.object, Shape::custom, RecordKind::activity};
  spec.activity = &activity;
  spec.wishes = wishes({activity.account, activity.at}, {"CreatedDate"});
  for (const std::string* path : {&activity.value, &activity.kind_field}) {
    if (!path->empty()) spec.wishes.push_back({*path, true});
  }
  return spec;
}

Error hidden(const StreamSpec& spec, const std::string& what) {
  return {ErrorKind::forbidden,
          fmt::format("{} is missing, or this user may not see it; give it by a permission set, "
                      "or name {} in leave_out",
                      what, spec.name),
          {}};
}

}  // namespace

std::vector<StreamSpec> stream_specs(const SalesforceSettings& settings,
                                     const ConnectorContext& context) {
  std::vector<StreamSpec> all;
  StreamSpec users = {"reps", "User", Shape::user, RecordKind::rep};
  users.reads_all = false;
  users.offers_sweep = false;
  users.wishes = wishes({"Name", "IsActive"}, {"Email", "ManagerId", "UserType"});
  all.push_back(std::move(users));
  all.push_back(account_spec(settings, context.prefix));
  StreamSpec history = {"account_changes", "AccountHistory", Shape::account_history,
                        RecordKind::attribute_change};
  history.stamp = "CreatedDate";
  history.offers_sweep = false;
  history.wishes = wishes({"AccountId", "Field", "NewValue"}, {"OldValue"});
  all.push_back(std::move(history));
  all.push_back(contact_spec());
  StreamSpec products = {"products", "Product2", Shape::product, RecordKind::product};
  products.offers_sweep = false;
  products.wishes = wishes({"Name"}, {"Family"});
  all.push_back(std::move(products));
  add_order_specs(settings, all);
  add_activity_specs(context.prefix, all);
  for (const ActivityObject& activity : settings.activities) all.push_back(custom_spec(activity));
  std::erase_if(all, [&](const StreamSpec& spec) { return settings.leaves_out(spec.name); });
  return all;
}

std::string select_of(const StreamPlan& plan) {
  std::string text = "SELECT ";
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    text += (i == 0 ? "" : ", ") + plan.columns[i];
  }
  return text + " FROM " + plan.spec->object;
}

Result<std::vector<std::string>> missing_wishes(const StreamSpec& spec, Describe& describe) {
  std::vector<std::string> missing;
  for (const Wish& wish : spec.wishes) {
    const auto path = describe.path(spec.object, wish.path);
    if (!path) return path.error();
    if (path->empty()) missing.push_back(wish.path);
  }
  return missing;
}

Result<StreamPlan> plan_stream(const StreamSpec& spec, const SalesforceSettings& settings,
                               Describe& describe) {
  const auto object = describe.object(spec.object);
  if (!object) return object.error();
  if (*object == nullptr || !(*object)->queryable) return hidden(spec, "the object " + spec.object);
  StreamPlan plan;
  plan.spec = &spec;
  plan.is_replicateable = (*object)->replicateable && spec.stamp == "SystemModstamp";
  // From the best stamp to the one that every object has.
  for (const std::string& stamp :
       {spec.stamp, std::string("LastModifiedDate"), std::string("CreatedDate")}) {
    if ((*object)->field(stamp) == nullptr) continue;
    plan.stamp = stamp;
    break;
  }
  if (plan.stamp.empty()) return hidden(spec, spec.object + ".SystemModstamp");
  plan.columns = {"Id", plan.stamp};
  if ((*object)->field("IsDeleted") != nullptr && spec.reads_all) {
    plan.reads_deleted = true;
    plan.columns.push_back("IsDeleted");
  }
  plan.names = plan.columns;
  for (const Wish& wish : spec.wishes) {
    const auto path = describe.path(spec.object, wish.path);
    if (!path) return path.error();
    if (path->empty() && wish.is_needed) return hidden(spec, spec.object + "." + wish.path);
    if (path->empty()) continue;
    const bool is_known =
        std::find(plan.columns.begin(), plan.columns.end(), *path) != plan.columns.end();
    if (is_known) continue;
    plan.columns.push_back(*path);
    plan.names.push_back(wish.path);
  }
  if (spec.shape == Shape::product) plan.names.push_back(kListPriceColumn);
  for (const AttributeField& attribute : settings.attributes) {
    if (spec.shape != Shape::account) break;
    const FieldInfo* field = (*object)->field(attribute.field);
    plan.has_formula |= field != nullptr && field->calculated;
  }
  std::string text = settings.fingerprint + spec.name + spec.object + plan.stamp;
  for (const std::string& column : plan.columns) text += "|" + column;
  if (spec.activity != nullptr) text += "|" + spec.activity->kind + ":" + spec.activity->kind_field;
  plan.fingerprint = fmt::format("{:016x}", keyed_hash(0, text));
  return plan;
}

}  // namespace upselld::plugins::salesforce
