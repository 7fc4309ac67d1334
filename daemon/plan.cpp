// SPDX-License-Identifier: Apache-2.0
#include "daemon/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "daemon/codec.h"
#include "daemon/text_table.h"
#include "daemon/version.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kRowsShown = 20;

std::string band_text(const std::optional<Band>& band) {
  return band ? to_text(*band) : "";
}

std::string value_of(const FieldValues& values, Field field) {
  return values[static_cast<std::size_t>(field)].value_or("");
}

PlanRow row_of(const AccountCase& one, const CaseDecision& decision) {
  PlanRow row;
  const playbook::Choice& choice = decision.choice;
  row.account = one.facts.id;
  row.name = one.facts.name.empty() ? one.facts.id : one.facts.name;
  row.band_before = band_text(one.memory.band);
  row.band = band_text(choice.band);
  row.segment_before = one.memory.segment;
  row.segment = choice.segment;
  if (one.memory.probability)
    row.score_before = fmt::format("{:.1f}", 100 * *one.memory.probability);
  row.score = value_of(choice.fields, Field::score);
  row.action = choice.action;
  row.held = decision.held;
  row.why = value_of(choice.fields, Field::top_reason);
  row.changes = choice.changes;
  row.values = choice.fields;
  if (decision.task) {
    row.task_subject = decision.task->subject;
    row.task_owner = decision.task->owner;
    row.task_key = decision.task->key;
  }
  if (decision.withdrawal) row.withdrawal = decision.withdrawal->why;
  return row;
}

Json json_of_row(const PlanRow& row) {
  return {{"account", row.account},
          {"name", row.name},
          {"band_before", row.band_before},
          {"band", row.band},
          {"segment_before", row.segment_before},
          {"segment", row.segment},
          {"score_before", row.score_before},
          {"score", row.score},
          {"action", row.action},
          {"held", row.held},
          {"why", row.why},
          {"changes", row.changes},
          {"values", json_of(row.values)},
          {"task_subject", row.task_subject},
          {"task_owner", row.task_owner},
          {"task_key", row.task_key},
          {"withdrawal", row.withdrawal}};
}

PlanRow row_from(const Json& json) {
  const auto text = [&](const char* key) { return json.value(key, std::string()); };
  PlanRow row;
  row.account = text("account");
  row.name = text("name");
  row.band_before = text("band_before");
  row.band = text("band");
  row.segment_before = text("segment_before");
  row.segment = text("segment");
  row.score_before = text("score_before");
  row.score = text("score");
  row.action = text("action");
  row.held = text("held");
  row.why = text("why");
  row.changes = json.value("changes", std::vector<std::string>());
  row.values = values_of(json.value("values", Json::object()));
  row.task_subject = text("task_subject");
  row.task_owner = text("task_owner");
  row.task_key = text("task_key");
  row.withdrawal = text("withdrawal");
  return row;
}

std::string counts_text(const Counts& counts) {
  std::string out;
  for (const auto& [name, count] : counts) {
    out += (out.empty() ? "" : "  ") + name + " " + grouped(count);
  }
  return out;
}

std::string rows_text(const Plan& plan, bool all) {
  TextTable table({"ACCOUNT", "WAS", "", "WILL BE", "", "ACTION OR HELD", "WHY NOW"});
  const std::size_t shown = all ? plan.rows.size() : std::min(plan.rows.size(), kRowsShown);
  const auto points = [](const std::string& score) { return score.empty() ? "" : score + " %"; };
  for (std::size_t i = 0; i < shown; ++i) {
    const PlanRow& row = plan.rows[i];
    std::string action = row.action.empty() ? "" : row.action;
    if (!row.held.empty()) action += (action.empty() ? "(" : " (") + row.held + ")";
    if (!row.withdrawal.empty()) action = "withdraw task: " + row.withdrawal;
    table.add({printable(row.name, 28), row.band_before.empty() ? "new" : row.band_before,
               points(row.score_before), row.band.empty() ? row.segment : row.band,
               points(row.score), action, printable(row.why, 60)});
  }
  std::string out = table.text();
  if (shown < plan.rows.size()) out += fmt::format("  {} more: --all\n", plan.rows.size() - shown);
  return out;
}

// Owners as people call them; two of one name are told apart by their id.
std::string owners_text(const Plan& plan) {
  std::map<std::string, int> of_name;
  for (const auto& [owner, name] : plan.owner_names) ++of_name[name];
  Counts named;
  for (const auto& [owner, count] : plan.tasks_by_owner) {
    const auto known = plan.owner_names.find(owner);
    std::string text = known == plan.owner_names.end() ? owner : known->second;
    if (known != plan.owner_names.end() && of_name[text] > 1) text += " (" + owner + ")";
    named[printable(text, 60)] += count;
  }
  return counts_text(named);
}

