// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <map>

#include "plugins/crm/account_page.h"
#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_mapping.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Changes of a company that are read: the newest of each property, and what a page can take.
constexpr std::size_t kChangesMax = 40;
constexpr std::size_t kRowChangesMax = 32'768;
constexpr std::size_t kRowTextMax = 4 * 1024 * 1024;

double value_of(AttributeKind kind, std::string_view text, const TimeZone& zone) {
  if (kind != AttributeKind::instant) return number_of(kind, text, zone);
  const Instant at = moment_of(text, zone);
  return at.is_missing() ? kNaN : static_cast<double>(at.ms);
}

class CompanyMapper final : public Mapper {
 public:
  explicit CompanyMapper(MappingContext context)
      : context_(std::move(context)),
        pause_(property_name(context_.connector.prefix, Field::pause_until)) {}

  Page empty_page() const override { return empty_account_page(context_.settings); }

  void add(const Row& row, Page& page) const override {
    for (const std::string& old : row.merged) page.merges.push_back({old, row.id, row.updated});
    auto& c = std::get<AccountColumns>(page.columns);
    c.id.push_back(add_id(page, row.id));
    c.name.push_back(add_text(page, row.text("name")));
    c.owner.push_back(add_id(page, row.text("hubspot_owner_id")));
    c.parent.push_back(add_id(page, row.text("hs_parent_company_id")));
    c.currency.push_back(add_id(page, context_.home_currency));
    const Instant created = row.stamp("createdate");
    c.created_at.push_back(created.is_missing() ? row.created : created);
    const auto pause = parse_day(
        value_read(Field::pause_until, std::string(row.text(pause_)), read_stamp).value_or(""));
    c.pause_until.push_back(pause ? context_.connector.zone.start_of(*pause) : Instant::missing());
    if (!context_.settings.opted_out_field.empty()) {
      c.opted_out.push_back(row.refuses(context_.settings.opted_out_field) ? 1 : 0);
    }
    const auto text_of = [&](const std::string& property) { return row.text(property); };
    if (!context_.settings.scope.empty()) {
      c.in_scope.push_back(is_in_scope(context_.settings, text_of) ? 1 : 0);
    }
    // With a rollup or the parent among the properties the stamp is no version: it stays while
    // values change.
    if (!context_.plan.has_unstamped) c.modified_at.push_back(row.updated);
    add_attributes(
        context_.settings, text_of,
        [&](AttributeKind kind, std::string_view text) {
          return value_of(kind, text, context_.connector.zone);
        },
        page);
  }
  RowRoom room_for(const Row& row) const override {
    std::size_t bytes = row.id.size() + context_.home_currency.size();
    const auto count = [&](std::string_view property) {
      bytes += std::min(row.text(property).size(), kTextBytesMax);
    };
    for (const char* own : {"name", "hubspot_owner_id", "hs_parent_company_id"}) count(own);
    for (const AttributeField& attribute : context_.settings.attributes) count(attribute.field);
    return {1, bytes};
  }

 private:
  const MappingContext context_;
  const std::string pause_;
};

// What a mapped property became, by the account's own history.
class CompanyHistoryMapper final : public Mapper {
 public:
  explicit CompanyHistoryMapper(MappingContext context) : context_(std::move(context)) {
    const auto& attributes = context_.settings.attributes;
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (!attributes[i].spec.is_static) mapped_[attributes[i].field].push_back(i);
    }
  }

  Page empty_page() const override {
    Page page;
    page.columns = AttributeChangeColumns{};
    return page;
  }

  void add(const Row& row, Page& page) const override {
    auto& c = std::get<AttributeChangeColumns>(page.columns);
    for (const Row::Change* change : kept(row)) {
      for (const std::size_t i : mapped_.find(change->property)->second) {
        const AttributeKind kind = context_.settings.attributes[i].spec.kind;
        const bool is_word = is_text(kind);
        c.account.push_back(add_id(page, row.id));
        c.attribute.push_back(static_cast<std::uint16_t>(i));
        c.at.push_back(change->at);
        c.text.push_back(is_word ? add_text(page, change->value) : TextRef{});
        c.number.push_back(is_word ? kNaN : value_of(kind, change->value, context_.connector.zone));
      }
    }
  }
  RowRoom room_for(const Row& row) const override {
    RowRoom room{0, 0};
    for (const Row::Change* change : kept(row)) {
      const RowRoom one = room_of(row, *change);
      room.records += one.records;
      room.text_bytes += one.text_bytes;
    }
    return room;
  }
  void gone(const std::string&, Instant, Page&) const override {}

 private:
  RowRoom room_of(const Row& row, const Row::Change& change) const {
    const std::size_t times = mapped_.find(change.property)->second.size();
    return {times, times * (row.id.size() + std::min(change.value.size(), kTextBytesMax))};
  }

  // In their order.
  std::vector<const Row::Change*> kept(const Row& row) const {
    std::vector<const Row::Change*> changes;
    for (const Row::Change& change : row.history) {
      if (!change.at.is_missing() && mapped_.contains(change.property)) changes.push_back(&change);
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](const auto* a, const auto* b) { return a->at > b->at; });
    std::map<std::string_view, std::size_t> seen;
    RowRoom room{0, 0};
    std::erase_if(changes, [&](const Row::Change* change) {
      if (++seen[change->property] > kChangesMax) return true;
      const RowRoom one = room_of(row, *change);
      room.records += one.records;
      room.text_bytes += one.text_bytes;
      return room.records > kRowChangesMax || room.text_bytes > kRowTextMax;
    });
    std::sort(changes.begin(), changes.end());
    return changes;
  }

  const MappingContext context_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> mapped_;  // attributes by property
};

}  // namespace

std::unique_ptr<Mapper> make_company_mapper(MappingContext context) {
  if (context.plan.spec->kind == RecordKind::attribute_change) {
    return std::make_unique<CompanyHistoryMapper>(std::move(context));
  }
  return std::make_unique<CompanyMapper>(std::move(context));
}

}  // namespace upselld::plugins::hubspot
