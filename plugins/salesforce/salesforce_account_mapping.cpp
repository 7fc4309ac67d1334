// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "plugins/crm/account_page.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class AccountMapper final : public Mapper {
 public:
  AccountMapper(const StreamPlan& plan, const SalesforceSettings& settings,
                const ConnectorContext& context)
      : plan_(plan),
        settings_(settings),
        zone_(context.zone),
        pause_(field_name(context.prefix, Field::pause_until)) {}

  Page empty_page() const override { return empty_account_page(settings_); }

  void add(const Record& record, Page& page) const override {
    const std::string_view id = record.text("Id");
    const Instant stamp = record.stamp(plan_.stamp);
    if (record.flag("IsDeleted")) {
      const std::string_view survivor = record.text("MasterRecordId");
      if (survivor.empty()) {
        page.deletions.push_back({std::string(id), stamp});
      } else {
        page.merges.push_back({std::string(id), std::string(survivor), stamp});
      }
      return;
    }
    auto& c = std::get<AccountColumns>(page.columns);
    c.id.push_back(add_id(page, id));
    c.name.push_back(add_text(page, record.text("Name")));
    if (record.has("OwnerId")) c.owner.push_back(add_id(page, record.text("OwnerId")));
    if (record.has("ParentId")) c.parent.push_back(add_id(page, record.text("ParentId")));
    if (record.has("CurrencyIsoCode")) {
      c.currency.push_back(add_id(page, record.text("CurrencyIsoCode")));
    }
    if (record.has("CreatedDate")) c.created_at.push_back(record.stamp("CreatedDate"));
    if (record.has(pause_)) c.pause_until.push_back(pause_until(record));
    if (!settings_.opted_out_field.empty()) {
      c.opted_out.push_back(record.flag(settings_.opted_out_field) ? 1 : 0);
    }
    const auto text_of = [&](const std::string& field) { return record.text(field); };
    if (!settings_.scope.empty()) {
      c.in_scope.push_back(is_in_scope(settings_, text_of) ? 1 : 0);
    }
    // With a formula among the fields the stamp is no version: it stays while values change.
    if (!plan_.has_formula) c.modified_at.push_back(stamp);
    add_attributes(
        settings_, text_of,
        [&](AttributeKind kind, std::string_view text) { return number_of(kind, text, zone_); },
        page);
  }

 private:
  // The first moment of that day: before it there is no task.
  Instant pause_until(const Record& record) const {
    const auto day = parse_day(record.text(pause_));
    return day ? zone_.start_of(*day) : Instant::missing();
  }
  const StreamPlan& plan_;
  const SalesforceSettings& settings_;
  const TimeZone zone_;
  const std::string pause_;
};

// What a mapped field became, by the org's own history.
class AccountHistoryMapper final : public Mapper {
 public:
  AccountHistoryMapper(const SalesforceSettings& settings, const TimeZone& zone)
      : settings_(settings), zone_(zone) {}

  Page empty_page() const override {
    Page page;
    page.columns = AttributeChangeColumns{};
    return page;
  }

  void add(const Record& record, Page& page) const override {
    if (record.flag("IsDeleted")) return;
    const std::string_view field = record.text("Field");
    for (std::size_t i = 0; i < settings_.attributes.size(); ++i) {
      const AttributeField& attribute = settings_.attributes[i];
      if (!is_same_text(attribute.field, field)) continue;
      auto& c = std::get<AttributeChangeColumns>(page.columns);
      const std::string_view value = record.text("NewValue");
      // A lookup's change has two rows: its name and its id. The id is what the field holds.
      c.account.push_back(add_id(page, record.text("AccountId")));
      c.attribute.push_back(static_cast<std::uint16_t>(i));
      c.at.push_back(record.stamp("CreatedDate"));
      const bool is_word = is_text(attribute.spec.kind);
      c.text.push_back(is_word ? add_text(page, value) : TextRef{});
      c.number.push_back(is_word ? kNaN : number_of(attribute.spec.kind, value, zone_));
    }
  }

 private:
  const SalesforceSettings& settings_;
  const TimeZone zone_;
};

}  // namespace

std::unique_ptr<Mapper> make_account_mapper(const StreamPlan& plan,
                                            const SalesforceSettings& settings,
                                            const ConnectorContext& context) {
  if (plan.spec->kind == RecordKind::attribute_change) {
    return std::make_unique<AccountHistoryMapper>(settings, context.zone);
  }
  return std::make_unique<AccountMapper>(plan, settings, context);
}

}  // namespace upselld::plugins::salesforce
