// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/our_fields.h"

#include <array>

#include "core/number_text.h"
#include "core/settings.h"
#include "core/time_zone.h"

namespace upselld::plugins {

namespace {

// In the order of Field.
const std::array<OurField, kFieldCount>& account_table() {
  static const std::array<OurField, kFieldCount> table = {{
      {"Score", "Upsell Likelihood %", "Number",
       "Of 100 customers with this value, about this many buy an upgrade within the horizon. Not a "
       "mark. Empty: see Upsell Status."},
      {"Band",
       "Upsell Band",
       "Picklist",
       "High: act this week. Medium: mention it when you talk. Low: leave it. Ranked against all "
       "scored customers.",
       0,
       {"High", "Medium", "Low"}},
      {"Segment",
       "Customer Segment",
       "Picklist",
       "By days since the last order or contact.",
       0,
       {"Active", "Cooling", "At risk", "Dormant", "No purchase"}},
      {"Tags", "Customer Tags", "Text", "For example: High value; Engaged.", 255},
      {"Next_Action", "Next Best Action", "Text",
       "What the sales playbook suggests now. Empty: nothing to do.", 255},
      {"Top_Reason", "Why Now", "Text", "Strongest reason, with its date. Fits list views.", 255},
      {"Reasons", "Reasons", "LongTextArea",
       "Up to three reasons for and two against, each with its figure and date.", 4000},
      {"Change", "Change in 30 Days", "Number", "Points up or down."},
      {"Status",
       "Upsell Status",
       "Picklist",
       "Why there is a score, or why not.",
       0,
       {status_text::kScored, status_text::kRanked, status_text::kRankedNoModel,
        status_text::kNoPurchase, status_text::kOptedOut, status_text::kExcluded,
        status_text::kHeldOut, status_text::kEdited}},
      {"Data_As_Of", "Data As Of", "DateTime", "Older than 8 days: tell your CRM admin."},
      {"Model_Version", "Model Version", "Text", "For questions to the admin.", 64},
      {"Pause_Until",
       "No Upsell Tasks Until",
       "Date",
       "Set a date and no task is created for this account before it.",
       0,
       {},
       true},
  }};
  return table;
}

const std::array<OurField, 4>& task_table() {
  static const std::array<OurField, 4> table = {{
      {"Key", "Upsell Key", "Text", "Do not edit.", 80},
      {"Outcome",
       "Upsell Outcome",
       "Picklist",
       "Choose one when you close the task; it decides when you are asked again.",
       0,
       {"Opportunity opened", "Customer declined", "Not now", "Wrong suggestion",
        "Already in progress"},
       true},
      {"Outcome_Note",
       "Upsell Outcome Note",
       "Text",
       "What was wrong, or which objection came up. Read by people, not by the model.",
       255,
       {},
       true},
      {"Score_At_Creation", "Upsell Likelihood % at Creation", "Number",
       "Likelihood when the task was made."},
  }};
  return table;
}

// Text comes back with the line ends of a browser.
std::string with_our_line_ends(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  return out;
}

// As a day is written; some CRMs tell a day by its first instant.
std::string day_of(const std::string& text, Instant (*read_stamp)(std::string_view)) {
  const std::string day = text.substr(0, 10);
  if (parse_day(day)) return day;
  const Instant at = read_stamp(text);
  return at.is_missing() ? day : to_text(TimeZone::utc().day_of(at));
}

}  // namespace

std::span<const OurField> account_fields() {
  return account_table();
}

std::span<const OurField> task_fields() {
  return task_table();
}

std::optional<std::string> value_read(Field field, const std::string& text,
                                      Instant (*read_stamp)(std::string_view)) {
  if (text.empty()) return std::nullopt;
  switch (field) {
    case Field::score:
    case Field::change: {
      const auto number = parse_number(text);
      return number ? fixed_text(*number, 1) : text;
    }
    case Field::data_as_of: {
      const Instant at = read_stamp(text);
      return at.is_missing() ? text : to_text(at);
    }
    case Field::pause_until:
      return day_of(text, read_stamp);
    case Field::reasons:
      return with_our_line_ends(text);
    case Field::band:
    case Field::segment:
    case Field::tags:
    case Field::next_action:
    case Field::top_reason:
    case Field::status:
    case Field::model_version:
      return text;
  }
  return text;
}

}  // namespace upselld::plugins