void count_row(const CaseDecision& decision, const AccountCase& one, Plan& plan) {
  if (decision.task) {
    ++plan.new_tasks;
    ++plan.tasks_by_owner[decision.task->owner];
  }
  if (decision.withdrawal) ++plan.withdrawn;
  if (one.memory.band && decision.choice.band) {
    if (*decision.choice.band > *one.memory.band) ++plan.bands_up;
    if (*decision.choice.band < *one.memory.band) ++plan.bands_down;
  }
}

}  // namespace

Plan make_plan(App& app, const ConnectionCycle& connection, Instant now) {
  Plan plan;
  plan.connection = connection.link->name();
  plan.made_at = app.clock().now();
  plan.now = now;
  plan.data_as_of = connection.decided.today.data_as_of;
  plan.accounts_lost = connection.accounts_lost.lost;
  plan.as_of_given = app.invocation().as_of.has_value();
  plan.settings_hash = app.settings_hash();
  plan.playbook_hash = hex(sha256(app.playbook().text));
  plan.model_version = connection.cases.model_version;
  plan.write = connection.report.write;
  plan.decision_code = kDecisionCode;
  plan.accounts = connection.report.accounts;
  plan.scored = connection.report.scored;
  plan.not_scored = connection.report.not_scored;
  plan.held = connection.report.held;
  for (std::size_t i = 0; i < connection.cases.cases.size(); ++i) {
    const CaseDecision& decision = connection.decided.decisions[i];
    if (!decision.is_change()) continue;
    count_row(decision, connection.cases.cases[i], plan);
    plan.rows.push_back(row_of(connection.cases.cases[i], decision));
  }
  plan.unchanged = connection.report.unchanged;
  if (const auto reps = app.record_reader()->reps(plan.connection)) {
    for (const RepFacts& rep : *reps) {
      if (rep.name.empty() || plan.tasks_by_owner.count(rep.id) == 0) continue;
      plan.owner_names[rep.id] = rep.name;
    }
  }
  // Tasks first, then the greatest likelihood: what a reader looks for.
  std::stable_sort(plan.rows.begin(), plan.rows.end(), [](const PlanRow& a, const PlanRow& b) {
    const bool a_first = !a.task_key.empty() || !a.withdrawal.empty();
    const bool b_first = !b.task_key.empty() || !b.withdrawal.empty();
    if (a_first != b_first) return a_first;
    return a.account < b.account;
  });
  if (const auto waiting = app.ledger().outbox.counts(plan.connection)) {
    const auto due = [&](store::DeliveryKind kind) {
      return static_cast<std::int64_t>(waiting->of(kind, store::DeliveryState::meant) +
                                       waiting->of(kind, store::DeliveryState::unknown));
    };
    const WriteLevel write = connection.link->settings->write;
    if (write != WriteLevel::nothing) plan.fields_waiting = due(store::DeliveryKind::fields);
    if (write == WriteLevel::fields_and_tasks) {
      plan.tasks_waiting = due(store::DeliveryKind::task);
    }
  }
  const auto limit = broken_limit(app.settings().stop_when, connection);
  plan.limits = limit ? "BEYOND A LIMIT: " + *limit : "within all limits of stop_when";
  plan.id = hex(sha256(plan_to_json(plan))).substr(0, 8);
  return plan;
}

std::map<std::string, std::string> moved_rows(const Plan& planned, const Plan& again) {
  std::map<std::string, const PlanRow*> now;
  for (const PlanRow& row : again.rows) now[row.account] = &row;
  std::map<std::string, std::string> moved;
  for (const PlanRow& row : planned.rows) {
    const auto at = now.find(row.account);
    if (at == now.end()) {
      moved[row.account] = "would change no more";
    } else if (json_of_row(*at->second) != json_of_row(row)) {
      moved[row.account] = "would change to something else";
    }
    if (at != now.end()) now.erase(at);
  }
  for (const auto& [account, row] : now) moved[account] = "would change now, and was not planned";
  return moved;
}

