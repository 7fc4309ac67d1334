// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/activity_name.h"
#include "plugins/files/files_rows.h"

namespace upselld::plugins::files {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kActivityKindsMax = 256;

class AccountRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override {
    auto& to = page.columns.emplace<AccountColumns>();
    for (const AttributeTarget& target : parts().own)
      to.attributes.push_back({target.index, {}, {}});
  }
  RowOutcome put() override {
    auto& to = std::get<AccountColumns>(page().columns);
    const bool good =
        put_id(id_, to.id, true) && put_text(name_, to.name) && put_id(owner_, to.owner) &&
        put_id(parent_, to.parent) && put_id(currency_, to.currency) &&
        put_instant(created_at_, to.created_at) && put_instant(pause_until_, to.pause_until) &&
        put_flag(opted_out_, to.opted_out, false) && put_flag(deleted_, to.deleted, false) &&
        put_instant(modified_at_, to.modified_at) && put_attributes(to);
    if (!good) return RowOutcome::bad;
    const std::string_view survivor = parts().cells.id(cell(merged_into_));
    if (survivor.size() > kIdBytesMax) {
      fail("merged_into", survivor, fmt::format("has over {} bytes", kIdBytesMax));
      return RowOutcome::bad;
    }
    if (!parts().columns.only.empty()) to.in_scope.push_back(is_in_scope() ? 1 : 0);
    const std::string_view id = page()[to.id.back()];
    if (!survivor.empty() && survivor != id) {
      page().merges.push_back({std::string(id), std::string(survivor), Instant::missing()});
    }
    return RowOutcome::taken;
  }
  bool put_attributes(AccountColumns& to) {
    for (std::size_t i = 0; i < to.attributes.size(); ++i) {
      const AttributeRule& rule = *parts().own[i].rule;
      double number = kNaN;
      std::string_view words;
      if (!read_attribute(rule, cell_at(parts().columns.attributes[i]), number, words))
        return false;
      AttributeColumn& column = to.attributes[i];
      const bool is_text =
          rule.spec.kind == AttributeKind::text || rule.spec.kind == AttributeKind::ordered_text;
      if (is_text) column.text.push_back(add_text(words, column.text));
      if (!is_text) column.number.push_back(number);
    }
    return true;
  }
  bool is_in_scope() const {
    for (const BoundValues& rule : parts().columns.only) {
      if (!rule.holds(cell_at(rule.column))) return false;
    }
    return true;
  }

  const std::size_t id_ = field("id"), name_ = field("name"), owner_ = field("owner"),
                    parent_ = field("parent"), currency_ = field("currency"),
                    created_at_ = field("created_at"), pause_until_ = field("pause_until"),
                    opted_out_ = field("opted_out"), deleted_ = field("deleted"),
                    modified_at_ = field("modified_at"), merged_into_ = field("merged_into");
};

// What orders and order lines have in common: kind and status.
class OrderWords : public RowReader {
 public:
  using RowReader::RowReader;

 protected:
  bool put_kind(std::vector<OrderKind>& to) {
    OrderKind kind = OrderKind::other;
    if (!read_word(parts().columns.kind, parts().mapping->kind, "kind", kind)) return false;
    to.push_back(kind);
    return true;
  }
  bool put_status(std::vector<OrderStatus>& to) {
    OrderStatus status = OrderStatus::won;
    if (is_cancelled()) {
      status = OrderStatus::cancelled;
    } else if (!read_word(parts().columns.status, parts().mapping->status, "status", status)) {
      return false;
    }
    to.push_back(status);
    return true;
  }

 private:
  bool is_cancelled() const {
    const int column = parts().columns.cancelled;
    if (column == kNoColumn) return false;
    const CancelRule& rule = parts().mapping->cancelled;
    const std::string_view text = trimmed(cell_at(column));
    if (!rule.starts_with.empty() && text.starts_with(rule.starts_with)) return true;
    for (const std::string& value : rule.equals) {
      if (text == value) return true;
    }
    return false;
  }
  template <typename Word>
  bool read_word(const BoundWord& bound, const WordRule& rule, const char* name, Word& out) {
    if (bound.column == kNoColumn) {
      parse(bound.fixed, out);
      return true;
    }
    const std::string_view text = trimmed(cell_at(bound.column));
    for (const auto& [value, word] : rule.words) {
      if (value == text) return parse(word, out);
    }
    if (rule.words.empty() && (text.empty() || parse(text, out))) return true;
    return fail(name, text,
                rule.words.empty() ? "is no word we know; map it" : "is mapped to nothing");
  }
};

