// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "plugins/hubspot/hubspot_mapping.h"

namespace upselld::plugins::hubspot {

namespace {

OrderStatus status_of(DealEnd end) {
  switch (end) {
    case DealEnd::won:
      return OrderStatus::won;
    case DealEnd::lost:
      return OrderStatus::lost;
    case DealEnd::open:
      break;
  }
  return OrderStatus::open;
}

// A deal or an order, as a sale.
struct Sale {
  Instant at = Instant::missing(), created = Instant::missing();
  OrderStatus status = OrderStatus::open;
  OrderKind kind = OrderKind::other;
};

Sale sale_of_deal(const Row& row, const MappingContext& context) {
  Sale sale;
  sale.created = row.stamp("createdate");
  if (sale.created.is_missing()) sale.created = row.created;
  sale.status = status_of(end_of(row, context.stages));
  // An open deal's close date is a hope; what happened is that somebody opened it.
  sale.at = sale.status == OrderStatus::open
                ? sale.created
                : moment_of(row.text("closedate"), context.connector.zone);
  sale.kind = kind_of_type(context.settings.order_kinds, row.text("dealtype"));
  // Two types come with every account.
  if (sale.kind == OrderKind::other && row.text("dealtype") == "newbusiness") {
    sale.kind = OrderKind::new_business;
  }
  return sale;
}

Sale sale_of_order(const Row& row, const MappingContext& context) {
  Sale sale;
  for (const char* name :
       {"hs_external_created_date", "hs_processed_date", "createdate", "hs_createdate"}) {
    if (sale.at.is_missing()) sale.at = moment_of(row.text(name), context.connector.zone);
  }
  sale.created = row.created;
  if (sale.at.is_missing()) sale.at = row.created;
  const std::string words = in_lower_case(row.text("hs_external_order_status")) + " " +
                            in_lower_case(row.text("hs_fulfillment_status"));
  const auto says = [&](const char* word) { return words.find(word) != std::string::npos; };
  sale.status = says("cancel")  ? OrderStatus::cancelled
                : says("draft") ? OrderStatus::open
                                : OrderStatus::won;
  return sale;
}

// Of one piece. "price" is what the product costs before a discount; "amount" is what is paid.
double price_paid(const Row& line) {
  const double amount = line.number("amount"), quantity = line.number("quantity");
  const bool is_told = !std::isnan(amount) && !std::isnan(quantity) && quantity != 0;
  return is_told ? amount / quantity : line.number("price");
}

class OrderMapper final : public Mapper {
 public:
  explicit OrderMapper(MappingContext context) : context_(std::move(context)) {}

  Page empty_page() const override {
    Page page;
    page.columns = OrderColumns{};
    return page;
  }
  void add(const Row& row, Page& page) const override {
    for (const std::string& old : row.merged) page.deletions.push_back({old, row.updated});
    if (row.company.empty()) {
      ++page.rows_without_account;
      return gone(row.id, row.updated, page);
    }
    const bool is_order = context_.plan.spec->shape == Shape::order;
    const Sale sale = is_order ? sale_of_order(row, context_) : sale_of_deal(row, context_);
    // Won orders come from orders: the deal that led there would count twice.
    const bool is_elsewhere =
        !is_order && context_.settings.orders_are_won && sale.status == OrderStatus::won;
    if (sale.at.is_missing() || is_elsewhere) {
      if (sale.at.is_missing()) add_problem(page, row.id, "it has no date");
      return gone(row.id, row.updated, page);
    }
    const Money money = is_order ? money_of(row, "hs_total_price", "hs_currency_code",
                                            "hs_homecurrency_amount", context_.home_currency)
                                 : money_of(row, "amount", "deal_currency_code",
                                            "amount_in_home_currency", context_.home_currency);
    // No version: a deal moves to another company without a new modified date.
    auto& c = std::get<OrderColumns>(page.columns);
    c.id.push_back(add_id(page, row.id));
    c.account.push_back(add_id(page, row.company));
    c.currency.push_back(add_id(page, money.currency));
    c.placed_at.push_back(sale.at);
    c.known_at.push_back(known_since(sale.at, sale.created));
    c.amount.push_back(money.amount);
    c.kind.push_back(sale.kind);
    c.status.push_back(sale.status);
  }

 private:
  const MappingContext context_;
};

class LineMapper final : public Mapper {
 public:
  explicit LineMapper(MappingContext context) : context_(std::move(context)) {}

  Page empty_page() const override {
    Page page;
    page.columns = OrderLineColumns{};
    return page;
  }
  void add(const Row& row, Page& page) const override {
    const Row* parent = row.parent_row;
    if (parent == nullptr || parent->company.empty()) {
      ++page.rows_without_account;
      return gone(row.id, row.updated, page);
    }
    const bool is_order = context_.plan.spec->shape == Shape::order_line;
    const Sale sale = is_order ? sale_of_order(*parent, context_) : sale_of_deal(*parent, context_);
    if (sale.at.is_missing()) {
      add_problem(page, row.id, "its order has no date");
      return gone(row.id, row.updated, page);
    }
    const Money price = price_of(row, *parent);
    auto& c = std::get<OrderLineColumns>(page.columns);
    c.id.push_back(add_id(page, row.id));
    c.order.push_back(add_id(page, parent->id));
    c.account.push_back(add_id(page, parent->company));
    // A line that was typed in has no product: its number or name tells equal ones.
    std::string_view product = row.text("hs_product_id");
    if (product.empty()) product = row.text("hs_sku");
    c.product.push_back(
        add_id(page, product.empty() ? in_lower_case(row.text("name")) : std::string(product)));
    c.currency.push_back(add_id(page, price.currency));
    c.at.push_back(sale.at);
    c.known_at.push_back(known_since(sale.at, row.created));
    c.quantity.push_back(row.number("quantity"));
    c.unit_price.push_back(price.amount);
    c.kind.push_back(sale.kind);
    c.status.push_back(sale.status);
  }

 private:
  // Lines have no amount at home; their deal has the rate that it was turned with.
  Money price_of(const Row& row, const Row& parent) const {
    const std::string& home = context_.home_currency;
    std::string own(row.text("hs_line_item_currency_code"));
    if (own.empty()) own = parent.text("deal_currency_code");
    const double price = price_paid(row);
    if (own.empty() || own == home) return {price, home};
    const double rate = parent.number("hs_exchange_rate");
    const bool is_known = !std::isnan(rate) && own == parent.text("deal_currency_code");
    return is_known && !home.empty() ? Money{price * rate, home} : Money{price, own};
  }

  const MappingContext context_;
};

}  // namespace

std::unique_ptr<Mapper> make_order_mapper(MappingContext context) {
  if (context.plan.spec->kind == RecordKind::order) {
    return std::make_unique<OrderMapper>(std::move(context));
  }
  return std::make_unique<LineMapper>(std::move(context));
}

}  // namespace upselld::plugins::hubspot
