// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_crm_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/assertions.h"
#include "core/kill_point.h"
#include "plugins/csv/csv_reader.h"

namespace upselld::tests {

namespace {

constexpr const char* kStreams[] = {"accounts", "orders", "activities", "contacts", "reps"};
constexpr const char* kJournal = "journal.jsonl";
// Names of fields inside a line have this in front, so that they cannot be taken for its own.
constexpr const char* kField = "field:";

}  // namespace

Result<FakeCrmState> FakeCrmState::open(const std::filesystem::path& folder) {
  FakeCrmState state;
  state.folder_ = folder;
  for (const char* stream : kStreams) {
    const std::filesystem::path file = folder / (std::string(stream) + ".csv");
    if (!std::filesystem::exists(file)) continue;
    if (auto loaded = state.load_csv(file, stream); !loaded) return loaded.error();
  }
  if (auto loaded = state.load_journal(); !loaded) return loaded.error();
  return state;
}

Result<void> FakeCrmState::load_csv(const std::filesystem::path& file, const std::string& stream) {
  auto reader = plugins::CsvReader::open(file, {});
  if (!reader) return reader.error();
  plugins::CsvRow row;
  while (true) {
    auto more = reader->next(row);
    if (!more) return more.error();
    if (!*more) return {};
    if (!row.problem.empty()) continue;
    FakeRecord record;
    std::string id = stream + "-" + std::to_string(row.line);
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      const std::string& name = reader->header()[i];
      if (name == "id") id = row.fields[i];
      record.fields[name] = row.fields[i];
    }
    record.version = ++version_;
    records_[{stream, id}] = std::move(record);
  }
}

// A line that a kill cut off was never answered: it does not count.
Result<void> FakeCrmState::load_journal() {
  std::ifstream in(folder_ / kJournal);
  std::string text;
  while (std::getline(in, text)) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded() && in.eof()) return {};
    if (!json.is_object()) {
      return Error{
          ErrorKind::corrupt, "read " + (folder_ / kJournal).string() + ": no journal", {}};
    }
    apply(json.get<Line>());
  }
  return {};
}

void FakeCrmState::commit(const Line& line) {
  kill_point("before fake_crm commit");
  const std::string text = nlohmann::json(line).dump() + "\n";
  const int file =
      ::open((folder_ / kJournal).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  UPSELLD_ASSERT(file >= 0);
  const ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
  UPSELLD_ASSERT(written == static_cast<ssize_t>(text.size()));
  apply(line);
  kill_point("after fake_crm commit");
}

void FakeCrmState::apply(const Line& line) {
  const auto get = [&](const char* name) {
    const auto found = line.find(name);
    return found == line.end() ? std::string() : found->second;
  };
  Line fields;
  for (const auto& [name, value] : line) {
    if (name.rfind(kField, 0) == 0) fields[name.substr(std::string(kField).size())] = value;
  }
  ++version_;
  const std::string op = get("op");
  const std::string id = get("id");
  FakeTask* task = op.find("task") == std::string::npos ? nullptr : &tasks_[id];
  if (op == "task") {
    const std::uint64_t before = task->times_created;
    *task = FakeTask{get("account"), get("subject"), "open", "", "", before + 1};
  } else if (op == "set_task") {
    task->status = get("status");
    task->outcome = get("outcome");
    task->note = get("note");
  } else if (op == "delete_task") {
    task->status = "deleted";
  } else if (op == "lost_cursor") {
    has_lost_cursor_ = true;
  } else {
    FakeRecord& record = records_[{op == "our_fields" ? "accounts" : get("stream"), id}];
    record.version = version_;
    // Our own write moves the record's version, as in every real CRM.
    if (op == "our_fields") {
      for (const auto& [name, value] : fields) our_fields_[id][name] = value;
    } else if (op == "put") {
      record.fields = fields;
      record.is_deleted = false;
    } else if (op == "move") {
      record.fields["account"] = get("account");
    } else if (op == "remove" || op == "merge") {
      record.is_deleted = true;
      record.merged_into = get("survivor");
    }
  }
  if (op != "merge") return;
  // The children move with the merge; nobody promises which is seen first.
  for (auto& [key, record] : records_) {
    const auto account = record.fields.find("account");
    if (account == record.fields.end() || account->second != id) continue;
    account->second = get("survivor");
    record.version = ++version_;
  }
}

const FakeRecord* FakeCrmState::find(const std::string& stream, const std::string& id) const {
  const auto found = records_.find({stream, id});
  return found == records_.end() ? nullptr : &found->second;
}

std::map<std::string, std::string> FakeCrmState::our_fields(const std::string& account) const {
  const auto found = our_fields_.find(account);
  return found == our_fields_.end() ? Line() : found->second;
}

void FakeCrmState::put(const std::string& stream, const std::string& id,
                       std::map<std::string, std::string> fields) {
  Line line = {{"op", "put"}, {"stream", stream}, {"id", id}};
  for (auto& [name, value] : fields) line[kField + name] = value;
  commit(line);
}
void FakeCrmState::remove(const std::string& stream, const std::string& id) {
  commit({{"op", "remove"}, {"stream", stream}, {"id", id}});
}
void FakeCrmState::move(const std::string& stream, const std::string& id,
                        const std::string& account) {
  commit({{"op", "move"}, {"stream", stream}, {"id", id}, {"account", account}});
}
void FakeCrmState::merge(const std::string& loser, const std::string& survivor) {
  commit({{"op", "merge"}, {"stream", "accounts"}, {"id", loser}, {"survivor", survivor}});
}
void FakeCrmState::set_our_fields(const std::string& account,
                                  const std::map<std::string, std::string>& values) {
  Line line = {{"op", "our_fields"}, {"id", account}};
  for (const auto& [name, value] : values) line[kField + name] = value;
  commit(line);
}
void FakeCrmState::create_task(const std::string& key, const std::string& account,
                               const std::string& subject) {
  commit({{"op", "task"}, {"id", key}, {"account", account}, {"subject", subject}});
}
void FakeCrmState::set_task(const std::string& key, const std::string& status,
                            const std::string& outcome, const std::string& note) {
  commit(
      {{"op", "set_task"}, {"id", key}, {"status", status}, {"outcome", outcome}, {"note", note}});
}
void FakeCrmState::delete_task(const std::string& key) {
  commit({{"op", "delete_task"}, {"id", key}});
}
void FakeCrmState::note_lost_cursor() {
  commit({{"op", "lost_cursor"}});
}

}  // namespace upselld::tests
