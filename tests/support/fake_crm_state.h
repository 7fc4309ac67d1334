// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

namespace upselld::tests {

// One record of the made-up CRM: texts by name, as in the CSV file it came from.
struct FakeRecord {
  std::map<std::string, std::string> fields;  // "account" among them, where it has one
  std::uint64_t version = 0;
  bool is_deleted = false;
  std::string merged_into;
};
struct FakeTask {
  std::string account, subject, status = "open", outcome, note;
  std::uint64_t times_created = 0;  // more than once is the harm this project must never do
};

// What the made-up CRM holds. Begins with accounts.csv, orders.csv, activities.csv, contacts.csv
// and reps.csv of a folder; every change is a line of journal.jsonl there, written before it is
// answered, so that a killed process loses nothing and the next one finds the same state. A test
// (or a script) makes people's changes by the same calls, or by adding lines itself while no
// process runs.
class FakeCrmState {
 public:
  // Missing files are empty streams. A damaged CSV file or journal: an Error.
  static Result<FakeCrmState> open(const std::filesystem::path& folder);

  using Key = std::pair<std::string, std::string>;  // stream, id
  const std::map<Key, FakeRecord>& records() const { return records_; }
  const FakeRecord* find(const std::string& stream, const std::string& id) const;
  std::uint64_t version() const { return version_; }
  const std::map<std::string, FakeTask>& tasks() const { return tasks_; }
  // Our fields of an account, as they stand.
  std::map<std::string, std::string> our_fields(const std::string& account) const;
  bool has_lost_cursor() const { return has_lost_cursor_; }

  // Each is one committed change.
  void put(const std::string& stream, const std::string& id,
           std::map<std::string, std::string> fields);
  void remove(const std::string& stream, const std::string& id);
  void move(const std::string& stream, const std::string& id, const std::string& account);
  void merge(const std::string& loser, const std::string& survivor);
  void set_our_fields(const std::string& account, const std::map<std::string, std::string>& values);
  void create_task(const std::string& key, const std::string& account, const std::string& subject);
  void set_task(const std::string& key, const std::string& status, const std::string& outcome,
                const std::string& note);
  void delete_task(const std::string& key);
  void note_lost_cursor();

 private:
  using Line = std::map<std::string, std::string>;
  Result<void> load_csv(const std::filesystem::path& file, const std::string& stream);
  Result<void> load_journal();
  void commit(const Line& line);
  void apply(const Line& line);

  std::filesystem::path folder_;
  std::map<Key, FakeRecord> records_;
  std::map<std::string, std::map<std::string, std::string>> our_fields_;
  std::map<std::string, FakeTask> tasks_;
  std::uint64_t version_ = 0;
  bool has_lost_cursor_ = false;
};

}  // namespace upselld::tests
