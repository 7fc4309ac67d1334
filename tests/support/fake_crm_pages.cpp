// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_crm_pages.h"

#include <algorithm>
#include <limits>

#include "core/assertions.h"

namespace upselld::tests {

namespace {

// Reads the texts of one record for the columns of a page.
class Cells {
 public:
  Cells(Page& page, const FakeRecord& record, const ConnectorContext& context)
      : page_(page), record_(record), context_(context) {}

  std::string get(const std::string& name) const {
    const auto found = record_.fields.find(name);
    return found == record_.fields.end() ? std::string() : found->second;
  }
  TextRef text(const std::string& name) const { return ref(get(name)); }
  TextRef ref(const std::string& value) const {
    return value.empty() ? TextRef{} : page_.add(value);
  }
  Instant instant(const std::string& name) const {
    return parse_instant(get(name), "iso", context_.zone).value_or(Instant::missing());
  }
  double number(const std::string& name) const {
    return parse_number(get(name)).value_or(std::numeric_limits<double>::quiet_NaN());
  }
  std::uint8_t flag(const std::string& name, bool when_empty) const {
    return parse_yes_no(get(name)).value_or(when_empty) ? 1 : 0;
  }
  // Versions are counted, not timed; as an instant they only need to grow.
  Instant modified_at() const { return {static_cast<std::int64_t>(record_.version) * 1000}; }

 private:
  Page& page_;
  const FakeRecord& record_;
  const ConnectorContext& context_;
};

struct Adder {
  const Cells& cells;
  const std::string& id;
  const ConnectorContext& context;

  void operator()(AccountColumns& to) const {
    to.id.push_back(cells.ref(id));
    to.name.push_back(cells.text("name"));
    to.owner.push_back(cells.text("owner"));
    to.parent.push_back(cells.text("parent"));
    to.currency.push_back(cells.text("currency"));
    to.created_at.push_back(cells.instant("created_at"));
    to.pause_until.push_back(cells.instant("pause_until"));
    to.opted_out.push_back(cells.flag("opted_out", false));
    to.modified_at.push_back(cells.modified_at());
    for (AttributeColumn& column : to.attributes) {
      const AttributeSpec& spec = context.attributes[column.attribute];
      if (spec.kind == AttributeKind::number) {
        column.number.push_back(cells.number(spec.name));
      } else {
        column.text.push_back(cells.text(spec.name));
      }
    }
  }
  void operator()(OrderColumns& to) const {
    OrderKind kind = OrderKind::other;
    OrderStatus status = OrderStatus::won;
    parse(cells.get("kind"), kind);
    parse(cells.get("status"), status);
    to.id.push_back(cells.ref(id));
    to.account.push_back(cells.text("account"));
    to.currency.push_back(cells.text("currency"));
    to.placed_at.push_back(cells.instant("placed_at"));
    to.modified_at.push_back(cells.modified_at());
    to.amount.push_back(cells.number("amount"));
    to.kind.push_back(kind);
    to.status.push_back(status);
  }
  void operator()(ActivityColumns& to) const {
    const std::string kind = cells.get("kind");
    auto at = std::find(to.kind_names.begin(), to.kind_names.end(), kind);
    if (at == to.kind_names.end()) at = to.kind_names.insert(at, kind);
    to.id.push_back(cells.ref(id));
    to.account.push_back(cells.text("account"));
    to.contact.push_back(cells.text("contact"));
    to.thread.push_back(cells.text("thread"));
    to.at.push_back(cells.instant("at"));
    to.modified_at.push_back(cells.modified_at());
    to.kind.push_back(static_cast<std::uint16_t>(at - to.kind_names.begin()));
    to.value.push_back(cells.number("value"));
  }
  void operator()(ContactColumns& to) const {
    to.id.push_back(cells.ref(id));
    to.account.push_back(cells.text("account"));
    to.role.push_back(cells.text("role"));
    to.last_touch_at.push_back(cells.instant("last_touch_at"));
    to.modified_at.push_back(cells.modified_at());
    to.active.push_back(cells.flag("active", true));
    to.may_mail.push_back(cells.flag("may_mail", false));
    to.may_call.push_back(cells.flag("may_call", false));
    to.may_profile.push_back(cells.flag("may_profile", false));
  }
  void operator()(RepColumns& to) const {
    to.id.push_back(cells.ref(id));
    to.name.push_back(cells.text("name"));
    to.email.push_back(cells.text("email"));
    to.region.push_back(cells.text("region"));
    to.manager.push_back(cells.text("manager"));
    to.active.push_back(cells.flag("active", true));
  }
  template <typename Other>
  void operator()(Other&) const {
    UPSELLD_ASSERT(false && "the made-up CRM has no such stream");
  }
};

}  // namespace

std::vector<StreamInfo> fake_streams() {
  return {{"accounts", "", RecordKind::account, true, true, true, true},
          {"orders", "", RecordKind::order, true, true, true, true},
          {"activities", "", RecordKind::activity, true, true, true, true},
          {"contacts", "", RecordKind::contact, true, true, true, true},
          {"reps", "", RecordKind::rep, true, true, true, true}};
}

Page empty_page(RecordKind kind, const ConnectorContext& context) {
  Page page;
  switch (kind) {
    case RecordKind::account: {
      auto& to = page.columns.emplace<AccountColumns>();
      for (std::size_t i = 0; i < context.attributes.size(); ++i) {
        to.attributes.push_back({static_cast<std::uint16_t>(i), {}, {}});
      }
      return page;
    }
    case RecordKind::order:
      page.columns.emplace<OrderColumns>();
      return page;
    case RecordKind::activity:
      page.columns.emplace<ActivityColumns>();
      return page;
    case RecordKind::contact:
      page.columns.emplace<ContactColumns>();
      return page;
    case RecordKind::rep:
      page.columns.emplace<RepColumns>();
      return page;
    case RecordKind::order_line:
    case RecordKind::product:
    case RecordKind::attribute_change:
      break;
  }
  UPSELLD_ASSERT(false && "the made-up CRM has no such stream");
  return page;
}

void add_record(Page& page, const std::string& id, const FakeRecord& record,
                const ConnectorContext& context) {
  const Cells cells(page, record, context);
  std::visit(Adder{cells, id, context}, page.columns);
}

}  // namespace upselld::tests
