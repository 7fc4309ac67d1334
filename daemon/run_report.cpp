// SPDX-License-Identifier: Apache-2.0
#include "daemon/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/commands.h"
#include "daemon/text_table.h"
#include "daemon/training_text.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Counts& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

Json json_of(const std::map<std::string, double>& seconds) {
  Json out = Json::object();
  for (const auto& [stage, value] : seconds) out[stage] = std::round(value * 1000) / 1000;
  return out;
}

Json json_of(const ConnectionReport& c) {
  Json out;
  out["write"] = c.write;
  out["accounts"] = c.accounts;
  out["scored"] = c.scored;
  out["not_scored"] = json_of(c.not_scored);
  out["model_version"] = c.model_version;
  out["bands"] = json_of(c.bands);
  out["segments"] = json_of(c.segments);
  out["decided"] = {{"changed", c.changed}, {"unchanged", c.unchanged}, {"crossed", c.crossed}};
  if (!c.decided_by.empty()) out["decided_by"] = c.decided_by;
  out["held"] = json_of(c.held);
  out["delivered"] = {{"fields", c.fields}, {"tasks", c.tasks}, {"withdrawn", c.withdrawn}};
  out["rejected"] = c.rejected;
  out["deferred"] = c.deferred;
  out["unknown"] = c.unknown;
  out["kept_fields"] = c.kept_fields;
  out["kept_tasks"] = c.kept_tasks;
  out["api_calls"] = c.api_calls;
  out["train"] = c.train_json.empty() ? Json() : Json::parse(c.train_json, nullptr, false);
  out["notes"] = c.notes;
  for (const std::string& note : c.account_notes) out["notes"].push_back(note);
  if (c.held_because) out["held_because"] = *c.held_because;
  if (const auto& stop = c.out_of_calls) {
    out["held_because"] = to_text(*stop);
    out["out_of_calls"] = {
        {"unread", stop->unread},
        {"why", stop->why},
        {"goes_on_at", stop->goes_on_at.is_missing() ? Json() : Json(to_text(stop->goes_on_at))},
        {"calls_left", {{"reads", stop->reads_left}, {"writes", stop->writes_left}}}};
  }
  if (c.failed) out["failed"] = *c.failed;
  if (c.stopped) out["stopped"] = true;
  return out;
}

std::string joined(const Counts& counts) {
  std::string out;
  for (const auto& [name, count] : counts) {
    out += (out.empty() ? "" : "  ") + name + " " + grouped(count);
  }
  return out;
}

// A quiet sync asks every stream, and most have nothing.
std::string read_text(const Counts& records) {
  Counts some = records;
  std::erase_if(some, [](const auto& stream) { return stream.second == 0; });
  return some.empty() ? "nothing new" : joined(some);
}

std::string pull_text(const RunReport& report) {
  std::string out;
  for (const PullReport& pull : report.pulls) {
    out += fmt::format("{:<10}{:<9} {}   {} calls   {:.1f} s\n", out.empty() ? "pull" : "",
                       pull.connection, read_text(pull.records), pull.api_calls, pull.seconds);
    const std::string pad(20, ' ');
    if (pull.waiting > 0) {
      out += fmt::format("{}{} records wait for an account that is not known yet\n", pad,
                         grouped(pull.waiting));
    }
    if (pull.without_account > 0) {
      out += fmt::format("{}{} rows without an account were not kept\n", pad,
                         grouped(pull.without_account));
    }
    if (pull.row_problems > 0) {
      out += fmt::format("{}{} rows could not be read and were left out:\n", pad,
                         grouped(pull.row_problems));
      for (const std::string& problem : pull.problems)
        out += pad + "  " + printable(problem) + "\n";
    }
  }
  return out;
}

std::string moved(const ConnectionReport& c, const std::string& band) {
  if (c.bands_before.empty()) return "";
  const auto count = [&](const Counts& counts) {
    const auto at = counts.find(band);
    return at == counts.end() ? std::int64_t{0} : at->second;
  };
  const std::int64_t difference = count(c.bands) - count(c.bands_before);
  return difference == 0 ? "" : fmt::format(" ({:+})", difference);
}

