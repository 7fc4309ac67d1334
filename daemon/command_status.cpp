// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/app.h"
#include "daemon/command_list.h"
#include "daemon/control_client.h"
#include "daemon/live_model.h"
#include "daemon/metrics.h"
#include "daemon/out_of_calls.h"
#include "daemon/pause_change.h"
#include "daemon/service_state.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRunsShown = 5;

Result<Json> status_json(App& app) {
  Ledger& ledger = app.ledger();
  const auto reader = app.record_reader();
  const auto counts = reader->counts();
  if (!counts) return counts.error();
  const auto service = ask_state(app.settings().state);
  Json out = {{"state", app.settings().state.string()},
              {"service", service ? Json::parse(*service, nullptr, false) : Json()},
              {"records",
               {{"accounts", counts->accounts},
                {"contacts", counts->contacts},
                {"products", counts->products},
                {"reps", counts->reps},
                {"events", counts->events},
                {"waiting", counts->waiting}}}};
  const auto runs = ledger.runs.list(kRunsShown);
  if (!runs) return runs.error();
  out["runs"] = Json::array();
  for (const store::Run& run : *runs) {
    out["runs"].push_back({{"run", run.id},
                           {"kind", store::to_text(run.kind)},
                           {"status", store::to_text(run.status)},
                           {"as_of", to_text(run.as_of)},
                           {"started_at", to_text(run.started_at)}});
  }
  const auto pauses = ledger.brakes.pauses();
  if (!pauses) return pauses.error();
  out["paused"] = Json::array();
  for (const store::Pause& pause : *pauses) {
    out["paused"].push_back({{"connection", pause.connection.empty() ? "all" : pause.connection},
                             {"since", to_text(pause.since)},
                             {"by", pause.by},
                             {"why", pause.why},
                             {"go_on_with", lifting(pause)}});
  }
  const auto waiting = ledger.brakes.waiting();
  if (!waiting) return waiting.error();
  out["held"] = Json::array();
  for (const store::HeldRun& held : *waiting) {
    out["held"].push_back({{"run", held.run},
                           {"connection", held.connection},
                           {"why", Json::parse(held.reasons, nullptr, false)}});
  }
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    const auto live = ledger.models.published(link.name());
    if (!live) return live.error();
    const auto deliveries = ledger.outbox.counts(link.name());
    if (!deliveries) return deliveries.error();
    Json states = Json::object();
    for (const auto& [kind, by_state] : deliveries->rows) {
      for (const auto& [state, count] : by_state) {
        states[store::to_text(kind)][store::to_text(state)] = count;
      }
    }
    const auto waits = waiting_model(ledger, link.name());
    if (!waits) return waits.error();
    const auto is_part = is_part_pulled(ledger, link.name());
    if (!is_part) return is_part.error();
    out["connections"][link.name()] = {{"pull", *is_part ? "stopped half-way" : "whole"},
                                       {"live_model", live_name(live->value_or(""))},
                                       {"waiting_model", *waits},
                                       {"write", to_text(link.settings->write)},
                                       {"deliveries", states}};
  }
  return out;
}

std::string number_text(const Json& json) {
  return grouped(json.get<std::int64_t>());
}

void print_text(const Json& status) {
  const Json& records = status["records"];
  const Json& service = status["service"];
  std::cout << "state     " << status["state"].get<std::string>() << "\nservice   "
            << (service.is_object() ? state_sentence(service) : "does not run") << "\nrecords   "
            << number_text(records["accounts"]) << " accounts, " << number_text(records["contacts"])
            << " contacts, " << number_text(records["products"]) << " products, "
            << number_text(records["reps"]) << " reps";
  for (const auto& [stream, count] : records["events"].items()) {
    std::cout << ", " << stream << " " << number_text(count);
  }
  std::cout << "; " << number_text(records["waiting"]) << " wait for their account\n";
  for (const auto& [name, one] : status["connections"].items()) {
    std::cout << "\n"
              << name << ": model " << one["live_model"].get<std::string>()
              << ", write: " << one["write"].get<std::string>() << "\n";
    if (const auto waits = one["waiting_model"].get<std::string>(); !waits.empty()) {
      const std::string which =
          waits + (status["connections"].size() > 1 ? " --connection " + name : "");
      std::cout << "  model " << waits << " waits: upselld models show " << which
                << ", then upselld models publish " << which << " or decline " << which << "\n";
    }
    if (one["pull"] != "whole") {
      std::cout << "  the last pull stopped half-way; the next sync goes on from there\n";
    }
    for (const auto& [kind, states] : one["deliveries"].items()) {
      std::cout << "  " << kind;
      for (const auto& [state, count] : states.items()) {
        std::cout << "  " << state << " " << number_text(count);
      }
      std::cout << "\n";
    }
  }
  for (const Json& pause : status["paused"]) {
    std::cout << "\npaused: " << pause["connection"].get<std::string>() << " since "
              << pause["since"].get<std::string>() << " by "
              << printable(pause["by"].get<std::string>())
              << "; go on with: " << pause["go_on_with"].get<std::string>() << "\n";
  }
  for (const Json& held : status["held"]) {
    std::cout << "\nheld: run " << held["run"].get<std::string>()
              << " waits for upselld plan --connection " << held["connection"].get<std::string>()
              << ", then upselld apply\n";
  }
  TextTable table({"RUN", "KIND", "STATUS", "AS OF"});
  for (const Json& run : status["runs"]) {
    table.add({run["run"].get<std::string>(), run["kind"].get<std::string>(),
               run["status"].get<std::string>(), run["as_of"].get<std::string>()});
  }
  std::cout << "\n" << table.text();
}

}  // namespace

Result<int> status_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  if (invocation.has("--metrics")) {
    const auto metrics = metrics_text(app->get(), {});
    if (!metrics) return metrics.error();
    std::cout << *metrics;
    return kDone;
  }
  const auto status = status_json(**app);
  if (!status) return status.error();
  if (invocation.json) {
    std::cout << status->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print_text(*status);
  }
  return kDone;
}

}  // namespace upselld::daemon
