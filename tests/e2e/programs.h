// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace upselld::e2e {

// A folder of the test's own, removed at its end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name = {}) const;
  void write(const std::string& name, const std::string& text) const;
  // Fails the test when the file is not there.
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const;

 private:
  std::string path_;
};

// What a program left behind when it ended.
struct Ended {
  int code = -1;
  std::string out;
  std::string err;
  // Of standard output; fails the test when that is no single document.
  nlohmann::json json() const;
};
// Runs a program in a folder, without a shell; `input` is its standard input.
Ended run(const std::string& program, const std::vector<std::string>& arguments,
          const std::string& folder, const std::string& input = {});

// The demo's settings over a generated history: what most tests start from.
struct HistorySize {
  int accounts = 300;
  int months = 20;
  int seed = 7;
};
class DemoCrm {
 public:
  explicit DemoCrm(HistorySize size = {});

  // Runs upselld with the demo's settings as of the given day.
  Ended upselld(const std::vector<std::string>& arguments, const std::string& as_of = kToday) const;
  // The same with --json and an exit code of 0 or 3, which is anything but a failure.
  nlohmann::json answer(std::vector<std::string> arguments,
                        const std::string& as_of = kToday) const;
  const Folder& folder() const { return folder_; }
  // In a copied settings file; fails the test when `from` is not in it.
  void edit(const std::string& file, const std::string& from, const std::string& to) const;

  // The first weekday after the generated history.
  static constexpr const char* kToday = "2026-11-02";
  static constexpr const char* kTomorrow = "2026-11-03";

 private:
  Folder folder_;
};

// Rows of a CSV file by column name. Quoted fields may hold line ends.
using CsvRow = std::map<std::string, std::string>;
std::vector<CsvRow> csv_rows(const std::string& text);

}  // namespace upselld::e2e
