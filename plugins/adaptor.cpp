// SPDX-License-Identifier: Apache-2.0
#include "plugins/adaptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>
#include <utility>

#include "plugins/checked_sink.h"

namespace upselld::plugins {

namespace {

class CheckedConnector final : public Connector {
 public:
  CheckedConnector(std::string plugin, std::unique_ptr<Connector> inner)
      : plugin_(std::move(plugin)), inner_(std::move(inner)) {}

  Result<ProbeReport> probe() override {
    return guarded<ProbeReport>("probe", [&] { return inner_->probe(); });
  }
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    return guarded<PrepareReport>("prepare", [&] { return inner_->prepare(request); });
  }
  Result<std::vector<StreamInfo>> streams() override;
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override;
  void settled(const StreamInfo& stream, const Cursor& cursor) override;
  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override;
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation& from) override {
    return checked_batch("update_fields", batch.size(), sink,
                         [&](ReceiptSink& to) { return inner_->update_fields(batch, to, from); });
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation& from) override {
    return checked_batch("create_tasks", batch.size(), sink,
                         [&](ReceiptSink& to) { return inner_->create_tasks(batch, to, from); });
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation& from) override {
    return checked_batch("withdraw_tasks", batch.size(), sink,
                         [&](ReceiptSink& to) { return inner_->withdraw_tasks(batch, to, from); });
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override;
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override;

 private:
  // Runs one verb; what it throws becomes an Error.
  template <typename T, typename Verb>
  Result<T> guarded(const char* verb, const Verb& run) {
    try {
      auto result = run();
      if (result) return result;
      return in_context(plugin_ + ": " + verb, result.error());
    } catch (const std::exception& thrown) {
      return fault(verb, fmt::format("it threw: {:.200}", thrown.what()));
    } catch (...) {
      return fault(verb, "it threw something that is no exception");
    }
  }
  template <typename Send>
  Result<void> checked_batch(const char* verb, std::size_t count, ReceiptSink& sink,
                             const Send& send) {
    CheckedSink checked(sink, count);
    auto sent = guarded<void>(verb, [&] { return send(checked); });
    if (const std::string broken = checked.broken_promise(); !broken.empty()) {
      return fault(verb, broken);
    }
    if (sent && checked.unanswered() > 0) {
      return fault(verb,
                   fmt::format("{} of {} items were not answered", checked.unanswered(), count));
    }
    return sent;
  }
  template <typename Task>
  std::string wrong_keys(std::span<const std::string> keys, const std::vector<Task>& found) const;

  Error fault(const char* verb, const std::string& what) const {
    return {ErrorKind::corrupt,
            fmt::format("{}: {}: {}; this is a fault of the plugin", plugin_, verb, what),
            {}};
  }

  std::string plugin_;
  std::unique_ptr<Connector> inner_;
};

std::string wrong_page(const Page& page, const StreamInfo& stream, Walk walk, const Cursor& cursor,
                       const PageLimits& limits) {
  if (kind_of(page) != stream.kind) {
    return fmt::format("a page of {} for the stream {}", to_text(kind_of(page)), stream.name);
  }
  const std::size_t count = count_of(page);
  if (count > limits.records_max)
    return fmt::format("{} records, at most {}", count, limits.records_max);
  if (page.text.size() > limits.text_bytes_max) {
    return fmt::format("{} bytes of text, at most {}", page.text.size(), limits.text_bytes_max);
  }
  if (walk != Walk::sweep && !page.named.empty()) return "named ids outside a sweep";
  if (walk == Walk::sweep && count > 0) return "records in a sweep";
  if (page.named.size() > limits.records_max) return fmt::format("{} ids named", page.named.size());
  if (stream.keyed && page.replaces) return "rows replaced by place in a keyed stream";
  if (page.next.bytes.size() > kCursorBytesMax) {
    return fmt::format("a cursor of {} bytes, at most {}", page.next.bytes.size(), kCursorBytesMax);
  }
  if (!page.end && page.next == cursor && !page.not_before) return "a cursor that does not move";
  return {};
}

}  // namespace

Result<std::vector<StreamInfo>> CheckedConnector::streams() {
  auto streams = guarded<std::vector<StreamInfo>>("streams", [&] { return inner_->streams(); });
  if (!streams) return streams;
  std::set<std::pair<std::string, std::string>> seen;
  for (const StreamInfo& stream : *streams) {
    if (stream.name.empty()) return fault("streams", "a stream without a name");
    if (!seen.emplace(stream.name, stream.part).second) {
      return fault("streams", fmt::format("{} {} is listed twice", stream.name, stream.part));
    }
    if (stream.offers_sweep && !stream.keyed) {
      return fault("streams", stream.name + " has no ids and offers a sweep");
    }
  }
  return streams;
}

Result<Page> CheckedConnector::pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                                    const PageLimits& limits) {
  const std::string verb = "pull " + stream.name;
  auto page =
      guarded<Page>(verb.c_str(), [&] { return inner_->pull(stream, walk, cursor, limits); });
  if (!page) return page;
  const std::string wrong = wrong_page(*page, stream, walk, cursor, limits);
  if (!wrong.empty()) return fault(verb.c_str(), wrong);
  if (auto good = check(*page); !good) return fault(verb.c_str(), good.error().message);
  return page;
}

// Nothing depends on it: what it throws is dropped.
void CheckedConnector::settled(const StreamInfo& stream, const Cursor& cursor) {
  [[maybe_unused]] const auto done = guarded<void>("settled", [&]() -> Result<void> {
    inner_->settled(stream, cursor);
    return {};
  });
}

Result<std::vector<FieldState>> CheckedConnector::current_fields(
    std::span<const std::string> accounts) {
  auto states = guarded<std::vector<FieldState>>("current_fields",
                                                 [&] { return inner_->current_fields(accounts); });
  if (!states) return states;
  const bool is_in_order = std::equal(
      accounts.begin(), accounts.end(), states->begin(), states->end(),
      [](const std::string& account, const FieldState& state) { return account == state.account; });
  if (!is_in_order) return fault("current_fields", "not one state per account, in their order");
  return states;
}

template <typename Task>
std::string CheckedConnector::wrong_keys(std::span<const std::string> keys,
                                         const std::vector<Task>& found) const {
  const std::set<std::string_view> asked(keys.begin(), keys.end());
  std::set<std::string_view> seen;
  for (const Task& task : found) {
    if (asked.count(task.key) == 0) return "a key nobody asked for: " + task.key.substr(0, 80);
    if (!seen.insert(task.key).second) return "a key twice: " + task.key.substr(0, 80);
  }
  return {};
}

Result<std::vector<FoundTask>> CheckedConnector::find_tasks(std::span<const std::string> keys) {
  auto found =
      guarded<std::vector<FoundTask>>("find_tasks", [&] { return inner_->find_tasks(keys); });
  if (!found) return found;
  if (const std::string wrong = wrong_keys(keys, *found); !wrong.empty()) {
    return fault("find_tasks", wrong);
  }
  return found;
}

Result<std::vector<TaskState>> CheckedConnector::task_states(std::span<const std::string> keys) {
  auto states =
      guarded<std::vector<TaskState>>("task_states", [&] { return inner_->task_states(keys); });
  if (!states) return states;
  if (const std::string wrong = wrong_keys(keys, *states); !wrong.empty()) {
    return fault("task_states", wrong);
  }
  return states;
}

std::unique_ptr<Connector> make_checked(std::string plugin, std::unique_ptr<Connector> connector) {
  return std::make_unique<CheckedConnector>(std::move(plugin), std::move(connector));
}

}  // namespace upselld::plugins
