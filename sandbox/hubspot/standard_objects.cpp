// SPDX-License-Identifier: Apache-2.0
#include "core/assertions.h"
#include "sandbox/http_message.h"
#include "sandbox/hubspot/schema.h"

// The objects that every account of the sandbox has, with the properties that matter to a
// connector.
namespace upselld::sandbox::hubspot {
namespace {

struct Standard {
  const char *name, *singular, *id;
  const char* properties;
  const char* defaults;    // beside id and dates; "-": none
  const char* read_scope;  // '|' between alternatives
  const char* write_scope;
  const char* schema_scope;
};

constexpr const char* kContactsRead = "crm.objects.contacts.read";
constexpr const char* kContactsWrite = "crm.objects.contacts.write";
constexpr const char* kContactsSchema = "crm.schemas.contacts.write";

constexpr Standard kObjects[] = {
    {"companies", "company", "0-2",
     "name:s|domain:s|hubspot_owner_assigneddate:tr|"
     "lifecyclestage:e=subscriber;lead;marketingqualifiedlead;salesqualifiedlead;opportunity;"
     "customer;evangelist;other|hs_lead_status:e=NEW;OPEN;IN_PROGRESS|"
     "industry:s|numberofemployees:n|annualrevenue:n|"
     "hs_annual_revenue_currency_code:e=EUR;USD;GBP|country:s|city:s|state:s|phone:s|"
     "type:e=PROSPECT;PARTNER;RESELLER;VENDOR;OTHER|description:s|hs_parent_company_id:nr|"
     "hs_num_child_companies:nr|num_associated_contacts:nr|num_associated_deals:nr|"
     "hs_num_open_deals:nr|first_deal_created_date:tr|recent_deal_amount:nr|"
     "recent_deal_close_date:tr|total_revenue:nr|hs_total_deal_value:nr|days_to_close:nr|"
     "closedate:t|notes_last_contacted:tr|notes_last_updated:tr|notes_next_activity_date:tr|"
     "num_notes:nr|num_contacted_notes:nr|hs_last_sales_activity_timestamp:tr|"
     "hs_last_sales_activity_type:er=CALL;EMAIL;MEETING|hs_last_logged_call_date:tr|"
     "hs_last_booked_meeting_date:tr|engagements_last_meeting_booked:tr|"
     "hs_latest_meeting_activity:tr|hs_last_open_task_date:tr|hs_sales_email_last_replied:trx|"
     "hs_analytics_num_visits:nr|hs_analytics_num_page_views:nr|hs_analytics_first_timestamp:trx|"
     "hs_analytics_last_timestamp:tr|hs_analytics_last_visit_timestamp:trx|"
     "hs_analytics_source:er=ORGANIC_SEARCH;DIRECT_TRAFFIC|"
     "hs_analytics_latest_source:er=ORGANIC_SEARCH;DIRECT_TRAFFIC|"
     "hs_analytics_latest_source_timestamp:tr|num_conversion_events:nr|recent_conversion_date:tr|"
     "hs_target_account_probability:nr|hs_is_target_account:b",
     "name|domain", "crm.objects.companies.read", "crm.objects.companies.write",
     "crm.schemas.companies.write"},
    {"contacts", "contact", "0-1",
     "firstname:s|lastname:s|email:su|jobtitle:s|phone:s|associatedcompanyid:nr|"
     "hs_lastmodifieddate:tr|hs_calculated_merged_vids:sr|"
     "lifecyclestage:e=subscriber;lead;opportunity;customer;other|hs_email_optout:b|"
     "hs_email_delivered:nr|hs_email_open:nr|hs_email_click:nr|hs_email_bounce:nr|"
     "hs_email_last_send_date:tr|hs_email_last_open_date:tr|hs_email_last_click_date:tr|"
     "hs_sales_email_last_opened:tr|hs_sales_email_last_clicked:tr|hs_sales_email_last_replied:tr|"
     "hs_analytics_num_visits:nr|hs_analytics_num_page_views:nr|"
     "hs_analytics_num_event_completions:nr|hs_analytics_last_timestamp:tr|"
     "num_conversion_events:nr|recent_conversion_date:tr|notes_last_contacted:tr|num_notes:nr",
     "firstname|lastname|email", kContactsRead, kContactsWrite, kContactsSchema},
    {"deals", "deal", "0-3",
     "dealname:s|pipeline:e|dealstage:e|amount:n|deal_currency_code:e=EUR;USD|"
     "amount_in_home_currency:nr|hs_exchange_rate:nr|closedate:t|"
     "dealtype:e=newbusiness;existingbusiness;renewal;cross_sell|hs_is_closed:br|hs_is_closed_won:"
     "br|"
     "hs_is_closed_lost:br|hs_deal_stage_probability:nr|hs_arr:nr|hs_mrr:nr|hs_acv:nr|hs_tcv:nr|"
     "num_associated_contacts:nr|hs_num_of_associated_line_items:nr|closed_lost_reason:s|"
     "closed_won_reason:s|description:s",
     "dealname|amount|closedate|pipeline|dealstage", "crm.objects.deals.read",
     "crm.objects.deals.write", "crm.schemas.deals.write"},
    {"tickets", "ticket", "0-5",
     "subject:s|content:s|hs_pipeline:e|hs_pipeline_stage:e|"
     "hs_ticket_priority:e=LOW;MEDIUM;HIGH;URGENT|hs_ticket_category:m=GENERAL_INQUIRY;BILLING|"
     "closed_date:t|time_to_close:nr",
     "subject|content|hs_pipeline|hs_pipeline_stage|hs_ticket_category|hs_ticket_priority",
     "tickets", "tickets", "tickets"},
    {"products", "product", "0-7",
     "name:s|description:s|price:n|hs_sku:s|hs_cost_of_goods_sold:n|hs_price_eur:n|hs_price_usd:n|"
     "hs_recurring_billing_period:s|recurringbillingfrequency:e=monthly;quarterly;annually|"
     "hs_product_type:e=inventory;non_inventory;service",
     "name|description|price", "crm.objects.products.read|e-commerce",
     "crm.objects.products.write|e-commerce", "e-commerce"},
    {"line_items", "line_item", "0-8",
     "name:s|hs_product_id:n|hs_sku:s|quantity:n|price:n|amount:nr|discount:n|"
     "hs_discount_percentage:n|hs_total_discount:nr|hs_recurring_billing_period:s|"
     "recurringbillingfrequency:e=monthly;quarterly;per_six_months;annually|"
     "hs_recurring_billing_start_date:d|hs_line_item_currency_code:e=EUR;USD|hs_mrr:nr|hs_arr:nr|"
     "hs_acv:nr|hs_tcv:nr",
     "quantity|amount|price", "crm.objects.line_items.read|e-commerce",
     "crm.objects.line_items.write|e-commerce", "e-commerce"},
    {"orders", "order", "0-123",
     "hs_order_name:s|hs_external_order_id:su|hs_external_order_status:s|"
     "hs_external_created_date:t|hs_processed_date:t|hs_currency_code:e=EUR;USD|hs_total_price:n|"
     "hs_subtotal_price:n|hs_shipping_cost:n|hs_homecurrency_amount:nr|hs_fulfillment_status:s|"
     "hs_source_store:s|hs_pipeline:e|hs_pipeline_stage:e",
     "hs_order_name", "crm.objects.orders.read", "crm.objects.orders.write",
     "crm.schemas.orders.write"},
    {"quotes", "quote", "0-14", "hs_title:s|hs_quote_amount:nr|hs_expiration_date:t", "hs_title",
     "crm.objects.quotes.read", "crm.objects.quotes.write", "crm.schemas.quotes.write"},
    {"invoices", "invoice", "0-53", "hs_title:s|hs_amount_billed:nr", "hs_title",
     "crm.objects.invoices.read", "crm.objects.invoices.write", "crm.schemas.invoices.write"},
    {"subscriptions", "subscription", "0-69", "hs_name:s|hs_status:s", "hs_name",
     "crm.objects.subscriptions.read", "crm.objects.subscriptions.write",
     "crm.schemas.subscriptions.write"},
    {"tasks", "task", "0-27",
     "hs_timestamp:t|hs_task_subject:s|hs_task_body:s|"
     "hs_task_status:e=NOT_STARTED;IN_PROGRESS;WAITING;COMPLETED;DEFERRED|"
     "hs_task_priority:e=NONE;LOW;MEDIUM;HIGH|hs_task_type:e=TODO;CALL;EMAIL|hs_task_reminders:s|"
     "hs_queue_membership_ids:s|hs_task_completion_date:tr|hs_task_is_overdue:br|"
     "hs_task_completion_count:nr|hs_body_preview:sr|hs_created_by_user_id:nr",
     "-", kContactsRead, kContactsWrite, "crm.schemas.contacts.write|crm.schemas.tasks.write"},
    {"calls", "call", "0-48",
     "hs_timestamp:t|hs_call_direction:e=INBOUND;OUTBOUND|hs_call_duration:n|"
     "hs_call_status:e=COMPLETED;NO_ANSWER;BUSY|hs_call_disposition:s|hs_call_title:s",
     "-", kContactsRead, kContactsWrite, kContactsSchema},
    {"emails", "email", "0-49",
     "hs_timestamp:t|hs_email_direction:e=EMAIL;INCOMING_EMAIL;FORWARDED_EMAIL|"
     "hs_email_status:e=SENT;FAILED;BOUNCED|hs_email_subject:s|hs_email_text:s|hs_email_html:s",
     "-", "crm.objects.contacts.read|sales-email-read", kContactsWrite, kContactsSchema},
    {"meetings", "meeting", "0-47",
     "hs_timestamp:t|hs_meeting_start_time:t|hs_meeting_end_time:t|hs_meeting_title:s|"
     "hs_meeting_outcome:e=SCHEDULED;COMPLETED;RESCHEDULED;NO_SHOW;CANCELED",
     "-", kContactsRead, kContactsWrite, kContactsSchema},
    {"notes", "note", "0-46", "hs_timestamp:t|hs_note_body:s", "-", kContactsRead, kContactsWrite,
     kContactsSchema},
    {"communications", "communication", "0-18",
     "hs_timestamp:t|hs_communication_channel_type:e=WHATS_APP;LINKEDIN_MESSAGE;SMS|"
     "hs_communication_body:s",
     "-", kContactsRead, kContactsWrite, kContactsSchema},
};

bool is_engagement(const std::string& name) {
  return name == "tasks" || name == "calls" || name == "emails" || name == "meetings" ||
         name == "notes" || name == "communications";
}

void name_currencies(ObjectType& type) {
  const std::pair<const char*, const char*> kAmounts[] = {
      {"annualrevenue", "hs_annual_revenue_currency_code"},
      {"amount", type.name == "deals" ? "deal_currency_code" : "hs_line_item_currency_code"},
      {"hs_total_price", "hs_currency_code"}};
  for (const auto& [amount, currency] : kAmounts) {
    const int column = type.column(amount);
    if (column >= 0) type.at(column).currency_property = currency;
  }
}

ObjectType made(const Standard& standard) {
  const std::string name = standard.name;
  const bool engagement = is_engagement(name);
  ObjectType type = make_object(name, standard.singular, standard.id, standard.properties,
                                engagement ? "hs_createdate" : "createdate",
                                name == "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate");
  if (std::string_view(standard.defaults) != "-") {
    for (const std::string& each : split(standard.defaults, '|')) {
      type.defaults.push_back(type.column(each));
      if (type.at(type.column(each)).type == PropertyType::string) {
        type.searched.push_back(type.column(each));
      }
    }
  }
  if (engagement) type.needed = {"hs_timestamp"};
  if (name == "emails") type.needed.push_back("hs_email_direction");
  if (name == "communications") type.needed.push_back("hs_communication_channel_type");
  type.read_scopes = split(standard.read_scope, '|');
  type.write_scopes = split(standard.write_scope, '|');
  type.schema_scopes = split(standard.schema_scope, '|');
  name_currencies(type);
  for (Property& property : type.properties) {
    property.calculated = property.read_only && property.name.starts_with("hs_is_closed");
    if (property.name == "associatedcompanyid" || property.name == "hs_parent_company_id") {
      property.referenced_object = "COMPANY";
    }
  }
  return type;
}

}  // namespace

Schema Schema::standard() {
  Schema schema;
  for (const Standard& standard : kObjects) schema.add(made(standard));
  return schema;
}

}  // namespace upselld::sandbox::hubspot
