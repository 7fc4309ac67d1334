// SPDX-License-Identifier: Apache-2.0
#include "daemon/scheduler.h"

#include <algorithm>
#include <utility>

#include "core/digest.h"

namespace upselld::daemon {
namespace {

// Beyond it "many" says as much.
constexpr int kPassedMax = 1'000;
constexpr std::uint64_t kDelayKey = 0x64656c6179;  // "delay"

}  // namespace

const char* to_text(JobKind kind) {
  return kind == JobKind::train ? "train" : "sync";
}

Duration delay_of(const std::string& instance, const std::string& connection, Duration most) {
  const auto seconds = static_cast<std::uint64_t>(most.ms / 1000);
  if (seconds == 0) return {};
  const std::uint64_t hash = keyed_hash(kDelayKey, instance + '\n' + connection);
  return milliseconds(static_cast<std::int64_t>(hash % seconds) * 1000);
}

Instant Scheduler::next_of(const Entry& entry, Instant after) const {
  return next_occurrence(entry.schedule, after - entry.delay, zone_) + entry.delay;
}

void Scheduler::add(const std::string& connection, JobKind kind, const Schedule& schedule,
                    Instant last, Duration delay) {
  Entry entry{connection, kind, schedule, delay, last};
  if (!last.is_missing()) entry.due = next_of(entry, last);
  entries_.push_back(std::move(entry));
}

std::optional<Instant> Scheduler::next() const {
  std::optional<Instant> earliest;
  for (const Entry& entry : entries_) {
    if (!earliest || entry.due < *earliest) earliest = entry.due;
  }
  return earliest;
}

std::vector<DueJob> Scheduler::take(Instant now) {
  std::vector<DueJob> due;
  for (Entry& entry : entries_) {
    if (entry.due > now) continue;
    DueJob job{entry.connection, entry.kind, entry.due, 0};
    const Instant after = next_of(entry, now);
    if (!entry.due.is_missing()) {
      Instant at = next_of(entry, entry.due);
      for (; at <= now && job.passed < kPassedMax; ++job.passed) {
        at = next_of(entry, at);
      }
    }
    entry.due = after;
    due.push_back(std::move(job));
  }
  return due;
}

void Scheduler::again(const DueJob& job, Instant at) {
  for (Entry& entry : entries_) {
    const bool is_it = entry.connection == job.connection && entry.kind == job.kind;
    if (is_it) entry.due = std::min(entry.due, at);
  }
}

}  // namespace upselld::daemon
