// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "core/result.h"

namespace upselld {

struct FieldUpdate {
  std::string account;  // CRM id
  FieldValues values;   // nullopt: leave alone
};
struct TaskWithdrawal {
  std::string key;
  std::string crm_id;  // empty when the CRM's id was never learnt
  std::string why;     // one line for the rep
};

// What stands in the CRM.
struct FieldState {
  std::string account;
  bool exists = false;  // the account
  std::string version;  // of the record; empty where the CRM has none
  FieldValues values;   // nullopt: the CRM has no value there
};
struct FoundTask {
  std::string key;
  std::string crm_id;  // empty: not found, and it may stand all the same
};
// A task of ours as people left it.
struct TaskState {
  std::string key;
  std::string crm_id;
  enum class Status : std::uint8_t { open, done, withdrawn, deleted } status = Status::open;
  std::string outcome;  // "", opportunity_opened, declined, not_now, wrong_suggestion, in_progress
  std::string note;
  Instant closed_at = Instant::missing();
};
const char* to_text(TaskState::Status status);
// "Customer declined" or "declined" -> "declined"; unknown words: empty.
std::string outcome_of(const std::string& picklist_value);

// What the CRM said about one item of a batch.
struct Receipt {
  enum class Outcome : std::uint8_t {
    accepted,       // done; `stored` is what now stands there
    already_there,  // the key or value was there before
    rejected,       // code, message, field: will not work until something changes. `stored` where
                    // it was looked at: the refusal may be of a repeat alone
    deferred,       // not now; try again after `until`
    unknown,        // sent, no answer seen: look before sending again. With code and message: the
                    // CRM refuses a second task of the key, and no look shows the first
  };
  Outcome outcome = Outcome::unknown;
  std::string crm_id;
  std::string version;
  FieldValues stored;
  FieldValues sent;  // in the words of `stored`; nullopt: was not sent, or stands there for sure
  std::string code, message, field;
  Instant until = Instant::missing();
};
const char* to_text(Receipt::Outcome outcome);

// A place inside a batch from which a connector can go on; opaque to everybody else.
struct Continuation {
  std::string bytes;
};

// Where a connector answers. Each index exactly once, in any order.
class ReceiptSink {
 public:
  virtual ~ReceiptSink() = default;
  virtual void answer(std::size_t index, Receipt receipt) = 0;
  // Durable when it returns success. Called before a step that must not be repeated.
  virtual Result<void> checkpoint(const Continuation& continuation) = 0;
};

}  // namespace upselld
