// SPDX-License-Identifier: Apache-2.0
#include "daemon/replay.h"

#include <bit>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/codec.h"
#include "daemon/decision_store.h"
#include "daemon/replay_frame.h"
#include "daemon/yaml_file.h"
#include "playbook/tasks.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kEntriesAtOnce = 1'000;

// The case as it was when it was decided about.
struct PastCase {
  AccountFacts facts;
  AccountMemory memory;
  std::vector<float> row;
  std::vector<ContactFacts> contacts;
  std::optional<Score> score;
  playbook::Candidate candidate;
};

std::unique_ptr<PastCase> past_case(const Json& payload) {
  auto past = std::make_unique<PastCase>();
  past->facts = facts_of(payload["facts"]);
  past->memory = memory_of(payload["memory"]);
  past->row = row_of(payload.value("row", std::string()));
  for (const Json& contact : payload["contacts"]) past->contacts.push_back(contact_of(contact));
  playbook::Candidate& candidate = past->candidate;
  candidate.account = &past->facts;
  candidate.memory = &past->memory;
  candidate.features = past->row;
  candidate.contacts = past->contacts;
  candidate.not_scored = payload.value("not_scored", std::string());
  candidate.group = payload.value("group", std::string());
  candidate.group_has_open_task = payload.value("group_has_open_task", false);
  candidate.is_task_unsent = payload.value("task_unsent", false);
  candidate.is_task_kept = payload.value("task_kept", false);
  candidate.id_hash = payload.value("id_hash", std::uint64_t{0});
  if (payload.contains("approval")) {
    const Json& approval = payload["approval"];
    candidate.approval = {{approval.value("action", std::string()),
                           Day{approval.value("given_on", std::int32_t{0})}}};
  }
  return past;
}

class Replay {
 public:
  explicit Replay(App& app) : app_(app), frames_(app) {}

  Result<void> entries(const std::string& run, store::AuditKind kind);
  ReplayResult result;

 private:
  Result<void> entry(const store::AuditHeader& header, store::AuditKind kind);
  Result<void> decision(std::uint64_t sequence, const Json& payload);
  void caps(std::uint64_t sequence, const Json& payload, const ReplayFrame& frame);

  App& app_;
  ReplayFrames frames_;
};

Result<void> Replay::entries(const std::string& run, store::AuditKind kind) {
  store::AuditFilter filter;
  filter.kind = kind;
  filter.run = run;
  filter.count_max = kEntriesAtOnce;
  while (true) {
    const auto headers = app_.ledger().audit.list(filter);
    if (!headers) return headers.error();
    for (const store::AuditHeader& header : *headers) {
      if (const auto done = entry(header, kind); !done) return done;
    }
    if (headers->size() < filter.count_max) return {};
    filter.after = headers->back().sequence;
  }
}

Result<void> Replay::entry(const store::AuditHeader& header, store::AuditKind kind) {
  const auto text = app_.ledger().audit.payload(header.sequence);
  if (!text) return text.error();
  if (!*text) {
    ++result.forgotten;
    return {};
  }
  const Json payload = Json::parse(**text, nullptr, false);
  if (!payload.is_object() || !payload.contains("frame")) return {};
  if (kind == store::AuditKind::decided) return decision(header.sequence, payload);
  const auto frame = frames_.get(payload.value("frame", std::string()),
                                 payload.value("connection", std::string()));
  if (!frame) return frame.error();
  caps(header.sequence, payload, **frame);
  return {};
}

