// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/play.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "core/file_io.h"
#include "plugins/adaptor.h"
#include "plugins/loader.h"
#include "tests/golden/page_text.h"
#include "tests/support/recording_sink.h"
#include "tests/support/settings_node.h"

namespace upselld::tests {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

Node node_of(const Json& json) {
  Node node;
  if (json.is_object()) {
    node.kind = Node::Kind::map;
    for (const auto& [key, value] : json.items()) node.entries.push_back({key, {}, node_of(value)});
  } else if (json.is_array()) {
    node.kind = Node::Kind::list;
    for (const Json& item : json) node.items.push_back(node_of(item));
  } else {
    node = text(json.is_string() ? json.get<std::string>() : json.dump());
  }
  return node;
}

// One connector on one scripted org, and all that was said.
class Play {
 public:
  Play(const GoldenSet& set, const Json& about)
      : set_(set),
        host_(folder_.path()),
        crm_(set.crm(about.value("answers", Json::array()), host_.fake_clock)) {
    host_.give(*crm_);
    folder_.write("secret", "quiet");
    fs::permissions(folder_ / "secret", fs::perms::owner_read);
    ::setenv("UPSELLD_GOLDEN_TOKEN", "first", 1);
    Json settings = set_.settings((folder_ / "secret").string());
    settings.update(about.value("settings", Json::object()));
    settings_ = placed(node_of(settings), {(folder_ / "upselld.yaml").string(), 1});
    connect();
    for (const Json& step : about["do"]) run(step);
    // An answer that nobody asks for is a case that shows something else by now.
    for (const std::string& when : host_.crm().unused()) FAIL_CHECK("never asked for: " + when);
  }
  std::string text() const { return text_; }

 private:
  void connect() {
    const Settings settings(settings_, *set_.descriptor.settings);
    ConnectorContext context;
    context.connection = "crm";
    context.prefix = "upselld";
    context.attributes = *plugins::attributes_checked(set_.descriptor, settings);
    auto made = plugins::create_checked(set_.descriptor, host_, context, settings);
    if (!made) FAIL(made.error().message);
    connector_ = std::move(*made);
  }

  void say(const std::string& line) { text_ += line + "\n"; }
  void say_requests() {
    for (const std::string& line : host_.crm().take_lines()) say(line);
  }
  // How often each address was asked, where a case is too large to be read.
  void say_counts() {
    std::map<std::string, int> counts;
    for (const std::string& line : host_.crm().take_lines()) {
      if (line.starts_with("> ")) ++counts[line.substr(0, line.find(" after "))];
    }
    for (const auto& [line, count] : counts) say(std::to_string(count) + " times " + line);
  }
  void say_error(const Error& error) {
    say(std::string("error ") + to_text(error.kind) + ": " + error.message);
    if (error.retry_after) say("  again at " + to_text(*error.retry_after));
  }

  void run(const Json& step) {
    const std::string& verb = step.begin().key();
    const Json& what = step.begin().value();
    say("# " + step.dump());
    if (verb == "restart") connect();
    if (verb == "pull") pull(what);
    if (verb == "pull_in_turn") pull_in_turn(what);
    if (verb == "probe") probe();
    if (verb == "update") update(what);
    if (verb == "create") create(what);
    if (verb == "withdraw") withdraw(what);
    if (verb == "states") states(what);
    if (verb == "find") find(what);
    if (verb == "streams") streams();
    if (verb == "prepare") prepare(what);
    if (verb == "current") current(what);
    if (verb == "wait_s") host_.fake_clock.time = host_.fake_clock.time + seconds(what.get<int>());
    say_requests();
  }

  std::optional<StreamInfo> stream_named(const std::string& name) {
    const auto all = connector_->streams();
    if (!all) return say_error(all.error()), std::nullopt;
    const auto stream = std::find_if(all->begin(), all->end(),
                                     [&](const StreamInfo& info) { return info.name == name; });
    if (stream == all->end()) return say("no such stream"), std::nullopt;
    return *stream;
  }

  // A page each until all have ended, as the program pulls those that are read together.
  void pull_in_turn(const Json& what) {
    PageLimits limits;
    limits.records_max = what.value("records", kPageRecordsMax);
    std::vector<StreamInfo> streams;
    for (const std::string name : what["streams"]) {
      const auto stream = stream_named(name);
      if (!stream) return;
      streams.push_back(*stream);
    }
    while (!streams.empty()) {
      std::erase_if(streams, [&](const StreamInfo& stream) {
        Cursor& cursor = cursors_[stream.name];
        const auto page = connector_->pull(stream, Walk::changes, cursor, limits);
        say("- " + stream.name + ", of " + stream.together);
        say_requests();
        if (!page) return say_error(page.error()), true;
        for (const std::string& line : page_lines(*page)) say("  " + line);
        cursor = page->next;
        return page->end;
      });
    }
  }

  void pull(const Json& what) {
    const auto stream = stream_named(what["stream"]);
    if (!stream) return;
    PageLimits limits;
    limits.records_max = what.value("records", kPageRecordsMax);
    const std::string walk = what.value("walk", "changes");
    if (what.value("anew", false)) cursor_ = {};
    for (int pages = what.value("pages", 100); pages > 0; --pages) {
      auto page = connector_->pull(*stream,
                                   walk == "sweep"  ? Walk::sweep
                                   : walk == "full" ? Walk::full
                                                    : Walk::changes,
                                   cursor_, limits);
      const bool is_summary = what.value("summary", false);
      if (is_summary)
        say_counts();
      else
        say_requests();
      if (!page) return say_error(page.error());
      if (is_summary) {
        say("  " + std::to_string(count_of(*page)) + " records");
        page->columns = AccountColumns{};
      }
      for (const std::string& line : page_lines(*page)) say("  " + line);
      cursor_ = page->next;
      if (page->not_before) say("  ask again later");
      if (page->end) return say("  end");
    }
    say("  more");
  }

