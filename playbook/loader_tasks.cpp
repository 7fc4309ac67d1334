// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "core/activity_name.h"
#include "core/decision.h"
#include "playbook/guarantee.h"
#include "playbook/loader.h"
#include "playbook/settings_tables.h"

namespace upselld::playbook {

namespace {

constexpr std::size_t kActionBytesMax = 32;  // the task key has 80 bytes
constexpr std::size_t kLabelBytesMax = 255;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct BuiltInHold {
  const char* name;
  const char* feature;
  double from, below;
};
constexpr BuiltInHold kBuiltInHolds[] = {
    {hold::kUpsellAlreadyOpen, "open_upsell_orders", 1, kInfinity},
    {hold::kEscalatedCase, "cases_escalated_open", 1, kInfinity},
    {hold::kNewCustomer, "tenure_days", -kInfinity, 90},
    {hold::kBoughtRecently, "days_since_order", -kInfinity, 30}};

// Holds that are no test of an account's data.
constexpr const char* kOtherHolds[] = {
    hold::kNotInPilot,     hold::kExcluded, hold::kPaused,          hold::kOptedOut,
    hold::kHoldout,        hold::kTaskOpen, hold::kCoolingDown,     hold::kNoContactAllowed,
    hold::kTooOldData,     hold::kLowBand,  hold::kCapacityReached, hold::kNoRule,
    hold::kApprovalPending};

// What each line of tasks.texts may name.
struct TextNames {
  const char* text;
  std::vector<std::string> names;
};
const std::vector<TextNames>& text_names() {
  static const std::vector<TextNames> all = {
      {"likelihood", {"likelihood", "horizon", "average"}},
      {"talk_to", {"contact"}},
      {"contact", {}},
      {"last_met", {"last_met"}},
      {"by_mail", {}},
      {"when_done", {"wrong_suggestion_days"}},
      {"made_from", {"action", "model", "data_as_of"}},
      {"approved", {"action", "model", "data_as_of", "approved_on"}}};
  return all;
}

Node text_node(const std::string& text, const Place& place) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.place = place;
  node.text = text;
  return node;
}

}  // namespace

void Loader::read_holds() {
  const Node* written = root_.find("hold_tasks");
  const Node& own = written == nullptr ? nothing_ : *written;
  for (const BuiltInHold& built_in : kBuiltInHolds) {
    HoldTest test{built_in.name, {}};
    if (const Node* replaced = own.find(built_in.name)) {
      test.when = read_condition(*replaced);
    } else if (!add_built_in(
                   built_in.name, built_in.feature,
                   {.kind = Test::Kind::range, .from = built_in.from, .below = built_in.below},
                   test.when)) {
      continue;
    }
    rules_.hold_tests.push_back(std::move(test));
  }
  for (const Node::Entry& entry : own.entries) {
    const auto is_it = [&](const char* name) { return entry.key == name; };
    if (std::any_of(std::begin(kBuiltInHolds), std::end(kBuiltInHolds),
                    [&](const BuiltInHold& hold) { return is_it(hold.name); })) {
      continue;
    }
    if (std::any_of(std::begin(kOtherHolds), std::end(kOtherHolds), is_it)) {
      fail(entry.place, fmt::format("{} is built in and cannot be replaced by a test", entry.key));
    } else if (!is_activity_name(entry.key)) {
      fail(entry.place, "a hold's name is made of lower-case letters, digits and _");
    } else {
      rules_.hold_tests.push_back({entry.key, read_condition(entry.value)});
    }
  }
}

void Loader::read_tasks() {
  const Settings tasks = group("tasks");
  TaskRules& rules = rules_.tasks;
  rules.create = tasks.text("create");
  rules.per_rep_and_week = tasks.integer("per_rep_and_week");
  rules.due = tasks.duration("due");
  rules.expire = tasks.duration("expire");
  if (const auto cooldown = tasks.group("cooldown")) {
    rules.cooldown = {cooldown->duration("default"), cooldown->duration("not_now"),
                      cooldown->duration("wrong_suggestion"), cooldown->duration("declined")};
  }
  rules_.holdout = settings_.share("holdout");
  rules_.too_old_data = settings_.duration("too_old_data");
  if (const Node* pilot = root_.find("pilot")) rules_.pilot = read_condition(*pilot);
  if (const Node* never = root_.find("never")) rules_.never = read_condition(*never);
  read_owners();
  read_texts();
}

void Loader::read_owners() {
  const Settings tasks = group("tasks");
  const Node* owner = tasks.node("owner");
  if (owner == nullptr) {
    rules_.tasks.owners.push_back({std::nullopt, ""});
  } else if (owner->kind == Node::Kind::list) {
    if (owner->items.empty()) fail(owner->place, "owner must name somebody");
    for (const Node& item : owner->items) read_owner(item);
  } else {
    read_owner(*owner);
  }
}

