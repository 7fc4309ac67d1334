// SPDX-License-Identifier: Apache-2.0
#include "core/records.h"

#include "core/assertions.h"

namespace upselld {

const char* to_text(RecordKind kind) {
  switch (kind) {
    case RecordKind::account:
      return "account";
    case RecordKind::order:
      return "order";
    case RecordKind::order_line:
      return "order_line";
    case RecordKind::product:
      return "product";
    case RecordKind::activity:
      return "activity";
    case RecordKind::contact:
      return "contact";
    case RecordKind::rep:
      return "rep";
    case RecordKind::attribute_change:
      return "attribute_change";
  }
  UPSELLD_ASSERT(false);
  return "";
}

const char* to_text(OrderKind kind) {
  switch (kind) {
    case OrderKind::new_business:
      return "new_business";
    case OrderKind::renewal:
      return "renewal";
    case OrderKind::upsell:
      return "upsell";
    case OrderKind::cross_sell:
      return "cross_sell";
    case OrderKind::other:
      return "other";
  }
  UPSELLD_ASSERT(false);
  return "";
}

const char* to_text(OrderStatus status) {
  switch (status) {
    case OrderStatus::won:
      return "won";
    case OrderStatus::lost:
      return "lost";
    case OrderStatus::open:
      return "open";
    case OrderStatus::cancelled:
      return "cancelled";
  }
  UPSELLD_ASSERT(false);
  return "";
}

bool parse(std::string_view text, OrderKind& out) {
  for (const OrderKind kind : {OrderKind::new_business, OrderKind::renewal, OrderKind::upsell,
                               OrderKind::cross_sell, OrderKind::other}) {
    if (text == to_text(kind)) {
      out = kind;
      return true;
    }
  }
  return false;
}

bool parse(std::string_view text, OrderStatus& out) {
  for (const OrderStatus status :
       {OrderStatus::won, OrderStatus::lost, OrderStatus::open, OrderStatus::cancelled}) {
    if (text == to_text(status)) {
      out = status;
      return true;
    }
  }
  return false;
}

const char* to_text(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::number:
      return "number";
    case AttributeKind::text:
      return "text";
    case AttributeKind::ordered_text:
      return "ordered_text";
    case AttributeKind::instant:
      return "instant";
    case AttributeKind::boolean:
      return "boolean";
  }
  UPSELLD_ASSERT(false);
  return "";
}

}  // namespace upselld
