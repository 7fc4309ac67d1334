// SPDX-License-Identifier: Apache-2.0
#include "daemon/notices.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/file_io.h"
#include "core/time_zone.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFileBytesMax = 1'024 * 1'024;
constexpr double kRejectedShare = 0.05;
constexpr std::array kKinds = {CauseKind::connection_broken, CauseKind::run_held,
                               CauseKind::model_refused,     CauseKind::model_waits,
                               CauseKind::rows_rejected,     CauseKind::runs_missed};

std::optional<CauseKind> kind_of(const std::string& text) {
  for (const CauseKind kind : kKinds) {
    if (to_text(kind) == text) return kind;
  }
  return std::nullopt;
}

// Messages of connectors may quote the CRM; the kind says enough of what to do.
std::string broken_text(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unauthorized:
      return "the login is refused; see upselld check";
    case ErrorKind::forbidden:
      return "a permission is missing; see upselld check";
    case ErrorKind::unavailable:
    case ErrorKind::timed_out:
      return "it cannot be reached; tried again with the next sync";
    case ErrorKind::invalid_config:
      return "the settings do not fit any more; see upselld check";
    case ErrorKind::io:
      return "the disk refused; see the log";
    case ErrorKind::corrupt:
      return "what was read is damaged; see the log";
    case ErrorKind::rate_limited:
    case ErrorKind::budget_exhausted:
    case ErrorKind::cursor_lost:
    case ErrorKind::unsupported:
    case ErrorKind::cancelled:
    case ErrorKind::busy:
    case ErrorKind::not_found:
      return std::string("it failed (") + upselld::to_text(kind) + "); see the log";
  }
  return {};
}

void add_writing(const ConnectionReport& report, std::vector<Finding>& findings) {
  const std::string& name = report.connection;
  findings.push_back({CauseKind::run_held, name, report.held_because.has_value(),
                      report.held_because
                          ? "nothing is written: " + *report.held_because +
                                "; look with upselld plan" + connection_option(report) +
                                ", go on with upselld apply"
                          : ""});
  const std::int64_t delivered = report.fields + report.tasks + report.withdrawn;
  const std::int64_t all = delivered + report.rejected;
  if (all == 0) return;
  const bool is_much =
      static_cast<double>(report.rejected) > kRejectedShare * static_cast<double>(all);
  findings.push_back({CauseKind::rows_rejected, name, is_much,
                      std::to_string(report.rejected) + " of " + std::to_string(all) +
                          " items were rejected; see upselld rejected"});
}

}  // namespace

const char* to_text(CauseKind kind) {
  switch (kind) {
    case CauseKind::connection_broken:
      return "connection_broken";
    case CauseKind::run_held:
      return "run_held";
    case CauseKind::model_refused:
      return "model_refused";
    case CauseKind::model_waits:
      return "model_waits";
    case CauseKind::rows_rejected:
      return "rows_rejected";
    case CauseKind::runs_missed:
      return "runs_missed";
  }
  return "";
}

std::vector<Finding> findings_of(const RunReport& report) {
  // That the run came to its end.
  std::vector<Finding> findings = {{CauseKind::connection_broken, "", false, ""}};
  for (const PullReport& pull : report.pulls) {
    findings.push_back({CauseKind::connection_broken, pull.connection, pull.broken.has_value(),
                        pull.broken ? broken_text(*pull.broken) : ""});
  }
  for (const ConnectionReport& each : report.connections) {
    if (each.failed) {
      findings.push_back(
          {CauseKind::connection_broken, each.connection, true, broken_text(each.failed_kind)});
      continue;
    }
    if (each.model_publishable) {
      findings.push_back({CauseKind::model_refused, each.connection, !*each.model_publishable,
                          "the model trained last is not good enough to be published; see "
                          "upselld models show"});
    }
    if (each.model_waits) {
      findings.push_back({CauseKind::model_waits, each.connection, !each.model_waits->empty(),
                          "a model waits to be published; see upselld models show " +
                              *each.model_waits + connection_option(each)});
    }
    const bool is_whole = !each.out_of_calls && !each.stopped && !report.pull_only;
    if (is_whole && !report.dry_run) add_writing(each, findings);
  }
  return findings;
}

std::vector<Finding> findings_of(const std::string& connection, const Error& error) {
  const bool is_ours = error.kind == ErrorKind::cancelled || error.kind == ErrorKind::busy;
  if (is_ours) return {};
  return {{CauseKind::connection_broken, connection, true, broken_text(error.kind)}};
}

Notices Notices::open(const std::filesystem::path& state_directory) {
  Notices notices(state_directory / "notices.json");
  const auto text = read_file(notices.file_, kFileBytesMax);
  const Json all = text ? Json::parse(*text, nullptr, false) : Json();
  if (!all.is_array()) return notices;
  for (const Json& one : all) {
    Entry entry;
    try {
      const auto kind = kind_of(one.at("cause").get<std::string>());
      const auto since = parse_instant(one.at("since").get<std::string>(), "iso", TimeZone::utc());
      if (!kind || !since) continue;
      entry.notice = {*kind, one.at("connection").get<std::string>(), one.at("over").get<bool>(),
                      *since, one.at("text").get<std::string>()};
      entry.is_told = one.at("told").get<bool>();
    } catch (const nlohmann::json::exception&) {
      continue;
    }
    notices.entries_.push_back(std::move(entry));
  }
  return notices;
}

void Notices::note(const std::vector<Finding>& findings, Instant now) {
  for (const Finding& finding : findings) {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.notice.kind == finding.kind && entry.notice.connection == finding.connection;
    });
    if (at == entries_.end()) {
      if (finding.holds) {
        entries_.push_back({{finding.kind, finding.connection, false, now, finding.text}, false});
      }
    } else if (finding.holds) {
      // Back before anybody heard that it was over: the same cause still.
      at->notice.is_over = false;
      // Another model than the one that was told of is news.
      const bool is_news = finding.kind == CauseKind::model_waits;
      if (is_news && at->notice.text != finding.text) at->is_told = false;
      at->notice.text = finding.text;
    } else if (at->is_told) {
      at->notice.is_over = true;
    } else {
      entries_.erase(at);
    }
  }
}

void Notices::keep_only(const std::vector<std::string>& connections) {
  std::erase_if(entries_, [&](const Entry& entry) {
    const std::string& name = entry.notice.connection;
    return !name.empty() &&
           std::find(connections.begin(), connections.end(), name) == connections.end();
  });
}

std::vector<Notice> Notices::due() const {
  std::vector<Notice> due;
  for (const Entry& entry : entries_) {
    if (!entry.is_told || entry.notice.is_over) due.push_back(entry.notice);
  }
  return due;
}

void Notices::sent(const Notice& notice) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const Notice& own = entry->notice;
    if (own.kind != notice.kind || own.connection != notice.connection) continue;
    entry->is_told = true;
    if (notice.is_over) entries_.erase(entry);
    return;
  }
}

std::vector<Notice> Notices::open_causes() const {
  std::vector<Notice> open;
  for (const Entry& entry : entries_) {
    if (!entry.notice.is_over) open.push_back(entry.notice);
  }
  return open;
}

Result<void> Notices::save() const {
  Json all = Json::array();
  for (const auto& [notice, is_told] : entries_) {
    all.push_back({{"cause", to_text(notice.kind)},
                   {"connection", notice.connection},
                   {"over", notice.is_over},
                   {"since", to_text(notice.since)},
                   {"text", notice.text},
                   {"told", is_told}});
  }
  return write_file_atomically(
      file_, all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
}

}  // namespace upselld::daemon
