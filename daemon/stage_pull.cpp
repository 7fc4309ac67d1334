// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "daemon/cycle.h"
#include "daemon/due_sweeps.h"
#include "daemon/interrupt.h"
#include "daemon/out_of_calls.h"
#include "daemon/page_pump.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kProblemsShown = 3;

// Accounts come before what belongs to them, so that little has to wait.
int order_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::account:
      return 0;
    case RecordKind::rep:
      return 1;
    case RecordKind::product:
      return 2;
    case RecordKind::contact:
      return 3;
    case RecordKind::attribute_change:
      return 4;
    case RecordKind::order:
      return 5;
    case RecordKind::order_line:
      return 6;
    case RecordKind::activity:
      return 7;
  }
  return 8;
}

// One connection being pulled into the store.
class Puller {
 public:
  Puller(Cycle& cycle, Link& link, store::Records& records)
      : cycle_(cycle), link_(link), records_(records) {
    report_.connection = link.name();
  }

  Result<void> start();
  // Ends with the first error of the store; errors of single streams are kept for the report.
  Result<void> drain();
  PullReport& report() { return report_; }
  const std::optional<Error>& failure() const { return failure_; }
  // Streams that were not read to their end.
  const std::vector<std::string>& unread() const { return unread_; }

 private:
  Result<void> take(PagePump::Item item);
  Result<void> finish(const std::vector<StreamPlan>& plans);
  void add(const store::PageCounts& counts);
  void add_problems(const Page& page);

  Cycle& cycle_;
  Link& link_;
  store::Records& records_;
  PullReport report_;
  std::optional<Error> failure_;
  std::vector<std::string> unread_;
  bool is_marked_ = false;  // as a pull that began
  std::unique_ptr<PagePump> pump_;
};

Result<void> Puller::start() {
  auto streams = link_.connector->streams();
  if (!streams) {
    failure_ = in_context(link_.name(), streams.error());
    return {};
  }
  std::stable_sort(streams->begin(), streams->end(), [](const StreamInfo& a, const StreamInfo& b) {
    return order_of(a.kind) < order_of(b.kind);
  });
  std::vector<StreamPlan> plans;
  for (const StreamInfo& stream : *streams) {
    const store::Feed feed = feed_of(link_, stream);
    StreamPlan plan = {stream, Walk::changes, {}};
    if (cycle_.options.full) {
      if (const auto forgotten = records_.forget_cursor(feed); !forgotten) return forgotten;
      plan.walk = stream.offers_full ? Walk::full : Walk::changes;
      if (stream.kind == RecordKind::account) {
        if (const auto begun = records_.begin_full(feed); !begun) return begun;
      }
    } else {
      auto cursor = records_.cursor(feed);
      if (!cursor) return cursor.error();
      plan.cursor = std::move(*cursor);
    }
    plans.push_back(std::move(plan));
  }
  pump_ = std::make_unique<PagePump>(*link_.connector, std::move(plans), cycle_.app.clock(),
                                     stop_signal());
  return {};
}

Result<void> Puller::drain() {
  if (!pump_) return {};
  const Duration begun = cycle_.app.clock().steady();
  while (auto item = pump_->take()) {
    if (const auto taken = take(std::move(*item)); !taken) return taken;
  }
  const auto counts = records_.flush();
  if (!counts) return counts.error();
  add(*counts);
  pump_->committed();
  if (!failure_) {
    if (const auto ended = finish(pump_->plans()); !ended) return ended;
  }
  pump_.reset();
  report_.seconds = static_cast<double>((cycle_.app.clock().steady() - begun).ms) / 1000;
  return {};
}

Result<void> Puller::take(PagePump::Item item) {
  const StreamInfo& stream = pump_->plans()[item.plan].stream;
  const store::Feed feed = feed_of(link_, stream);
  if (item.restarted) {
    if (const auto forgotten = records_.forget_cursor(feed); !forgotten) return forgotten;
  }
  if (!item.page) {
    unread_.push_back(stream.name);
    if (!failure_) failure_ = in_context(link_.name() + ": " + stream.name, item.page.error());
    return {};
  }
  const bool waits = item.page->not_before.has_value();
  report_.records[stream.name] += static_cast<std::int64_t>(count_of(*item.page));
  cycle_.app.progress().step(count_of(*item.page));
  add_problems(*item.page);
  const bool brings_news =
      count_of(*item.page) > 0 || !item.page->deletions.empty() || !item.page->merges.empty();
  if (brings_news && !std::exchange(is_marked_, true)) {
    const auto marked = mark_pulled(cycle_.app.ledger(), link_.name(), /*is_part=*/true);
    if (!marked) return marked;
  }
  // A millisecond before the run's moment: what this run brings, this run may use.
  const auto counts = records_.apply(feed, std::move(*item.page), cycle_.now - milliseconds(1));
  if (!counts) return counts.error();
  add(*counts);
  if (waits) {
    const auto flushed = records_.flush();
    if (!flushed) return flushed.error();
    add(*flushed);
    pump_->committed();
  }
  return {};
}

