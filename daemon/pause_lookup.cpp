// SPDX-License-Identifier: Apache-2.0
#include "daemon/pause_lookup.h"

#include <set>

#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

// Midnight of the first day on which a task may be made again; missing: `text` says nothing.
Instant pause_of(const std::string& text, const playbook::Today& today, std::string& problem) {
  if (text.empty()) return Instant::missing();
  if (const auto day = parse_day(text)) return today.zone.start_of(*day);
  if (const auto instant = parse_instant(text, "iso", today.zone)) return *instant;
  problem = printable(text, 40) + " is no date";
  return today.zone.start_of(today.day + 1);
}

}  // namespace

Result<Decided> decide_with_pauses(AccountCases& cases, const DecideInput& input,
                                   Connector& connector, std::vector<std::string>& notes) {
  std::set<std::size_t> looked_up;
  while (true) {
    auto decided = decide(cases, input);
    if (!decided || !input.make_tasks) return decided;
    std::vector<std::size_t> asked;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < decided->decisions.size(); ++i) {
      const CaseDecision& decision = decided->decisions[i];
      // Held-out accounts too, or paused ones would be missing on one side of the comparison only.
      // And those that wait to be sent since another day.
      const bool is_chosen = decision.task || (decision.withheld && decision.withheld->task) ||
                             (cases.cases[i].is_task_unsent && !decision.withdrawal);
      if (!is_chosen || !looked_up.insert(i).second) continue;
      asked.push_back(i);
      ids.push_back(cases.cases[i].facts.id);
    }
    if (asked.empty()) return decided;
    const auto states = connector.current_fields(ids);
    if (!states) return in_context("look for paused accounts", states.error());
    bool is_news = false;
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const auto& value = (*states)[k].values[static_cast<std::size_t>(Field::pause_until)];
      std::string problem;
      const Instant until = pause_of(value.value_or(""), input.today, problem);
      if (!problem.empty()) {
        notes.push_back(ids[k] + ": pause_until: " + problem + ": no task until it is one");
      }
      if (until.is_missing()) continue;
      cases.cases[asked[k]].facts.pause_until = until;
      is_news = is_news || until > input.today.now;
    }
    if (!is_news) return decided;
  }
}

}  // namespace upselld::daemon
