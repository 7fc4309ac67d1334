// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/settings.h"

using namespace upselld;

namespace {

namespace fs = std::filesystem;

// Nodes as the YAML loader makes them.
Node scalar(const std::string& text, int line = 1) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  node.place = {"/etc/x/a.yaml", line};
  return node;
}
Node list(std::vector<Node> items) {
  Node node;
  node.kind = Node::Kind::list;
  node.items = std::move(items);
  node.place = {"/etc/x/a.yaml", 1};
  return node;
}
Node map(std::vector<std::pair<std::string, Node>> entries, int line = 1) {
  Node node;
  node.kind = Node::Kind::map;
  node.place = {"/etc/x/a.yaml", line};
  for (auto& [key, value] : entries) {
    const Place place = {"/etc/x/a.yaml", value.place.line};
    node.entries.push_back({key, place, std::move(value)});
  }
  return node;
}

const SettingTable& inner() {
  static const SettingTable table = {{
      {.name = "at", .required = true},
      {.name = "share", .kind = SettingKind::share, .default_text = "10%"},
  }};
  return table;
}

const SettingTable& outer() {
  static const SettingTable table = {{
      {.name = "text", .default_text = "usual"},
      {.name = "word",
       .kind = SettingKind::word,
       .default_text = "ask",
       .words = {"ask", "automatic"}},
      {.name = "yes", .kind = SettingKind::yes_no, .default_text = "no"},
      {.name = "integer", .kind = SettingKind::integer, .least = 1, .most = 10},
      {.name = "number", .kind = SettingKind::number, .default_text = "1.5"},
      {.name = "share", .kind = SettingKind::share},
      {.name = "duration", .kind = SettingKind::duration, .default_text = "60d"},
      {.name = "path", .kind = SettingKind::path},
      {.name = "key", .kind = SettingKind::secret},
      {.name = "texts", .kind = SettingKind::text_list},
      {.name = "group", .kind = SettingKind::group, .group = &inner()},
      {.name = "groups", .kind = SettingKind::group_list, .group = &inner()},
      {.name = "free", .kind = SettingKind::free_map, .group = &inner()},
      {.name = "any", .kind = SettingKind::node},
  }};
  return table;
}

std::string finding(const std::string& key, Node value) {
  const auto errors = check(map({{key, std::move(value)}}), outer());
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].kind == ErrorKind::invalid_config);
  return errors[0].message;
}

}  // namespace

TEST_CASE("settings check: what fits its table has no findings") {
  const Node good = map({{"text", scalar("x")},
                         {"word", scalar("automatic")},
                         {"yes", scalar("yes")},
                         {"integer", scalar("10")},
                         {"number", scalar("-1e3")},
                         {"share", scalar("0.25")},
                         {"duration", scalar("24h")},
                         {"path", scalar("b.yaml")},
                         {"key", map({{"env", scalar("X")}})},
                         {"texts", list({scalar("a"), scalar("b")})},
                         {"group", map({{"at", scalar("x")}})},
                         {"groups", list({map({{"at", scalar("x")}})})},
                         {"free", map({{"mine", map({{"at", scalar("x")}})}})},
                         {"any", list({})}});
  for (const Error& error : check(good, outer())) FAIL_CHECK(error.message);
}

