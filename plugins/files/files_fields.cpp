// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_fields.h"

#include "core/assertions.h"

namespace upselld::plugins::files {

namespace {

constexpr const char* kHelpKnownAt =
    "When the CRM came to know it, if later. Nothing is used for a date before that.";
constexpr const char* kHelpModifiedAt =
    "When the row was last changed: the newer row of an id wins.";
constexpr const char* kHelpCurrency = "ISO code of the amount; without it the reporting currency.";

constexpr FieldSpec kAccountFields[] = {
    {"id", FieldType::id, true, "The account's id, as every other file names it."},
    {"name", FieldType::text, false, "What reps call it."},
    {"owner", FieldType::id, false, "Id of the rep who gets its tasks."},
    {"parent", FieldType::id, false, "Id of the account it belongs to."},
    {"currency", FieldType::id, false, kHelpCurrency},
    {"created_at", FieldType::instant, false, "Since when it is known."},
    {"pause_until", FieldType::instant, false, "No task before that day."},
    {"opted_out", FieldType::flag, false, "Yes: not scored, its fields are emptied."},
    {"deleted", FieldType::flag, false, "Yes: the account is gone."},
    {"merged_into", FieldType::id, false, "Id of the account that took over all of this one."},
    {"modified_at", FieldType::instant, false, kHelpModifiedAt},
};
constexpr FieldSpec kOrderFields[] = {
    {"id", FieldType::id, false, "The order's id. Without it rows are known by their place."},
    {"account", FieldType::id, true, "Who ordered. Rows where it is empty are counted, not kept."},
    {"placed_at", FieldType::instant, true, "When it was placed, won or lost."},
    {"amount", FieldType::number, false, "Its value. Negative for what was given back."},
    {"currency", FieldType::id, false, kHelpCurrency},
    {"kind", FieldType::word, false, "new_business, renewal, upsell, cross_sell or other."},
    {"status", FieldType::word, false,
     "won, lost, open or cancelled. Without it every order is won."},
    {"known_at", FieldType::instant, false, kHelpKnownAt},
    {"modified_at", FieldType::instant, false, kHelpModifiedAt},
};
constexpr FieldSpec kOrderLineFields[] = {
    {"id", FieldType::id, false, "The line's own id. Without it rows are known by their place."},
    {"order", FieldType::id, false,
     "The order it is part of: lines of one order are one purchase."},
    {"account", FieldType::id, true, "Who ordered. Rows where it is empty are counted, not kept."},
    {"at", FieldType::instant, true, "When the order was placed."},
    {"product", FieldType::id, false, "Id of the product."},
    {"quantity", FieldType::number, false, "How many. Negative for what came back."},
    {"unit_price", FieldType::number, false, "Price of one."},
    {"currency", FieldType::id, false, kHelpCurrency},
    {"kind", FieldType::word, false, "new_business, renewal, upsell, cross_sell or other."},
    {"status", FieldType::word, false,
     "won, lost, open or cancelled. Without it every order is won."},
    {"known_at", FieldType::instant, false, kHelpKnownAt},
    {"modified_at", FieldType::instant, false, kHelpModifiedAt},
};
constexpr FieldSpec kProductFields[] = {
    {"id", FieldType::id, true, "The product's id, as order lines name it."},
    {"name", FieldType::text, false, "What people call it."},
    {"family", FieldType::text, false, "Its range or category."},
    {"list_price", FieldType::number, false, "Price without discount."},
    {"rating", FieldType::number, false, "How well it is liked."},
};
constexpr FieldSpec kActivityFields[] = {
    {"id", FieldType::id, false, "The event's id. Without it rows are known by their place."},
    {"account", FieldType::id, true, "Who it is about. Rows where it is empty are not kept."},
    {"at", FieldType::instant, true, "When it happened."},
    {"kind", FieldType::word, true, "What happened: a column, or one kind for the whole file."},
    {"value", FieldType::number, false, "A figure: share of the quota, hours, points."},
    {"contact", FieldType::id, false, "Id of the contact who did it."},
    {"thread", FieldType::id, false, "Id of the case or conversation it belongs to."},
    {"known_at", FieldType::instant, false, kHelpKnownAt},
    {"modified_at", FieldType::instant, false, kHelpModifiedAt},
};
constexpr FieldSpec kContactFields[] = {
    {"id", FieldType::id, true, "The contact's id. Names and addresses are never read."},
    {"account", FieldType::id, true, "Whose contact it is."},
    {"role", FieldType::text, false, "For example buyer or user."},
    {"active", FieldType::flag, false, "No: left the company."},
    {"may_mail", FieldType::flag, false, "No: must not be mailed."},
    {"may_call", FieldType::flag, false, "No: must not be called."},
    {"may_profile", FieldType::flag, false, "No: nothing this contact does is used."},
    {"last_touch_at", FieldType::instant, false, "When somebody last spoke with the contact."},
    {"modified_at", FieldType::instant, false, kHelpModifiedAt},
};
constexpr FieldSpec kRepFields[] = {
    {"id", FieldType::id, true, "The rep's id, as accounts name their owner."},
    {"name", FieldType::text, false, "What colleagues say."},
    {"email", FieldType::text, false, "Where messages go."},
    {"region", FieldType::text, false, "Their territory."},
    {"manager", FieldType::id, false, "Id of the rep's manager."},
    {"active", FieldType::flag, false, "No: gets no tasks."},
};
constexpr FieldSpec kChangeFields[] = {
    {"account", FieldType::id, true, "Whose attribute changed."},
    {"field", FieldType::text, true, "Which attribute: our name for it, or its column."},
    {"at", FieldType::instant, true, "When it changed."},
    {"value", FieldType::text, true, "What it became."},
    {"known_at", FieldType::instant, false, kHelpKnownAt},
};
constexpr FieldSpec kOutcomeFields[] = {
    {"id", FieldType::id, false, "The offer's id. Without it rows are known by their place."},
    {"account", FieldType::id, true, "Who got the offer."},
    {"at", FieldType::instant, true, "When the outcome was clear."},
    {"outcome", FieldType::outcome, true, "Yes, 1 or won; no, 0 or lost."},
    {"contact", FieldType::id, false, "Id of the contact who got it."},
    {"known_at", FieldType::instant, false, kHelpKnownAt},
};

}  // namespace

const char* to_text(Section section) {
  switch (section) {
    case Section::accounts:
      return "accounts";
    case Section::orders:
      return "orders";
    case Section::order_lines:
      return "order_lines";
    case Section::products:
      return "products";
    case Section::activities:
      return "activities";
    case Section::contacts:
      return "contacts";
    case Section::reps:
      return "reps";
    case Section::changes:
      return "changes";
    case Section::outcomes:
      return "outcomes";
  }
  UPSELLD_ASSERT(false);
  return "";
}

RecordKind kind_of(Section section) {
  switch (section) {
    case Section::accounts:
      return RecordKind::account;
    case Section::orders:
      return RecordKind::order;
    case Section::order_lines:
      return RecordKind::order_line;
    case Section::products:
      return RecordKind::product;
    case Section::activities:
    case Section::outcomes:
      return RecordKind::activity;
    case Section::contacts:
      return RecordKind::contact;
    case Section::reps:
      return RecordKind::rep;
    case Section::changes:
      return RecordKind::attribute_change;
  }
  UPSELLD_ASSERT(false);
  return RecordKind::account;
}

std::span<const FieldSpec> fields_of(Section section) {
  switch (section) {
    case Section::accounts:
      return kAccountFields;
    case Section::orders:
      return kOrderFields;
    case Section::order_lines:
      return kOrderLineFields;
    case Section::products:
      return kProductFields;
    case Section::activities:
      return kActivityFields;
    case Section::contacts:
      return kContactFields;
    case Section::reps:
      return kRepFields;
    case Section::changes:
      return kChangeFields;
    case Section::outcomes:
      return kOutcomeFields;
  }
  UPSELLD_ASSERT(false);
  return {};
}

std::size_t index_of(Section section, std::string_view field) {
  const std::span<const FieldSpec> fields = fields_of(section);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (field == fields[i].name) return i;
  }
  UPSELLD_ASSERT(false && "the section has no such field");
  return 0;
}

}  // namespace upselld::plugins::files
