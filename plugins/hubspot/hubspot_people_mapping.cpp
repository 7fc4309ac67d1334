// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "plugins/hubspot/hubspot_mapping.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

class OwnerMapper final : public Mapper {
 public:
  Page empty_page() const override {
    Page page;
    page.columns = RepColumns{};
    return page;
  }
  void add(const Row& row, Page& page) const override {
    auto& c = std::get<RepColumns>(page.columns);
    std::string name(row.text("firstName"));
    const std::string_view last = row.text("lastName");
    if (!last.empty()) name += (name.empty() ? "" : " ") + std::string(last);
    // Who left has no name any more.
    if (name.empty()) name = row.text("email");
    c.id.push_back(add_id(page, row.id));
    c.name.push_back(add_text(page, name));
    c.email.push_back(add_text(page, row.text("email")));
    c.region.push_back(add_text(page, row.text("team")));
    // Only a person gets tasks: no queue.
    const bool is_person = row.text("type").empty() || row.text("type") == "PERSON";
    c.active.push_back(row.archived_at.is_missing() && is_person ? 1 : 0);
  }
};

class ContactMapper final : public Mapper {
 public:
  explicit ContactMapper(MappingContext context) : context_(std::move(context)) {}

  Page empty_page() const override {
    Page page;
    page.columns = ContactColumns{};
    return page;
  }
  void add(const Row& row, Page& page) const override {
    for (const std::string& old : row.merged) page.deletions.push_back({old, row.updated});
    const std::string_view company = row.text("associatedcompanyid");
    if (company.empty()) {
      // It may have had a company before.
      page.deletions.push_back({row.id, row.updated});
      // Its refusal counts all the same: calls and mails may belong to it and to a company.
      if (context_.settings.no_profile.empty()) {
        ++page.rows_without_account;
        return;
      }
    }
    const HubspotSettings& settings = context_.settings;
    const auto refuses = [&](const std::string& property) {
      return !property.empty() && row.refuses(property);
    };
    auto& c = std::get<ContactColumns>(page.columns);
    c.id.push_back(add_id(page, row.id));
    c.account.push_back(add_id(page, company));
    c.role.push_back(add_text(page, row.text("jobtitle")));
    // Missing is the smallest there is.
    c.last_touch_at.push_back(
        std::max(row.stamp("notes_last_contacted"), row.stamp("hs_sales_email_last_replied")));
    // No version: a contact moves to another company without a new modified date.
    c.active.push_back(1);
    c.may_mail.push_back(refuses(settings.no_mail) ? 0 : 1);
    c.may_call.push_back(refuses(settings.no_call) ? 0 : 1);
    c.may_profile.push_back(refuses(settings.no_profile) ? 0 : 1);
  }

 private:
  const MappingContext context_;
};

class ProductMapper final : public Mapper {
 public:
  Page empty_page() const override {
    Page page;
    page.columns = ProductColumns{};
    return page;
  }
  void add(const Row& row, Page& page) const override {
    auto& c = std::get<ProductColumns>(page.columns);
    c.id.push_back(add_id(page, row.id));
    c.name.push_back(add_text(page, row.text("name")));
    c.family.push_back(add_text(page, row.text("hs_product_type")));
    c.list_price.push_back(row.number("price"));
  }
  // A product that is gone keeps its name: old orders still have it.
  void gone(const std::string&, Instant, Page&) const override {}
};

}  // namespace

Row read_owner(const nlohmann::json& owner) {
  Row row;
  row.id = text_in(owner, "id");
  for (const char* name : {"email", "firstName", "lastName", "type"}) {
    std::string text = text_in(owner, name);
    if (!text.empty()) row.values.emplace(name, std::move(text));
  }
  if (flag_in(owner, "archived")) row.archived_at = Instant{0};
  const nlohmann::json* teams = member(owner, "teams");
  if (teams == nullptr || !teams->is_array()) return row;
  for (const auto& team : *teams) {
    if (flag_in(team, "primary") || row.text("team").empty()) {
      row.values["team"] = text_in(team, "name");
    }
  }
  return row;
}

std::unique_ptr<Mapper> make_people_mapper(MappingContext context) {
  if (context.plan.spec->kind == RecordKind::rep) return std::make_unique<OwnerMapper>();
  if (context.plan.spec->kind == RecordKind::product) return std::make_unique<ProductMapper>();
  return std::make_unique<ContactMapper>(std::move(context));
}

}  // namespace upselld::plugins::hubspot
