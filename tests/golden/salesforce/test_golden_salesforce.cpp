// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/file_io.h"
#include "plugins/adaptor.h"
#include "plugins/loader.h"
#include "plugins/salesforce/salesforce.h"
#include "tests/golden/salesforce/org.h"
#include "tests/golden/salesforce/page_text.h"
#include "tests/support/recording_sink.h"
#include "tests/support/settings_node.h"

// A folder for each way in which orgs have surprised people: what the org answers, what is asked of
// the connector, and all requests and results in expected.txt. Run with UPSELLD_GOLDEN_WRITE=1 to
// write expected.txt anew, and read what changed.
namespace {

using namespace upselld;  // NOLINT: a test reads better so
using Json = nlohmann::json;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(UPSELLD_SOURCE_DIR) / "tests/golden/salesforce";

Json read_json(const fs::path& file) {
  const auto bytes = read_file(file, 1024 * 1024);
  INFO(file.string());
  REQUIRE(bytes);
  return Json::parse(*bytes, nullptr, true, true);
}

Node node_of(const Json& json) {
  Node node;
  if (json.is_object()) {
    node.kind = Node::Kind::map;
    for (const auto& [key, value] : json.items()) node.entries.push_back({key, {}, node_of(value)});
  } else if (json.is_array()) {
    node.kind = Node::Kind::list;
    for (const Json& item : json) node.items.push_back(node_of(item));
  } else {
    node = tests::text(json.is_string() ? json.get<std::string>() : json.dump());
  }
  return node;
}

// One connector on one scripted org, and all that was said.
class Play {
 public:
  explicit Play(const Json& about)
      : host_(folder_.path(), read_json(kFolder / "org.json"),
              about.value("answers", Json::array())) {
    folder_.write("secret", "quiet");
    fs::permissions(folder_ / "secret", fs::perms::owner_read);
    ::setenv("UPSELLD_GOLDEN_TOKEN", "first", 1);
    Json settings = {{"host", "https://acme.my.salesforce.example"},
                     {"auth", "client_credentials"},
                     {"client_id", "3MVG9.example"},
                     {"client_secret", {{"file", (folder_ / "secret").string()}}}};
    settings.update(about.value("settings", Json::object()));
    settings_ = tests::placed(node_of(settings), {(folder_ / "upselld.yaml").string(), 1});
    connect();
    for (const Json& step : about["do"]) run(step);
    for (const std::string& when : host_.org().unused()) say("never asked for: " + when);
  }
  std::string text() const { return text_; }

 private:
  void connect() {
    const Settings settings(settings_, *plugins::salesforce_descriptor().settings);
    ConnectorContext context;
    context.connection = "crm";
    context.prefix = "upselld";
    context.attributes = *plugins::attributes_checked(plugins::salesforce_descriptor(), settings);
    auto made = plugins::create_checked(plugins::salesforce_descriptor(), host_, context, settings);
    if (!made) FAIL(made.error().message);
    connector_ = std::move(*made);
  }

  void say(const std::string& line) { text_ += line + "\n"; }
  void say_requests() {
    for (const std::string& line : host_.org().take_lines()) say(line);
  }
  void say_error(const Error& error) {
    say(std::string("error ") + to_text(error.kind) + ": " + error.message);
  }

  void run(const Json& step) {
    const std::string& verb = step.begin().key();
    const Json& what = step.begin().value();
    say("# " + step.dump());
    if (verb == "restart") connect();
    if (verb == "pull") pull(what);
    if (verb == "probe") probe();
    if (verb == "update") update(what);
    if (verb == "create") create(what);
    if (verb == "withdraw") withdraw(what);
    if (verb == "states") states(what);
    if (verb == "find") find(what);
    if (verb == "streams") streams();
    say_requests();
  }

  void pull(const Json& what) {
    const auto all = connector_->streams();
    if (!all) return say_error(all.error());
    const auto stream = std::find_if(all->begin(), all->end(), [&](const StreamInfo& info) {
      return info.name == what["stream"].get<std::string>();
    });
    if (stream == all->end()) return say("no such stream");
    PageLimits limits;
    limits.records_max = what.value("records", kPageRecordsMax);
    const std::string walk = what.value("walk", "changes");
    if (what.value("anew", false)) cursor_ = {};
    for (int pages = what.value("pages", 100); pages > 0; --pages) {
      const auto page = connector_->pull(*stream,
                                         walk == "sweep"  ? Walk::sweep
                                         : walk == "full" ? Walk::full
                                                          : Walk::changes,
                                         cursor_, limits);
      say_requests();
      if (!page) return say_error(page.error());
      for (const std::string& line : tests::page_lines(*page)) say("  " + line);
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
    host_.org().take_lines();
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
    tests::RecordingSink sink;
    answered(connector_->update_fields(batch, sink, {}), sink);
  }
  void create(const Json& what) {
    std::vector<TaskDraft> batch;
    for (const Json& one : what) {
      batch.push_back({one["key"], one["account"], one.value("contact", ""),
                       one.value("owner", "bo@acme.example"), one.value("type", "call"),
                       Instant{1'795'500'000'000}, "subject", "body", "18.3"});
    }
    tests::RecordingSink sink;
    answered(connector_->create_tasks(batch, sink, {}), sink);
  }
  void withdraw(const Json& what) {
    std::vector<TaskWithdrawal> batch;
    for (const Json& one : what) batch.push_back({one, "", "bought"});
    tests::RecordingSink sink;
    answered(connector_->withdraw_tasks(batch, sink, {}), sink);
  }
  void answered(const Result<void>& sent, const tests::RecordingSink& sink) {
    say_requests();
    for (const auto& [index, receipt] : sink.receipts) {
      std::string line = "  " + std::to_string(index) + " " + to_text(receipt.outcome);
      if (!receipt.crm_id.empty()) line += " " + receipt.crm_id;
      if (!receipt.code.empty()) line += " " + receipt.code + ": " + receipt.message;
      if (!receipt.field.empty()) line += " (" + receipt.field + ")";
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
    for (const FoundTask& task : *found) say("  " + task.key + " " + task.crm_id);
  }
  void streams() {
    const auto all = connector_->streams();
    if (!all) return say_error(all.error());
    for (const StreamInfo& stream : *all) say("  " + stream.name);
  }

  tests::TempFolder folder_;
  tests::OrgHost host_;
  Node settings_;
  std::unique_ptr<Connector> connector_;
  Cursor cursor_;
  std::string text_;
};

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("golden salesforce: each known surprise of an org ends as it should") {
  const std::string name = GENERATE(from_range(case_names()));
  INFO(name);
  const Json about = read_json(kFolder / name / "case.json");
  const std::string text = Play(about).text();
  const fs::path expected = kFolder / name / "expected.txt";
  if (std::getenv("UPSELLD_GOLDEN_WRITE") != nullptr) {
    std::ofstream(expected, std::ios::binary) << text;
  }
  const auto wanted = read_file(expected, 1024 * 1024);
  REQUIRE(wanted);
  CHECK(text == *wanted);
}
