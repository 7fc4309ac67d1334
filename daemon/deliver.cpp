// SPDX-License-Identifier: Apache-2.0
#include "daemon/deliver.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/kill_point.h"
#include "daemon/field_receipt.h"
#include "daemon/pause_change.h"

namespace upselld::daemon {
namespace {

using store::Delivery;
using store::DeliveryKind;
using store::DeliveryState;

// Keeps what a connector answers and makes its checkpoints durable. The connector sees only the
// deliveries at `sent`, in that order; `receipts` has one for each of the batch.
class Answers : public ReceiptSink {
 public:
  Answers(store::Outbox& outbox, std::int64_t batch, std::vector<Receipt>& receipts,
          const std::vector<std::size_t>& sent)
      : outbox_(outbox), batch_(batch), receipts_(receipts), sent_(sent) {}

  void answer(std::size_t index, Receipt receipt) override {
    if (index < sent_.size()) receipts_[sent_[index]] = std::move(receipt);
  }
  Result<void> checkpoint(const Continuation& continuation) override {
    return outbox_.checkpoint(batch_, continuation);
  }

 private:
  store::Outbox& outbox_;
  std::int64_t batch_;
  std::vector<Receipt>& receipts_;
  const std::vector<std::size_t>& sent_;
};

// Nothing of it is missing in the CRM: no call is needed to write it.
bool stands_already(const FieldValues& values, const FieldValues& current) {
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (values[f] && *values[f] != current[f].value_or("")) return false;
  }
  return true;
}

std::vector<std::string> account_ids(const std::vector<Delivery>& deliveries) {
  std::vector<std::string> ids;
  ids.reserve(deliveries.size());
  for (const Delivery& delivery : deliveries) ids.push_back(delivery.account.id);
  return ids;
}

bool is_settled(const Receipt& receipt) {
  return receipt.outcome == Receipt::Outcome::accepted ||
         receipt.outcome == Receipt::Outcome::already_there;
}

// A task that was to be withdrawn, and that people have touched: it stays as they left it.
bool is_kept(const Delivery& delivery, const Receipt& receipt) {
  return delivery.kind() == DeliveryKind::withdrawal &&
         receipt.outcome == Receipt::Outcome::already_there && !receipt.crm_id.empty();
}

store::AuditKind audit_kind_of(const Delivery& delivery, const Receipt& receipt) {
  if (receipt.outcome == Receipt::Outcome::rejected) return store::AuditKind::rejected;
  if (is_kept(delivery, receipt)) return store::AuditKind::kept;
  return delivery.kind() == DeliveryKind::withdrawal ? store::AuditKind::withdrawn
                                                     : store::AuditKind::done;
}

std::string audit_payload(const Delivery& delivery, const Receipt& receipt) {
  const nlohmann::ordered_json payload = {
      {"decision", delivery.decision},
      {"kind", store::to_text(delivery.kind())},
      {"task", delivery.task_key},
      {"receipt", nlohmann::ordered_json::parse(store::receipt_to_json(receipt))}};
  return payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Deliverer::Deliverer(DeliverySite site, ConnectionReport& report, std::stop_token stop)
    : site_(std::move(site)), report_(report), stop_(std::move(stop)) {}

Result<void> Deliverer::deliver_all() {
  if (const auto counted = count_due(); !counted) return counted;
  if (!may_go_on()) return {};
  if (const auto settled = settle_unknown(); !settled) return settled;
  for (const DeliveryKind kind :
       {DeliveryKind::fields, DeliveryKind::task, DeliveryKind::withdrawal}) {
    // They were decided when more was allowed, and wait until it is again; what a person undoes
    // does not.
    const bool may_touch_tasks = site_.write == WriteLevel::fields_and_tasks ||
                                 (site_.only_own && kind == DeliveryKind::withdrawal);
    if (kind != DeliveryKind::fields && !may_touch_tasks) continue;
    if (const auto delivered = deliver_kind(kind); !delivered) return delivered;
  }
  return {};
}

// What earlier runs left is due as well.
Result<void> Deliverer::count_due() {
  const auto counts = site_.ledger.outbox.counts(site_.connection);
  if (!counts) return counts.error();
  is_due_ = site_.only_own;
  if (site_.only_own) return {};  // who asks for that knows how much it is
  const auto due = [&](DeliveryKind kind) {
    return static_cast<std::int64_t>(counts->of(kind, DeliveryState::meant) +
                                     counts->of(kind, DeliveryState::unknown));
  };
  report_.fields_due = due(DeliveryKind::fields);
  if (site_.write == WriteLevel::fields_and_tasks) {
    report_.tasks_due = due(DeliveryKind::task);
    is_due_ = counts->of(DeliveryKind::withdrawal, DeliveryState::meant) > 0;
  }
  is_due_ = is_due_ || report_.fields_due > 0 || report_.tasks_due > 0;
  return {};
}

bool Deliverer::may_go_on() {
  if (stop_.stop_requested()) {
    report_.stopped = true;
    return false;
  }
  const auto paused = site_.ledger.brakes.paused(site_.connection);
  if (!paused || !*paused) return static_cast<bool>(paused);
  report_.paused = is_due_;
  report_.notes.push_back("writing is paused" +
                          ((*paused)->why.empty() ? "" : " (" + (*paused)->why + ")") +
                          "; go on with: " + lifting(**paused));
  return false;
}

Result<void> Deliverer::deliver_kind(DeliveryKind kind) {
  while (may_go_on()) {
    auto due = site_.ledger.outbox.take_due(site_.connection, kind, site_.clock.now(),
                                            kDeliveryBatchMax, site_.only_own ? site_.run : "");
    if (!due) return due.error();
    if (due->empty()) return {};
    Batch batch;
    batch.kind = kind;
    batch.deliveries = std::move(*due);
    batch.before.resize(batch.deliveries.size());
    batch.receipts.resize(batch.deliveries.size());
    if (kind == DeliveryKind::fields) {
      if (const auto left = leave_edited_fields(batch); !left) return left;
    }
    for (std::size_t i = 0; i < batch.receipts.size(); ++i) {
      if (!is_settled(batch.receipts[i])) batch.unsent.push_back(i);
    }
    if (const auto sent = send(batch); !sent) return sent;
  }
  return {};
}

// Reads what stands in the CRM right before the write. A value that is neither empty nor one of
// ours was put there by a person: that field is left alone, the others go on.
Result<void> Deliverer::leave_edited_fields(Batch& batch) {
  const auto states = site_.connector.current_fields(account_ids(batch.deliveries));
  if (!states) return states.error();
  auto transaction =
      store::Transaction::begin(site_.ledger.database, "fields_attempted", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant now = site_.clock.now();
  if (const auto expired = site_.ledger.field_states.release_expired(*transaction, now); !expired) {
    return expired.error();
  }
  for (std::size_t i = 0; i < batch.deliveries.size(); ++i) {
    Delivery& delivery = batch.deliveries[i];
    FieldValues& values = std::get<FieldUpdate>(delivery.payload).values;
    const FieldValues& current = (*states)[i].values;
    batch.before[i] = current;
    const auto known = site_.ledger.field_states.of(delivery.account.number);
    if (!known) return known.error();
    for (std::size_t f = 0; f < kFieldCount; ++f) {
      if (!values[f]) continue;
      const store::FieldMemory& memory = (*known)[f];
      const std::string standing = current[f].value_or("");
      // Of an account that no answer shows nobody can tell what stands there; and what is to be
      // written may stand there, from before a restored backup.
      const bool edited_now =
          (*states)[i].exists && !memory.is_ours(standing) && standing != *values[f];
      if (edited_now) {
        const auto noted = site_.ledger.field_states.edited(*transaction, delivery.account,
                                                            static_cast<Field>(f), standing, now);
        if (!noted) return noted;
      }
      if (edited_now || memory.is_kept(now)) {
        values[f].reset();
        ++report_.kept_fields;
      }
    }
    const auto noted = site_.ledger.field_states.attempted(*transaction, delivery.account, values);
    if (!noted) return noted;
    // The former values go down before the write: afterwards nobody could tell them any more.
    // What a run decided is undone as that run's, also when a later process delivered it.
    const auto kept = site_.ledger.plans.note_fields(*transaction, delivery.deciding_run(),
                                                     {delivery.account, current, values});
    if (!kept) return kept;
    if ((*states)[i].exists && stands_already(values, current)) {
      Receipt& receipt = batch.receipts[i];
      receipt.outcome = Receipt::Outcome::already_there;
      receipt.crm_id = delivery.account.id;
      receipt.version = (*states)[i].version;
      receipt.stored = values;
    }
  }
  return transaction->commit();
}

Result<void> Deliverer::send(Batch& batch) {
  std::vector<store::DeliveryId> ids;
  for (const Delivery& delivery : batch.deliveries) ids.push_back(delivery.id);
  const auto sending = site_.ledger.outbox.mark_sending(ids, site_.clock.now());
  if (!sending) return sending.error();
  kill_point("deliver.before_send");
  const auto sent = batch.unsent.empty() ? Result<void>{} : hand_over(batch, sending->id);
  kill_point("deliver.after_send");
  if (batch.kind == DeliveryKind::fields) {
    for (const std::size_t i : batch.unsent) {
      batch.receipts[i] = judged(batch.before[i], std::move(batch.receipts[i]));
    }
  }
  if (const auto stored = store_answers(batch, batch.receipts); !stored) return stored;
  auto transaction =
      store::Transaction::begin(site_.ledger.database, "batch_closed", store::Durability::full);
  if (!transaction) return transaction.error();
  if (const auto closed = site_.ledger.outbox.close_batch(*transaction, sending->id); !closed) {
    return closed;
  }
  if (const auto committed = transaction->commit(); !committed) return committed;
  return sent;
}

Result<void> Deliverer::hand_over(Batch& batch, std::int64_t batch_id) {
  Answers answers(site_.ledger.outbox, batch_id, batch.receipts, batch.unsent);
  const auto unsent = [&batch](auto of_kind) {
    std::vector<decltype(of_kind)> items;
    for (const std::size_t i : batch.unsent) {
      items.push_back(std::get<decltype(of_kind)>(batch.deliveries[i].payload));
    }
    return items;
  };
  switch (batch.kind) {
    case DeliveryKind::fields:
      return site_.connector.update_fields(unsent(FieldUpdate{}), answers, {});
    case DeliveryKind::task:
      return site_.connector.create_tasks(unsent(TaskDraft{}), answers, {});
    case DeliveryKind::withdrawal:
      return site_.connector.withdraw_tasks(unsent(TaskWithdrawal{}), answers, {});
  }
  return {};
}

Result<void> Deliverer::store_answers(const Batch& batch, const std::vector<Receipt>& receipts) {
  if (batch.deliveries.empty()) return {};
  std::vector<store::Answer> answers;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    answers.push_back({batch.deliveries[i].id, receipts[i], site_.settings});
  }
  auto transaction =
      store::Transaction::begin(site_.ledger.database, "receipts", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto changed = site_.ledger.outbox.record(*transaction, answers, site_.clock.now());
  if (!changed) return changed.error();
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const Delivery& delivery = batch.deliveries[i];
    if (std::find(changed->begin(), changed->end(), delivery.id) == changed->end()) continue;
    const auto noted = note(*transaction, delivery, batch.before[i], receipts[i]);
    if (!noted) return noted;
    count(delivery, receipts[i]);
  }
  return transaction->commit();
}

Result<void> Deliverer::note(store::Transaction& transaction, const Delivery& delivery,
                             const FieldValues& before, const Receipt& receipt) {
  const bool settled = is_settled(receipt);
  if (settled || receipt.outcome == Receipt::Outcome::rejected) {
    const auto appended = site_.ledger.audit.append(
        transaction, {audit_kind_of(delivery, receipt), site_.clock.now(), site_.run,
                      delivery.account, audit_payload(delivery, receipt)});
    if (!appended) return appended;
  }
  if (!settled) return {};
  if (is_kept(delivery, receipt)) return note_kept(transaction, delivery);
  if (delivery.kind() != DeliveryKind::fields) {
    return site_.ledger.plans.note_task(transaction, delivery.deciding_run(),
                                        {delivery.account, delivery.task_key, receipt.crm_id,
                                         delivery.kind() == DeliveryKind::withdrawal});
  }
  const auto confirmed =
      site_.ledger.field_states.confirmed(transaction, delivery.account, receipt.stored);
  if (!confirmed) return confirmed;
  return site_.ledger.plans.note_fields(transaction, delivery.deciding_run(),
                                        {delivery.account, before, receipt.stored});
}

// It was remembered as withdrawn when that was decided. Now it is as people left it: open, until a
// look at it tells.
Result<void> Deliverer::note_kept(store::Transaction& transaction, const Delivery& withdrawal) {
  store::Decisions& decisions = site_.ledger.decisions;
  auto memory = decisions.memory(withdrawal.account.number);
  if (!memory) return memory.error();
  TaskMemory& task = memory->task;
  if (task.key != withdrawal.task_key || task.status != TaskState::Status::withdrawn) return {};
  task.status = TaskState::Status::open;
  task.closed_at = Instant::missing();
  if (const auto fell = site_.ledger.rounds.fall(transaction); !fell) return fell;
  return decisions.remember(transaction, withdrawal.account.number, *memory);
}

void Deliverer::count(const Delivery& delivery, const Receipt& receipt) {
  if (is_kept(delivery, receipt)) {
    ++report_.kept_tasks;
    return;
  }
  switch (receipt.outcome) {
    case Receipt::Outcome::accepted:
    case Receipt::Outcome::already_there:
      if (delivery.kind() == DeliveryKind::fields) ++report_.fields;
      if (delivery.kind() == DeliveryKind::task) ++report_.tasks;
      if (delivery.kind() == DeliveryKind::withdrawal) ++report_.withdrawn;
      return;
    case Receipt::Outcome::rejected:
      ++report_.rejected;
      report_.rejected_items.push_back({delivery.account.id, "", store::to_text(delivery.kind()),
                                        receipt.code, receipt.message, receipt.field});
      return;
    case Receipt::Outcome::deferred:
      // What is due again at once is told by what becomes of it.
      if (receipt.until > site_.clock.now()) ++report_.deferred;
      return;
    case Receipt::Outcome::unknown:
      ++report_.unknown;
      return;
  }
}

}  // namespace upselld::daemon
