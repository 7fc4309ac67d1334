// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/delivery.h"
#include "core/result.h"

// What becomes of the items of a batch, until each was answered.
namespace upselld::plugins {

// Why a CRM will not do something to one record.
struct Refusal {
  std::string code;  // "FIELD_CUSTOM_VALIDATION_EXCEPTION"
  std::string message;
  std::string field;  // the first one named
};

Receipt rejected(const Refusal& refusal);
Receipt deferred(const Refusal& refusal, Instant until);
// Of a task that the CRM says is there already, though no look shows it.
Receipt unseen(Receipt refusal);

// All that was sent stands there, and something was sent.
bool all_stand(const FieldValues& sent, const FieldState& state);

// Field updates: settled one by one, answered together once their values were read back.
class WriteOutcomes {
 public:
  explicit WriteOutcomes(std::size_t count) : receipts_(count), last_(count) {}

  // Those of `order` that are the first of their account: the same one twice in one request is an
  // error of the row, or of the whole. The others are settled.
  std::vector<std::size_t> first_of_each(std::span<const FieldUpdate> batch,
                                         std::vector<std::size_t> order);
  void settle(std::size_t index, Receipt receipt) { receipts_[index] = std::move(receipt); }
  void done(std::size_t index);
  // Done, and the answer tells what stands there now.
  void stands(std::size_t index, FieldState state);
  // Left for another try.
  void note(std::size_t index, Refusal refusal) { last_[index] = std::move(refusal); }
  // Sent, and the answer does not say what became of it: what stands there afterwards does. Else it
  // is due again at `until`, and never sent again before another look, for it may have been done
  // and a person have changed it since.
  void unsaid(std::size_t index, Instant until);
  // What was not sent because of this error is due again later.
  void put_off(const std::vector<std::size_t>& items, const Error& error, Instant until);
  bool is_settled(std::size_t index) const { return receipts_[index].has_value(); }
  bool is_done(std::size_t index) const {
    return is_settled(index) && receipts_[index]->outcome == Receipt::Outcome::accepted;
  }
  const Refusal& last_refusal(std::size_t index) const { return last_[index]; }
  // What was not tried yet is due again at once, after another look.
  void look_again(std::span<const std::size_t> items, Instant now);

  // Done is what can be read: values are answered as they stand now, beside those that were sent,
  // with the record's version, and read where no answer told them. What was refused is looked at
  // too, for where a first answer was lost the refusal is of the repeat alone; and so is what
  // nothing was said of. A read that fails makes all of them unknown: the next look will tell.
  using Read = std::function<Result<std::vector<FieldState>>(std::span<const std::string>)>;
  // What of an update is sent, in the words in which it is read; nullopt: is not sent.
  using Sent = std::function<FieldValues(const FieldUpdate&)>;
  void answer(std::span<const FieldUpdate> batch, const Read& read, const Sent& sent,
              ReceiptSink& sink);

 private:
  static void tell(Receipt& receipt, const FieldUpdate& update, const FieldValues& sent,
                   const FieldState& state);
  bool is_refused(std::size_t index) const {
    return is_settled(index) && receipts_[index]->outcome == Receipt::Outcome::rejected;
  }

  std::vector<std::optional<Receipt>> receipts_;
  std::vector<Refusal> last_;
  std::set<std::size_t> unsaid_;
  std::map<std::size_t, FieldState> told_;
};

// Tasks: each answered as soon as it is settled.
class PendingTasks {
 public:
  PendingTasks(std::size_t count, ReceiptSink& sink)
      : sink_(sink), settled_(count, false), last_(count) {}

  static std::vector<std::size_t> by_account(std::span<const TaskDraft> batch);

  // Answers what stands in the CRM already, and keys that are in the batch twice. `keys`: by item,
  // as the CRM compares them. `id_of` gives the id of the task that stands under a key: one that a
  // person deleted stands too, for it is not made again.
  using IdOf = std::function<std::optional<std::string>(const std::string& key)>;
  void answer_standing(const std::vector<std::string>& keys, const IdOf& id_of);

  void settle(std::size_t index, Receipt receipt);
  void created(std::size_t index, const std::string& id);
  void already_there(std::size_t index, const std::string& id);
  // Not sent because of this error: due again later.
  void put_off(const std::vector<std::size_t>& items, const Error& error, Instant until);
  bool is_settled(std::size_t index) const { return settled_[index]; }
  void note(std::size_t index, Refusal refusal) { last_[index] = std::move(refusal); }
  const Refusal& last_refusal(std::size_t index) const { return last_[index]; }
  void give_to_fallback(std::size_t index) { for_fallback_.insert(index); }
  bool is_for_fallback(std::size_t index) const { return for_fallback_.count(index) > 0; }
  ReceiptSink& sink() { return sink_; }

 private:
  ReceiptSink& sink_;
  std::vector<bool> settled_;
  std::vector<Refusal> last_;
  std::set<std::size_t> for_fallback_;
};

}  // namespace upselld::plugins
