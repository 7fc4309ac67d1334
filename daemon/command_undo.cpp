// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "daemon/add_delivery.h"
#include "daemon/command_list.h"
#include "daemon/cycle.h"
#include "daemon/run_frame.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using store::DeliveryState;

// What a run did in every connection, and what of its decisions is yet to be sent.
struct Traces {
  std::vector<store::WrittenFields> fields;
  std::vector<store::WrittenTask> tasks;
  std::vector<store::Delivery> undelivered;

  std::set<std::string> connections() const {
    std::set<std::string> names;
    for (const auto& one : fields) names.insert(one.account.connection);
    for (const auto& one : tasks) names.insert(one.account.connection);
    for (const auto& one : undelivered) names.insert(one.account.connection);
    return names;
  }
};

Result<Traces> traces_of(const Ledger& ledger, const std::string& run) {
  auto fields = ledger.plans.fields_of(run);
  if (!fields) return fields.error();
  auto tasks = ledger.plans.tasks_of(run);
  if (!tasks) return tasks.error();
  auto undelivered = ledger.outbox.undelivered_of(run);
  if (!undelivered) return undelivered.error();
  return Traces{std::move(*fields), std::move(*tasks), std::move(*undelivered)};
}

// What a run wrote long ago may be gone: then undoing it would do nothing, and say that it did.
Result<void> is_still_kept(App& app, const store::Run& run) {
  const auto kept_for = app.settings().retention.undo;
  if (!kept_for || app.clock().now() - run.started_at < *kept_for) return {};
  const auto traces = traces_of(app.ledger(), run.id);
  if (!traces) return traces.error();
  if (!traces->connections().empty()) return {};
  return Error{ErrorKind::invalid_config,
               "run " + run.id +
                   " cannot be undone: what it wrote is no longer kept (retention: "
                   "undo)",
               {}};
}

bool may_stand(const std::string& written, const store::FieldMemory& field) {
  const auto& attempts = field.attempts;
  return field.confirmed.value_or("") == written ||
         std::find(attempts.begin(), attempts.end(), written) != attempts.end();
}

// Former values as new deliveries: the same path, the same care for people's edits. What the run
// has not sent yet is not sent any more.
class Undoing {
 public:
  // Of what `run` left.
  Undoing(Cycle& cycle, const std::string& run, const Traces& traces,
          store::Transaction& transaction)
      : cycle_(cycle),
        run_(run),
        traces_(traces),
        transaction_(transaction),
        at_(cycle.app.clock().now()) {}

  Result<void> add(ConnectionReport& report);

 private:
  Result<bool> write_back(const store::WrittenFields& one);
  Result<bool> waits_for_later_run(const store::AccountRef& account) const;
  Result<void> withdraw(const store::AccountRef& account, const TaskWithdrawal& task);
  Result<void> drop(const store::Delivery& unsent);
  Result<store::AddedDelivery> deliver(const store::AccountRef& account,
                                       store::DeliveryPayload payload);

  Cycle& cycle_;
  const std::string& run_;
  const Traces& traces_;
  store::Transaction& transaction_;
  Instant at_;
};

Result<void> Undoing::add(ConnectionReport& report) {
  // What was attempted is in the traces, whatever became of it.
  std::set<std::uint32_t> attempted;
  std::int64_t over = 0;
  for (const store::WrittenFields& one : traces_.fields) {
    if (one.account.connection != report.connection) continue;
    attempted.insert(one.account.number);
    const auto added = write_back(one);
    if (!added) return added.error();
    ++(*added ? report.fields_due : over);
  }
  if (over > 0) {
    report.notes.push_back(
        fmt::format("{} accounts have other values since: those of later runs stay", over));
  }
  for (const store::WrittenTask& one : traces_.tasks) {
    if (one.account.connection != report.connection) continue;
    if (one.withdrawn) {
      report.account_notes.push_back("the withdrawn task of " + one.account.id +
                                     " stays withdrawn");
      continue;
    }
    const auto withdrawn = withdraw(one.account, {one.key, one.crm_id, "undone"});
    if (!withdrawn) return withdrawn;
  }
  std::size_t unsent = 0;
  for (const store::Delivery& one : traces_.undelivered) {
    if (one.account.connection != report.connection) continue;
    const bool is_written_over =
        one.kind() == store::DeliveryKind::fields && attempted.contains(one.account.number);
    if (one.kind() == store::DeliveryKind::withdrawal || is_written_over) continue;
    if (const auto dropped = drop(one); !dropped) return dropped;
    ++unsent;
  }
  if (unsent > 0) {
    report.notes.push_back(fmt::format(
        "{} deliveries that the run had not brought yet are not sent any more", unsent));
  }
  return {};
}

