// SPDX-License-Identifier: Apache-2.0
#include "playbook/task_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "playbook/reasons.h"
#include "playbook/text.h"

namespace upselld::playbook {

namespace {

using Told = std::optional<std::string>;

// A line of tasks.texts with its few names.
std::string tell_line(const TaskSubject& about, const std::string& line,
                      const std::map<std::string, Told>& names) {
  const auto& texts = about.playbook.rules().tasks.texts;
  return render(texts.at(line), [&](const std::string& name) {
    const auto at = names.find(name);
    return at == names.end() ? Told() : at->second;
  });
}

Told tell_account(const AccountFacts& account) {
  const std::string name = plain_line(account.name);
  return name.empty() ? plain_line(account.id) : name;
}

Told tell_contact(const TaskSubject& about, const Today& today) {
  if (about.contact == nullptr) return std::nullopt;
  std::string text = tell_line(about, "contact", {});
  const Instant met = about.contact->last_touch_at;
  if (!met.is_missing()) {
    text +=
        tell_line(about, "last_met", {{"last_met", told_day(today.zone.day_of(met), today.day)}});
  }
  return text;
}

Told tell_likelihood(const Candidate& candidate) {
  if (!has_likelihood(candidate.score)) return std::nullopt;
  return told_likelihood(candidate.score->probability);
}

Told tell_value(const TaskSubject& about, const std::string& name, const Today& today) {
  const RuleNames& names = about.playbook.names();
  const auto key = names.find(name);
  if (!key) return std::nullopt;
  const Value value = about.values.value(*key);
  if (!value.known) return std::nullopt;
  switch (names.value_kind(*key)) {
    case ValueKind::text:
    case ValueKind::ordered_text:
      return plain_line(value.text);
    case ValueKind::day:
      return told_day(Day{static_cast<std::int32_t>(std::lround(value.number))}, today.day);
    case ValueKind::yes_no:
      return value.number != 0 ? "yes" : "no";
    case ValueKind::word:  // a category's code says nothing to people
      return std::nullopt;
    case ValueKind::number: {
      const FeatureInfo* feature = names.feature(*key);
      return told_number(value.number, feature == nullptr ? "" : feature->unit);
    }
  }
  return std::nullopt;
}

Told tell(const TaskSubject& about, const std::string& name, const Today& today) {
  if (name == "account") return tell_account(*about.candidate.account);
  if (name == "contact") return tell_contact(about, today);
  if (name == "likelihood") return tell_likelihood(about.candidate);
  if (name == "due") return told_day(today.zone.day_of(about.due), today.day);
  const ShownReasons reasons = shown_reasons(about.candidate.score);
  if (name == "reasons_for") return told_under_heading(reasons.in_favour);
  if (name == "reasons_against") return told_under_heading(reasons.against);
  return tell_value(about, name, today);
}

std::string tell_last_line(const TaskSubject& about, const Today& today) {
  const Candidate& candidate = about.candidate;
  std::map<std::string, Told> names = {
      {"action", about.action.name},
      {"model", candidate.score == nullptr ? today.model_version : candidate.score->model_version},
      {"data_as_of", told_instant(today.data_as_of, today.zone, today.day)}};
  if (!about.action.approve || !candidate.approval) return tell_line(about, "made_from", names);
  names["approved_on"] = told_day(candidate.approval->given_on, today.day);
  return tell_line(about, "approved", names);
}

std::string tell_contact_line(const TaskSubject& about, const Today& today) {
  if (about.contact == nullptr) return {};
  if (about.action.task->type == "email" && !about.contact->may_call) {
    return tell_line(about, "by_mail", {});
  }
  const auto used = placeholders(about.action.task->body);
  if (std::find(used.begin(), used.end(), "contact") != used.end()) return {};
  return tell_line(about, "talk_to", {{"contact", tell_contact(about, today)}});
}

Told tell_average(const Today& today) {
  if (std::isnan(today.base_rate)) return std::nullopt;
  return told_likelihood(today.base_rate);
}

}  // namespace

std::string tell_subject(const TaskSubject& about, const Today& today) {
  const auto value = [&](const std::string& name) { return tell(about, name, today); };
  std::string text = render(about.action.task->subject, value);
  if (text.empty()) text = *tell_account(*about.candidate.account) + ": " + about.action.label;
  return plain_line(text, kSubjectBytesMax);
}

std::string tell_body(const TaskSubject& about, const Today& today) {
  const auto value = [&](const std::string& name) { return tell(about, name, today); };
  const Duration wrong = about.playbook.rules().tasks.cooldown.wrong_suggestion;
  const std::string lines[] = {
      render(about.action.task->body, value),
      tell_line(about, "likelihood",
                {{"likelihood", tell_likelihood(about.candidate)},
                 {"horizon", std::to_string(today.horizon.ms / days(1).ms)},
                 {"average", tell_average(today)}}),
      tell_contact_line(about, today),
      tell_line(about, "when_done",
                {{"wrong_suggestion_days", std::to_string(wrong.ms / days(1).ms)}}),
      tell_last_line(about, today)};
  std::string body;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    if (!body.empty()) body += '\n';
    body += line;
  }
  return cut(body, kBodyBytesMax);
}

}  // namespace upselld::playbook
