// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/yaml_file.h"

using upselld::ErrorKind;
using upselld::Node;
using upselld::daemon::parse_yaml;
using upselld::daemon::read_yaml_file;

namespace {

std::string message_of(const std::string& text) {
  const auto node = parse_yaml(text, "/etc/x/a.yaml");
  REQUIRE_FALSE(node);
  CHECK(node.error().kind == ErrorKind::invalid_config);
  return node.error().message;
}

}  // namespace

TEST_CASE("yaml: every node knows its line, counted from one") {
  const auto root =
      parse_yaml("a: 1\n\n# remark\nb:\n  c: [x, y]\n  d:\nlist:\n  - {e: 2}\n", "a.yaml");
  REQUIRE(root);
  CHECK(root->find("a")->place.line == 1);
  const Node* b = root->find("b");
  CHECK(b->place.line == 4);
  CHECK(b->find("c")->items.size() == 2);
  CHECK(b->find("c")->items[1].place.line == 5);
  CHECK(b->find("d")->kind == Node::Kind::null);
  CHECK(b->find("d")->place.line == 6);
  CHECK(root->find("list")->items[0].find("e")->place.line == 8);
  CHECK(upselld::to_text(b->place) == "a.yaml:4");
}

TEST_CASE("yaml: scalars stay as written and quotes are remembered") {
  const auto root =
      parse_yaml("a: NO\nb: \"80%\"\nc: '1'\nd: 007\ne: |\n  two\n  lines\nf: ~\n", "a.yaml");
  REQUIRE(root);
  CHECK(root->find("a")->text == "NO");
  CHECK_FALSE(root->find("a")->quoted);
  CHECK(root->find("b")->text == "80%");
  CHECK(root->find("b")->quoted);
  CHECK(root->find("c")->quoted);
  CHECK(root->find("d")->text == "007");
  CHECK(root->find("e")->text == "two\nlines\n");
  CHECK(root->find("f")->kind == Node::Kind::null);
}

TEST_CASE("yaml: repeated keys are all kept, in the order of the file") {
  const auto root = parse_yaml("a: 1\nb: 2\na: 3\n", "a.yaml");
  REQUIRE(root);
  REQUIRE(root->entries.size() == 3);
  CHECK(root->entries[2].key == "a");
  CHECK(root->entries[2].value.text == "3");
  CHECK(root->entries[2].place.line == 3);
}

TEST_CASE("yaml: an empty file is an empty map") {
  for (const std::string text : {"", "\n\n", "# only a remark\n", "---\n", "\xEF\xBB\xBF"}) {
    const auto root = parse_yaml(text, "a.yaml");
    REQUIRE(root);
    CHECK(root->kind == Node::Kind::map);
    CHECK(root->entries.empty());
  }
}

TEST_CASE("yaml: what is no YAML is refused with its line") {
  CHECK(message_of("a: 1\n\tb: 2\n").substr(0, 8) == "a.yaml:2");
  CHECK(message_of("a: [1, 2\nb: 3\n").substr(0, 7) == "a.yaml:");
  CHECK(message_of("z: 1\na: \"open\nb: 1\n") ==
        "a.yaml:2: the quote that opens here is never closed");
  CHECK(message_of("z: \xc3\xbc\xc3\xbc\na: 'it''s \nb: 1\n") ==
        "a.yaml:2: the quote that opens here is never closed");
  CHECK(parse_yaml("z: \xc3\xbc\xc3\xbc\r\na: 'it''s'\r\n", "a.yaml"));
  CHECK(parse_yaml("a: \"x \\\" y\"\n", "a.yaml"));
  CHECK(
      parse_yaml("\xEF\xBB\xBF"
                 "a: \"x\"\n",
                 "a.yaml"));
  CHECK(message_of("a: 1\nb: {c: 1\n").substr(0, 7) == "a.yaml:");
  CHECK(message_of("a: b: c\n") == "a.yaml:1: is no YAML here: illegal map value");
  CHECK(message_of("a: 1\n]\n").substr(0, 7) == "a.yaml:");
}