std::string plan_to_json(const Plan& plan) {
  Json rows = Json::array();
  for (const PlanRow& row : plan.rows) rows.push_back(json_of_row(row));
  const auto counts = [](const Counts& from) {
    Json out = Json::object();
    for (const auto& [name, count] : from) out[name] = count;
    return out;
  };
  const Json json = {{"plan", plan.id},
                     {"connection", plan.connection},
                     {"made_at", plan.made_at.ms},
                     {"now", plan.now.ms},
                     {"data_as_of", plan.data_as_of.ms},
                     {"as_of_given", plan.as_of_given},
                     {"settings", plan.settings_hash},
                     {"playbook", plan.playbook_hash},
                     {"model_version", plan.model_version},
                     {"write", plan.write},
                     {"decision_code", plan.decision_code},
                     {"accounts", plan.accounts},
                     {"scored", plan.scored},
                     {"unchanged", plan.unchanged},
                     {"not_scored", counts(plan.not_scored)},
                     {"held", counts(plan.held)},
                     {"tasks_by_owner", counts(plan.tasks_by_owner)},
                     {"owner_names", Json(plan.owner_names)},
                     {"new_tasks", plan.new_tasks},
                     {"withdrawn", plan.withdrawn},
                     {"bands_up", plan.bands_up},
                     {"bands_down", plan.bands_down},
                     {"fields_waiting", plan.fields_waiting},
                     {"tasks_waiting", plan.tasks_waiting},
                     {"accounts_lost", plan.accounts_lost},
                     {"limits", plan.limits},
                     {"rows", rows}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Plan> plan_from_json(const std::string& text, const std::string& file) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("plan") || !json.contains("rows")) {
    return Error{ErrorKind::invalid_config, file + " is no plan; make one with: upselld plan", {}};
  }
  Plan plan;
  try {
    plan.id = json.value("plan", std::string());
    plan.connection = json.value("connection", std::string());
    plan.made_at = Instant{json.value("made_at", std::int64_t{0})};
    plan.now = Instant{json.value("now", std::int64_t{0})};
    plan.data_as_of = Instant{json.value("data_as_of", std::int64_t{0})};
    plan.as_of_given = json.value("as_of_given", false);
    plan.settings_hash = json.value("settings", std::string());
    plan.playbook_hash = json.value("playbook", std::string());
    plan.model_version = json.value("model_version", std::string());
    plan.write = json.value("write", std::string());
    plan.decision_code = json.value("decision_code", 0);
    plan.accounts = json.value("accounts", std::int64_t{0});
    plan.scored = json.value("scored", std::int64_t{0});
    plan.unchanged = json.value("unchanged", std::int64_t{0});
    plan.not_scored = json.value("not_scored", Counts());
    plan.held = json.value("held", Counts());
    plan.tasks_by_owner = json.value("tasks_by_owner", Counts());
    plan.owner_names = json.value("owner_names", std::map<std::string, std::string>());
    plan.new_tasks = json.value("new_tasks", std::int64_t{0});
    plan.withdrawn = json.value("withdrawn", std::int64_t{0});
    plan.bands_up = json.value("bands_up", std::int64_t{0});
    plan.bands_down = json.value("bands_down", std::int64_t{0});
    plan.fields_waiting = json.value("fields_waiting", std::int64_t{0});
    plan.tasks_waiting = json.value("tasks_waiting", std::int64_t{0});
    plan.accounts_lost = json.value("accounts_lost", std::uint64_t{0});
    plan.limits = json.value("limits", std::string());
    for (const Json& row : json["rows"]) plan.rows.push_back(row_from(row));
  } catch (const Json::exception&) {
    return Error{ErrorKind::invalid_config,
                 file + " is a damaged plan; make a new one with: upselld plan",
                 {}};
  }
  return plan;
}

std::string plan_to_text(const Plan& plan, const std::string& file, bool all) {
  std::string out =
      fmt::format("plan {}  {}  data of {}  model {}  valid until {}\n\n", plan.id, plan.connection,
                  to_text(plan.now), plan.model_version, to_text(plan.made_at + kPlanValidFor));
  std::int64_t not_scored = 0;
  for (const auto& [reason, count] : plan.not_scored) not_scored += count;
  out += fmt::format("accounts    {}: scored {}, not scored {}{}\n", grouped(plan.accounts),
                     grouped(plan.scored), grouped(not_scored),
                     not_scored > 0 ? " (" + counts_text(plan.not_scored) + ")" : "");
  out += fmt::format("fields      {} accounts change, {} stay\n",
                     grouped(static_cast<std::int64_t>(plan.rows.size())), grouped(plan.unchanged));
  out += fmt::format("              band     up {}, down {}\n", plan.bands_up, plan.bands_down);
  out += fmt::format("tasks       {} new, {} withdrawn\n", plan.new_tasks, plan.withdrawn);
  if (!plan.tasks_by_owner.empty()) out += "              " + owners_text(plan) + "\n";
  if (!plan.held.empty()) out += "held        " + counts_text(plan.held) + "\n";
  if (plan.kept_fields > 0) {
    out += fmt::format("kept        {} fields edited by people\n", grouped(plan.kept_fields));
  }
  out += "limits      " + plan.limits + "\n";
  if (plan.write == "nothing") out += "writes      nothing (write: nothing)\n";
  const bool is_waiting = plan.fields_waiting > 0 || plan.tasks_waiting > 0;
  if (is_waiting) {
    out += fmt::format("waiting     {} fields updates and {} tasks of earlier runs go with it\n",
                       grouped(plan.fields_waiting), grouped(plan.tasks_waiting));
  }
  if (plan.rows.empty() && !is_waiting) return out + "\nnothing would change\n";
  out += "\n" + rows_text(plan, all) + "\nDo it:   upselld apply " + file +
         "       See one: upselld explain ACCOUNT\nUndo it: upselld undo " + plan.id +
         "           What other programs did because of it cannot be undone.\n";
  return out;
}

}  // namespace upselld::daemon
