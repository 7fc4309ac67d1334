// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

namespace {

OrderStatus opportunity_status(bool is_closed, bool is_won) {
  if (is_won) return OrderStatus::won;
  return is_closed ? OrderStatus::lost : OrderStatus::open;
}

class OrderMapperBase : public Mapper {
 public:
  OrderMapperBase(const StreamPlan& plan, const SalesforceSettings& settings,
                  const ConnectorContext& context)
      : plan_(plan), settings_(settings), zone_(context.zone) {}

 protected:
  Instant day_end(std::string_view text) const {
    return parse_instant(text, "iso", zone_).value_or(Instant::missing());
  }
  // True: the record is told as gone, and there is nothing more to add.
  bool is_gone(const Record& record, std::string_view account, Page& page) const {
    const bool is_deleted = record.flag("IsDeleted");
    if (!is_deleted && !account.empty()) return false;
    if (!is_deleted) ++page.rows_without_account;
    page.deletions.push_back({std::string(record.text("Id")), record.stamp(plan_.stamp)});
    return true;
  }

  const StreamPlan& plan_;
  const SalesforceSettings& settings_;
  const TimeZone zone_;
};

class OrderMapper final : public OrderMapperBase {
 public:
  using OrderMapperBase::OrderMapperBase;

  Page empty_page() const override {
    Page page;
    page.columns = OrderColumns{};
    return page;
  }
  void add(const Record& record, Page& page) const override {
    const std::string_view account = record.text("AccountId");
    if (is_gone(record, account, page)) return;
    const bool is_order = plan_.spec->shape == Shape::order;
    const OrderStatus status =
        is_order ? order_status(record)
                 : opportunity_status(record.flag("IsClosed"), record.flag("IsWon"));
    const Instant created = record.stamp("CreatedDate");
    Instant at = is_order ? order_date(record) : day_end(record.text("CloseDate"));
    // An open deal's close date is a hope; what happened is that somebody opened it.
    if (status == OrderStatus::open && !created.is_missing()) at = created;
    // Won orders come from Order: the deal that led there would count twice.
    const bool is_elsewhere = !is_order && settings_.orders_are_won && status == OrderStatus::won;
    if (at.is_missing() || is_elsewhere) {
      page.deletions.push_back({std::string(record.text("Id")), record.stamp(plan_.stamp)});
      if (at.is_missing()) add_problem(page, record.text("Id"), "it has no date");
      return;
    }
    auto& c = std::get<OrderColumns>(page.columns);
    c.id.push_back(add_id(page, record.text("Id")));
    c.account.push_back(add_id(page, account));
    if (record.has("CurrencyIsoCode")) {
      c.currency.push_back(add_id(page, record.text("CurrencyIsoCode")));
    }
    c.placed_at.push_back(at);
    c.known_at.push_back(known_since(at, created));
    c.modified_at.push_back(record.stamp(plan_.stamp));
    const double amount = record.number(is_order ? "TotalAmount" : "Amount");
    c.amount.push_back(record.flag("IsReductionOrder") && amount > 0 ? -amount : amount);
    c.kind.push_back(kind_of_type(settings_.order_kinds, record.text("Type")));
    c.status.push_back(status);
  }

 private:
  static OrderStatus order_status(const Record& record) {
    const std::string_view code = record.text("StatusCode");
    if (code == "Draft") return OrderStatus::open;
    if (code.starts_with("Cancel")) return OrderStatus::cancelled;
    return OrderStatus::won;
  }
  Instant order_date(const Record& record) const { return day_end(record.text("EffectiveDate")); }
};

class LineMapper final : public OrderMapperBase {
 public:
  LineMapper(const StreamPlan& plan, const SalesforceSettings& settings,
             const ConnectorContext& context)
      : OrderMapperBase(plan, settings, context),
        parent_(plan.spec->shape == Shape::order_line ? "Order" : "Opportunity") {}

  Page empty_page() const override {
    Page page;
    page.columns = OrderLineColumns{};
    return page;
  }
  void add(const Record& record, Page& page) const override {
    const std::string_view account = record.text(parent_ + ".AccountId");
    if (is_gone(record, account, page)) return;
    const bool is_order = plan_.spec->shape == Shape::order_line;
    const Instant at = day_end(record.text(parent_ + (is_order ? ".EffectiveDate" : ".CloseDate")));
    if (at.is_missing()) {
      page.deletions.push_back({std::string(record.text("Id")), record.stamp(plan_.stamp)});
      return add_problem(page, record.text("Id"), "its order has no date");
    }
    auto& c = std::get<OrderLineColumns>(page.columns);
    c.id.push_back(add_id(page, record.text("Id")));
    c.order.push_back(add_id(page, record.text(parent_ + "Id")));
    c.account.push_back(add_id(page, account));
    c.product.push_back(add_id(page, record.text("Product2Id")));
    if (record.has("CurrencyIsoCode")) {
      c.currency.push_back(add_id(page, record.text("CurrencyIsoCode")));
    }
    c.at.push_back(at);
    c.known_at.push_back(known_since(at, record.stamp("CreatedDate")));
    c.modified_at.push_back(record.stamp(plan_.stamp));
    c.quantity.push_back(record.number("Quantity"));
    c.unit_price.push_back(record.number("UnitPrice"));
    c.kind.push_back(kind_of_type(settings_.order_kinds, record.text(parent_ + ".Type")));
    c.status.push_back(is_order ? OrderStatus::won
                                : opportunity_status(record.flag("Opportunity.IsClosed"),
                                                     record.flag("Opportunity.IsWon")));
  }

 private:
  const std::string parent_;
};

}  // namespace

std::unique_ptr<Mapper> make_order_mapper(const StreamPlan& plan,
                                          const SalesforceSettings& settings,
                                          const ConnectorContext& context) {
  if (plan.spec->kind == RecordKind::order) {
    return std::make_unique<OrderMapper>(plan, settings, context);
  }
  return std::make_unique<LineMapper>(plan, settings, context);
}

}  // namespace upselld::plugins::salesforce