Result<store::AddedDelivery> Undoing::deliver(const store::AccountRef& account,
                                              store::DeliveryPayload payload) {
  return add_delivery(cycle_.app.ledger(), transaction_, cycle_.run,
                      {account, cycle_.run, 0, std::move(payload)}, at_);
}

// What a later run decided and has not brought yet would be lost: our own newer row takes the
// place of an older one.
Result<bool> Undoing::waits_for_later_run(const store::AccountRef& account) const {
  const auto rows = cycle_.app.ledger().outbox.list(
      {.kind = store::DeliveryKind::fields, .account = account.number});
  if (!rows) return rows.error();
  return std::any_of(rows->begin(), rows->end(), [&](const store::Delivery& row) {
    const bool is_on_its_way =
        row.state == DeliveryState::meant || row.state == DeliveryState::sending ||
        row.state == DeliveryState::deferred || row.state == DeliveryState::unknown;
    return is_on_its_way && row.deciding_run() != run_;
  });
}

// Only where all that the run wrote still stands as far as we know: what a later run wrote is not
// its, and half of each would fit nothing.
Result<bool> Undoing::write_back(const store::WrittenFields& one) {
  const auto waits = waits_for_later_run(one.account);
  if (!waits) return waits.error();
  if (*waits) return false;
  const auto known = cycle_.app.ledger().field_states.of(one.account.number);
  if (!known) return known.error();
  FieldUpdate update;
  update.account = one.account.id;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (!one.written[f]) continue;
    if (!may_stand(*one.written[f], (*known)[f])) return false;
    update.values[f] = one.before[f].value_or("");
  }
  const auto added = deliver(one.account, update);
  return added ? Result<bool>(true) : Result<bool>(added.error());
}

// What people closed or deleted is over, and stays remembered as theirs.
Result<void> Undoing::withdraw(const store::AccountRef& account, const TaskWithdrawal& task) {
  store::Decisions& decisions = cycle_.app.ledger().decisions;
  auto memory = decisions.memory(account.number);
  if (!memory) return memory.error();
  const bool is_newest = memory->task.key == task.key;
  if (is_newest && !memory->task.is_open()) return {};
  const auto added = deliver(account, task);
  if (!added) return added.error();
  if (!is_newest) return {};
  memory->task.status = TaskState::Status::withdrawn;
  memory->task.closed_at = at_;
  // Nobody ever saw it: as if it had never been decided.
  if (!added->cancelled.empty()) memory->task = TaskMemory{};
  return decisions.remember(transaction_, account.number, *memory);
}

Result<void> Undoing::drop(const store::Delivery& unsent) {
  if (unsent.kind() == store::DeliveryKind::task) {
    return withdraw(unsent.account, {unsent.task_key, "", "undone"});
  }
  Ledger& ledger = cycle_.app.ledger();
  const auto cancelled = ledger.outbox.cancel(transaction_, {&unsent.id, 1}, at_);
  if (!cancelled) return cancelled.error();
  if (cancelled->empty()) return {};
  const nlohmann::ordered_json payload = {{"delivery", unsent.id}, {"why", "undone"}};
  return ledger.audit.append(transaction_, {store::AuditKind::superseded, at_, cycle_.run,
                                            unsent.account, payload.dump()});
}

// It would change nothing, and count as undone.
Result<void> may_write_to(App& app, const std::set<std::string>& connections) {
  for (const std::string& name : connections) {
    const ConnectionSettings* settings = app.settings().connection(name);
    if (settings == nullptr || settings->write != WriteLevel::nothing) continue;
    return Error{ErrorKind::invalid_config,
                 "the run wrote to " + name +
                     ", where nothing may be written now: set write: "
                     "fields_and_tasks there until it is undone",
                 {}};
  }
  return {};
}