void Loader::read_owner(const Node& node) {
  const auto target = [](const std::string& text) {
    return text == "account_owner" ? std::string() : text;
  };
  if (node.kind == Node::Kind::scalar && !node.text.empty()) {
    rules_.tasks.owners.push_back({std::nullopt, target(node.text)});
    return;
  }
  const Node* to = node.find("to");
  if (node.kind != Node::Kind::map || to == nullptr || to->kind != Node::Kind::scalar ||
      to->text.empty()) {
    fail(node.place,
         "an owner is account_owner, an e-mail address or rep id, or {KEY: TEST, to: "
         "WHO}");
    return;
  }
  Node when = node;
  std::erase_if(when.entries, [](const Node::Entry& entry) { return entry.key == "to"; });
  rules_.tasks.owners.push_back({read_condition(when), target(to->text)});
}

void Loader::read_texts() {
  const Settings tasks = group("tasks");
  const SettingTable* table = nullptr;
  for (const Setting& setting : playbook_table().settings) {
    if (setting.name != std::string_view("tasks")) continue;
    for (const Setting& inner : setting.group->settings) {
      if (inner.name == std::string_view("texts")) table = inner.group;
    }
  }
  const Settings texts(tasks.node("texts") == nullptr ? nothing_ : *tasks.node("texts"), *table);
  for (const TextNames& text : text_names()) {
    rules_.tasks.texts[text.text] = read_template(
        text_node(texts.text(text.text), texts.place(text.text)), text.names, errors_);
  }
  const std::string body =
      texts.text("why_now") + "\n{reasons_for}\n" + texts.text("careful") + "\n{reasons_against}";
  rules_.tasks.texts["body"] =
      read_template(text_node(body, texts.place("why_now")), names_.placeholders(), errors_);
}

void Loader::read_actions() {
  const Node* actions = root_.find("actions");
  if (actions == nullptr) return;
  for (const Node& node : actions->items) read_action(node);
}

void Loader::read_action(const Node& node) {
  Action action;
  action.place = node.place;
  const Node* name = node.find("action");
  if (name != nullptr) action.name = name->text;
  const bool is_good = is_activity_name(action.name) && action.name.size() <= kActionBytesMax &&
                       action.name != "none";
  if (name != nullptr && !is_good) {
    fail(node.place, fmt::format("an action needs a name of lower-case letters, digits and _, at "
                                 "most {} long, and not \"none\"",
                                 kActionBytesMax));
  }
  for (const Action& other : rules_.actions) {
    if (!is_good || other.name != action.name) continue;
    fail(node.place, fmt::format("action {} stands already in line {}; join both tests with any",
                                 action.name, other.place.line));
  }
  if (const Node* when = node.find("when")) action.when = read_condition(*when);
  const Node* label = node.find("label");
  action.label =
      plain_line(label == nullptr ? told_word(action.name) : label->text, kLabelBytesMax);
  const Node* approve = node.find("approve");
  action.approve = approve == nullptr ? group("tasks").yes("approve")
                                      : parse_yes_no(approve->text).value_or(false);
  if (const Node* task = node.find("task")) read_task(*task, action);
  rules_.actions.push_back(std::move(action));
}

void Loader::read_task(const Node& node, Action& action) {
  TaskRule task;
  task.due = rules_.tasks.due;
  if (const Node* type = node.find("type")) task.type = type->text;
  if (const Node* due = node.find("due")) task.due = parse_duration(due->text).value_or(task.due);
  const std::vector<std::string> known = names_.placeholders();
  if (const Node* subject = node.find("subject")) {
    task.subject = read_template(*subject, known, errors_);
    if (task.subject.lines.size() != 1) fail(subject->place, "a subject is one line");
  }
  const Node* body = node.find("body");
  task.body = body == nullptr ? rules_.tasks.texts["body"] : read_template(*body, known, errors_);
  action.task = std::move(task);
  check_subject(action);
}

void Loader::check_subject(const Action& action) {
  const Template& subject = action.task->subject;
  for (const std::string& name : placeholders(subject)) {
    if (name == "account" || name == "due") continue;
    const bool is_word =
        std::find(std::begin(kTextWords), std::end(kTextWords), name) != std::end(kTextWords);
    if (is_word) {
      fail(subject.place, fmt::format("a subject may not use {{{}}}, which can be missing; put it "
                                      "into the body",
                                      name));
    } else if (names_.find(name) && !guarantees(action.when, name, rules_, names_)) {
      fail(subject.place, fmt::format("the subject uses {{{}}}, which its when does not guarantee; "
                                      "add \"{}: known\" to when",
                                      name, name));
    }
  }
}

}  // namespace upselld::playbook
