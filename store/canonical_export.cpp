// SPDX-License-Identifier: Apache-2.0
#include "store/canonical_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/audit_chain.h"
#include "store/audit_header.h"
#include "store/decisions.h"
#include "store/delivery_row.h"
#include "store/field_states.h"
#include "store/outbox_rows.h"
#include "store/payload_form.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

using Json = nlohmann::json;

// What a payload may say that differs between two ways to the same state.
constexpr const char* kVolatileKeys[] = {"run",         "run_id",      "at",          "time",
                                         "started_at",  "finished_at", "sent_at",     "attempt",
                                         "seconds",     "api_calls",   "delivery",    "decision",
                                         "by_decision", "version",     "account_hash"};

void drop_volatile(Json& json) {
  if (json.is_object()) {
    for (const char* key : kVolatileKeys) json.erase(key);
  }
  for (Json& item : json) {
    if (item.is_structured()) drop_volatile(item);
  }
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// JSON without its volatile keys; other bytes by their digest.
std::string canonical_payload(const std::string& payload) {
  Json json = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return "sha256:" + hex(sha256(payload));
  drop_volatile(json);
  // Found there or put there: the same end.
  const auto receipt = json.find("receipt");
  if (receipt != json.end() && receipt->is_object() &&
      receipt->value("outcome", -1) == static_cast<int>(Receipt::Outcome::already_there)) {
    (*receipt)["outcome"] = static_cast<int>(Receipt::Outcome::accepted);
  }
  return dump(json);
}

std::string as_json(const std::string& text) {
  return dump(Json(text));
}

std::string as_json(const std::optional<std::string>& text) {
  return text ? as_json(*text) : "-";
}

std::string as_json(const std::vector<std::string>& texts) {
  return dump(Json(texts));
}

// Shortest text that reads back to the same bits.
std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "-";
}

std::string band_text(const std::optional<Band>& band) {
  return band ? to_text(*band) : "-";
}

std::string task_text(const TaskMemory& task) {
  if (task.key.empty()) return "-";
  return fmt::format("{} {} {} {} {} {} {} {}", as_json(task.key), as_json(task.action),
                     as_json(task.owner), to_text(task.decided_on), to_text(task.due),
                     to_text(task.status), as_json(task.outcome),
                     task.closed_at.is_missing() ? "-" : to_text(task.closed_at));
}

class Exporter {
 public:
  explicit Exporter(Database& database) : database_(database), sql_(raw(database)) {}

  Result<std::vector<std::string>> lines() {
    read_accounts();
    Result<void> (Exporter::*const parts[])() = {&Exporter::decisions, &Exporter::memories,
                                                 &Exporter::deliveries, &Exporter::field_states,
                                                 &Exporter::audit};
    for (const auto part : parts) {
      if (const Result<void> done = (this->*part)(); !done) return done.error();
    }
    scores();
    plain_tables();
    std::sort(lines_.begin(), lines_.end());
    return std::move(lines_);
  }

 private:
  void read_accounts() {
    SQLite::Statement query(
        sql_,
        "SELECT account, connection, crm_id FROM decisions UNION"
        " SELECT account, connection, crm_id FROM audit_accounts WHERE account <> 0 UNION"
        " SELECT account, connection, crm_id FROM outbox");
    while (query.executeStep()) {
      accounts_[query.getColumn(0).getUInt()] =
          as_json(text_at(query, 1) + ":" + text_at(query, 2));
    }
  }

  // An account that only has a memory cannot be named; its number would depend on the way.
  std::string name_of(std::uint32_t account) const {
    const auto found = accounts_.find(account);
    return found == accounts_.end() ? "-" : found->second;
  }

  template <typename... Parts>
  void line(const char* format, const Parts&... parts) {
    lines_.push_back(fmt::format(fmt::runtime(format), parts...) + "\n");
  }

  Result<void> decisions() {
    return Decisions(database_).each([&](StoredDecision&& d) {
      std::string reasons;
      for (const Reason& r : d.score.reasons) {
        reasons += fmt::format(" [{} {} {} {} {}]", r.group, r.feature, r.value, r.contribution,
                               as_json(r.text));
      }
      line(
          "decision {} {} segment {} band {} decile {} tags {} action {} rule {} held {} status {}",
          name_of(d.account.number), to_text(d.decided_on), as_json(d.segment), band_text(d.band),
          d.decile, as_json(d.tags), as_json(d.action), as_json(d.rule), as_json(d.held),
          as_json(d.status));
      line("decision {} score {} {} {} {} {} reasons{}", name_of(d.account.number),
           d.score.model_version,
           number(d.score.has_probability ? std::optional(d.score.probability) : std::nullopt),
           d.score.margin, d.score.base, d.score.rank_value, reasons);
      line("decision {} values {} task {}", name_of(d.account.number), fields_to_json(d.values),
           d.task ? task_to_json(*d.task) : "-");
    });
  }

  Result<void> memories() {
    return Decisions(database_).each_memory([&](std::uint32_t account, AccountMemory&& m) {
      line("memory {} {} {} segment {} band {} beyond {} {} decile {} tags {} action {} rule {}",
           name_of(account), m.decided ? "decided" : "undecided", to_text(m.decided_on),
           as_json(m.segment), band_text(m.band), band_text(m.band_beyond),
           to_text(m.band_beyond_since), m.decile, as_json(m.tags), as_json(m.action),
           as_json(m.rule));
      line("memory {} held {} probability {} then {} reasons {} model {} refreshed {} task {}",
           name_of(account), as_json(m.held), number(m.probability), number(m.score_30_days_ago),
           as_json(m.reason_order), as_json(m.model_version), to_text(m.refreshed_on),
           task_text(m.task));
    });
  }

