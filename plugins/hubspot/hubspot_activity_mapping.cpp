// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "plugins/crm/activity_page.h"
#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_mapping.h"
#include "plugins/hubspot/hubspot_task_text.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr double kMsPerHour = 3'600'000, kMsPerMinute = 60'000, kMsPerSecond = 1'000;
// Stage changes of one deal that are kept: the newest.
constexpr std::size_t kStagesMax = 40;

class ActivityMapper final : public Mapper {
 public:
  explicit ActivityMapper(MappingContext context)
      : context_(std::move(context)), key_(key_property(context_.connector.prefix)) {}

  Page empty_page() const override {
    Page page;
    page.columns = ActivityColumns{};
    return page;
  }

  void add(const Row& row, Page& page) const override {
    for (const std::string& old : row.merged) gone(old, row.updated, page);
    switch (context_.plan.spec->shape) {
      case Shape::ticket:
        return add_ticket(row, page);
      case Shape::engagement:
        return add_engagement(row, page);
      case Shape::deal_history:
        return add_stages(row, page);
      case Shape::custom:
        return add_custom(row, page);
      default:
        return add_engaged(row, page);
    }
  }

  RowRoom room_for(const Row& row) const override {
    const StreamSpec& spec = *context_.plan.spec;
    const bool is_history = spec.shape == Shape::deal_history;
    return usual_room(row,
                      is_history ? std::min(row.history.size(), kStagesMax) : spec.records_per_row);
  }

  void gone(const std::string& id, Instant at, Page& page) const override {
    const Shape shape = context_.plan.spec->shape;
    // What was counted from a contact or a deal happened all the same; see put_once.
    if (shape == Shape::engagement || shape == Shape::deal_history) return;
    page.deletions.push_back({id, at});
    if (shape != Shape::ticket) return;
    for (const char* part : {".closed", ".escalated"}) page.deletions.push_back({id + part, at});
  }

 private:
  void put(const Row& row, const Happening& it, Page& page) const {
    add_happening(it, row.updated, page);
  }

  // One of a record's times. Those it has taken in may have had the same, which happened once.
  void put_once(const Row& row, const std::string& what, Happening it, Page& page) const {
    const std::string end = "." + what + "." + std::to_string(it.at.ms);
    it.id = row.id + end;
    put(row, it, page);
    for (const std::string& old : row.merged) page.deletions.push_back({old + end, row.updated});
  }

  // Opened, closed and escalated are events of their own, so that each has its time.
  void add_ticket(const Row& row, Page& page) const {
    const std::string closed = row.id + ".closed", escalated = row.id + ".escalated";
    const Instant opened_at = row.stamp("createdate"), closed_at = row.stamp("closed_date");
    put(row, {row.id, row.company, row.contact, row.id, "case_opened", opened_at}, page);
    const Stages* stages = context_.stages;
    const bool is_closed = !closed_at.is_missing() &&
                           (stages == nullptr || stages->closed.empty() ||
                            stages->closed.count(std::string(row.text("hs_pipeline_stage"))) > 0);
    if (is_closed) {
      Happening it = {closed, row.company, row.contact, row.id, "case_closed", closed_at};
      const double told = row.number("time_to_close");
      it.value =
          (std::isnan(told) ? static_cast<double>((closed_at - opened_at).ms) : told) / kMsPerHour;
      put(row, it, page);
    } else {
      // It may have been closed before, and opened again.
      page.deletions.push_back({closed, row.updated});
    }
    const auto& urgent = context_.settings.escalated_priorities;
    const bool is_escalated = std::any_of(urgent.begin(), urgent.end(), [&](const auto& priority) {
      return is_same_text(priority, row.text("hs_ticket_priority"));
    });
    if (!is_escalated) {
      page.deletions.push_back({escalated, row.updated});
      return;
    }
    // The account does not say when: it is known from now on, and stays where the ticket began.
    put(row,
        {escalated, row.company, row.contact, row.id, "case_escalated", opened_at, row.updated},
        page);
  }

