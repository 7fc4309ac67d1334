// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <string>

#include "tests/tidy/tidy.h"

using namespace upselld::tidy;

namespace {

const std::string kLicence = "// SPDX-License-Identifier: Apache-2.0\n";

Findings layers(const std::string& path, const std::string& text) {
  Findings findings;
  check_layers(make_file(path, text), findings);
  return findings;
}

Findings text(const std::string& path, const std::string& bytes) {
  Findings findings;
  check_text(make_file(path, bytes), findings);
  return findings;
}

Findings sizes(const std::string& path, const std::string& bytes) {
  Findings findings;
  check_sizes(make_file(path, bytes), findings);
  return findings;
}

std::string lines(int count, const std::string& line) {
  std::string all;
  for (int i = 0; i < count; ++i) all += line + "\n";
  return all;
}

}  // namespace

TEST_CASE("layers: what the house allows has no findings") {
  CHECK(layers("store/a.cpp", "#include \"core/x.h\"\n#include <SQLiteCpp/x.h>\n").empty());
  CHECK(layers("daemon/a.cpp", "#include \"plugins/files/files.h\"\n").empty());
  CHECK(layers("daemon/yaml_file.cpp", "#include <yaml-cpp/parser.h>\n").empty());
  CHECK(layers("sandbox/a.cpp", "#include \"plugins/csv/x.h\"\n#include <httplib.h>\n").empty());
  CHECK(layers("plugins/files/a.cpp", "#include \"plugins/csv/x.h\"\n").empty());
  CHECK(layers("plugins/loader.cpp", "#include \"plugins/connector.h\"\n").empty());
  CHECK(layers("store/a.cpp", "#include \"embedded/store_migrations.h\"\n").empty());
  CHECK(layers("tests/unit/a.cpp", "#include <sqlite3.h>\n#include \"tests/b.h\"\n").empty());
}

TEST_CASE("layers: every forbidden include is found") {
  CHECK(layers("core/a.h", "#include \"store/x.h\"\n#include <nlohmann/json.hpp>\n").size() == 2);
  CHECK(layers("store/a.cpp", "\n#include \"scoring/x.h\"\n")[0].line == 2);
  CHECK(layers("playbook/a.cpp", "#include \"daemon/x.h\"\n").size() == 1);
  CHECK(layers("plugins/files/a.cpp", "#include \"plugins/hubspot/x.h\"\n").size() == 1);
  CHECK(layers("plugins/loader.cpp", "#include \"plugins/files/files.h\"\n").size() == 1);
  CHECK(layers("plugins/csv/a.cpp", "#include \"plugins/connector.h\"\n").size() == 1);
  CHECK(layers("sandbox/a.cpp", "#include \"plugins/salesforce/x.h\"\n").size() == 1);
  CHECK(layers("daemon/a.cpp", "#include \"tests/support/x.h\"\n").size() == 1);
  CHECK(layers("daemon/a.cpp", "#include \"a.h\"\n").size() == 1);
  CHECK(layers("daemon/a.cpp", "#include <yaml-cpp/yaml.h>\n").size() == 1);
  CHECK(layers("scoring/a.cpp", "#include <sqlite3.h>\n").size() == 1);
  CHECK(layers("store/a.cpp", "#include <openssl/evp.h>\n").size() == 1);
  CHECK(layers("core/secret.cpp", "#include <openssl/crypto.h>\n").size() == 1);
  CHECK(layers("playbook/a.cpp", "#include <xgboost/c_api.h>\n#include <linear.h>\n").size() == 2);
}

TEST_CASE("sizes: lines are counted in characters and files in lines") {
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "\xc3\xbc";
  CHECK(sizes("core/a.cpp", wide + "\n").empty());
  CHECK(sizes("core/a.cpp", wide + "x\n").size() == 1);
  CHECK(sizes("core/a.h", lines(150, "x")).empty());
  CHECK(sizes("core/a.h", lines(151, "x")).size() == 1);
  CHECK(sizes("core/a.cpp", lines(401, "x")).size() == 1);
  CHECK(sizes("tests/a.cpp", lines(500, "x")).empty());
  CHECK(sizes("daemon/pipeline.cpp", lines(101, "x")).size() == 1);
  CHECK(sizes("docs/a.md", lines(900, wide + "x")).empty());
}

