// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/secret_source.h"
#include "daemon/account_cases.h"
#include "daemon/command_list.h"
#include "daemon/feature_usage.h"
#include "daemon/text_table.h"
#include "playbook/playbook.h"
#include "scoring/learner.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;
using Level = ProbeFinding::Level;

// Longer than anything we say ourselves: a remedy that is cut off is none. Only what a CRM says may
// have no end.
constexpr std::size_t kWidthMax = 4'000;

// Lines in the manner of a check list: what, how it is, and under it the remedy.
class CheckList {
 public:
  void add(const std::string& about, Level level, const std::string& what,
           const std::string& remedy = "") {
    static constexpr const char* kWords[] = {"ok", "hint", "warn", "FAIL"};
    const bool again = !lines_.empty() && lines_.back()["about"] == about;
    lines_.push_back({{"about", about},
                      {"level", kWords[static_cast<int>(level)]},
                      {"what", what},
                      {"remedy", remedy}});
    text_ += fmt::format("{:<9} {:<5} {}\n", again ? "" : about, kWords[static_cast<int>(level)],
                         printable(what, kWidthMax));
    if (!remedy.empty()) {
      text_ += fmt::format("{:<9} {:<5} {}\n", "", "", printable(remedy, kWidthMax));
    }
    if (level == Level::failure) ++failures_;
    if (level == Level::warning) ++warnings_;
  }
  void add(const std::string& about, const Error& error) {
    std::string line;
    for (const char c : error.message + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (!line.empty()) add(about, Level::failure, line);
      line.clear();
    }
  }
  int finish(bool json) const {
    const auto plural = [](int count, const char* word) {
      return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
    };
    if (json) {
      const Json out = {{"failures", failures_}, {"warnings", warnings_}, {"findings", lines_}};
      std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
      std::cout << text_ << "\n"
                << plural(failures_, "failure") << ", " << plural(warnings_, "warning")
                << ". Nothing was written. (exit " << (failures_ > 0 ? kUsage : kDone) << ")\n";
    }
    return failures_ > 0 ? kUsage : kDone;
  }

 private:
  std::string text_;
  Json lines_ = Json::array();
  int failures_ = 0, warnings_ = 0;
};

void check_playbook(const playbook::Playbook& rules, CheckList& list) {
  const auto examples = rules.run_examples();
  std::size_t good = 0;
  for (const playbook::ExampleResult& example : examples) {
    if (example.ok) {
      ++good;
    } else {
      list.add("rules", Level::failure, example.message);
    }
  }
  list.add("rules", Level::ok,
           fmt::format("{} segments, every day in exactly one; {} of {} examples; no placeholder "
                       "unknown",
                       rules.names().segments().size(), good, examples.size()));
  for (const std::string& warning : rules.warnings()) {
    list.add("rules", Level::warning, warning);
  }
}

// A test without entries holds for all.
void check_never(const Node& playbook, CheckList& list) {
  const Node* never = playbook.find("never");
  if (never == nullptr || !never->entries.empty() || never->kind == Node::Kind::scalar) return;
  list.add(
      "rules", Level::warning,
      to_text(never->place) + ": never: holds for every account, so none gets an action or task",
      "write tests under never, or remove the line");
}

// What is only needed when something happens, and would be missed then.
void check_places(const Config& config, CheckList& list) {
  const DaemonSettings& settings = config.settings;
  // Only the service is given credentials and variables; a file is there for all.
  if (settings.notify_webhook && settings.notify_webhook->find("file") != nullptr) {
    if (const auto address = read_secret(*settings.notify_webhook); !address) {
      list.add("notify",
               error_at(settings.notify_webhook->place, "webhook: " + address.error().message));
    }
  }
  // The folder is made with the first sync.
  std::filesystem::path folder = settings.state;
  std::error_code ignored;
  while (folder.has_relative_path() && !std::filesystem::exists(folder, ignored)) {
    folder = folder.parent_path();
  }
  const bool is_folder = std::filesystem::is_directory(folder, ignored);
  if (is_folder && ::access(folder.c_str(), W_OK | X_OK) == 0) return;
  const Node* written = config.settings_root.find("state");
  list.add("state", Level::failure,
           (written == nullptr ? "" : to_text(written->place) + ": ") +
               "state: " + settings.state.string() + " cannot be written: " + folder.string() +
               (is_folder ? " is not ours to write to" : " is no folder"),
           "name another folder, or make it and give it to the service's user");
}

