// SPDX-License-Identifier: Apache-2.0
#include "daemon/decision_store.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/digest.h"
#include "daemon/add_delivery.h"
#include "daemon/codec.h"
#include "daemon/task_questions.h"

namespace upselld::daemon {
namespace {

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Json result_json(const CaseDecision& decision, const std::optional<Score>& score) {
  const playbook::Choice& choice = decision.choice;
  Json out = {{"segment", choice.segment},
              {"tags", choice.tags},
              {"band", choice.band ? Json(to_text(*choice.band)) : Json()},
              {"decile", choice.decile},
              {"action", choice.action},
              {"rule", choice.rule},
              {"held", decision.held},
              {"changes", choice.changes},
              {"fields", json_of(choice.fields)}};
  if (score) out["score"] = json_of(*score);
  if (decision.task) out["task"] = json_of(*decision.task);
  if (choice.withheld) {
    out["withheld"] = {{"rule", choice.withheld->rule},
                       {"action", choice.withheld->wish.action},
                       {"type", choice.withheld->wish.type}};
  }
  if (decision.withdrawal) out["withdrawal"] = decision.withdrawal->why;
  return out;
}

// One round's writing. Holds what every account's part needs.
class Round {
 public:
  Round(Ledger& ledger, const AccountCases& cases, const Decided& decided,
        const DecisionScope& scope, ConnectionReport& report)
      : ledger_(ledger),
        cases_(cases),
        decided_(decided),
        scope_(scope),
        report_(report),
        questions_(ledger, scope, cases.playbook->rules().tasks.cooldown.declined) {}

  Result<void> store(store::Transaction& transaction);

 private:
  Result<void> store_one(store::Transaction& transaction, std::size_t index);
  Result<void> store_deliveries(store::Transaction& transaction, const AccountCase& one,
                                const CaseDecision& decision, const std::string& id);
  Result<store::AddedDelivery> deliver(store::Transaction& transaction,
                                       const store::NewDelivery& delivery);
  Result<void> forget_task(store::Transaction& transaction, const AccountCase& one,
                           const CaseDecision& decision);
  Result<void> store_summary(store::Transaction& transaction);
  // Whether this decision began the trial of the account's parent group; what is not sent begins
  // none.
  Result<bool> begin_trial(store::Transaction& transaction, const AccountCase& one,
                           const CaseDecision& decision);
  Result<std::set<std::string>> tried_groups() const;
  std::string decided_payload(const AccountCase& one, const CaseDecision& decision,
                              const std::string& id, bool begins_trial) const;
  store::AccountRef ref(const AccountCase& one) const {
    return {one.facts.number, scope_.connection, one.facts.id};
  }
  void count_unchanged(const AccountCase& one, const CaseDecision& decision);
  const playbook::TaskWish& wish_at(std::size_t index) const {
    const playbook::Choice& choice = decided_.decisions[index].choice;
    return choice.withheld ? choice.withheld->wish : *choice.wish;
  }