TEST_CASE("sizes: functions are found whatever stands around them") {
  const auto spans = functions_of(make_file("core/a.cpp",
                                            "namespace {\n"
                                            "class A : public B {\n"
                                            " public:\n"
                                            "  int f() const {\n"
                                            "    return 1'000 + '{';\n"
                                            "  }\n"
                                            "  A(int x)\n"
                                            "      : b_(x),\n"
                                            "        c_(2) {}\n"
                                            "  int b_ = 0;\n"
                                            "};\n"
                                            "const Table kTable = {{\"{\", f(1)}};\n"
                                            "// a brace {\n"
                                            "/* and { another */\n"
                                            "#define X {\n"
                                            "const char* kRaw = R\"(\n{{{\n)\";\n"
                                            "template <typename T>\n"
                                            "Result<T> g(\n"
                                            "    T x) {\n"
                                            "  const auto h = [] {\n"
                                            "    if (x) {\n"
                                            "    }\n"
                                            "  };\n"
                                            "}\n"
                                            "}  // namespace\n"
                                            "TEST_CASE(\"x {\") {\n"
                                            "}\n"));
  REQUIRE(spans.size() == 4);
  CHECK(spans[0].first == 4);
  CHECK(spans[0].last == 6);
  CHECK(spans[1].first == 7);
  CHECK(spans[1].last == 9);
  CHECK(spans[2].first == 19);
  CHECK(spans[2].last == 26);
  CHECK(spans[3].first == 28);
  CHECK(spans[3].last == 29);
}

TEST_CASE("sizes: a function of 70 lines passes and one of 71 does not") {
  CHECK(sizes("core/a.cpp", "void f() {\n" + lines(68, "  g();") + "}\n").empty());
  const Findings long_one = sizes("core/a.cpp", "\nvoid f() {\n" + lines(69, "  g();") + "}\n");
  REQUIRE(long_one.size() == 1);
  CHECK(long_one[0].line == 2);
  CHECK(sizes("core/a.cpp", "const T kTable = {\n" + lines(99, "  {1},") + "};\n").empty());
}

TEST_CASE("text: licences stand where each kind of file has them") {
  CHECK(text("core/a.cpp", kLicence + "int x;\n").empty());
  CHECK(text("core/a.cpp", "int x;\n").size() == 1);
  CHECK(text("core/a.h", kLicence + "int x;\n").size() == 1);
  CHECK(text("core/a.h", kLicence + "#pragma once\n").empty());
  CHECK(text("store/1.sql", "-- SPDX-License-Identifier: Apache-2.0\n").empty());
  CHECK(text("store/1.sql", "SELECT 1;\n").size() == 1);
  CHECK(text("a/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n").empty());
  CHECK(text("scripts/x", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n").empty());
  CHECK(text("scripts/x", "#!/bin/sh\necho\n").size() == 1);
  CHECK(text("config/a.yaml", "a: 1\n").size() == 1);
  CHECK(text("tests/golden/a.yaml", "a: 1\n").empty());
  CHECK(text("README.md", "# x\n").empty());
}

TEST_CASE("text: tabs, blanks at the end and missing ends are all found") {
  const Findings findings = text("README.md", "a\tb\nc \n\td \r\nlast");
  REQUIRE(findings.size() == 5);
  CHECK(findings[0].line == 1);
  CHECK(findings[1].line == 2);
  CHECK(findings[4].message == "the last line has no end");
  CHECK(text("README.md", "a\n\n").size() == 1);
  CHECK(text("README.md", "").empty());
}

TEST_CASE("links: relative targets exist, others are left alone") {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("upselld_tidy_" + std::to_string(::getpid()));
  fs::create_directories(root / "docs");
  std::ofstream(root / "README.md") << "x";
  Findings findings;
  check_links(root,
              make_file("docs/a.md",
                        "[up](../README.md) [place](../README.md#x) [own](#here)\n"
                        "[web](https://example.org/x) `[code](none)`\n"
                        "```\n[block](none)\n```\n"
                        "[gone](gone.md) and [also](../gone.md#x)\n"
                        "[root](/README.md)\n"),
              findings);
  fs::remove_all(root);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].line == 6);
  CHECK(findings[1].message == "links to ../gone.md, which does not exist");
  CHECK(findings[2].line == 7);
}