class OrderRows final : public OrderWords {
 public:
  using OrderWords::OrderWords;

 private:
  void reset(Page& page) override { page.columns.emplace<OrderColumns>(); }
  RowOutcome put() override {
    auto& to = std::get<OrderColumns>(page().columns);
    const bool good = put_id(id_, to.id, true) && put_id(account_, to.account, true) &&
                      put_instant(placed_at_, to.placed_at, true) &&
                      put_known_at(known_at_, to.placed_at.back(), to.known_at) &&
                      put_number(amount_, to.amount) && put_id(currency_, to.currency) &&
                      put_kind(to.kind) && put_status(to.status) &&
                      put_instant(modified_at_, to.modified_at);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }
  const std::size_t id_ = field("id"), account_ = field("account"), placed_at_ = field("placed_at"),
                    known_at_ = field("known_at"), amount_ = field("amount"),
                    currency_ = field("currency"), modified_at_ = field("modified_at");
};

class OrderLineRows final : public OrderWords {
 public:
  using OrderWords::OrderWords;

 private:
  void reset(Page& page) override { page.columns.emplace<OrderLineColumns>(); }
  RowOutcome put() override {
    auto& to = std::get<OrderLineColumns>(page().columns);
    const bool good =
        put_id(id_, to.id, true) && put_id(order_, to.order) &&
        put_id(account_, to.account, true) && put_id(product_, to.product) &&
        put_instant(at_, to.at, true) && put_known_at(known_at_, to.at.back(), to.known_at) &&
        put_number(quantity_, to.quantity) && put_number(unit_price_, to.unit_price) &&
        put_id(currency_, to.currency) && put_kind(to.kind) && put_status(to.status) &&
        put_instant(modified_at_, to.modified_at);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }
  const std::size_t id_ = field("id"), order_ = field("order"), account_ = field("account"),
                    product_ = field("product"), at_ = field("at"), known_at_ = field("known_at"),
                    quantity_ = field("quantity"), unit_price_ = field("unit_price"),
                    currency_ = field("currency"), modified_at_ = field("modified_at");
};

class ProductRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override { page.columns.emplace<ProductColumns>(); }
  RowOutcome put() override {
    auto& to = std::get<ProductColumns>(page().columns);
    const bool good = put_id(field("id"), to.id, true) && put_text(field("name"), to.name) &&
                      put_text(field("family"), to.family) &&
                      put_number(field("list_price"), to.list_price) &&
                      put_number(field("rating"), to.rating);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }
};

class ContactRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override { page.columns.emplace<ContactColumns>(); }
  // An empty consent is no consent.
  RowOutcome put() override {
    auto& to = std::get<ContactColumns>(page().columns);
    const bool good =
        put_id(field("id"), to.id, true) && put_id(field("account"), to.account, true) &&
        put_text(field("role"), to.role) && put_flag(field("active"), to.active, true) &&
        put_flag(field("may_mail"), to.may_mail, false) &&
        put_flag(field("may_call"), to.may_call, false) &&
        put_flag(field("may_profile"), to.may_profile, false) &&
        put_instant(field("last_touch_at"), to.last_touch_at) &&
        put_instant(field("modified_at"), to.modified_at);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }
};

class RepRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override { page.columns.emplace<RepColumns>(); }
  RowOutcome put() override {
    auto& to = std::get<RepColumns>(page().columns);
    const bool good = put_id(field("id"), to.id, true) && put_text(field("name"), to.name) &&
                      put_text(field("email"), to.email) && put_text(field("region"), to.region) &&
                      put_id(field("manager"), to.manager) &&
                      put_flag(field("active"), to.active, true);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }
};

class ActivityRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override {
    page.columns.emplace<ActivityColumns>();
    known_.clear();
  }
  RowOutcome put() override {
    auto& to = std::get<ActivityColumns>(page().columns);
    const bool good = put_id(id_, to.id, true) && put_id(account_, to.account, true) &&
                      put_instant(at_, to.at, true) &&
                      put_known_at(known_at_, to.at.back(), to.known_at) && put_kind(to) &&
                      put_number(value_, to.value) && put_id(contact_, to.contact) &&
                      put_id(thread_, to.thread) && put_instant(modified_at_, to.modified_at);
    return good ? RowOutcome::taken : RowOutcome::bad;
  }

  // Few kinds and many rows: a list in the order of first sight is quicker than a hash.
  bool put_kind(ActivityColumns& to) {
    const BoundWord& bound = parts().columns.kind;
    const std::string_view text =
        bound.column == kNoColumn ? std::string_view(bound.fixed) : cell_at(bound.column);
    for (const auto& [seen, index] : known_) {
      if (is_same(seen, text)) {
        to.kind.push_back(index);
        return true;
      }
    }
    return put_new_kind(text, to);
  }
  bool put_new_kind(std::string_view text, ActivityColumns& to) {
    std::string name = activity_name_of(text);
    const auto& words = parts().mapping->kind.words;
    for (const auto& [value, word] : words) {
      if (value == trimmed(text)) name = word;
    }
    if (name.empty()) return fail("kind", text, "makes no name of letters, digits and _");
    if (known_.size() == kActivityKindsMax) {
      return fail(
          "kind", text,
          fmt::format("is one of over {} kinds; is it the right column?", kActivityKindsMax));
    }
    std::size_t index = 0;
    while (index < to.kind_names.size() && to.kind_names[index] != name) ++index;
    if (index == to.kind_names.size()) to.kind_names.push_back(name);
    known_.emplace_back(std::string(text), static_cast<std::uint16_t>(index));
    to.kind.push_back(static_cast<std::uint16_t>(index));
    return true;
  }

  const std::size_t id_ = field("id"), account_ = field("account"), at_ = field("at"),
                    known_at_ = field("known_at"), value_ = field("value"),
                    contact_ = field("contact"), thread_ = field("thread"),
                    modified_at_ = field("modified_at");
  std::vector<std::pair<std::string, std::uint16_t>> known_;
};

// In the words that features and the target `labelled` know.
class OutcomeRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override {
    page.columns.emplace<ActivityColumns>().kind_names = {"offer_accepted", "offer_declined"};
  }
  RowOutcome put() override {
    auto& to = std::get<ActivityColumns>(page().columns);
    bool was_won = false;
    const std::string_view text = cell(field("outcome"));
    if (!parse_outcome(text, was_won)) {
      fail("outcome", text, "is neither won nor lost");
      return RowOutcome::bad;
    }
    const bool good = put_id(field("id"), to.id, true) &&
                      put_id(field("account"), to.account, true) &&
                      put_instant(field("at"), to.at, true) &&
                      put_known_at(field("known_at"), to.at.back(), to.known_at) &&
                      put_id(field("contact"), to.contact);
    if (!good) return RowOutcome::bad;
    to.kind.push_back(was_won ? 0 : 1);
    return RowOutcome::taken;
  }
};

class IdRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override { page.named.clear(); }
  RowOutcome put() override {
    const std::string_view id = parts().cells.id(cell(field("id")));
    if (id.empty() || id.size() > kIdBytesMax) {
      fail("id", id, "is empty or too long");
      return RowOutcome::bad;
    }
    page().named.emplace_back(id);
    return RowOutcome::taken;
  }
};

}  // namespace

std::unique_ptr<RowReader> make_row_reader(RowReaderParts parts) {
  switch (parts.mapping->section) {
    case Section::accounts:
      return std::make_unique<AccountRows>(std::move(parts));
    case Section::orders:
      return std::make_unique<OrderRows>(std::move(parts));
    case Section::order_lines:
      return std::make_unique<OrderLineRows>(std::move(parts));
    case Section::products:
      return std::make_unique<ProductRows>(std::move(parts));
    case Section::activities:
      return std::make_unique<ActivityRows>(std::move(parts));
    case Section::contacts:
      return std::make_unique<ContactRows>(std::move(parts));
    case Section::reps:
      return std::make_unique<RepRows>(std::move(parts));
    case Section::changes:
      return make_change_reader(std::move(parts));
    case Section::outcomes:
      return std::make_unique<OutcomeRows>(std::move(parts));
  }
  return nullptr;
}

std::unique_ptr<RowReader> make_id_reader(RowReaderParts parts) {
  return std::make_unique<IdRows>(std::move(parts));
}

}  // namespace upselld::plugins::files