  Ledger& ledger_;
  const AccountCases& cases_;
  const Decided& decided_;
  const DecisionScope& scope_;
  ConnectionReport& report_;
  std::string frame_hash_;
  std::uint64_t unchanged_ = 0;
  Sha256 digest_;
  TaskQuestions questions_;
  std::optional<std::set<std::string>> tried_;  // groups with a trial; read when one is asked
};

store::StoredDecision stored(const store::AccountRef& account, const std::string& run,
                             const std::string& id, Day day, const AccountCase& one,
                             const CaseDecision& decision) {
  const playbook::Choice& choice = decision.choice;
  store::StoredDecision out;
  out.account = account;
  out.run = run;
  out.id = id;
  out.decided_on = day;
  out.segment = choice.segment;
  out.band = choice.band;
  out.decile = choice.decile;
  out.tags = choice.tags;
  out.action = choice.action;
  out.rule = choice.rule;
  out.held = decision.held;
  out.status = choice.fields[static_cast<std::size_t>(Field::status)].value_or("");
  if (one.score) out.score = *one.score;
  out.values = choice.fields;
  out.task = decision.task;
  return out;
}

Result<void> Round::store(store::Transaction& transaction) {
  const auto hash = ledger_.configs.put(transaction, frame_text(cases_, decided_, scope_));
  if (!hash) return hash.error();
  frame_hash_ = *hash;
  const auto names = ledger_.configs.put(transaction, names_text(cases_));
  if (!names) return names.error();
  if (const auto read = questions_.read(); !read) return read;
  for (std::size_t i = 0; i < cases_.cases.size(); ++i) {
    const std::uint32_t account = cases_.cases[i].facts.number;
    if (scope_.left_out.count(account) != 0) {
      questions_.leave(account);
      continue;
    }
    if (const auto done = store_one(transaction, i); !done) return done;
  }
  if (const auto ended = questions_.end(transaction); !ended) return ended;
  return store_summary(transaction);
}

Result<void> Round::store_one(store::Transaction& transaction, std::size_t index) {
  const AccountCase& one = cases_.cases[index];
  const CaseDecision& decision = decided_.decisions[index];
  // Of accounts that are not ours any more, too: nothing is asked about them.
  const auto asked = questions_.ask(transaction, one, decision);
  if (!asked) return asked.error();
  if (*asked) ++report_.approvals;
  if (!one.is_ours() && !decision.withdrawal) return {};
  const auto begins_trial = begin_trial(transaction, one, decision);
  if (!begins_trial) return begins_trial.error();
  const bool has_entry = *begins_trial || decision.is_change() || decision.crossed ||
                         one.memory.action != decision.choice.action;
  if (!has_entry) count_unchanged(one, decision);
  const bool same = decision.choice.memory == one.memory;
  if (same && !has_entry) return {};
  const std::string id = scope_.run + "/" + std::to_string(one.facts.number);
  const auto put = ledger_.decisions.put(
      transaction, stored(ref(one), scope_.run, id, decided_.today.day, one, decision),
      decision.choice.memory);
  if (!put) return put;
  if (one.score && one.score->has_probability) {
    const auto noted = ledger_.score_history.note(transaction, one.facts.number, decided_.today.day,
                                                  100 * one.score->probability);
    if (!noted) return noted;
  }
  if (!has_entry) return {};
  const auto appended =
      ledger_.audit.append(transaction, {store::AuditKind::decided, scope_.at, scope_.run, ref(one),
                                         decided_payload(one, decision, id, *begins_trial)});
  if (!appended) return appended;
  return store_deliveries(transaction, one, decision, id);
}

void Round::count_unchanged(const AccountCase& one, const CaseDecision& decision) {
  ++unchanged_;
  digest_.add_part(one.facts.id);
  const double probability = one.score ? one.score->rank_value : -1;
  const auto bits = std::bit_cast<std::uint64_t>(probability);
  digest_.add_part(std::to_string(bits));
  digest_.add_part(decision.choice.segment);
  digest_.add_part(decision.held);
}

Result<void> Round::store_deliveries(store::Transaction& transaction, const AccountCase& one,
                                     const CaseDecision& decision, const std::string& id) {
  const double value = one.score ? one.score->rank_value : 0;
  if (scope_.write != WriteLevel::nothing && !decision.choice.changes.empty()) {
    ++report_.fields_due;
    const auto added = deliver(
        transaction, {ref(one), id, value, FieldUpdate{one.facts.id, decision.choice.fields}});
    if (!added) return added.error();
  }
  if (scope_.write != WriteLevel::fields_and_tasks) return {};
  if (decision.task) {
    ++report_.tasks_due;
    const auto added = deliver(transaction, {ref(one), id, value, *decision.task});
    if (!added) return added.error();
  }
  if (decision.withdrawal) {
    const auto added = deliver(transaction, {ref(one), id, value, *decision.withdrawal});
    if (!added) return added.error();
    // Nobody ever saw it: as if it had never been decided.
    if (!added->cancelled.empty()) return forget_task(transaction, one, decision);
  }
  return {};
}

Result<store::AddedDelivery> Round::deliver(store::Transaction& transaction,
                                            const store::NewDelivery& delivery) {
  return add_delivery(ledger_, transaction, scope_.run, delivery, scope_.at);
}

Result<void> Round::forget_task(store::Transaction& transaction, const AccountCase& one,
                                const CaseDecision& decision) {
  AccountMemory memory = decision.choice.memory;
  memory.task = TaskMemory{};
  return ledger_.decisions.remember(transaction, one.facts.number, memory);
}

Result<std::set<std::string>> Round::tried_groups() const {
  const auto trials = ledger_.trials.list(scope_.connection);
  if (!trials) return trials.error();
  std::set<std::string_view> accounts;
  for (const Trial& trial : *trials) accounts.insert(trial.account);
  std::set<std::string> groups;
  for (const AccountCase& one : cases_.cases) {
    if (accounts.count(one.facts.id) != 0) groups.insert(one.group);
  }
  return groups;
}

Result<bool> Round::begin_trial(store::Transaction& transaction, const AccountCase& one,
                                const CaseDecision& decision) {
  if (scope_.write != WriteLevel::fields_and_tasks) return false;
  const auto trial = trial_of(cases_, one, decision, decided_.today.day);
  if (!trial) return false;
  if (!tried_) {
    auto found = tried_groups();
    if (!found) return found.error();
    tried_ = std::move(*found);
  }
  if (!tried_->insert(one.group).second) return false;
  return ledger_.trials.begin(transaction, ref(one), scope_.run, *trial);
}

std::string Round::decided_payload(const AccountCase& one, const CaseDecision& decision,
                                   const std::string& id, bool begins_trial) const {
  Json contacts = Json::array();
  for (const ContactFacts& contact : decision.contacts) contacts.push_back(json_of(contact));
  Json payload = {{"decision", id},
                  {"connection", scope_.connection},
                  {"frame", frame_hash_},
                  {"facts", json_of(one.facts)},
                  {"memory", json_of(one.memory)},
                  {"row", row_text(cases_.row_of(one))},
                  {"not_scored", one.not_scored},
                  {"group", one.group},
                  {"group_has_open_task", one.group_has_open_task},
                  {"id_hash", one.id_hash},
                  {"contacts", contacts},
                  {"result", result_json(decision, one.score)}};
  if (one.is_task_unsent) payload["task_unsent"] = true;
  if (one.is_task_kept) payload["task_kept"] = true;
  if (begins_trial) payload["trial"] = decision.choice.withheld ? "held_out" : "contacted";
  if (decision.approval) {
    payload["approval"] = {{"action", decision.approval->action},
                           {"given_on", decision.approval->given_on.number}};
  }
  return dumped(payload);
}

// Wishes name accounts by number, groups by their order and ties by their rank: what a run as a
// whole keeps must not tell who an account was after it is forgotten, not even to one who tries all
// ids.
Result<void> Round::store_summary(store::Transaction& transaction) {
  std::map<std::string, std::size_t> groups;
  std::set<std::uint64_t> ties;
  for (const std::size_t index : decided_.wishes) ties.insert(wish_at(index).id_hash);
  Json wishes = Json::array();
  for (const std::size_t index : decided_.wishes) {
    const CaseDecision& decision = decided_.decisions[index];
    const playbook::TaskWish& wished = wish_at(index);
    Json wish = json_of(wished);
    for (const char* key : {"subject", "body", "contact", "key"}) wish.erase(key);
    wish["account"] = std::to_string(cases_.cases[index].facts.number);
    const std::size_t group = groups.try_emplace(wished.group, groups.size()).first->second;
    wish["group"] = std::to_string(group);
    wish["id_hash"] = std::distance(ties.begin(), ties.find(wished.id_hash));
    const auto& task = decision.withheld ? decision.withheld->task : decision.task;
    wish["result"] = task ? task->owner : "";
    wish["held"] = decision.withheld ? decision.withheld->held : decision.held;
    wishes.push_back(wish);
  }
  Json reps = Json::array();
  for (const RepFacts& rep : decided_.reps) reps.push_back(json_of(rep));
  const Json payload = {{"connection", scope_.connection},
                        {"accounts", cases_.cases.size()},
                        {"unchanged", unchanged_},
                        {"digest", hex(digest_.finish())},
                        {"frame", frame_hash_},
                        {"wishes", wishes},
                        {"reps", reps},
                        {"this_week", decided_.this_week}};
  return ledger_.audit.append(transaction,
                              {store::AuditKind::run, scope_.at, scope_.run, {}, dumped(payload)});
}

}  // namespace

std::string names_text(const AccountCases& cases) {
  Json features = Json::array();
  for (const FeatureInfo& info : cases.table->infos()) {
    features.push_back({info.name, info.unit, info.group, info.sentence,
                        static_cast<int>(info.kind), info.in_model});
  }
  Json attributes = Json::array();
  for (const AttributeSpec& spec : cases.playbook->names().all().attributes) {
    attributes.push_back({{"name", spec.name},
                          {"kind", static_cast<int>(spec.kind)},
                          {"order", spec.order},
                          {"static", spec.is_static}});
  }
  return dumped({{"features", features}, {"attributes", attributes}});
}

std::string frame_text(const AccountCases& cases, const Decided& decided,
                       const DecisionScope& scope) {
  Json numbers = Json::array();
  for (const double number : decided.frame.numbers()) {
    numbers.push_back(std::bit_cast<std::uint64_t>(number));
  }
  return dumped({{"today", json_of(decided.today)},
                 {"frame", numbers},
                 {"playbook", scope.playbook_hash},
                 {"playbook_file", scope.playbook_file},
                 {"names", hex(sha256(names_text(cases)))},
                 {"model_version", cases.model_version}});
}

std::string result_text(const CaseDecision& decision, const std::optional<Score>& score) {
  return dumped(result_json(decision, score));
}

Result<void> store_decisions(Ledger& ledger, const AccountCases& cases, const Decided& decided,
                             const DecisionScope& scope, ConnectionReport& report) {
  auto transaction =
      store::Transaction::begin(ledger.database, "decisions", store::Durability::full);
  if (!transaction) return transaction.error();
  Round round(ledger, cases, decided, scope, report);
  if (const auto done = round.store(*transaction); !done) return done;
  for (const auto& [kind, text] : scope.marks) {
    const auto hash = ledger.configs.put(*transaction, text);
    if (!hash) return hash.error();
    const auto used = ledger.configs.use(*transaction, kind, *hash);
    if (!used) return used.error();
  }
  if (scope.lifts_hold) {
    const auto settled = ledger.brakes.settle(*transaction, scope.connection);
    if (!settled) return settled;
  }
  if (!scope.plan.empty()) {
    const auto noted = ledger.plans.note_applied(*transaction, scope.plan, scope.run);
    if (!noted) return noted;
  }
  if (scope.round) {
    const auto kept = ledger.rounds.stand(*transaction, scope.connection, *scope.round);
    if (!kept) return kept;
  }
  return transaction->commit();
}

}  // namespace upselld::daemon
