// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_crm.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include "core/digest.h"
#include "tests/support/fake_crm_pages.h"

namespace upselld::tests {

namespace {

// "job 3 2 0 17 400": a walk in progress; "since 400": all up to version 400 was given out.
struct FakeCursor {
  std::uint64_t since = 0;  // records above this version
  std::uint64_t until = 0;  // and up to this one
  std::uint64_t position = 0;
  int asked = 0;  // how often the job was asked whether it is ready
  bool is_walking = false;
};

Cursor to_cursor(const FakeCursor& c) {
  return {
      fmt::format("fake1 {} {} {} {} {:d}", c.since, c.until, c.position, c.asked, c.is_walking)};
}
std::optional<FakeCursor> read_cursor(const Cursor& cursor) {
  FakeCursor c;
  if (cursor.bytes.empty()) return c;
  std::istringstream in(cursor.bytes);
  std::string version;
  if (!(in >> version >> c.since >> c.until >> c.position >> c.asked >> c.is_walking)) return {};
  return version == "fake1" ? std::optional(c) : std::nullopt;
}

class FakeCrm final : public Connector {
 public:
  FakeCrm(FakeCrmState& state, const FakeFaults& faults, Host& host, ConnectorContext context)
      : state_(state), faults_(faults), host_(host), context_(std::move(context)) {}

  Result<ProbeReport> probe() override {
    return ProbeReport{{{ProbeFinding::Level::ok, "the made-up CRM answers", ""}}};
  }
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    PrepareReport report;
    report.steps.push_back(request.remove ? "our fields are removed" : "our fields are made");
    return report;
  }
  Result<std::vector<StreamInfo>> streams() override { return fake_streams(); }
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override;
  void settled(const StreamInfo&, const Cursor&) override {}
  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override;
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation& from) override {
    return send(batch, sink, from, [this](const FieldUpdate& item) { return update(item); });
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation& from) override {
    return send(batch, sink, from, [this](const TaskDraft& item) { return create(item); });
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation& from) override {
    return send(batch, sink, from, [this](const TaskWithdrawal& item) { return withdraw(item); });
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override;
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override;

 private:
  using Entry = std::pair<std::string, const FakeRecord*>;

  Result<void> spend();
  bool falls(const char* fault, const std::string& item, double share) const;
  std::uint64_t order_of(const std::string& item) const { return keyed_hash(faults_.seed, item); }
  std::vector<Entry> changed(const std::string& stream, const FakeCursor& at) const;
  Page fill(const StreamInfo& stream, Walk walk, FakeCursor at, const PageLimits& limits) const;
  template <typename Item, typename Act>
  Result<void> send(std::span<const Item> batch, ReceiptSink& sink, const Continuation& from,
                    const Act& act);
  Receipt update(const FieldUpdate& item);
  Receipt create(const TaskDraft& item);
  Receipt withdraw(const TaskWithdrawal& item);
  std::optional<Receipt> refused(const std::string& account) const;

  FakeCrmState& state_;
  const FakeFaults faults_;
  Host& host_;
  const ConnectorContext context_;
  std::int64_t calls_ = 0;
};

Result<void> FakeCrm::spend() {
  if (host_.stop().stop_requested()) return Error{ErrorKind::cancelled, "call: stopped", {}};
  if (faults_.calls_max == 0 || ++calls_ <= faults_.calls_max) return {};
  return Error{ErrorKind::budget_exhausted, "call: the day's calls are used up",
               host_.clock().now() + hours(1)};
}

bool FakeCrm::falls(const char* fault, const std::string& item, double share) const {
  constexpr double kRange = 18446744073709551616.0;
  return static_cast<double>(keyed_hash(faults_.seed, fault + item)) < share * kRange;
}

// In an order that has nothing to do with ids, times or versions.
std::vector<FakeCrm::Entry> FakeCrm::changed(const std::string& stream,
                                             const FakeCursor& at) const {
  std::vector<Entry> entries;
  for (auto it = state_.records().lower_bound({stream, ""});
       it != state_.records().end() && it->first.first == stream; ++it) {
    if (it->second.version > at.since && it->second.version <= at.until) {
      entries.emplace_back(it->first.second, &it->second);
    }
  }
  std::sort(entries.begin(), entries.end(), [this](const Entry& a, const Entry& b) {
    return std::pair(order_of(a.first), a.first) < std::pair(order_of(b.first), b.first);
  });
  return entries;
}

Page FakeCrm::fill(const StreamInfo& stream, Walk walk, FakeCursor at,
                   const PageLimits& limits) const {
  const std::vector<Entry> entries = changed(stream.name, at);
  Page page = empty_page(stream.kind, context_);
  std::size_t given = 0;
  while (at.position < entries.size() && given < limits.records_max) {
    const auto& [id, record] = entries[at.position];
    std::size_t bytes = id.size();
    for (const auto& [name, value] : record->fields) bytes += value.size();
    if (given > 0 && page.text.size() + bytes > limits.text_bytes_max) break;
    ++at.position;
    ++given;
    if (walk == Walk::sweep) {
      if (!record->is_deleted) page.named.push_back(id);
    } else if (!record->merged_into.empty()) {
      page.merges.push_back({id, record->merged_into, Instant::missing()});
    } else if (record->is_deleted) {
      page.deletions.push_back({id, Instant::missing()});
    } else {
      add_record(page, id, *record, context_);
    }
  }
  page.end = at.position == entries.size();
  if (page.end) at = FakeCursor{at.until, 0, 0, 0, false};
  page.next = to_cursor(at);
  return page;
}

Result<Page> FakeCrm::pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                           const PageLimits& limits) {
  if (auto paid = spend(); !paid) return paid.error();
  auto at = read_cursor(cursor);
  if (!at) return Error{ErrorKind::cursor_lost, "pull " + stream.name + ": no such cursor", {}};
  if (!at->is_walking) {
    at->is_walking = true;
    at->until = state_.version();
  }
  const bool is_whole = at->since == 0;
  if (is_whole && at->position == 0 && at->asked < faults_.not_ready) {
    ++at->asked;
    Page page = empty_page(stream.kind, context_);
    page.next = to_cursor(*at);
    page.not_before = host_.clock().now() + seconds(5);
    return page;
  }
  if (faults_.lose_cursor && at->position > 0 && !state_.has_lost_cursor()) {
    state_.note_lost_cursor();
    return Error{ErrorKind::cursor_lost, "pull " + stream.name + ": the job is gone", {}};
  }
  return fill(stream, walk, *at, limits);
}

