// SPDX-License-Identifier: Apache-2.0
#include "core/delivery.h"

#include "core/assertions.h"

namespace upselld {

namespace {

struct OutcomeWord {
  const char* picklist;
  const char* word;
};
constexpr OutcomeWord kOutcomes[] = {
    {"Opportunity opened", "opportunity_opened"},
    {"Customer declined", "declined"},
    {"Not now", "not_now"},
    {"Wrong suggestion", "wrong_suggestion"},
    {"Already in progress", "in_progress"},
};

}  // namespace

const char* to_text(TaskState::Status status) {
  switch (status) {
    case TaskState::Status::open:
      return "open";
    case TaskState::Status::done:
      return "done";
    case TaskState::Status::withdrawn:
      return "withdrawn";
    case TaskState::Status::deleted:
      return "deleted";
  }
  UPSELLD_ASSERT(false);
  return "";
}

std::string outcome_of(const std::string& picklist_value) {
  for (const OutcomeWord& outcome : kOutcomes) {
    if (picklist_value == outcome.picklist || picklist_value == outcome.word) return outcome.word;
  }
  return {};
}

const char* to_text(Receipt::Outcome outcome) {
  switch (outcome) {
    case Receipt::Outcome::accepted:
      return "accepted";
    case Receipt::Outcome::already_there:
      return "already_there";
    case Receipt::Outcome::rejected:
      return "rejected";
    case Receipt::Outcome::deferred:
      return "deferred";
    case Receipt::Outcome::unknown:
      return "unknown";
  }
  UPSELLD_ASSERT(false);
  return "";
}

}  // namespace upselld