Result<void> Replay::decision(std::uint64_t sequence, const Json& payload) {
  ++result.decisions;
  const auto frame = frames_.get(payload.value("frame", std::string()),
                                 payload.value("connection", std::string()));
  if (!frame) return frame.error();
  const auto past = past_case(payload);
  const Json& kept = payload["result"];
  if (kept.contains("score")) {
    auto score = (*frame)->score(past->row);
    if (!score) return score.error();
    past->score = std::move(*score);
    past->candidate.score = &*past->score;
  }
  CaseDecision again;
  const bool is_ours =
      past->candidate.not_scored != "deleted" && past->candidate.not_scored != "out_of_scope";
  if (is_ours) {
    again.choice =
        playbook::choose(*(*frame)->playbook, past->candidate, (*frame)->frame, (*frame)->today);
  }
  again.withdrawal = playbook::withdrawal(*(*frame)->playbook, past->candidate, (*frame)->today);
  again.held = kept.value("held", std::string());
  // Who gets a task is the caps' part; what the task says is this one's.
  if (kept.contains("task") && again.choice.wish) {
    const playbook::TaskWish& wish = *again.choice.wish;
    again.task = TaskDraft{wish.key,
                           past->facts.id,
                           wish.contact,
                           kept["task"].value("owner", std::string()),
                           wish.type,
                           wish.due,
                           wish.subject,
                           wish.body,
                           wish.score_at_creation};
  }
  if (kept["changes"] == Json::array({"first"})) again.choice.changes = {"first"};
  const std::string text = result_text(again, past->score);
  if (text == kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    ++result.equal;
    return {};
  }
  std::string what;
  const Json now = Json::parse(text);
  for (const auto& [key, value] : kept.items()) {
    if (!now.contains(key) || now[key] != value) what += (what.empty() ? "" : ", ") + key;
  }
  result.different.push_back({sequence, past->facts.id, what.empty() ? "task" : what});
  return {};
}

void Replay::caps(std::uint64_t sequence, const Json& payload, const ReplayFrame& frame) {
  std::vector<playbook::TaskWish> wishes;
  for (const Json& wish : payload["wishes"]) wishes.push_back(wish_of(wish));
  std::vector<RepFacts> reps;
  for (const Json& rep : payload["reps"]) reps.push_back(rep_of(rep));
  const auto week = payload["this_week"].get<playbook::WeekCounts>();
  const auto outcomes = playbook::assign_tasks(*frame.playbook, wishes, reps, week);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Json& kept = payload["wishes"][i];
    const std::string owner = outcomes[i].task ? outcomes[i].task->owner : std::string();
    if (owner != kept.value("result", std::string()) ||
        outcomes[i].held != kept.value("held", std::string())) {
      result.different.push_back({sequence, "#" + wishes[i].account, "caps"});
    }
  }
}

}  // namespace

Result<ReplayResult> replay_decisions(App& app, const std::string& run) {
  Replay replay(app);
  for (const store::AuditKind kind : {store::AuditKind::decided, store::AuditKind::run}) {
    if (const auto done = replay.entries(run, kind); !done) return done.error();
  }
  return std::move(replay.result);
}

Result<ReplayResult> replay_from_data(App& app, const std::string& run) {
  ReplayResult result;
  ReplayFrames frames(app);
  std::map<std::pair<std::string, std::string>, std::unique_ptr<RowsAgain>> rows;
  store::AuditFilter filter;
  filter.kind = store::AuditKind::decided;
  filter.run = run;
  filter.count_max = kEntriesAtOnce;
  while (true) {
    const auto headers = app.ledger().audit.list(filter);
    if (!headers) return headers.error();
    for (const store::AuditHeader& header : *headers) {
      const auto text = app.ledger().audit.payload(header.sequence);
      if (!text) return text.error();
      ++result.decisions;
      if (!*text) {
        ++result.forgotten;
        result.different.push_back({header.sequence, "", "the account was forgotten"});
        continue;
      }
      const Json payload = Json::parse(**text, nullptr, false);
      const std::string connection = payload.value("connection", std::string());
      const std::string frame_hash = payload.value("frame", std::string());
      auto& again = rows[{connection, frame_hash}];
      if (!again) {
        const auto frame = frames.get(frame_hash, connection);
        if (!frame) return frame.error();
        auto made = RowsAgain::make(app, connection, **frame);
        if (!made) return made.error();
        again = std::move(*made);
      }
      const AccountFacts facts = facts_of(payload["facts"]);
      const std::string why = again->difference(facts.number, row_of(payload.value("row", "")));
      if (why.empty()) {
        ++result.equal;
      } else {
        result.different.push_back({header.sequence, facts.id, why});
      }
    }
    if (headers->size() < filter.count_max) return result;
    filter.after = headers->back().sequence;
  }
}

}  // namespace upselld::daemon
