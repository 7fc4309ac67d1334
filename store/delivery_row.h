// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/delivery.h"
#include "core/instant.h"
#include "core/result.h"
#include "store/account_ref.h"

namespace upselld::store {

using DeliveryId = std::int64_t;

enum class DeliveryKind : std::uint8_t { fields, task, withdrawal };
// meant -> sending -> done | rejected | deferred | unknown; undelivered ones may also become
// superseded or cancelled.
enum class DeliveryState : std::uint8_t {
  meant,
  sending,  // a batch holds it, bytes may have left
  unknown,  // sent, no answer seen: look before sending again, if it is to be sent again at all
  done,
  rejected,  // stays until its cause or data changes
  deferred,  // not before deferred_until
  superseded,
  cancelled,
};
// Whether it is neither on its way nor at an end, and its last attempt, if any, was answered.
bool is_waiting(DeliveryState state);
const char* to_text(DeliveryKind kind);
const char* to_text(DeliveryState state);

using DeliveryPayload = std::variant<FieldUpdate, TaskDraft, TaskWithdrawal>;
DeliveryKind kind_of(const DeliveryPayload& payload);

// Something to do in a CRM, as decided.
struct NewDelivery {
  AccountRef account;
  std::string decision;       // id of the decision
  double expected_value = 0;  // greatest first
  DeliveryPayload payload;
};

// The same with what became of it.
struct Delivery {
  DeliveryId id = 0;
  std::string decision;
  AccountRef account;
  double expected_value = 0;
  DeliveryPayload payload;
  std::string task_key;  // of a task or a withdrawal
  DeliveryState state = DeliveryState::meant;
  int attempt = 0;
  Instant meant_at;
  Instant sent_at = Instant::missing();  // of the last attempt
  // Of the last attempt that nobody answered. A task may stand from then on, also where a look did
  // not find it, for an index may be late; a refusal of a later attempt does not change that.
  Instant doubted_at = Instant::missing();
  Instant settled_at = Instant::missing();  // of the last receipt
  Instant deferred_until = Instant::missing();
  Receipt receipt;    // meaningful once settled_at is known
  std::string cause;  // what a rejection depended on, as the daemon named it

  DeliveryKind kind() const { return kind_of(payload); }
  // The run that decided it, whichever brought it.
  std::string deciding_run() const { return decision.substr(0, decision.find('/')); }
};

// How far a walk over settled rows, oldest first, has come.
struct OutboxPlace {
  std::int64_t settled_at_ms = 0;
  std::uint32_t account = 0;
  int kind = 0, state = 0;
  DeliveryId id = 0;
};

// Payloads and receipts as the store keeps them: compact JSON with sorted keys. A damaged text is
// `corrupt`.
std::string fields_to_json(const FieldValues& values);
Result<FieldValues> fields_from_json(const std::string& text);
std::string task_to_json(const TaskDraft& task);
Result<TaskDraft> task_from_json(const std::string& text);
std::string payload_to_json(const DeliveryPayload& payload);
Result<DeliveryPayload> payload_from_json(DeliveryKind kind, const std::string& text);
std::string receipt_to_json(const Receipt& receipt);
Result<Receipt> receipt_from_json(const std::string& text);

}  // namespace upselld::store