// The run's connections stay in the cycle; of one that the settings have no more a person is told.
// Gives whether all are there.
bool keep_those_written_to(Cycle& cycle, std::set<std::string> written_to) {
  if (written_to.empty()) return true;
  std::erase_if(cycle.connections, [&](const ConnectionCycle& connection) {
    return written_to.erase(connection.link->name()) == 0;
  });
  for (const std::string& name : written_to) {
    cycle.report.notes.push_back("what the run wrote to " + name +
                                 " stays until you undo it with that connection in the settings");
  }
  return written_to.empty();
}

// A CRM that cannot be reached stops only itself: what is due there goes on with its next sync.
Result<void> deliver_each(Cycle& cycle) {
  for (ConnectionCycle& connection : cycle.connections) {
    const auto delivered = deliver_stage(cycle, connection);
    if (delivered) continue;
    if (delivered.error().kind == ErrorKind::cancelled) return delivered;
    connection.report.failed = delivered.error().message;
    connection.report.failed_kind = delivered.error().kind;
  }
  return {};
}

// What people did with the tasks since the last sync counts. A CRM that cannot be asked now cannot
// be written to either, and that is told with the writing.
Result<void> read_outcomes(Cycle& cycle) {
  for (ConnectionCycle& connection : cycle.connections) {
    const auto read = outcomes_stage(cycle, connection);
    if (!read && read.error().kind == ErrorKind::cancelled) return read;
  }
  return {};
}

Result<void> undo_run(Cycle& cycle, const std::string& run) {
  Ledger& ledger = cycle.app.ledger();
  const auto traces = traces_of(ledger, run);
  if (!traces) return traces.error();
  if (const auto may = may_write_to(cycle.app, traces->connections()); !may) return may;
  const bool is_whole = keep_those_written_to(cycle, traces->connections());
  if (const auto read = read_outcomes(cycle); !read) return read;
  auto transaction = store::Transaction::begin(ledger.database, "undo", store::Durability::full);
  if (!transaction) return transaction.error();
  Undoing undoing(cycle, run, *traces, *transaction);
  for (ConnectionCycle& connection : cycle.connections) {
    if (const auto added = undoing.add(connection.report); !added) return added;
  }
  if (is_whole) {
    const auto noted = ledger.plans.note_undone(*transaction, run, cycle.run);
    if (!noted) return noted;
  }
  if (const auto committed = transaction->commit(); !committed) return committed;
  return deliver_each(cycle);
}

}  // namespace

Result<int> undo_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  Ledger& ledger = (*app)->ledger();
  std::string run = invocation.arguments.front();
  const auto applied = ledger.plans.applied_by(run);
  if (!applied) return applied.error();
  if (*applied) run = **applied;
  const auto known = ledger.runs.find(run);
  if (!known) return known.error();
  if (!*known) {
    return Error{
        ErrorKind::not_found, "no run or plan " + printable(run, 60) + "; see: upselld status", {}};
  }
  const auto undone = ledger.plans.undone_by(run);
  if (!undone) return undone.error();
  if (*undone) {
    return Error{ErrorKind::invalid_config, "run " + run + " was undone by " + **undone, {}};
  }
  if (const auto kept = is_still_kept(**app, **known); !kept) return kept.error();
  CycleOptions options;
  options.only_own = true;
  Cycle cycle{**app, options, "", (*known)->as_of, (*app)->clock().now(), "", {}, {}};
  if (const auto begun = begin_run(cycle, store::RunKind::undo); !begun) return begun.error();
  if (cycle.connections.empty()) {
    return Error{ErrorKind::invalid_config, "no connection brings accounts", {}};
  }
  const auto done = undo_run(cycle, run);
  cycle.report.notes.push_back("what other programs did because of the values cannot be undone");
  if (const auto ended = end_run(cycle, done); !ended) return ended.error();
  if (!done) return done.error();
  std::cout << (invocation.json ? to_json(cycle.report) : to_text(cycle.report));
  return cycle.report.exit_code();
}

}  // namespace upselld::daemon
