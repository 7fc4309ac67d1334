// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/rehearsed_run.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

namespace upselld::e2e {
namespace {

constexpr const char* kExamples = UPSELLD_SOURCE_DIR "/config/examples/";

}  // namespace

RehearsedRun::RehearsedRun(HistorySize size) {
  const Ended made =
      run(UPSELLD_SANDBOX,
          {"generate", "--accounts", std::to_string(size.accounts), "--months",
           std::to_string(size.months), "--seed", std::to_string(size.seed), "--out", "data"},
          folder_.path());
  INFO(made.err);
  REQUIRE(made.code == 0);
  folder_.write("clock", std::string(kLoaded) + "\n");
  ::setenv("UPSELLD_CLOCK", folder_.path("clock").c_str(), 1);
}

RehearsedRun::~RehearsedRun() {
  ::unsetenv("UPSELLD_CLOCK");
}

void RehearsedRun::take_settings(const std::string& example) const {
  std::filesystem::copy(kExamples + example, folder_.path("upselld.yaml"));
  const char* playbook = "demo-salesforce-playbook.yaml";
  std::filesystem::copy(std::string(kExamples) + playbook, folder_.path(playbook));
}

void RehearsedRun::set_clock(const std::string& time) const {
  folder_.write("clock", time + "\n");
}

Ended RehearsedRun::upselld(const std::vector<std::string>& arguments,
                            const std::string& input) const {
  return upselld_with("upselld.yaml", arguments, input);
}

Ended RehearsedRun::upselld_with(const std::string& settings,
                                 const std::vector<std::string>& arguments,
                                 const std::string& input) const {
  std::vector<std::string> all = {"--config", settings};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, folder_.path(), input);
}

nlohmann::json RehearsedRun::answer(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "--json");
  const Ended ended = upselld(arguments);
  INFO("exit " << ended.code << "\nstdout: " << ended.out << "\nstderr: " << ended.err);
  REQUIRE((ended.code == 0 || ended.code == 3));
  return ended.json();
}

void RehearsedRun::edit_settings(const std::string& from, const std::string& to) const {
  std::string text = folder_.read("upselld.yaml");
  const std::size_t at = text.find(from);
  INFO("no \"" << from << "\"");
  REQUIRE(at != std::string::npos);
  folder_.write("upselld.yaml", text.replace(at, from.size(), to));
}

std::string RehearsedRun::files_left(const std::vector<std::string>& others) const {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    const std::string name = std::filesystem::relative(entry.path(), folder_.path()).string();
    const bool is_other = name.starts_with("org/") || name.starts_with("portal/") ||
                          std::find(others.begin(), others.end(), name) != others.end();
    if (entry.is_regular_file() && !is_other) bytes += folder_.read(name);
  }
  return bytes;
}

void check_says(const Ended& ended, const std::string& wanted) {
  INFO("exit " << ended.code << "\n" << ended.out << ended.err);
  CHECK(ended.code != 0);
  CHECK((ended.out + ended.err).find(wanted) != std::string::npos);
}

}  // namespace upselld::e2e