TEST_CASE("settings check: each wrong kind has its message") {
  CHECK(finding("texxt", scalar("x")) == "a.yaml:1: unknown key \"texxt\"; did you mean \"text\"?");
  CHECK(finding("zzz", scalar("x")).find("a.yaml:1: unknown key \"zzz\"; known here: text, word") ==
        0);
  CHECK(finding("word", scalar("autmatic")) ==
        "a.yaml:1: word: \"autmatic\" is not one of ask | automatic; did you mean \"automatic\"?");
  CHECK(finding("yes", scalar("maybe")) == "a.yaml:1: yes: \"maybe\" is not yes or no");
  CHECK(finding("integer", scalar("1.5")) == "a.yaml:1: integer: \"1.5\" is not a whole number");
  CHECK(finding("integer", scalar("11")) == "a.yaml:1: integer: 11 is too much; at most 10");
  CHECK(finding("integer", scalar("0")) == "a.yaml:1: integer: 0 is too little; at least 1");
  CHECK(finding("number", scalar("1,5")) == "a.yaml:1: number: \"1,5\" is not a number");
  CHECK(finding("share", scalar("10")) == "a.yaml:1: share: 10 is too much; at most 100%");
  CHECK(finding("duration", scalar("60")).find("is not a duration such as 90d") !=
        std::string::npos);
  CHECK(finding("path", scalar("")) == "a.yaml:1: path: the path is empty");
  CHECK(finding("text", list({})) == "a.yaml:1: text must be a text, not a list");
  CHECK(finding("text", map({})) == "a.yaml:1: text must be a text, not a map");
  Node null;
  null.place = {"/etc/x/a.yaml", 1};
  CHECK(finding("text", null) == "a.yaml:1: text has no value; give one or remove the line");
  CHECK(finding("texts", list({map({})})) == "a.yaml:1: texts must be a text or a list of texts");
  CHECK(finding("groups", map({})).find("groups must be a list of maps") != std::string::npos);
  CHECK(finding("group", scalar("x")) ==
        "a.yaml:1: group must be a map of options, such as {at: ...}");
  CHECK(finding("groups", list({scalar("x")})) ==
        "a.yaml:1: each of groups must be a map of options, such as {at: ...}");
  CHECK(finding("free", map({{"mine", scalar("x")}})) ==
        "a.yaml:1: mine must be a map of options, such as {at: ...}");
  CHECK(finding("group", map({})) == "a.yaml:1: at is missing");
  CHECK(finding("free", map({{"mine", map({{"at", scalar("x")}, {"sharr", scalar("1%")}})}})) ==
        "a.yaml:1: unknown key \"sharr\"; did you mean \"share\"?");
  CHECK(finding("free", list({})) == "a.yaml:1: free must be a map");
}

TEST_CASE("settings check: a literal secret is refused and not shown") {
  const std::string message = finding("key", scalar("hunter2"));
  CHECK(message.find("hunter2") == std::string::npos);
  CHECK(message.find("{file: PATH}") != std::string::npos);
  CHECK(finding("key", map({{"fil", scalar("x")}})).find("exactly one of") != std::string::npos);
  CHECK(finding("key", map({{"file", scalar("x")}, {"env", scalar("y")}})).find("exactly one of") !=
        std::string::npos);
}

TEST_CASE("settings check: every finding is reported, in file order") {
  const Node bad =
      map({{"text", scalar("a", 5)}, {"text", scalar("b", 2)}, {"wrong", scalar("", 3)}});
  const auto errors = check(bad, outer());
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].message == "a.yaml:2: key \"text\" is repeated; it stands already in line 5");
  CHECK(errors[1].message.find("a.yaml:3: unknown key \"wrong\"") == 0);
}

TEST_CASE("settings: a checked map is read with its defaults") {
  const Node written =
      map({{"integer", scalar("7")},
           {"share", scalar("12.5%")},
           {"path", scalar("sub/../b.yaml")},
           {"texts", scalar("one")},
           {"group", map({{"at", scalar("x")}})},
           {"groups", list({map({{"at", scalar("1")}}), map({{"at", scalar("2")}})})}});
  const Settings settings(written, outer());
  CHECK(settings.text("text") == "usual");
  CHECK(settings.text("word") == "ask");
  CHECK_FALSE(settings.yes("yes"));
  CHECK(settings.integer("integer") == 7);
  CHECK(settings.number("number") == 1.5);
  CHECK(settings.share("share") == 0.125);
  CHECK(settings.duration("duration") == days(60));
  CHECK(settings.path("path") == "/etc/x/b.yaml");
  CHECK(settings.texts("texts") == std::vector<std::string>{"one"});
  CHECK(settings.group("group")->text("at") == "x");
  CHECK(settings.group("group")->share("share") == 0.1);
  REQUIRE(settings.groups("groups").size() == 2);
  CHECK(settings.groups("groups")[1].text("at") == "2");
  CHECK(settings.has("integer"));
  CHECK_FALSE(settings.has("text"));
  CHECK(settings.node("any") == nullptr);
}