std::string score_text(const ConnectionReport& c) {
  std::int64_t not_scored = 0;
  for (const auto& [reason, count] : c.not_scored) not_scored += count;
  std::string out = fmt::format("score     {} accounts: {} scored, {} not", grouped(c.accounts),
                                grouped(c.scored), grouped(not_scored));
  if (not_scored > 0) out += " (" + joined(c.not_scored) + ")";
  out += "\n          ";
  for (const char* band : {"high", "medium", "low"}) {
    const auto at = c.bands.find(band);
    out += fmt::format("{} {}{}   ", band, grouped(at == c.bands.end() ? 0 : at->second),
                       moved(c, band));
  }
  out += "\n          " + joined(c.segments) + "\n";
  return out;
}

std::string decide_text(const ConnectionReport& c) {
  if (!c.decided_by.empty()) {
    return "decide    nothing has come since run " + c.decided_by + ": what it decided stands\n";
  }
  std::int64_t held = 0;
  for (const auto& [reason, count] : c.held) held += count;
  std::string out =
      fmt::format("decide    {} changed, {} unchanged; {} moved to another band or segment\n",
                  grouped(c.changed), grouped(c.unchanged), grouped(c.crossed));
  out += fmt::format("          {} actions, {} held", grouped(c.actions), grouped(held));
  if (held > 0) out += ": " + joined(c.held);
  out += "\n";
  if (c.approvals > 0) {
    out += fmt::format("          {} wait for approval: upselld approvals\n", grouped(c.approvals));
  }
  return out;
}

std::string write_text(const ConnectionReport& c) {
  std::string out;
  if (c.held_because) {
    out += "held      " + *c.held_because + "\n";
    out += "          nothing was written; look at it with upselld plan" + connection_option(c) +
           ", then upselld apply\n";
  } else if (c.write == "nothing") {
    out += "write     nothing (write: nothing)\n";
  } else {
    out += fmt::format("write     {} of {} accounts   {} of {} tasks   {} withdrawn   {} calls\n",
                       grouped(c.fields), grouped(c.fields_due), grouped(c.tasks),
                       grouped(c.tasks_due), grouped(c.withdrawn), c.api_calls);
  }
  if (c.rejected > 0) {
    out += fmt::format("rejected  {} items, not tried again until they change or you say so:\n",
                       grouped(c.rejected));
    TextTable table({"", "", "", ""}, "          ");
    for (const RejectedItem& item : c.rejected_items) {
      table.add({printable(item.name.empty() ? item.account : item.name, 30), item.what, item.code,
                 printable(item.message, 100)});
    }
    out += table.text();
  }
  if (c.deferred > 0) out += fmt::format("deferred  {} items, tried later\n", grouped(c.deferred));
  if (c.kept_fields > 0) {
    out += fmt::format("kept      {} fields that people had edited\n", grouped(c.kept_fields));
  }
  if (c.kept_tasks > 0) {
    out += fmt::format("kept      {} tasks to be withdrawn that people had touched\n",
                       grouped(c.kept_tasks));
  }
  return out;
}

std::string connection_text(const ConnectionReport& c, bool named) {
  std::string out;
  if (named) out += "\n" + c.connection + "\n";
  if (c.failed) return out + "failed    " + *c.failed + "\n";
  if (c.out_of_calls) {
    out += "held      " + to_text(*c.out_of_calls) + "\n";
    if (!c.out_of_calls->unread.empty()) out += "          " + c.out_of_calls->why + "\n";
    return out + "          what was read is kept; nothing was decided and nothing was written\n";
  }
  out += training_brief(c.train_json) + score_text(c) + decide_text(c) + write_text(c);
  for (const auto* notes : {&c.notes, &c.account_notes}) {
    for (const std::string& note : *notes) out += "note      " + note + "\n";
  }
  return out;
}