Result<std::vector<FieldState>> FakeCrm::current_fields(std::span<const std::string> accounts) {
  if (auto paid = spend(); !paid) return paid.error();
  std::vector<FieldState> states;
  for (const std::string& account : accounts) {
    FieldState state;
    state.account = account;
    const FakeRecord* record = state_.find("accounts", account);
    if (record != nullptr && !record->is_deleted) {
      state.exists = true;
      state.version = std::to_string(record->version);
      for (const auto& [name, value] : state_.our_fields(account)) {
        const auto field = field_named(name);
        if (field && !value.empty()) state.values[static_cast<std::size_t>(*field)] = value;
      }
    }
    states.push_back(std::move(state));
  }
  return states;
}

// Answers in an order of its own. A batch goes on where its checkpoint says; what was done before
// is answered again by looking.
template <typename Item, typename Act>
Result<void> FakeCrm::send(std::span<const Item> batch, ReceiptSink& sink, const Continuation&,
                           const Act& act) {
  if (batch.empty()) return {};
  if (auto paid = spend(); !paid) return paid;
  if (auto kept = sink.checkpoint({"sent"}); !kept) return kept;
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return std::pair(order_of(std::to_string(a)), a) < std::pair(order_of(std::to_string(b)), b);
  });
  const std::size_t dropped_at =
      faults_.drop_connection && batch.size() > 1 ? batch.size() / 2 : batch.size();
  for (std::size_t i = 0; i < order.size(); ++i) {
    Receipt receipt = act(batch[order[i]]);
    if (i < dropped_at) sink.answer(order[i], std::move(receipt));
  }
  if (dropped_at == batch.size()) return {};
  return Error{ErrorKind::timed_out, "send a batch: the connection was dropped", {}};
}