TEST_CASE("settings: the nearest word is one edit in three letters away at most") {
  const std::vector<std::string> words = {"playbook", "plugin", "prefix"};
  CHECK(nearest("playbok", words) == "playbook");
  CHECK(nearest("plugni", words) == "plugin");
  CHECK(nearest("perfix", words) == "prefix");
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("pl", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(1'000'000, 'p'), words).empty());
}

TEST_CASE("settings: numbers and shares know no locale, no infinity and no blanks") {
  CHECK(parse_number("1e3") == 1000.0);
  CHECK(parse_share("10%") == 0.1);
  CHECK(parse_share("0.1") == 0.1);
  for (const char* wrong : {"", " 1", "1 ", "1,5", "inf", "nan", "0x10", "1e999", "+1", "%"}) {
    INFO(wrong);
    CHECK_FALSE(parse_number(wrong));
    CHECK_FALSE(parse_share(wrong));
  }
  CHECK_FALSE(parse_share("-1%"));
  CHECK(parse_yes_no("true") == true);
  CHECK(parse_yes_no("no") == false);
  CHECK_FALSE(parse_yes_no("on"));
}

TEST_CASE("secrets: come from a guarded file, a credential or the environment") {
  const fs::path folder =
      fs::temp_directory_path() / ("upselld_secret_" + std::to_string(::getpid()));
  fs::create_directory(folder);
  const auto write = [&](const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(folder / name) << text;
    ::chmod((folder / name).c_str(), mode);
  };
  const auto read = [&](const std::string& how, const std::string& name) {
    Node node = map({{"key", map({{how, scalar(name)}})}});
    node.entries[0].value.entries[0].place.file = (folder / "a.yaml").string();
    return Settings(node, outer()).secret("key");
  };
  write("good", "s3cret\r\n", 0600);
  write("open", "s3cret", 0640);
  write("empty", "\n", 0600);

  CHECK(read("file", "good")->reveal() == "s3cret");
  CHECK(read("file", (folder / "good").string())->reveal() == "s3cret");
  CHECK(read("file", "open").error().message.find("may be read by others; run: chmod 600") !=
        std::string::npos);
  CHECK(read("file", "open").error().message.find("s3cret") == std::string::npos);
  CHECK(read("file", "empty").error().message.find("is empty") != std::string::npos);
  CHECK(read("file", "none").error().kind == ErrorKind::invalid_config);
  CHECK(read("file", "none").error().message ==
        "a.yaml:1: key: read " + (folder / "none").string() +
            ": No such file or directory; put it there with: install -o upselld -m 600 FILE " +
            (folder / "none").string());
  CHECK(read("file", ".").error().message.find("regular file") != std::string::npos);

  ::unsetenv("CREDENTIALS_DIRECTORY");
  const std::string missing = read("credential", "good").error().message;
  CHECK(missing.find("add LoadCredential=good:PATH to the unit") != std::string::npos);
  // Outside of the unit there is nothing to be added to.
  CHECK(missing.find("systemd-run --pipe --wait --collect -p User=upselld "
                     "-p LoadCredential=good:PATH upselld ...") != std::string::npos);
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  CHECK(read("credential", "good")->reveal() == "s3cret");
  CHECK_FALSE(read("credential", "../good"));
  ::unsetenv("CREDENTIALS_DIRECTORY");

  ::setenv("UPSELLD_TEST_SECRET", "from the environment", 1);
  CHECK(read("env", "UPSELLD_TEST_SECRET")->reveal() == "from the environment");
  ::unsetenv("UPSELLD_TEST_SECRET");
  CHECK(read("env", "UPSELLD_TEST_SECRET").error().message ==
        "a.yaml:1: key: environment variable UPSELLD_TEST_SECRET is not set");
  fs::remove_all(folder);
}

TEST_CASE("secrets: print as a placeholder and survive moves") {
  Secret secret("hunter2");
  std::ostringstream out;
  out << secret;
  CHECK(out.str() == "<secret>");
  Secret moved(std::move(secret));
  CHECK(moved.equals("hunter2"));
  CHECK(secret.empty());  // NOLINT: the promise of moving from a secret
  Secret assigned("old");
  assigned = std::move(moved);
  CHECK(assigned.reveal() == "hunter2");
  CHECK_FALSE(assigned.equals("hunter"));
}
