// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/digest.h"
#include "core/file_io.h"
#include "daemon/account_cases.h"
#include "daemon/audit_json.h"
#include "daemon/audit_note.h"
#include "daemon/codec.h"
#include "daemon/command_list.h"
#include "daemon/cycle.h"
#include "daemon/interrupt.h"
#include "daemon/replay.h"
#include "daemon/text_table.h"
#include "store/audit_verify.h"
#include "store/canonical_export.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kDifferencesShown = 20;

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Result<std::uint64_t> whole_number(const std::string& text, const char* what) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && number > 0) return number;
  return Error{ErrorKind::invalid_config,
               std::string(what) + " " + printable(text, 40) + ": write a number from 1",
               {}};
}

// The records' part of the canonical text: each account's feature row as of now.
Result<void> write_rows(App& app, const FileWriter& write) {
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    auto cases = open_cases(app, link, app.now());
    if (!cases) return cases.error();
    if (const auto scored = score_cases(app, link, app.now(), *cases); !scored) return scored;
    std::set<std::string> lines;
    for (const AccountCase& one : cases->cases) {
      lines.insert("row " + link.name() + ":" + one.facts.id + " " + one.not_scored + " " +
                   row_text(cases->row_of(one)) + "\n");
    }
    for (const std::string& line : lines) {
      if (const auto written = write(line); !written) return written;
    }
  }
  return {};
}

Result<void> write_canonical(App& app, const FileWriter& write) {
  Result<void> written;
  const auto exported = store::export_canonical(app.database(), [&](std::string_view line) {
    if (written) written = write(line);
  });
  if (!exported) return exported;
  if (!written) return written;
  return write_rows(app, write);
}

Json replay_json(const ReplayResult& result) {
  Json different = Json::array();
  for (const ReplayDifference& one : result.different) {
    different.push_back({{"sequence", one.sequence}, {"account", one.account}, {"what", one.what}});
  }
  return {{"decisions", result.decisions},
          {"equal", result.equal},
          {"forgotten", result.forgotten},
          {"different", different}};
}

}  // namespace

Result<int> audit_list_command(const Invocation& invocation) {
  store::AuditFilter filter;
  filter.newest_first = true;
  filter.count_max = 20;
  filter.run = invocation.option("--run");
  if (const std::string top = invocation.option("--top"); !top.empty()) {
    const auto number = whole_number(top, "--top");
    if (!number) return number.error();
    filter.count_max = *number;
  }
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto headers = (*app)->ledger().audit.list(filter);
  if (!headers) return headers.error();
  Json rows = Json::array();
  TextTable table({">SEQUENCE", "TIME", "KIND", "ACCOUNT", "RUN"});
  for (const store::AuditHeader& header : *headers) {
    const auto account = (*app)->ledger().audit.account_of(header.sequence);
    if (!account) return account.error();
    const std::string whose = account->number == 0 ? "" : account->connection + ":" + account->id;
    table.add({grouped(static_cast<std::int64_t>(header.sequence)), to_text(header.at),
               store::to_text(header.kind), printable(whose, 40), header.run});
    rows.push_back(header_json(header));
  }
  std::cout << (invocation.json ? dumped({{"entries", rows}}, 2) + "\n" : table.text());
  return kDone;
}

Result<int> audit_show_command(const Invocation& invocation) {
  const auto sequence = whole_number(invocation.arguments.front(), "audit show");
  if (!sequence) return sequence.error();
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  store::AuditFilter filter;
  filter.after = *sequence - 1;
  filter.count_max = 1;
  const auto headers = (*app)->ledger().audit.list(filter);
  if (!headers) return headers.error();
  const auto payload = (*app)->ledger().audit.payload(*sequence);
  if (!payload) return payload.error();
  Json out = header_json(headers->front());
  out["payload"] = payload_json(*payload);
  std::cout << dumped(out, 2) << "\n";
  return kDone;
}

Result<int> audit_verify_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto verdict = store::verify_audit((*app)->database(), invocation.option("--head"),
                                           [] { return !stop_signal().stop_requested(); });
  if (!verdict) return verdict.error();
  if (invocation.json) {
    Json out = {{"entries", verdict->entries},
                {"valid", verdict->valid},
                {"head", verdict->head},
                {"forgotten_payloads", verdict->forgotten_payloads},
                {"dropped_payloads", verdict->dropped_payloads},
                {"first_bad", Json()}};
    if (verdict->first_bad) {
      out["first_bad"] = {{"sequence", verdict->first_bad->sequence},
                          {"reason", verdict->first_bad->reason}};
    }
    std::cout << dumped(out, 2) << "\n";
  } else if (verdict->valid) {
    std::cout << "valid: " << grouped(static_cast<std::int64_t>(verdict->entries))
              << " entries, none changed, added or missing\nhead " << verdict->head
              << "\nnote it elsewhere; later prove with: upselld audit verify --head HASH\n";
  } else if (verdict->first_bad) {
    std::cout << "NOT VALID from entry " << verdict->first_bad->sequence
              << " on: " << verdict->first_bad->reason << "\n";
  } else {
    std::cout << "NOT VALID: the head you gave is not in the chain\n";
  }
  return verdict->valid ? kDone : kFailed;
}

Result<int> audit_export_command(const Invocation& invocation) {
  const bool canonical = invocation.has("--canonical");
  auto app = App::open(invocation, canonical ? Access::read : Access::write);
  if (!app) return app.error();
  const std::string& file = invocation.arguments.front();
  if (!canonical) {
    // Written down before the first byte leaves.
    const Json payload = {{"what", "audit"}, {"by", person_at(invocation)}};
    const auto noted = note_act_alone((*app)->ledger(), {store::AuditKind::exported, payload, {}},
                                      (*app)->clock().now());
    if (!noted) return noted.error();
  }
  const auto written = fill_file_atomically(file, [&](const FileWriter& write) {
    return canonical ? write_canonical(**app, write)
                     : write_audit_lines((*app)->ledger().audit, 0, write);
  });
  if (!written) return written.error();
  std::cout << "written to " << file << "\n";
  return kDone;
}

Result<int> audit_replay_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const std::string run = invocation.arguments.empty() ? "" : invocation.arguments.front();
  const bool from_data = invocation.has("--from-data");
  const auto result = from_data ? replay_from_data(**app, run) : replay_decisions(**app, run);
  if (!result) return result.error();
  if (invocation.json) {
    std::cout << dumped(replay_json(*result), 2) << "\n";
  } else {
    std::cout << grouped(static_cast<std::int64_t>(result->decisions)) << " decisions, "
              << grouped(static_cast<std::int64_t>(result->equal)) << " equal, "
              << result->different.size() << " different\n";
    TextTable table({"", "", ""}, "  ");
    for (std::size_t i = 0; i < result->different.size() && i < kDifferencesShown; ++i) {
      const ReplayDifference& one = result->different[i];
      table.add({grouped(static_cast<std::int64_t>(one.sequence)), printable(one.account, 40),
                 printable(one.what, 100)});
    }
    std::cout << table.text();
  }
  // Data that changed since is a finding, not a failure of the audit.
  return result->different.empty() || from_data ? kDone : kFailed;
}

}  // namespace upselld::daemon
