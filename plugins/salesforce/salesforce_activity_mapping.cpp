// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/activity_page.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr double kMsPerHour = 3'600'000;

class ActivityMapper final : public Mapper {
 public:
  ActivityMapper(const StreamPlan& plan, const ConnectorContext& context)
      : plan_(plan), zone_(context.zone), key_(task_field_name(context.prefix, "Key")) {}

  Page empty_page() const override {
    Page page;
    page.columns = ActivityColumns{};
    return page;
  }

  void add(const Record& record, Page& page) const override {
    switch (plan_.spec->shape) {
      case Shape::open_case:
        return add_case(record, page);
      case Shape::task:
        return add_task(record, page);
      case Shape::event:
        return add_event(record, page);
      case Shape::email:
        return add_email(record, page);
      case Shape::campaign_member:
        return add_member(record, page);
      case Shape::opportunity_history:
        return add_stage(record, page);
      default:
        return add_custom(record, page);
    }
  }

 private:
  void put(const Record& record, Happening it, Page& page) const {
    if (!it.contact.starts_with("003")) it.contact = {};
    const Instant stamp = record.stamp(plan_.stamp);
    if (!add_happening(it, stamp, page)) return;
    std::get<ActivityColumns>(page.columns).modified_at.push_back(stamp);
  }
  void gone(const Record& record, const std::string& id, Page& page) const {
    page.deletions.push_back({id, record.stamp(plan_.stamp)});
  }

  // Opened, closed and escalated are events of their own, so that each has its time.
  void add_case(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    const std::string closed = id + ".closed", escalated = id + ".escalated";
    if (record.flag("IsDeleted")) {
      for (const std::string& each : {id, closed, escalated}) gone(record, each, page);
      return;
    }
    const std::string_view account = record.text("AccountId"), contact = record.text("ContactId");
    const Instant opened_at = record.stamp("CreatedDate"), closed_at = record.stamp("ClosedDate");
    put(record, {id, account, contact, record.text("Id"), "case_opened", opened_at}, page);
    if (record.flag("IsClosed") && !closed_at.is_missing()) {
      Happening it = {closed, account, contact, record.text("Id"), "case_closed", closed_at};
      it.value = static_cast<double>((closed_at - opened_at).ms) / kMsPerHour;
      put(record, it, page);
    } else if (!closed_at.is_missing() || !record.flag("IsClosed")) {
      // It may have been closed before, and opened again.
      gone(record, closed, page);
    }
    if (record.flag("IsEscalated")) {
      // The org does not say when; the first time it is seen escalated, it was changed last then.
      const Instant at = record.stamp("LastModifiedDate");
      put(record,
          {escalated, account, contact, record.text("Id"), "case_escalated",
           at.is_missing() ? opened_at : at},
          page);
    } else {
      gone(record, escalated, page);
    }
  }

  void add_task(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    const std::string_view type = record.text("TaskSubtype");
    // Ours tell their outcome elsewhere; an e-mail's task is the twin of its EmailMessage.
    const bool is_other = !record.text(key_).empty() || type == "Email" || type == "ListEmail";
    if (record.flag("IsDeleted") || !record.flag("IsClosed") || is_other) {
      return gone(record, id, page);
    }
    Instant at = record.stamp("CompletedDateTime");
    const bool is_exact = !at.is_missing();
    if (!is_exact) at = day(record.text("ActivityDate"));
    if (at.is_missing()) at = record.stamp("CreatedDate");
    Happening it = {id,
                    record.text("AccountId"),
                    record.text("WhoId"),
                    {},
                    type == "Call" ? "call" : "task_done",
                    at,
                    record.stamp("CreatedDate")};
    it.value = record.number("CallDurationInSeconds");
    put(record, it, page);
  }

  void add_event(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    // Copies for invitees: the meeting took place once.
    if (record.flag("IsDeleted") || record.flag("IsChild")) return gone(record, id, page);
    Happening it = {id,        record.text("AccountId"),      record.text("WhoId"),       {},
                    "meeting", record.stamp("StartDateTime"), record.stamp("CreatedDate")};
    it.value = record.number("DurationInMinutes");
    put(record, it, page);
  }

  void add_email(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    if (record.flag("IsDeleted")) return gone(record, id, page);
    const std::string_view related = record.text("RelatedToId");
    const std::string_view account =
        related.starts_with("001") ? related : record.text("Parent.AccountId");
    put(record,
        {id,
         account,
         {},
         record.text("ParentId"),
         record.flag("Incoming") ? "email_reply" : "email_sent",
         record.stamp("MessageDate"),
         record.stamp("CreatedDate")},
        page);
  }

  void add_member(const Record& record, Page& page) const {
    const std::string id(record.text("Id")), answered = id + ".answered";
    if (record.flag("IsDeleted")) {
      gone(record, id, page);
      return gone(record, answered, page);
    }
    const std::string_view account = record.text("Contact.AccountId"),
                           contact = record.text("ContactId"), campaign = record.text("CampaignId");
    const Instant created = record.stamp("CreatedDate");
    put(record, {id, account, contact, campaign, "campaign_added", created}, page);
    if (!record.flag("HasResponded") || account.empty()) return gone(record, answered, page);
    const Instant at = day(record.text("FirstRespondedDate"));
    put(record,
        {answered, account, contact, campaign, "campaign_answered", at.is_missing() ? created : at,
         created},
        page);
  }

  void add_stage(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    if (record.flag("IsDeleted")) return gone(record, id, page);
    put(record,
        {id,
         record.text("Opportunity.AccountId"),
         {},
         record.text("OpportunityId"),
         "deal_stage_changed",
         record.stamp("CreatedDate")},
        page);
  }

  void add_custom(const Record& record, Page& page) const {
    const std::string id(record.text("Id"));
    if (record.flag("IsDeleted")) return gone(record, id, page);
    const ActivityObject& activity = *plan_.spec->activity;
    Happening it = {id,
                    record.text(activity.account),
                    {},
                    {},
                    activity.kind_field.empty() ? std::string_view(activity.kind)
                                                : record.text(activity.kind_field),
                    day(record.text(activity.at)),
                    record.stamp("CreatedDate")};
    if (!activity.value.empty()) it.value = record.number(activity.value);
    put(record, it, page);
  }

  Instant day(std::string_view text) const {
    return parse_instant(text, "iso", zone_).value_or(Instant::missing());
  }

  const StreamPlan& plan_;
  const TimeZone zone_;
  const std::string key_;
};

}  // namespace

std::unique_ptr<Mapper> make_activity_mapper(const StreamPlan& plan,
                                             const ConnectorContext& context) {
  return std::make_unique<ActivityMapper>(plan, context);
}

}  // namespace upselld::plugins::salesforce
