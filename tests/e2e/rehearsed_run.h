// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"

namespace upselld::e2e {

// upselld beside a CRM of the sandbox, over a generated history. Both live in the time that the
// file `clock` of its folder holds.
class RehearsedRun {
 public:
  explicit RehearsedRun(HistorySize size);
  virtual ~RehearsedRun();
  RehearsedRun(const RehearsedRun&) = delete;
  RehearsedRun& operator=(const RehearsedRun&) = delete;

  // Runs upselld; `input` is its standard input.
  Ended upselld(const std::vector<std::string>& arguments, const std::string& input = {}) const;
  // With other settings of this folder.
  Ended upselld_with(const std::string& settings, const std::vector<std::string>& arguments,
                     const std::string& input = {}) const;
  // The same with --json and an exit code that is not a failure.
  nlohmann::json answer(std::vector<std::string> arguments) const;

  virtual void set_clock(const std::string& time) const;
  std::string clock() const { return folder_.read("clock"); }
  void edit_settings(const std::string& from, const std::string& to) const;
  const Folder& folder() const { return folder_; }
  // The bytes of every file that upselld left behind: all but the sandbox's own and those named.
  std::string files_left(const std::vector<std::string>& others = {}) const;

  // A weekday after the generated history, after the hour of tasks.
  static constexpr const char* kMonday = "2026-11-02T09:00:00Z";
  // What is stamped in the last minutes may still be on its way: no reading goes up to now.
  static constexpr const char* kLoaded = "2026-11-02T08:00:00Z";

 protected:
  // From config/examples, as upselld.yaml, with the playbook beside it.
  void take_settings(const std::string& example) const;

 private:
  Folder folder_;
};

// It failed, and said so.
void check_says(const Ended& ended, const std::string& wanted);

}  // namespace upselld::e2e
