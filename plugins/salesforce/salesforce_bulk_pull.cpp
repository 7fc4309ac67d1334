// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plugins/salesforce/salesforce_pull.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr Duration kPollFirst = seconds(1), kPollMax = seconds(60);
constexpr int kDoublingsMax = 6;
// With the pauses above, some four hours.
constexpr int kPollsMax = 245;
constexpr Duration kHalvingMin = minutes(2);

Duration poll_pause(int polls) {
  return std::min(Duration{kPollFirst.ms << std::min(polls, kDoublingsMax)}, kPollMax);
}

void forget_job(PullCursor& at) {
  at.job.clear();
  at.locator.clear();
  at.row = at.rows_read = 0;
  at.polls = 0;
}

}  // namespace

// One step: the job is created, or asked for, or a piece of its results is read. Each is a page of
// its own, so that a process that ends in between goes on with the same job.
Result<Page> Puller::pull_bulk(const Step& step, PullCursor at) {
  const StreamPlan& plan = step.plan();
  if (at.job.empty()) {
    auto job = bulk_.create(step.spec().object, select_of(plan) + where(plan, step.walk, at),
                            step.spec().reads_all);
    if (!job) return job.error();
    Page page = step.stream.mapper->empty_page();
    if (job->empty()) {
      at.way = PullCursor::Way::rest;
    } else {
      at.job = *job;
      page.not_before = client_.host().clock().now() + kPollFirst;
    }
    page.next = to_cursor(at);
    return page;
  }
  const auto status = bulk_.status(at.job);
  if (!status) return status.error();
  switch (status->state) {
    case JobState::working: {
      if (++at.polls > kPollsMax) return bulk_failed(step, std::move(at), "it takes too long");
      Page page = step.stream.mapper->empty_page();
      page.not_before = client_.host().clock().now() + poll_pause(at.polls);
      page.next = to_cursor(at);
      return page;
    }
    case JobState::failed:
      return bulk_failed(step, std::move(at), "it failed: " + status->message);
    case JobState::gone:
      return bulk_failed(step, std::move(at), "it is gone");
    case JobState::complete:
      break;
  }
  return bulk_results(step, std::move(at), status->rows);
}

Result<Page> Puller::bulk_results(const Step& step, PullCursor at, std::uint64_t expected) {
  auto results = bulk_.results(at.job, at.locator, step.plan().columns);
  if (!results) return results.error();
  if (*results == nullptr) {
    if (++at.polls > kPollsMax) return bulk_failed(step, std::move(at), "its results do not come");
    Page waiting = step.stream.mapper->empty_page();
    waiting.not_before = client_.host().clock().now() + poll_pause(at.polls);
    waiting.next = to_cursor(at);
    return waiting;
  }
  const BulkPage& results_page = **results;
  Rows priced;
  const Rows* rows = &results_page.rows;
  if (step.spec().shape == Shape::product) {
    priced = results_page.rows;
    if (auto added = add_list_prices(step.plan(), priced); !added) return added.error();
    rows = &priced;
  }
  Page page;
  at.row += fill(step, *rows, at.row, page);
  if (at.row < rows->rows.size()) {
    page.next = to_cursor(at);
    return page;
  }
  at.rows_read += rows->rows.size();
  at.row = 0;
  if (!results_page.next.empty()) {
    at.locator = results_page.next;
    page.next = to_cursor(at);
    return page;
  }
  if (at.rows_read < expected) {
    return bulk_failed(
        step, std::move(at),
        std::to_string(at.rows_read) + " of its " + std::to_string(expected) + " rows came");
  }
  // settled() removes the job; the rest of the window, if there is any, needs another.
  if (at.high < at.until) {
    bulk_.remove(at.job);
    forget_job(at);
    return finished(step, std::move(at), std::move(page));
  }
  const std::string done = at.job;
  Page last = finished(step, std::move(at), std::move(page));
  auto kept = read_cursor(last.next);
  kept->job = done;
  last.next = to_cursor(*kept);
  return last;
}

// Once in halves, then by REST, which is slow and always works.
Result<Page> Puller::bulk_failed(const Step& step, PullCursor at, const std::string& why) {
  client_.host().log().write(LogLevel::warning, "pull " + step.spec().name + ": Bulk query " +
                                                    at.job + ": " + why + "; trying another way");
  bulk_.remove(at.job);
  forget_job(at);
  ++at.failures;
  const bool may_halve = at.failures == 1 && step.walk != Walk::sweep && !at.low.is_missing() &&
                         at.high - at.low > kHalvingMin;
  if (may_halve) {
    const std::int64_t half = (at.high - at.low).ms / 2 / 1000 * 1000;
    at.high = at.low + milliseconds(half);
  } else {
    at.way = PullCursor::Way::rest;
  }
  Page page = step.stream.mapper->empty_page();
  page.next = to_cursor(at);
  return page;
}

void Puller::settled(const Cursor& cursor) {
  const auto at = read_cursor(cursor);
  if (!at || at->is_walking() || at->job.empty() || removed_job_ == at->job) return;
  removed_job_ = at->job;
  bulk_.remove(at->job);
}

}  // namespace upselld::plugins::salesforce