  void probe() {
    const auto report = connector_->probe();
    if (!report) return say_error(report.error());
    for (const ProbeFinding& finding : report->findings) {
      if (finding.level == ProbeFinding::Level::ok) continue;
      constexpr const char* kLevels[] = {"ok", "hint", "warning", "failure"};
      say(std::string("  ") + kLevels[static_cast<int>(finding.level)] + " " + finding.what);
      if (!finding.remedy.empty()) say("    remedy: " + finding.remedy);
    }
    // What was asked is not the point here.
    host_.crm().take_lines();
  }

  void update(const Json& what) {
    std::vector<FieldUpdate> batch;
    for (const Json& one : what) {
      FieldUpdate made;
      made.account = one["account"];
      for (const auto& [name, value] : one["values"].items()) {
        made.values[static_cast<std::size_t>(*field_named(name))] = value.get<std::string>();
      }
      batch.push_back(std::move(made));
    }
    RecordingSink sink;
    answered(connector_->update_fields(batch, sink, {}), sink);
  }
  void create(const Json& what) {
    std::vector<TaskDraft> batch;
    for (const Json& one : what) {
      batch.push_back({one["key"], one["account"], one.value("contact", ""),
                       one.value("owner", "bo@acme.example"), one.value("type", "call"),
                       Instant{1'795'500'000'000}, "subject", "body", "18.3"});
    }
    RecordingSink sink;
    answered(connector_->create_tasks(batch, sink, {}), sink);
  }
  void withdraw(const Json& what) {
    std::vector<TaskWithdrawal> batch;
    for (const Json& one : what) batch.push_back({one, "", "bought"});
    RecordingSink sink;
    answered(connector_->withdraw_tasks(batch, sink, {}), sink);
  }
  void answered(const Result<void>& sent, const RecordingSink& sink) {
    say_requests();
    for (const auto& [index, receipt] : sink.receipts) {
      std::string line = "  " + std::to_string(index) + " " + to_text(receipt.outcome);
      if (!receipt.crm_id.empty()) line += " " + receipt.crm_id;
      if (!receipt.code.empty()) line += " " + receipt.code + ": " + receipt.message;
      if (!receipt.field.empty()) line += " (" + receipt.field + ")";
      if (!receipt.until.is_missing()) line += " until " + to_text(receipt.until);
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        if (!receipt.stored[i]) continue;
        line += std::string(" ") + to_text(static_cast<Field>(i)) + "=" + *receipt.stored[i];
      }
      say(line);
    }
    if (!sent) say_error(sent.error());
  }
  void states(const std::vector<std::string>& keys) {
    const auto states = connector_->task_states(keys);
    say_requests();
    if (!states) return say_error(states.error());
    for (const TaskState& state : *states) {
      std::string line = "  " + state.key + " " + state.crm_id + " " + to_text(state.status);
      if (!state.outcome.empty()) line += " " + state.outcome;
      say(line);
    }
  }
  void find(const std::vector<std::string>& keys) {
    const auto found = connector_->find_tasks(keys);
    say_requests();
    if (!found) return say_error(found.error());
    for (const FoundTask& task : *found) {
      say("  " + task.key + " " + (task.crm_id.empty() ? "may stand" : task.crm_id));
    }
  }
  void prepare(const Json& what) {
    const auto report = connector_->prepare(
        {.dry_run = what.value("dry_run", false), .remove = what.value("remove", false)});
    say_requests();
    if (!report) return say_error(report.error());
    for (const std::string& step : report->steps) say("  " + step);
    for (const std::string& left : report->left_to_do) say("  left: " + left);
  }
  void current(const std::vector<std::string>& accounts) {
    const auto states = connector_->current_fields(accounts);
    say_requests();
    if (!states) return say_error(states.error());
    for (const FieldState& state : *states) {
      std::string line = "  " + state.account + (state.exists ? " " + state.version : " is gone");
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        if (!state.values[i]) continue;
        line += std::string(" ") + to_text(static_cast<Field>(i)) + "=" + *state.values[i];
      }
      say(line);
    }
  }
  void streams() {
    const auto all = connector_->streams();
    if (!all) return say_error(all.error());
    for (const StreamInfo& stream : *all) say("  " + stream.name);
  }

  const GoldenSet& set_;
  TempFolder folder_;
  ScriptedHost host_;
  std::unique_ptr<ScriptedCrm> crm_;
  Node settings_;
  std::unique_ptr<Connector> connector_;
  Cursor cursor_;
  std::map<std::string, Cursor> cursors_;  // of pull_in_turn
  std::string text_;
};

std::vector<std::string> case_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Json read_golden_json(const fs::path& file) {
  const auto bytes = read_file(file, 1024 * 1024);
  INFO(file.string());
  REQUIRE(bytes);
  return Json::parse(*bytes, nullptr, true, true);
}

void play_cases(const GoldenSet& set) {
  for (const std::string& name : case_names(set.folder)) {
    INFO(name);
    const Json about = read_golden_json(set.folder / name / "case.json");
    const std::string text = Play(set, about).text();
    const fs::path expected = set.folder / name / "expected.txt";
    if (std::getenv("UPSELLD_GOLDEN_WRITE") != nullptr) {
      std::ofstream(expected, std::ios::binary) << text;
    }
    const auto wanted = read_file(expected, 1024 * 1024);
    CHECK(wanted);
    if (wanted) CHECK(text == *wanted);
  }
}

}  // namespace upselld::tests