std::string last_line(const RunReport& report) {
  double total = 0;
  for (const auto& [stage, value] : report.seconds) total += value;
  std::int64_t rejected = 0, changed = 0, delivered = 0;
  for (const ConnectionReport& c : report.connections) {
    rejected += c.rejected;
    changed += c.changed;
    delivered += c.fields + c.tasks + c.withdrawn;
  }
  std::string out = fmt::format("{} in {:.1f} s", report.status, total);
  if (rejected > 0) out += fmt::format(", {} rejected: upselld rejected", rejected);
  if (!report.pull_only && report.status == "done" && changed == 0 && delivered == 0) {
    out += "; nothing new: nothing was decided and nothing was written";
  }
  return out + fmt::format(". (exit {})\n", report.exit_code());
}

}  // namespace

std::string connection_option(const ConnectionReport& report) {
  return report.several ? " --connection " + report.connection : "";
}

int RunReport::exit_code() const {
  if (status == "failed") return kFailed;
  if (status == "held") return kHeldOrRejected;
  const bool rejected = std::any_of(connections.begin(), connections.end(),
                                    [](const ConnectionReport& c) { return c.rejected > 0; });
  return rejected || incomplete ? kHeldOrRejected : kDone;
}

std::string stored_json(RunReport report) {
  for (ConnectionReport& c : report.connections) {
    if (c.account_notes.empty()) continue;
    c.notes.push_back(
        fmt::format("{} notes about single accounts: the run's output or log has them",
                    c.account_notes.size()));
    c.account_notes.clear();
  }
  return to_json(report);
}

std::string to_json(const RunReport& report) {
  Json out;
  out["run_id"] = report.run_id;
  out["status"] = report.status;
  out["took_part"] = report.took_part;
  if (report.pull_only) out["pull_only"] = true;
  Counts pulled;
  Json pulls = Json::array();
  for (const PullReport& pull : report.pulls) {
    for (const auto& [stream, count] : pull.records) pulled[stream] += count;
    pulls.push_back({{"connection", pull.connection},
                     {"records", json_of(pull.records)},
                     {"new", pull.new_records},
                     {"changed", pull.changed},
                     {"deleted", pull.deleted},
                     {"merged", pull.merged},
                     {"waiting", pull.waiting},
                     {"without_account", pull.without_account},
                     {"row_problems", pull.row_problems},
                     {"problems", pull.problems}});
    if (pull.broken) pulls.back()["failed"] = true;
    if (pull.out_of_calls) pulls.back()["out_of_calls"] = true;
  }
  out["pulled"] = json_of(pulled);
  if (report.connections.size() == 1) {
    out.update(json_of(report.connections[0]));
  } else {
    for (const ConnectionReport& c : report.connections) {
      out["connections"][c.connection] = json_of(c);
    }
  }
  out["pulls"] = pulls;
  if (!report.notes.empty()) out["run_notes"] = report.notes;
  out["audit"] = {{"entries", report.audit_entries}, {"head", report.audit_head}};
  out["seconds"] = json_of(report.seconds);
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_text(const RunReport& report) {
  std::string out = "run " + report.run_id;
  if (report.connections.size() == 1) {
    const ConnectionReport& c = report.connections[0];
    out += "  write: " + c.write;
    if (!c.model_version.empty()) out += "  model " + c.model_version;
  }
  out += "  as of " + report.now_text + "\n\n" + pull_text(report);
  for (const ConnectionReport& c : report.connections) {
    const bool was_only_read = report.pull_only && !c.failed && !c.out_of_calls;
    if (!was_only_read) out += connection_text(c, report.connections.size() > 1);
  }
  for (const std::string& note : report.notes) out += "note      " + note + "\n";
  if (!report.audit_head.empty()) {
    out += fmt::format("audit     {} entries  head {}\n", grouped(report.audit_entries),
                       report.audit_head);
  }
  return out + "\n" + last_line(report);
}

}  // namespace upselld::daemon
