// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/time_zone.h"
#include "daemon/account_lookup.h"
#include "daemon/account_names.h"
#include "daemon/audit_note.h"
#include "daemon/codec.h"
#include "daemon/command_list.h"
#include "daemon/decision_json.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string likelihood_text(const Score& score) {
  if (!score.has_probability) return "ranked by rule";
  return percent(score.probability, score.probability < 0.1 ? 1 : 0);
}

std::string joined_tags(const std::vector<std::string>& tags) {
  std::string out;
  for (const std::string& tag : tags) out += (out.empty() ? "" : ", ") + tag;
  return out;
}

std::string text_of_decision(const store::StoredDecision& d, const std::string& name,
                             Duration horizon, const std::string& currency) {
  const Score& score = d.score;
  std::string out =
      fmt::format("{} ({}:{})\n\n", printable(name), d.account.connection, d.account.id);
  TextTable table({"", ""});
  if (score.has_probability) {
    table.add({"likelihood",
               fmt::format("{} within {} days", likelihood_text(score), horizon.ms / days(1).ms)});
  } else {
    table.add({"likelihood", d.status});
  }
  if (has_gain(score)) {
    table.add({"expected gain",
               fmt::format("{:.0f} {}: likelihood times {:.0f} of an up-sell", score.rank_value,
                           currency, score.rank_value / score.probability)});
  }
  if (d.band)
    table.add({"band", fmt::format("{}, decile {} of its segment", to_text(*d.band), d.decile)});
  table.add({"segment", d.segment + (d.tags.empty() ? "" : "; tags " + joined_tags(d.tags))});
  table.add({"action", d.action.empty() ? "none" : d.action});
  if (!d.rule.empty()) table.add({"decided by", d.rule});
  if (!d.held.empty()) table.add({"held", d.held});
  table.add({"as of", fmt::format("{}, model {}, run {}", to_text(d.decided_on),
                                  score.model_version, d.run)});
  out += table.text();
  if (!score.reasons.empty()) {
    out += "\nreasons, in log-odds\n";
    TextTable reasons({"", "", ""}, "  ");
    for (const Reason& reason : score.reasons) {
      reasons.add(
          {fmt::format("{:+.2f}", reason.contribution), reason.group, printable(reason.text)});
    }
    out += reasons.text();
    if (score.has_probability) {
      out += fmt::format("  {:+.2f}  the average account\n  {:+.2f}  together\n", score.base,
                         score.margin);
    }
  }
  if (d.task) {
    out += fmt::format("\ntask for {}, {}, due {}\n  {}\n", printable(d.task->owner), d.task->type,
                       to_text(d.task->due), printable(d.task->subject));
    std::string line;
    for (const char c : d.task->body + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      out += "    " + printable(line) + "\n";
      line.clear();
    }
  }
  return out;
}

// The decision as people read it: its task is for a name, where one is known.
store::StoredDecision with_owner_name(App& app, store::StoredDecision decision) {
  if (!decision.task) return decision;
  decision.task->owner = AccountNames(app).rep(decision.account.connection, decision.task->owner);
  return decision;
}

Result<store::DecisionFilter> filter_of(const Invocation& invocation) {
  store::DecisionFilter filter;
  filter.connection = invocation.option("--connection");
  filter.segment = invocation.option("--segment");
  filter.any_held = invocation.has("--held");
  filter.count_max = 20;
  if (const std::string top = invocation.option("--top"); !top.empty()) {
    const auto read = std::from_chars(top.data(), top.data() + top.size(), filter.count_max);
    if (read.ec != std::errc() || read.ptr != top.data() + top.size() || filter.count_max == 0) {
      return Error{ErrorKind::invalid_config, "--top " + top + ": write a number from 1", {}};
    }
  }
  if (const std::string band = invocation.option("--band"); !band.empty()) {
    for (const Band one : {Band::low, Band::medium, Band::high}) {
      if (band == to_text(one)) filter.band = one;
    }
    if (!filter.band) {
      return Error{ErrorKind::invalid_config, "--band " + band + ": write high, medium or low", {}};
    }
  }
  return filter;
}

}  // namespace

Result<int> explain_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto hit = one_account(**app, invocation.arguments.front());
  if (!hit) return hit.error();
  const auto decision = (*app)->ledger().decisions.latest(hit->number);
  if (!decision) return decision.error();
  if (!*decision) {
    return Error{ErrorKind::not_found,
                 "nothing was decided about " + printable(hit->name) + " yet; run: upselld sync",
                 {}};
  }
  const ConnectionSettings* connection = (*app)->settings().connection(hit->connection);
  const Duration horizon =
      connection != nullptr ? connection->target.horizon : (*app)->settings().target.horizon;
  std::cout << (invocation.json ? dumped(json_of_decision(**decision, hit->name))
                                : text_of_decision(with_owner_name(**app, **decision), hit->name,
                                                   horizon, (*app)->settings().currency));
  return kDone;
}

Result<int> accounts_command(const Invocation& invocation) {
  auto filter = filter_of(invocation);
  if (!filter) return filter.error();
  const std::size_t shown_max = filter->count_max++;  // one more tells whether there are more
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  auto decisions = (*app)->ledger().decisions.list(*filter);
  if (!decisions) return decisions.error();
  const bool has_more = decisions->size() > shown_max;
  if (has_more) decisions->pop_back();
  AccountNames names(**app);
  Json rows = Json::array();
  TextTable table({"ACCOUNT", "BAND", ">LIKELIHOOD", "SEGMENT", "ACTION", "HELD", "WHY NOW"});
  for (const store::StoredDecision& d : *decisions) {
    const auto named = names.of(d.account);
    if (!named) return named.error();
    rows.push_back(json_of_decision(d, named->name));
    const auto& reason = d.values[static_cast<std::size_t>(Field::top_reason)];
    table.add({printable(named->name, 32), d.band ? to_text(*d.band) : "", likelihood_text(d.score),
               d.segment, d.action, d.held, printable(reason.value_or(""), 70)});
  }
  if (invocation.json) {
    std::cout << dumped({{"accounts", rows}, {"more", has_more}});
  } else if (table.empty()) {
    std::cout << "no account is like that\n";
  } else {
    std::cout << table.text() << "\n";
    if (has_more) std::cout << "The first " << shown_max << "; more with --top N. ";
    std::cout << "See one: upselld explain ACCOUNT\n";
  }
  return kDone;
}

Result<int> release_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto hit = one_account(**app, invocation.arguments.front());
  if (!hit) return hit.error();
  Ledger& ledger = (*app)->ledger();
  auto transaction = store::Transaction::begin(ledger.database, "release", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto released = ledger.field_states.release(*transaction, hit->number);
  if (!released) return released.error();
  if (*released > 0) {
    const Json payload = {
        {"account", hit->id}, {"fields", *released}, {"by", person_at(invocation)}};
    const Instant at = (*app)->clock().now();
    const store::AccountRef account = {hit->number, hit->connection, hit->id};
    const auto noted =
        note_act(ledger, *transaction, {store::AuditKind::released, payload, account}, at);
    if (!noted) return noted.error();
  }
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  if (invocation.json) {
    std::cout << dumped({{"account", hit->id}, {"released", *released}});
  } else {
    std::cout << *released << " fields of " << printable(hit->name)
              << " are ours to write again, with the next sync that changes them\n";
  }
  return kDone;
}

}  // namespace upselld::daemon
