// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/instant.h"

namespace upselld {

// Our fields on an account, in every CRM. Only pause_until is for people to edit.
enum class Field : std::uint8_t {
  score, band, segment, tags, next_action, top_reason, reasons, change, status, data_as_of,
  model_version, pause_until
};
inline constexpr std::size_t kFieldCount = 12;
// The name in files and settings ("next_action"); CRMs put their prefix in front.
const char* to_text(Field field);
std::optional<Field> field_named(const std::string& name);

// Values as text, the same in every CRM: score and change with one decimal and a point, instants as
// "2026-11-22T06:58:00Z", days as "2026-11-22", picklists by their fixed stored value. nullopt: not
// ours to say (not written); empty: the field is to be empty.
using FieldValues = std::array<std::optional<std::string>, kFieldCount>;

// Stored picklist values.
namespace status_text {
inline constexpr const char* kScored = "Scored";
inline constexpr const char* kRanked = "Ranked by rule (too little data)";
inline constexpr const char* kRankedNoModel = "Ranked by rule (no model in use)";
inline constexpr const char* kNoPurchase = "Not scored: no purchase";
inline constexpr const char* kOptedOut = "Not scored: opted out";
inline constexpr const char* kExcluded = "Excluded";
inline constexpr const char* kHeldOut = "Held out (no tasks)";
inline constexpr const char* kEdited = "Edited by a person";
}  // namespace status_text

enum class Band : std::uint8_t { low, medium, high };
const char* to_text(Band band);        // "low"
const char* picklist_text(Band band);  // "Low"

// Why an account that has a rule's action got no task, or no action. Built-in names; playbooks may
// add names of their own, so reasons are text everywhere else.
namespace hold {
inline constexpr const char* kNotInPilot = "not_in_pilot";
inline constexpr const char* kExcluded = "excluded";
inline constexpr const char* kPaused = "paused";
inline constexpr const char* kOptedOut = "opted_out";
inline constexpr const char* kNoContactAllowed = "no_contact_allowed";
inline constexpr const char* kHoldout = "holdout";
inline constexpr const char* kUpsellAlreadyOpen = "upsell_already_open";
inline constexpr const char* kEscalatedCase = "escalated_case";
inline constexpr const char* kNewCustomer = "new_customer";
inline constexpr const char* kBoughtRecently = "bought_recently";
inline constexpr const char* kTaskOpen = "task_open";
inline constexpr const char* kCoolingDown = "cooling_down";
inline constexpr const char* kTooOldData = "too_old_data";
inline constexpr const char* kCapacityReached = "capacity_reached";
inline constexpr const char* kLowBand = "low_band";
inline constexpr const char* kNoRule = "no_rule";
inline constexpr const char* kApprovalPending = "approval_pending";
}  // namespace hold

// A task to create. The key is made once and never reused.
struct TaskDraft {
  std::string key;      // instance.account.action.local date of decision
  std::string account;  // CRM id
  std::string contact;  // CRM id, or empty
  std::string owner;    // rep id or e-mail
  std::string type;     // call, email, todo
  Instant due;
  std::string subject;
  std::string body;
  std::string score_at_creation;  // "18.3", empty under the rule scorer
};

}  // namespace upselld