  // What was superseded or cancelled on the way is told by the audit.
  Result<void> deliveries() {
    SQLite::Statement query(sql_, std::string(kOutboxColumns) + "WHERE state NOT IN (6, 7)");
    while (query.executeStep()) {
      const Result<Delivery> d = read_delivery(query);
      if (!d) return d.error();
      // A refusal's words and the values that stand there belong to the state; whether an item was
      // accepted, or found in place after a crash, does not.
      line("delivery {} {} {} value {} payload {} stored {} refused {} {} {}",
           name_of(d->account.number), to_text(d->kind()), to_text(d->state), d->expected_value,
           payload_to_json(d->payload), fields_to_json(d->receipt.stored), as_json(d->receipt.code),
           as_json(d->receipt.message), as_json(d->receipt.field));
    }
    return {};
  }

  Result<void> field_states() {
    const FieldStates states(database_);
    SQLite::Statement query(sql_, "SELECT account, connection, crm_id FROM field_states");
    while (query.executeStep()) {
      const Result<AccountFields> fields = states.of(query.getColumn(0).getUInt());
      if (!fields) return fields.error();
      const std::string account = as_json(text_at(query, 1) + ":" + text_at(query, 2));
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        const FieldMemory& field = (*fields)[i];
        if (!field.confirmed && field.attempts.empty() && field.edited_at.is_missing()) continue;
        line("field {} {} confirmed {} attempts {} edited {} {}", account,
             to_text(static_cast<Field>(i)), as_json(field.confirmed), as_json(field.attempts),
             field.edited_at.is_missing() ? "no" : "yes", as_json(field.edited));
      }
    }
    return {};
  }

  Result<void> audit() {
    SQLite::Statement query(sql_,
                            "SELECT e.sequence, e.kind, p.account, p.form, p.bytes"
                            " FROM audit_entries AS e LEFT JOIN audit_payloads AS p"
                            " ON p.sequence = e.sequence");
    while (query.executeStep()) {
      const auto kind = static_cast<AuditKind>(query.getColumn(1).getInt());
      // One per run, and an interrupted cycle takes more runs than another.
      if (kind == AuditKind::run) continue;
      if (query.isColumnNull(4)) {
        line("audit {} forgotten", to_text(kind));
        continue;
      }
      const auto payload = unpacked(query.getColumn(3).getInt(), text_at(query, 4));
      line("audit {} {} {}", to_text(kind), name_of(query.getColumn(2).getUInt()),
           payload ? canonical_payload(*payload) : "damaged");
    }
    return {};
  }

  void scores() {
    SQLite::Statement query(sql_, "SELECT account, day, score FROM score_history");
    while (query.executeStep()) {
      const SQLite::Column score = query.getColumn(2);
      line("score {} {} {}", name_of(query.getColumn(0).getUInt()),
           to_text(Day{query.getColumn(1).getInt()}),
           number(score.isNull() ? std::nullopt : std::optional(score.getDouble())));
    }
  }

  // Tables whose rows are texts and small numbers: a name and what to show of each row.
  void plain_tables() {
    constexpr const char* kTables[] = {
        "SELECT 'model', connection, version FROM models",
        "SELECT 'publication', connection, version, is_rollback FROM model_publications",
        "SELECT 'config', kind, sha256 FROM config_uses",
        "SELECT 'pause', connection, why FROM pauses",
        "SELECT 'held_run', connection, reasons FROM held_runs",
        "SELECT 'approval', connection, crm_id, task, state, answered_by FROM approvals",
        "SELECT DISTINCT 'written_fields', connection, crm_id, values_before, values_written"
        " FROM written_fields",
        "SELECT DISTINCT 'written_task', connection, crm_id, task_key, task_crm_id, is_withdrawn"
        " FROM written_tasks",
        "SELECT 'trial', connection, crm_id, day, action, rule, task_type, is_held_out,"
        " probability FROM trials",
        "SELECT 'forgotten_accounts', count(*) FROM forgotten_accounts",
        "SELECT 'task_keys_used', count(*) FROM task_keys_used",
    };
    for (const char* table : kTables) {
      SQLite::Statement query(sql_, table);
      while (query.executeStep()) {
        std::string text = text_at(query, 0);
        for (int i = 1; i < query.getColumnCount(); ++i) text += " " + as_json(text_at(query, i));
        line("{}", text);
      }
    }
  }

  Database& database_;
  SQLite::Database& sql_;
  std::map<std::uint32_t, std::string> accounts_;
  std::vector<std::string> lines_;
};

}  // namespace

Result<void> export_canonical(Database& database,
                              const std::function<void(std::string_view line)>& write) {
  return guarded("store: export", [&]() -> Result<void> {
    const ReadState state(database);
    const Result<std::vector<std::string>> lines = Exporter(database).lines();
    if (!lines) return in_context("store: export", lines.error());
    for (const std::string& line : *lines) write(line);
    return {};
  });
}

}  // namespace upselld::store