  // The newest time of each kind stands on the contact; each time that was seen is an event.
  void add_engagement(const Row& row, Page& page) const {
    static constexpr std::pair<const char*, const char*> kTimes[] = {
        {"hs_email_last_open_date", "email_open"},
        {"hs_email_last_click_date", "email_click"},
        {"hs_sales_email_last_opened", "email_open"},
        {"hs_sales_email_last_clicked", "email_click"},
        {"hs_analytics_last_timestamp", "site_visit"},
        {"recent_conversion_date", "form_submitted"}};
    const std::string_view company = row.text("associatedcompanyid");
    for (const auto& [property, kind] : kTimes) {
      const Instant at = row.stamp(property);
      if (at.is_missing() || company.empty()) continue;
      put_once(row, property, {{}, company, row.id, {}, kind, at}, page);
    }
  }

  void add_stages(const Row& row, Page& page) const {
    std::vector<Row::Change> changes = row.history;
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.at > b.at; });
    if (changes.size() > kStagesMax) changes.resize(kStagesMax);
    for (const Row::Change& change : changes) {
      if (change.at.is_missing() || row.company.empty()) continue;
      put_once(row, "stage", {{}, row.company, {}, row.id, "deal_stage_changed", change.at}, page);
    }
  }

  void add_engaged(const Row& row, Page& page) const {
    Happening it = {row.id, row.company, row.contact, {}, {}, row.stamp("hs_timestamp")};
    it.known_at = row.stamp("hs_createdate");
    if (!describe(row, it)) {
      page.deletions.push_back({row.id, row.updated});
      return;
    }
    put(row, it, page);
  }

  // False: it does not count.
  bool describe(const Row& row, Happening& it) const {
    switch (context_.plan.spec->shape) {
      case Shape::call:
        it.kind = "call";
        it.value = row.number("hs_call_duration") / kMsPerSecond;
        return row.text("hs_call_status") != "CANCELED";
      case Shape::email:
        it.kind = row.text("hs_email_direction") == "INCOMING_EMAIL" ? "email_reply" : "email_sent";
        return true;
      case Shape::meeting: {
        const std::string_view outcome = row.text("hs_meeting_outcome");
        const Instant begin = row.stamp("hs_meeting_start_time");
        const Instant end = row.stamp("hs_meeting_end_time");
        it.kind = "meeting";
        if (!begin.is_missing()) it.at = begin;
        if (!begin.is_missing() && !end.is_missing()) {
          it.value = static_cast<double>((end - begin).ms) / kMsPerMinute;
        }
        return outcome != "CANCELED" && outcome != "NO_SHOW" && outcome != "RESCHEDULED";
      }
      case Shape::note:
        it.kind = "note";
        return true;
      case Shape::task: {
        it.kind = "task_done";
        const Instant done = row.stamp("hs_task_completion_date");
        if (!done.is_missing()) it.at = done;
        // Ours tell their outcome elsewhere.
        const bool is_ours = !row.text(key_).empty() || holds_mark(row.text("hs_task_body"));
        return row.text("hs_task_status") == "COMPLETED" && !is_ours;
      }
      default:
        it.kind = "message";
        return true;
    }
  }

  void add_custom(const Row& row, Page& page) const {
    const ActivityObject& activity = *context_.plan.spec->activity;
    Happening it = {
        row.id,
        activity.account.empty() ? std::string_view(row.company) : row.text(activity.account),
        {},
        {},
        activity.kind_field.empty() ? std::string_view(activity.kind)
                                    : row.text(activity.kind_field),
        moment_of(row.text(activity.at), context_.connector.zone),
        row.created};
    if (!activity.value.empty()) it.value = row.number(activity.value);
    put(row, it, page);
  }

  const MappingContext context_;
  const std::string key_;
};

}  // namespace

std::unique_ptr<Mapper> make_activity_mapper(MappingContext context) {
  return std::make_unique<ActivityMapper>(std::move(context));
}

}  // namespace upselld::plugins::hubspot