void check_connection(Link& link, CheckList& list) {
  const auto report = link.connector->probe();
  if (!report) {
    list.add(link.name(), report.error());
    return;
  }
  for (const ProbeFinding& finding : report->findings) {
    list.add(link.name(), finding.level, finding.what, finding.remedy);
  }
}

// Without a store the rules are checked against what the settings say; the vocabulary of the data
// is not known yet.
void check_rules_alone(App& app, CheckList& list) {
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    Vocabulary vocabulary;
    vocabulary.activity_kinds.assign(std::begin(kActivityKinds), std::end(kActivityKinds));
    vocabulary.currencies = {""};
    vocabulary.products.resize(1);
    vocabulary.attributes = link.attributes;
    std::sort(vocabulary.attributes.begin(), vocabulary.attributes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    vocabulary.recorded_since.assign(vocabulary.attributes.size(), Instant::missing());
    const auto table = feature_table(app, link, vocabulary);
    if (!table) {
      list.add("rules", table.error());
      continue;
    }
    const auto loaded =
        playbook::load(app.playbook().root, {table->infos(), vocabulary.attributes});
    for (const Error& error : loaded.errors) list.add("rules", error);
    if (loaded.playbook) check_playbook(*loaded.playbook, list);
  }
}

// How much the newest training had to learn from.
void check_target(App& app, const Link& link, CheckList& list) {
  const auto models = app.ledger().models.list(link.name());
  if (!models) return list.add("target", models.error());
  if (models->empty()) {
    return list.add("target", Level::hint, "no model was learnt yet", "next: upselld sync");
  }
  const Json report = Json::parse(models->front().report, nullptr, false);
  if (!report.is_object()) return;
  const auto count = [&](const char* key) { return report.value(key, std::int64_t{0}); };
  constexpr auto kNeeded = static_cast<std::int64_t>(scoring::kAccountsMin);
  const bool too_few = count("positive_accounts") < kNeeded;
  list.add("target", too_few ? Level::warning : Level::ok,
           fmt::format("{} rows with an up-sell, of {} accounts ({} needed), in {} rows as of {}",
                       grouped(count("positives")), grouped(count("positive_accounts")), kNeeded,
                       grouped(count("rows")), to_text(models->front().as_of).substr(0, 10)));
}

// Who can get tasks, and how many.
void check_tasks(App& app, const Link& link, const playbook::Playbook& rules, CheckList& list) {
  const auto reps = app.record_reader()->reps(link.name());
  if (!reps) return list.add("tasks", reps.error());
  const auto active =
      std::count_if(reps->begin(), reps->end(), [](const RepFacts& rep) { return rep.active; });
  const playbook::TaskRules& tasks = rules.rules().tasks;
  list.add("tasks", tasks.per_rep_and_week == 0 ? Level::warning : Level::ok,
           fmt::format("{} active reps at {} a week = {}; {} inactive", active,
                       tasks.per_rep_and_week, active * tasks.per_rep_and_week,
                       static_cast<std::int64_t>(reps->size()) - active));
  for (const playbook::OwnerRule& owner : tasks.owners) {
    const bool is_known = std::any_of(reps->begin(), reps->end(), [&](const RepFacts& rep) {
      return rep.id == owner.to || rep.email == owner.to;
    });
    if (owner.to.empty() || is_known || reps->empty()) continue;
    list.add("tasks", Level::warning, "owner " + owner.to + " is no rep's id or address",
             "correct tasks: owner in the playbook");
  }
}

