// SPDX-License-Identifier: Apache-2.0
#include "daemon/due_sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/interrupt.h"
#include "daemon/page_pump.h"

namespace upselld::daemon {
namespace {

// Once a day and once a week, also where a nightly sync begins a little earlier than the last.
constexpr Duration kEvery = hours(23), kRarelyEvery = days(7) - hours(1);
// Of the day's calls for reading: with less left they are kept for what changes.
constexpr double kCallsLeftLeast = 0.2;
// A few may always go. Of many, more than half is a list that was cut short; of accounts, more than
// the brake allows.
constexpr store::Believed kAccountsBelieved{1, 0};
constexpr store::Believed kOthersBelieved{10, 0.5};

Duration every(RecordKind kind) {
  return kind == RecordKind::account || kind == RecordKind::order ? kEvery : kRarelyEvery;
}

class Sweeper {
 public:
  Sweeper(Cycle& cycle, Link& link, store::Records& records, PullReport& report)
      : cycle_(cycle), link_(link), records_(records), report_(report) {}

  // Those that are due, or that were stopped short.
  Result<std::vector<StreamPlan>> plans();
  Result<void> run(std::vector<StreamPlan> plans);

 private:
  Result<bool> is_due(const store::Feed& feed, Duration every);
  Result<void> take(const StreamInfo& stream, const Page& page);
  Result<void> end(const StreamInfo& stream);
  void note(const std::string& what) { cycle_.report.notes.push_back(link_.name() + ": " + what); }

  Cycle& cycle_;
  Link& link_;
  store::Records& records_;
  PullReport& report_;
};

Result<bool> Sweeper::is_due(const store::Feed& feed, Duration every) {
  const auto last = records_.swept_at(feed);
  if (!last) return last.error();
  if (!last->is_missing()) return cycle_.now - *last >= every;
  if (const auto set = records_.set_swept(feed, cycle_.now); !set) return set.error();
  return false;
}

Result<std::vector<StreamPlan>> Sweeper::plans() {
  std::vector<StreamPlan> plans;
  auto streams = link_.connector->streams();
  // What is wrong there the next pull tells.
  if (!streams) return plans;
  for (StreamInfo& stream : *streams) {
    if (!stream.offers_sweep) continue;
    const store::Feed feed = feed_of(link_, stream);
    auto cursor = records_.sweep_cursor(feed);
    if (!cursor) return cursor.error();
    if (cursor->bytes.empty()) {
      const auto due = is_due(feed, every(stream.kind));
      if (!due) return due.error();
      if (!*due) continue;
      if (const auto begun = records_.begin_sweep(feed); !begun) return begun.error();
    }
    plans.push_back({std::move(stream), Walk::sweep, std::move(*cursor)});
  }
  return plans;
}

Result<void> Sweeper::run(std::vector<StreamPlan> plans) {
  PagePump pump(*link_.connector, std::move(plans), cycle_.app.clock(), stop_signal());
  std::string told;  // what stops all of them is told once
  while (auto item = pump.take()) {
    const StreamInfo& stream = pump.plans()[item->plan].stream;
    if (!item->page) {
      const Error& error = item->page.error();
      if (error.kind == ErrorKind::cancelled) return in_context(link_.name(), error);
      if (std::exchange(told, error.message) == error.message) continue;
      note(fmt::format("looking for deleted {}: {}; it goes on with a later sync", stream.name,
                       error.message));
      continue;
    }
    if (const auto taken = take(stream, *item->page); !taken) return taken;
    pump.committed();
  }
  return {};
}

Result<void> Sweeper::take(const StreamInfo& stream, const Page& page) {
  cycle_.app.progress().step(page.named.size());
  const auto applied = records_.apply_sweep(feed_of(link_, stream), page);
  if (!applied || !page.end) return applied;
  return end(stream);
}

Result<void> Sweeper::end(const StreamInfo& stream) {
  const bool is_account = stream.kind == RecordKind::account;
  store::Believed believed = is_account ? kAccountsBelieved : kOthersBelieved;
  believed.share_max = std::max(believed.share_max, cycle_.app.settings().stop_when.accounts_lost);
  // As what this run brings, so that it decides without them.
  const Instant at = cycle_.now - milliseconds(1);
  const auto sweep = records_.end_sweep(feed_of(link_, stream), at, believed);
  if (!sweep) return sweep.error();
  report_.deleted += static_cast<std::int64_t>(sweep->counts.deleted);
  if (sweep->is_believed) return {};
  note(fmt::format(
      "{} of {} {} are in no list any more, and none of them was deleted here: look whether they "
      "may still be read, and if they are gone raise stop_when: accounts_lost until they are",
      sweep->lost, sweep->known, stream.name));
  return {};
}

// Calls that are nearly used up belong to what changes.
bool is_short_of_calls(const Link& link) {
  const auto budget = link.host->budget();
  return budget && static_cast<double>(budget->left_for_reads) <
                       kCallsLeftLeast * static_cast<double>(budget->own_limit);
}

}  // namespace

store::Feed feed_of(const Link& link, const StreamInfo& stream) {
  return {link.name(), stream.name, stream.part, stream.kind, stream.keyed, link.join};
}

Result<void> sweep_due_streams(Cycle& cycle, Link& link, store::Records& records,
                               PullReport& report) {
  // What a file leaves out may stand in another one.
  if (link.settings->plugin == "files") return {};
  // The CRM shows its present, not the day that is asked for.
  if (cycle.app.invocation().as_of) return {};
  Sweeper sweeper(cycle, link, records, report);
  auto plans = sweeper.plans();
  if (!plans) return plans.error();
  if (plans->empty() || is_short_of_calls(link)) return {};
  cycle.app.progress().begin("sweep " + link.name());
  return sweeper.run(std::move(*plans));
}

}  // namespace upselld::daemon
