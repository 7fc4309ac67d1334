// SPDX-License-Identifier: Apache-2.0
#include "playbook/fields.h"

#include <cmath>

#include "core/number_text.h"
#include "playbook/reasons.h"
#include "playbook/text.h"

namespace upselld::playbook {

namespace {

constexpr std::size_t kTextFieldBytesMax = 255;
constexpr std::size_t kModelVersionBytesMax = 64;
constexpr std::size_t kReasonsFieldBytesMax = 4000;
constexpr const char* kAlreadyOpen =
    "An order of this kind is open already: no likelihood until it is won or lost";

std::optional<std::string>& field(FieldValues& fields, Field which) {
  return fields[static_cast<std::size_t>(which)];
}

std::string status_of(const Candidate& candidate, const Marks& marks, const Today& today) {
  if (marks.opted_out) return status_text::kOptedOut;
  if (marks.excluded) return status_text::kExcluded;
  if (candidate.score == nullptr) {
    return candidate.not_scored == "no_purchase" ? status_text::kNoPurchase
                                                 : status_text::kExcluded;
  }
  if (marks.held_out) return status_text::kHeldOut;
  if (has_likelihood(candidate.score)) return status_text::kScored;
  return today.has_trained ? status_text::kRankedNoModel : status_text::kRanked;
}

std::string tags_text(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) {
    const std::string label = (text.empty() ? "" : "; ") + label_of(tag);
    if (text.size() + label.size() > kTextFieldBytesMax) break;
    text += label;
  }
  return text;
}

std::string reasons_text(const ShownReasons& reasons) {
  std::string text;
  const auto add = [&](const char* sign, const std::vector<const Reason*>& all) {
    for (const Reason* reason : all) {
      if (!text.empty()) text += '\n';
      text += sign + plain_line(reason->text, kReasonBytesMax);
    }
  };
  add("+ ", reasons.in_favour);
  add("- ", reasons.against);
  return cut(text, kReasonsFieldBytesMax);
}

std::string top_reason_text(const ShownReasons& reasons) {
  const Reason* best = reasons.in_favour.empty() ? nullptr : reasons.in_favour[0];
  if (!reasons.against.empty()) {
    const Reason* worst = reasons.against[0];
    if (best == nullptr || -worst->contribution > best->contribution) best = worst;
  }
  return best == nullptr ? "" : plain_line(best->text, kTextFieldBytesMax);
}

// The difference of the two numbers as people saw them.
std::string change_text(const Candidate& candidate) {
  if (!has_likelihood(candidate.score) || candidate.memory == nullptr ||
      !candidate.memory->score_30_days_ago) {
    return {};
  }
  const double now = std::round(1000 * candidate.score->probability);
  const double before = std::round(10 * *candidate.memory->score_30_days_ago);
  return fixed_text((now - before) / 10, 1);
}

}  // namespace

std::string score_text(const Score* score) {
  return has_likelihood(score) ? fixed_text(100 * score->probability, 1) : "";
}

FieldValues make_fields(const Choice& choice, const Candidate& candidate, const Marks& marks,
                        const Today& today) {
  FieldValues fields;
  for (auto& value : fields) value = "";
  field(fields, Field::pause_until) = std::nullopt;
  field(fields, Field::status) = status_of(candidate, marks, today);
  if (marks.opted_out) return fields;
  const ShownReasons reasons = shown_reasons(candidate.score);
  field(fields, Field::score) = score_text(candidate.score);
  field(fields, Field::band) = choice.band ? picklist_text(*choice.band) : "";
  field(fields, Field::segment) = label_of(choice.segment);
  field(fields, Field::tags) = tags_text(choice.tags);
  field(fields, Field::next_action) = choice.label;
  field(fields, Field::top_reason) = top_reason_text(reasons);
  field(fields, Field::reasons) = reasons_text(reasons);
  if (candidate.not_scored == "already_open") {
    field(fields, Field::top_reason) = field(fields, Field::reasons) = kAlreadyOpen;
  }
  field(fields, Field::change) = change_text(candidate);
  if (!today.data_as_of.is_missing()) field(fields, Field::data_as_of) = to_text(today.data_as_of);
  if (candidate.score != nullptr) {
    field(fields, Field::model_version) =
        plain_line(candidate.score->model_version, kModelVersionBytesMax);
  }
  return fields;
}

}  // namespace upselld::playbook