void check_data(App& app, CheckList& list) {
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    const auto counts = app.ledger().decisions.counts(link.name());
    if (!counts) {
      list.add(link.name(), counts.error());
      continue;
    }
    if (counts->accounts == 0) continue;
    std::map<std::string, std::size_t> segments;
    std::string text;
    for (const auto& [name, count] : counts->segments) {
      segments[name] = count;
      text += (text.empty() ? "" : "  ") + name + " " + grouped(static_cast<std::int64_t>(count));
    }
    list.add("segments", Level::ok, text);
    for (const std::string& warning : playbook::segment_warnings(segments)) {
      list.add("segments", Level::warning, warning);
    }
    const auto usage = feature_usage(app, link);
    if (!usage) {
      list.add("features", usage.error());
      continue;
    }
    check_target(app, link, list);
    if (const auto cases = open_cases(app, link, app.now()))
      check_tasks(app, link, *cases->playbook, list);
    std::size_t usable = 0;
    for (const FeatureUsage& one : *usage) usable += one.filled > 0 ? 1 : 0;
    list.add("features", Level::ok,
             fmt::format("{} of {} filled on at least one account: upselld features", usable,
                         usage->size()));
  }
}

void check_privacy_and_writes(App& app, CheckList& list) {
  std::string level;
  bool writes = false;
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    level += (level.empty() ? "" : ", ") + link.name() + ": " + to_text(link.settings->write);
    writes = writes || link.settings->write != WriteLevel::nothing;
  }
  list.add("writes", Level::ok, level + (writes ? "" : ". Next: upselld sync, then upselld plan"));
}

}  // namespace

Result<int> check_command(const Invocation& invocation) {
  CheckList list;
  const auto file = settings_file(invocation);
  if (!file) return file.error();
  auto app = App::open(invocation, Access::read);
  const bool no_data = !app && app.error().kind == ErrorKind::not_found;
  if (no_data) app = App::open(invocation, Access::settings_only);
  if (!app) {
    list.add("files", app.error());
    return list.finish(invocation.json);
  }
  const std::string playbook =
      (*app)->playbook().file.empty() ? "" : (*app)->settings().playbook.string();
  list.add("files", Level::ok,
           file->string() + (playbook.empty() ? "; no playbook: the defaults" : ", " + playbook));
  check_places(*(*app)->config(), list);
  check_rules_alone(**app, list);
  check_never((*app)->playbook().root, list);
  if (!invocation.has("--offline")) {
    for (Link& link : (*app)->links()) check_connection(link, list);
  }
  if (no_data) {
    list.add("data", Level::hint, "nothing was pulled yet", "next: upselld sync");
  } else {
    check_data(**app, list);
  }
  check_privacy_and_writes(**app, list);
  return list.finish(invocation.json);
}

Result<int> probe_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const std::string wanted = invocation.option("--connection");
  CheckList list;
  for (Link& link : (*app)->links()) {
    if (wanted.empty() || wanted == link.name()) check_connection(link, list);
  }
  return list.finish(invocation.json);
}

Result<int> features_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  Json rows = Json::array();
  TextTable table({"FEATURE", "GROUP", ">FILLED", "MODEL", "SINCE", "RULES", "WHAT"});
  for (const Link& link : (*app)->links()) {
    const std::string wanted = invocation.option("--connection");
    if (!link.brings_accounts() || (!wanted.empty() && wanted != link.name())) continue;
    const auto usage = feature_usage(**app, link);
    if (!usage) return usage.error();
    for (const FeatureUsage& one : *usage) {
      const std::string since = one.since.is_missing() ? "" : to_text(one.since).substr(0, 10);
      table.add({one.info.name, one.info.group, percent(one.filled, 0),
                 one.info.in_model ? "yes" : "", since, one.rules,
                 one.note.empty() ? one.info.sentence : one.note});
      rows.push_back({{"name", one.info.name},
                      {"connection", link.name()},
                      {"group", one.info.group},
                      {"unit", one.info.unit},
                      {"sentence", one.info.sentence},
                      {"filled", one.filled},
                      {"in_model", one.info.in_model},
                      {"usable_since", since},
                      {"rules", one.rules},
                      {"note", one.note}});
    }
  }
  std::cout << (invocation.json ? Json({{"features", rows}}).dump(2) + "\n" : table.text());
  return kDone;
}

}  // namespace upselld::daemon