std::optional<Receipt> FakeCrm::refused(const std::string& account) const {
  Receipt receipt;
  const FakeRecord* record = state_.find("accounts", account);
  if (record == nullptr || record->is_deleted) {
    receipt.outcome = Receipt::Outcome::rejected;
    receipt.code = "NOT_FOUND";
    receipt.message = "there is no such account";
    return receipt;
  }
  if (falls("rejected", account, faults_.rejected)) {
    receipt.outcome = Receipt::Outcome::rejected;
    receipt.code = "VALIDATION";
    receipt.message = "Region_Required: fill in Region first";
    receipt.field = "region";
    return receipt;
  }
  if (falls("deferred", account, faults_.deferred)) {
    receipt.outcome = Receipt::Outcome::deferred;
    receipt.code = "LOCKED";
    receipt.message = "locked by an approval process";
    receipt.until = host_.clock().now() + hours(1);
    return receipt;
  }
  return std::nullopt;
}

Receipt FakeCrm::update(const FieldUpdate& item) {
  if (const auto no = refused(item.account)) return *no;
  std::map<std::string, std::string> values;
  std::string all;
  Receipt receipt;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (!item.values[i]) continue;
    values[to_text(static_cast<Field>(i))] = *item.values[i];
    all += *item.values[i] + ";";
    receipt.stored[i] = item.values[i];
  }
  state_.set_our_fields(item.account, values);
  if (falls("lost", item.account + all, faults_.lost_answers)) return {};
  receipt.outcome = Receipt::Outcome::accepted;
  receipt.crm_id = item.account;
  receipt.version = std::to_string(state_.find("accounts", item.account)->version);
  return receipt;
}

Receipt FakeCrm::create(const TaskDraft& item) {
  Receipt receipt;
  receipt.crm_id = "task-" + item.key;
  if (const auto there = state_.tasks().find(item.key);
      there != state_.tasks().end() && there->second.status != "deleted") {
    receipt.outcome = Receipt::Outcome::already_there;
    return receipt;
  }
  if (const auto no = refused(item.account)) return *no;
  state_.create_task(item.key, item.account, item.subject);
  if (falls("lost", item.key, faults_.lost_answers)) return {};
  receipt.outcome = Receipt::Outcome::accepted;
  return receipt;
}

Receipt FakeCrm::withdraw(const TaskWithdrawal& item) {
  Receipt receipt;
  receipt.crm_id = "task-" + item.key;
  const auto task = state_.tasks().find(item.key);
  const bool is_untouched = task != state_.tasks().end() && task->second.status == "open" &&
                            task->second.outcome.empty() && task->second.note.empty();
  receipt.outcome = is_untouched ? Receipt::Outcome::accepted : Receipt::Outcome::already_there;
  if (is_untouched) state_.set_task(item.key, "withdrawn", "", "");
  return receipt;
}

Result<std::vector<FoundTask>> FakeCrm::find_tasks(std::span<const std::string> keys) {
  if (auto paid = spend(); !paid) return paid.error();
  std::vector<FoundTask> found;
  for (const std::string& key : keys) {
    const auto task = state_.tasks().find(key);
    if (task != state_.tasks().end()) found.push_back({key, "task-" + key});
  }
  return found;
}

Result<std::vector<TaskState>> FakeCrm::task_states(std::span<const std::string> keys) {
  if (auto paid = spend(); !paid) return paid.error();
  std::vector<TaskState> states;
  for (const std::string& key : keys) {
    const auto task = state_.tasks().find(key);
    if (task == state_.tasks().end()) continue;
    TaskState state;
    state.key = key;
    state.crm_id = "task-" + key;
    state.outcome = outcome_of(task->second.outcome);
    state.note = task->second.note;
    for (const auto status : {TaskState::Status::open, TaskState::Status::done,
                              TaskState::Status::withdrawn, TaskState::Status::deleted}) {
      if (task->second.status == to_text(status)) state.status = status;
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace

std::unique_ptr<Connector> make_fake_crm(FakeCrmState& state, const FakeFaults& faults, Host& host,
                                         const ConnectorContext& context) {
  return std::make_unique<FakeCrm>(state, faults, host, context);
}

}  // namespace upselld::tests