// All streams came to their end. A full pull may have begun in an earlier run.
Result<void> Puller::finish(const std::vector<StreamPlan>& plans) {
  for (const StreamPlan& plan : plans) {
    if (plan.stream.kind != RecordKind::account) continue;
    if (const auto full = records_.end_full(feed_of(link_, plan.stream)); !full) return full;
  }
  return mark_pulled(cycle_.app.ledger(), link_.name(), /*is_part=*/false);
}

void Puller::add(const store::PageCounts& counts) {
  report_.new_records += static_cast<std::int64_t>(counts.new_records);
  report_.changed += static_cast<std::int64_t>(counts.changed);
  report_.deleted += static_cast<std::int64_t>(counts.deleted);
  report_.merged += static_cast<std::int64_t>(counts.merged);
  report_.waiting += static_cast<std::int64_t>(counts.waiting);
}

void Puller::add_problems(const Page& page) {
  report_.without_account += static_cast<std::int64_t>(page.rows_without_account);
  report_.row_problems += static_cast<std::int64_t>(page.row_problem_count);
  for (const RowProblem& problem : page.row_problems) {
    if (report_.problems.size() >= kProblemsShown) return;
    report_.problems.push_back(problem.place + ": " + problem.message);
  }
}

// A connection that failed keeps what it had. One that only joins events harms no other.
// Nothing is decided on a part of a pull, whatever ended it.
void report_failure(Cycle& cycle, const Link& link, const Puller& puller) {
  const Error& failure = *puller.failure();
  std::optional<OutOfCalls> stop;
  if (failure.kind == ErrorKind::budget_exhausted) {
    stop = out_of_calls(link, failure, puller.unread());
  }
  for (ConnectionCycle& connection : cycle.connections) {
    if (connection.link != &link) continue;
    if (stop) {
      connection.report.out_of_calls = stop;
    } else {
      connection.report.failed = failure.message;
      connection.report.failed_kind = failure.kind;
    }
  }
  if (!link.brings_accounts()) {
    cycle.report.incomplete = true;
    const std::string what = stop ? link.name() + ": " + to_text(*stop) : failure.message;
    cycle.report.notes.push_back(what + "; the other connections went on");
  }
}

}  // namespace

Result<void> pull_stage(Cycle& cycle) {
  auto records = cycle.app.open_records();
  if (!records) return records.error();
  std::vector<std::unique_ptr<Puller>> pullers;
  std::vector<Link*> links;
  for (Link& link : cycle.app.links()) {
    if (!cycle.takes_part(link)) continue;
    pullers.push_back(std::make_unique<Puller>(cycle, link, **records));
    links.push_back(&link);
    if (const auto started = pullers.back()->start(); !started) return started;
  }
  for (std::size_t i = 0; i < pullers.size(); ++i) {
    cycle.app.progress().begin("pull " + links[i]->name());
    if (const auto drained = pullers[i]->drain(); !drained) return drained;
    if (!pullers[i]->failure()) {
      const auto swept = sweep_due_streams(cycle, *links[i], **records, pullers[i]->report());
      if (!swept) return swept;
    }
    pullers[i]->report().api_calls = links[i]->host->calls();
    const auto& failure = pullers[i]->failure();
    if (failure && failure->kind == ErrorKind::cancelled) return *failure;
    if (failure) report_failure(cycle, *links[i], *pullers[i]);
    if (failure && failure->kind == ErrorKind::budget_exhausted) {
      pullers[i]->report().out_of_calls = true;
    } else if (failure) {
      pullers[i]->report().broken = failure->kind;
    }
    cycle.report.pulls.push_back(pullers[i]->report());
  }
  return {};
}

}  // namespace upselld::daemon
