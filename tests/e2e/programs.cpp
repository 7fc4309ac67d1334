// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/programs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace upselld::e2e {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void send_to_file(int descriptor, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(file, descriptor);
  ::close(file);
}

}  // namespace

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "upselld_e2e_XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;  // A test that failed matters more than what it leaves.
  fs::remove_all(path_, ignored);
}

std::string Folder::path(const std::string& name) const {
  return name.empty() ? path_ : (fs::path(path_) / name).string();
}

void Folder::write(const std::string& name, const std::string& text) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
}

std::string Folder::read(const std::string& name) const {
  INFO("file " << path(name));
  REQUIRE(has(name));
  return text_of(path(name));
}

bool Folder::has(const std::string& name) const {
  return fs::exists(path(name));
}

nlohmann::json Ended::json() const {
  const auto document = nlohmann::json::parse(out, nullptr, /*allow_exceptions=*/false);
  INFO("exit " << code << "\nstdout: " << out << "\nstderr: " << err);
  REQUIRE_FALSE(document.is_discarded());
  return document;
}

Ended run(const std::string& program, const std::vector<std::string>& arguments,
          const std::string& folder, const std::string& input) {
  const Folder capture;
  capture.write("in", input);
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int file = ::open(capture.path("in").c_str(), O_RDONLY);
    ::dup2(file, STDIN_FILENO);
    send_to_file(STDOUT_FILENO, capture.path("out"));
    send_to_file(STDERR_FILENO, capture.path("err"));
    if (::chdir(folder.c_str()) == 0) ::execv(program.c_str(), pointers.data());
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          .out = capture.read("out"),
          .err = capture.read("err")};
}

DemoCrm::DemoCrm(HistorySize size) {
  const Ended made = run(UPSELLD_SANDBOX,
                         {"generate", "--accounts", std::to_string(size.accounts), "--months",
                          std::to_string(size.months), "--seed", std::to_string(size.seed), "--out",
                          folder_.path("data")},
                         folder_.path());
  INFO(made.err);
  REQUIRE(made.code == 0);
  for (const char* name : {"demo.yaml", "demo-playbook.yaml"}) {
    folder_.write(name, text_of(std::string(UPSELLD_SOURCE_DIR "/config/examples/") + name));
  }
}

Ended DemoCrm::upselld(const std::vector<std::string>& arguments, const std::string& as_of) const {
  std::vector<std::string> all = {"--config", folder_.path("demo.yaml"), "--as-of", as_of};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, folder_.path());
}

nlohmann::json DemoCrm::answer(std::vector<std::string> arguments, const std::string& as_of) const {
  arguments.insert(arguments.begin(), "--json");
  const Ended ended = upselld(arguments, as_of);
  INFO("exit " << ended.code << "\nstderr: " << ended.err);
  REQUIRE((ended.code == 0 || ended.code == 3));
  return ended.json();
}

void DemoCrm::edit(const std::string& file, const std::string& from, const std::string& to) const {
  std::string text = folder_.read(file);
  const std::size_t at = text.find(from);
  INFO(file << " has no \"" << from << "\"");
  REQUIRE(at != std::string::npos);
  folder_.write(file, text.replace(at, from.size(), to));
}

std::vector<CsvRow> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& cell = rows.back().back();
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      if (doubled) ++i;
      if (c != '"' || doubled) cell += c;
      quoted = c != '"' || doubled;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.emplace_back(1);
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (rows.back().size() == 1) rows.pop_back();
  std::vector<CsvRow> named;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    REQUIRE(rows[r].size() == rows[0].size());
    CsvRow& row = named.emplace_back();
    for (std::size_t c = 0; c < rows[0].size(); ++c) row[rows[0][c]] = rows[r][c];
  }
  return named;
}

}  // namespace upselld::e2e
