// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

namespace {

class RepMapper final : public Mapper {
 public:
  Page empty_page() const override {
    Page page;
    page.columns = RepColumns{};
    return page;
  }
  void add(const Record& record, Page& page) const override {
    auto& c = std::get<RepColumns>(page.columns);
    c.id.push_back(add_id(page, record.text("Id")));
    c.name.push_back(add_text(page, record.text("Name")));
    if (record.has("Email")) c.email.push_back(add_text(page, record.text("Email")));
    if (record.has("ManagerId")) c.manager.push_back(add_id(page, record.text("ManagerId")));
    // Only a person of the company gets tasks: no portal user, no guest.
    const std::string_view type = record.text("UserType");
    c.active.push_back(record.flag("IsActive") && (type.empty() || type == "Standard") ? 1 : 0);
  }
};

class ContactMapper final : public Mapper {
 public:
  ContactMapper(const StreamPlan& plan, const TimeZone& zone) : plan_(plan), zone_(zone) {}

  Page empty_page() const override {
    Page page;
    page.columns = ContactColumns{};
    return page;
  }
  void add(const Record& record, Page& page) const override {
    const Instant stamp = record.stamp(plan_.stamp);
    if (record.flag("IsDeleted")) {
      page.deletions.push_back({std::string(record.text("Id")), stamp});
      return;
    }
    if (record.text("AccountId").empty()) {
      // It may have had an account before.
      ++page.rows_without_account;
      page.deletions.push_back({std::string(record.text("Id")), stamp});
      return;
    }
    auto& c = std::get<ContactColumns>(page.columns);
    c.id.push_back(add_id(page, record.text("Id")));
    c.account.push_back(add_id(page, record.text("AccountId")));
    if (record.has("Title")) c.role.push_back(add_text(page, record.text("Title")));
    if (record.has("LastActivityDate")) {
      c.last_touch_at.push_back(parse_instant(record.text("LastActivityDate"), "iso", zone_)
                                    .value_or(Instant::missing()));
    }
    c.modified_at.push_back(stamp);
    c.active.push_back(1);
    const bool is_left_alone =
        record.flag("Individual.HasOptedOutSolicit") || record.flag("Individual.ShouldForget");
    const bool is_unread = record.flag("Individual.HasOptedOutProfiling") ||
                           record.flag("Individual.HasOptedOutProcessing") ||
                           record.flag("Individual.ShouldForget");
    c.may_mail.push_back(
        is_left_alone || record.flag("HasOptedOutOfEmail") || record.flag("IsEmailBounced") ? 0
                                                                                            : 1);
    c.may_call.push_back(is_left_alone || record.flag("DoNotCall") ? 0 : 1);
    c.may_profile.push_back(is_unread ? 0 : 1);
  }

 private:
  const StreamPlan& plan_;
  const TimeZone zone_;
};

class ProductMapper final : public Mapper {
 public:
  Page empty_page() const override {
    Page page;
    page.columns = ProductColumns{};
    return page;
  }
  void add(const Record& record, Page& page) const override {
    // A product that is gone keeps its name: old orders still have it.
    if (record.flag("IsDeleted")) return;
    auto& c = std::get<ProductColumns>(page.columns);
    c.id.push_back(add_id(page, record.text("Id")));
    c.name.push_back(add_text(page, record.text("Name")));
    c.family.push_back(add_text(page, record.text("Family")));
    c.list_price.push_back(record.number(kListPriceColumn));
  }
};

}  // namespace

std::unique_ptr<Mapper> make_people_mapper(const StreamPlan& plan, const SalesforceSettings&,
                                           const ConnectorContext& context) {
  if (plan.spec->kind == RecordKind::rep) return std::make_unique<RepMapper>();
  if (plan.spec->kind == RecordKind::product) return std::make_unique<ProductMapper>();
  return std::make_unique<ContactMapper>(plan, context.zone);
}

}  // namespace upselld::plugins::salesforce
