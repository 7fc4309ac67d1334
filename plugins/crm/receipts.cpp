// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/receipts.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "core/stored_form.h"

namespace upselld::plugins {

namespace {

Receipt put_off_by(const Error& error, Instant until) {
  return deferred({to_text(error.kind), error.message, ""}, error.retry_after.value_or(until));
}

}  // namespace

bool all_stand(const FieldValues& sent, const FieldState& state) {
  std::size_t seen = 0;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (!sent[f]) continue;
    if (!may_be_stored_as(static_cast<Field>(f), *sent[f], state.values[f].value_or(""))) {
      return false;
    }
    ++seen;
  }
  return seen > 0 && state.exists;
}

Receipt rejected(const Refusal& refusal) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::rejected;
  receipt.code = refusal.code;
  receipt.message = refusal.message;
  receipt.field = refusal.field;
  return receipt;
}

Receipt deferred(const Refusal& refusal, Instant until) {
  Receipt receipt = rejected(refusal);
  receipt.outcome = Receipt::Outcome::deferred;
  receipt.until = until;
  return receipt;
}

Receipt unseen(Receipt refusal) {
  refusal.outcome = Receipt::Outcome::unknown;
  return refusal;
}

std::vector<std::size_t> WriteOutcomes::first_of_each(std::span<const FieldUpdate> batch,
                                                      std::vector<std::size_t> order) {
  std::set<std::string_view> seen;
  std::erase_if(order, [&](std::size_t i) {
    if (seen.insert(batch[i].account).second) return false;
    settle(i, rejected({"DUPLICATE_ID", "the account is twice in one batch", ""}));
    return true;
  });
  return order;
}

void WriteOutcomes::done(std::size_t index) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::accepted;
  settle(index, std::move(receipt));
}

void WriteOutcomes::stands(std::size_t index, FieldState state) {
  done(index);
  told_[index] = std::move(state);
}

void WriteOutcomes::unsaid(std::size_t index, Instant until) {
  settle(index, deferred({"NO_ANSWER", "the answer does not say what became of it", ""}, until));
  unsaid_.insert(index);
}

void WriteOutcomes::put_off(const std::vector<std::size_t>& items, const Error& error,
                            Instant until) {
  for (const std::size_t index : items) {
    if (!is_settled(index)) settle(index, put_off_by(error, until));
  }
}

void WriteOutcomes::look_again(std::span<const std::size_t> items, Instant now) {
  for (const std::size_t index : items) {
    if (!is_settled(index) && last_[index].code.empty()) {
      settle(index, deferred({"LOOKED_AT_TOO_LONG_AGO", "it is looked at again first", ""}, now));
    }
  }
}

void WriteOutcomes::tell(Receipt& receipt, const FieldUpdate& update, const FieldValues& sent,
                         const FieldState& state) {
  receipt.crm_id = update.account;
  receipt.version = state.version;
  receipt.sent = sent;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (update.values[f]) receipt.stored[f] = state.values[f].value_or("");
  }
}

void WriteOutcomes::answer(std::span<const FieldUpdate> batch, const Read& read,
                           const Sent& sent_of, ReceiptSink& sink) {
  std::vector<std::string> ids;
  std::vector<std::size_t> places;
  for (const auto& [i, state] : told_) tell(*receipts_[i], batch[i], sent_of(batch[i]), state);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (told_.contains(i) || (!is_done(i) && !is_refused(i) && !unsaid_.contains(i))) continue;
    ids.push_back(batch[i].account);
    places.push_back(i);
  }
  const auto states = read(ids);
  for (std::size_t k = 0; k < places.size(); ++k) {
    Receipt& receipt = *receipts_[places[k]];
    const FieldUpdate& update = batch[places[k]];
    if (!states) {
      receipt = Receipt{};
      continue;
    }
    const FieldState& state = (*states)[k];
    if (is_refused(places[k]) && !state.exists) continue;
    if (unsaid_.contains(places[k])) {
      if (!all_stand(sent_of(update), state)) continue;
      done(places[k]);
    }
    tell(receipt, update, sent_of(update), state);
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (is_settled(i)) sink.answer(i, std::move(*receipts_[i]));
  }
}

// Tasks for one account after the other: inserting one may lock the account.
std::vector<std::size_t> PendingTasks::by_account(std::span<const TaskDraft> batch) {
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return batch[a].account < batch[b].account;
  });
  return order;
}

void PendingTasks::answer_standing(const std::vector<std::string>& keys, const IdOf& id_of) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto id = id_of(keys[i]);
    if (id)
      already_there(i, *id);
    else if (!seen.insert(keys[i]).second)
      already_there(i, "");
  }
}

void PendingTasks::settle(std::size_t index, Receipt receipt) {
  settled_[index] = true;
  sink_.answer(index, std::move(receipt));
}

void PendingTasks::created(std::size_t index, const std::string& id) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::accepted;
  receipt.crm_id = id;
  settle(index, std::move(receipt));
}

void PendingTasks::already_there(std::size_t index, const std::string& id) {
  Receipt receipt;
  receipt.outcome = Receipt::Outcome::already_there;
  receipt.crm_id = id;
  settle(index, std::move(receipt));
}

void PendingTasks::put_off(const std::vector<std::size_t>& items, const Error& error,
                           Instant until) {
  for (const std::size_t index : items) {
    if (!settled_[index]) settle(index, put_off_by(error, until));
  }
}

}  // namespace upselld::plugins
