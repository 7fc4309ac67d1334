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
  Entry entry{connection, kind, schedule, delay, last, false};
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
    entry.is_again = false;
    due.push_back(std::move(job));
  }
  return due;
}

void Scheduler::again(const DueJob& job, Instant at) {
  Entry* entry = find(job.connection, job.kind);
  if (entry == nullptr || entry->due <= at) return;
  entry->due = at;
  entry->is_again = true;
}

void Scheduler::join(const std::string& connection, JobKind kind, JobKind with) {
  Entry* entry = find(connection, kind);
  const Entry* other = find(connection, with);
  if (entry == nullptr || other == nullptr) return;
  entry->due = other->due;
  entry->is_again = true;
}

bool Scheduler::is_due(const std::string& connection, JobKind kind, Instant now) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.connection == connection && entry.kind == kind && entry.due <= now;
  });
}

std::vector<DueJob> Scheduler::pending(Instant now) const {
  std::vector<DueJob> jobs;
  for (const Entry& entry : entries_) {
    if (entry.due > now && !entry.is_again) continue;
    jobs.push_back({entry.connection, entry.kind, entry.due, 0});
  }
  return jobs;
}

Scheduler::Entry* Scheduler::find(const std::string& connection, JobKind kind) {
  for (Entry& entry : entries_) {
    if (entry.connection == connection && entry.kind == kind) return &entry;
  }
  return nullptr;
}

}  // namespace upselld::daemon