TEST_CASE("yaml: a tab in the indentation is told as such") {
  const std::string remedy = "; indent with spaces, not tabs";
  CHECK(message_of("a:\n\tb: 2\n") == "a.yaml:2: is no YAML here: illegal map value" + remedy);
  for (const char* text : {"a:\n  b: 2\n\tc: 3\n", "a:\n  b:\n \t  c: 3\n", "a:\n  - x\n\t- y\n"}) {
    CHECK(message_of(text).starts_with("a.yaml:3: "));
    CHECK(message_of(text).ends_with(remedy));
  }
  // Elsewhere a tab is a blank like others.
  CHECK(message_of("a: b:\tc\n") == "a.yaml:1: is no YAML here: illegal map value");
}

TEST_CASE("yaml: what is YAML but not for settings is refused") {
  CHECK(message_of("a: 1\nb: &x 2\n") == "a.yaml:2: anchors (&name) are not supported");
  CHECK(message_of("a: !!int 1\n") == "a.yaml:1: tags (!name) are not supported");
  CHECK(message_of("a: 1\n---\nb: 2\n") == "a.yaml:2: more than one document in a file");
  CHECK(message_of("- a\n- b\n").find("must be a map") != std::string::npos);
  CHECK(message_of("just text\n").find("must be a map") != std::string::npos);
  CHECK(message_of("a: 1\n{b: c}: d\n") == "a.yaml:2: a key must be a text");
  CHECK(message_of("a: 1\n[b]: d\n") == "a.yaml:2: a key must be a text");
  CHECK(message_of("a: 1\n? \n: d\n").find("a key must be a text") != std::string::npos);
}

TEST_CASE("yaml: an alias that would multiply itself is refused before it does") {
  const std::string bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n";
  CHECK(message_of(bomb) == "a.yaml:1: anchors (&name) are not supported");
}

TEST_CASE("yaml: depth, number of values and size are bounded") {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep = "[" + deep + "]";
  CHECK(message_of("a: " + deep).find("nested deeper than 32 levels") != std::string::npos);
  std::string many = "a: [";
  for (int i = 0; i < 210'000; ++i) many += "1,";
  CHECK(message_of(many + "1]\n") == "a.yaml:1: more than 200000 values");
  const std::string large(upselld::daemon::kYamlBytesMax + 1, ' ');
  CHECK(message_of(large) == "a.yaml: is larger than 4 MiB");
}

TEST_CASE("yaml: bytes that are no UTF-8 text are refused with their line") {
  CHECK(message_of("a: 1\nb: M\xfcller\n") == "a.yaml:2: is not UTF-8; save the file as UTF-8");
  CHECK(message_of(std::string("a: 1\nb: \0x\n", 10)) ==
        "a.yaml:2: holds a control character; it is no text");
  CHECK(message_of("\xff\xfe"
                   "a") == "a.yaml:1: is not UTF-8; save the file as UTF-8");
  const auto good = parse_yaml("a: M\xc3\xbcller \xf0\x9f\x98\x80\n", "a.yaml");
  REQUIRE(good);
  CHECK(good->find("a")->text == "M\xc3\xbcller \xf0\x9f\x98\x80");
}

TEST_CASE("yaml: random bytes never do more than be refused") {
  unsigned seed = 20261122;
  INFO("seed " << seed);
  const std::string alphabet = "ab:-[]{},&*!|>'\"%@`#? \n\n\t0\\";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      seed = seed * 1664525U + 1013904223U;
      text += alphabet[(seed >> 16) % alphabet.size()];
    }
    const auto root = parse_yaml(text, "a.yaml");
    if (!root) CHECK(root.error().kind == ErrorKind::invalid_config);
  }
}

TEST_CASE("yaml: a file that is not there is told apart from one that is wrong") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("upselld_yaml_" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const auto missing = read_yaml_file(folder / "none.yaml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::not_found);
  const auto directory = read_yaml_file(folder);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().kind == ErrorKind::invalid_config);
  std::ofstream(folder / "a.yaml") << "a: [\n";
  const auto wrong = read_yaml_file(folder / "a.yaml");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("a.yaml:") == 0);
  std::filesystem::remove_all(folder);
}
