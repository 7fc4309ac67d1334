// SPDX-License-Identifier: Apache-2.0
#include "daemon/field_receipt.h"

#include "core/stored_form.h"

namespace upselld::daemon {

namespace {

bool was_written(const FieldValues& before, const Receipt& receipt) {
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (!receipt.sent[f] || !receipt.stored[f]) continue;
    const auto field = static_cast<Field>(f);
    const bool was_there = may_be_stored_as(field, *receipt.sent[f], before[f].value_or(""));
    if (!was_there && may_be_stored_as(field, *receipt.sent[f], *receipt.stored[f])) return true;
  }
  return false;
}

}  // namespace

Receipt judged(const FieldValues& before, Receipt receipt) {
  using Outcome = Receipt::Outcome;
  if (receipt.outcome == Outcome::rejected) {
    if (was_written(before, receipt)) {
      receipt.outcome = Outcome::accepted;
      receipt.code = receipt.message = receipt.field = "";
    } else {
      receipt.stored = FieldValues();
      receipt.crm_id = receipt.version = "";
    }
  }
  if (receipt.outcome != Outcome::accepted) return receipt;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (!receipt.sent[f] || !receipt.stored[f]) continue;
    if (!may_be_stored_as(static_cast<Field>(f), *receipt.sent[f], *receipt.stored[f])) {
      receipt.stored[f] = receipt.sent[f];
    }
  }
  return receipt;
}

}  // namespace upselld::daemon
