// SPDX-License-Identifier: Apache-2.0
#include "daemon/forget_in_crm.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/pause_change.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using store::DeliveryKind;
using store::DeliveryState;

constexpr const char* kLeave =
    "; or leave it as it is, for people to take away: upselld forget --leave-crm ACCOUNT";

// Keeps what a connector answers to a batch of one.
class OneAnswer : public ReceiptSink {
 public:
  void answer(std::size_t, Receipt receipt) override { receipt_ = std::move(receipt); }
  Result<void> checkpoint(const Continuation&) override { return {}; }
  bool is_settled() const {
    return receipt_.outcome == Receipt::Outcome::accepted ||
           receipt_.outcome == Receipt::Outcome::already_there;
  }
  const Receipt& receipt() const { return receipt_; }

 private:
  Receipt receipt_;
};

Error not_done(const std::string& what, const Receipt& receipt) {
  const std::string why =
      receipt.message.empty() ? "no answer says that it was done" : printable(receipt.message);
  return {
      ErrorKind::unavailable, what + ": " + why + "; nothing was removed here, run it again", {}};
}

bool has_text(const std::optional<std::string>& value) {
  return value && !value->empty();
}

// The field that people set is not ours to empty.
bool is_ours(std::size_t field) {
  return static_cast<Field>(field) != Field::pause_until;
}

Result<bool> may_have_values(Ledger& ledger, std::uint32_t account) {
  const auto fields = ledger.field_states.of(account);
  if (!fields) return fields.error();
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    const store::FieldMemory& field = (*fields)[f];
    const bool was_tried = std::any_of(field.attempts.begin(), field.attempts.end(),
                                       [](const std::string& text) { return !text.empty(); });
    if (is_ours(f) && (has_text(field.confirmed) || was_tried)) return true;
  }
  return false;
}

bool is_unanswered(DeliveryState state, Instant doubted_at) {
  return state == DeliveryState::sending || state == DeliveryState::unknown ||
         !doubted_at.is_missing();
}

// No byte of it left, or it was refused for sure.
Result<bool> is_surely_unsent(Ledger& ledger, const std::string& key) {
  const auto sent = ledger.outbox.task_of(key);
  if (!sent) return sent.error();
  if (!*sent || is_unanswered((*sent)->state, (*sent)->doubted_at)) return false;
  return (*sent)->state != DeliveryState::done;
}

Result<void> add_tasks(Ledger& ledger, std::uint32_t account, std::set<std::string>& keys) {
  const auto memory = ledger.decisions.memory(account);
  if (!memory) return memory.error();
  const TaskMemory& task = memory->task;
  if (task.is_open()) {
    const auto unsent = is_surely_unsent(ledger, task.key);
    if (!unsent) return unsent.error();
    if (!*unsent) keys.insert(task.key);
  }
  const auto sent = ledger.outbox.list({.account = account});
  if (!sent) return sent.error();
  for (const store::Delivery& one : *sent) {
    const bool is_over = one.state == DeliveryState::done ||
                         one.state == DeliveryState::superseded ||
                         one.state == DeliveryState::cancelled;
    if (is_over || one.kind() == DeliveryKind::fields) continue;
    // A withdrawal that did not come about: its task is open.
    const bool may_stand =
        one.kind() == DeliveryKind::withdrawal || is_unanswered(one.state, one.doubted_at);
    if (may_stand) keys.insert(one.task_key);
  }
  return {};
}

// One at a time: a CRM may take two of the ids for one record.
Result<void> empty_fields(Connector& connector, const std::string& id, CrmCleared& cleared) {
  const auto states = connector.current_fields({&id, 1});
  if (!states) return states.error();
  const FieldState& state = states->front();
  FieldUpdate update;
  update.account = id;
  bool is_empty = true;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (!is_ours(f)) continue;
    update.values[f] = "";
    is_empty = is_empty && !has_text(state.values[f]);
  }
  if (!state.exists || is_empty) return {};
  OneAnswer answer;
  if (const auto updated = connector.update_fields({&update, 1}, answer, {}); !updated) {
    return updated;
  }
  if (!answer.is_settled()) {
    return not_done("forget " + id + ": the fields could not be emptied", answer.receipt());
  }
  ++cleared.accounts_emptied;
  return {};
}

Result<void> withdraw_task(App& app, Connector& connector, const std::string& key,
                           CrmCleared& cleared) {
  const TaskWithdrawal withdrawal = {key, "", "the account was forgotten"};
  OneAnswer answer;
  if (const auto asked = connector.withdraw_tasks({&withdrawal, 1}, answer, {}); !asked) {
    return asked;
  }
  const std::string what = "forget: the task " + key + " could not be withdrawn";
  if (!answer.is_settled()) return not_done(what, answer.receipt());
  if (answer.receipt().outcome == Receipt::Outcome::accepted) {
    ++cleared.tasks_withdrawn;
    return {};
  }
  const auto sent = app.ledger().outbox.task_of(key);
  if (!sent) return sent.error();
  // What was sent and not answered may come to stand yet.
  if (answer.receipt().crm_id.empty() && *sent &&
      is_unanswered((*sent)->state, (*sent)->doubted_at)) {
    const std::string why =
        (*sent)->state == DeliveryState::rejected
            ? ": it was sent, and no look has ever found it: look for it at the account"
            : ": nobody knows yet whether it stands; a sync finds out, within a day";
    return Error{ErrorKind::unavailable, what + why + kLeave, {}};
  }
  ++cleared.tasks_left;
  return {};
}

// Why nothing may be sent there, with the remedy; nothing: it may.
Result<std::optional<std::string>> hindrance(App& app, const Link* link, const CrmTraces& traces,
                                             const std::string& connection) {
  using Why = std::optional<std::string>;
  if (link == nullptr) {
    if (!traces.any()) return Why();
    return Why("there is no connection " + connection +
               " in the settings any more: put it back for this");
  }
  const WriteLevel write = link->settings->write;
  if (write == WriteLevel::nothing && !traces.any()) return Why();
  if (write == WriteLevel::nothing) {
    return Why(connection + " has `write: nothing`: set `write: " +
               to_text(traces.tasks.empty() ? WriteLevel::fields : WriteLevel::fields_and_tasks) +
               "` for this");
  }
  if (write == WriteLevel::fields && !traces.tasks.empty()) {
    return Why(connection + " has `write: fields`: set `write: fields_and_tasks` for this");
  }
  const auto paused = app.ledger().brakes.paused(connection);
  if (!paused) return paused.error();
  if (!*paused) return Why();
  return Why("writing to " + connection + " is paused: go on first, with: " + lifting(**paused));
}

}  // namespace

Result<CrmTraces> crm_traces(Ledger& ledger, const store::AccountGroup& group) {
  CrmTraces traces;
  std::set<std::string> keys;
  for (const store::AccountRef& account : group.accounts) {
    const auto values = may_have_values(ledger, account.number);
    if (!values) return values.error();
    traces.fields = traces.fields || *values;
    if (const auto added = add_tasks(ledger, account.number, keys); !added) return added.error();
  }
  traces.tasks.assign(keys.begin(), keys.end());
  return traces;
}

std::string to_text(const CrmCleared& cleared) {
  std::string text;
  const auto add = [&](int count, const std::string& what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + what;
  };
  const auto tasks = [](int count) {
    return fmt::format("{} task{}", count, count == 1 ? "" : "s");
  };
  add(cleared.accounts_emptied, "fields emptied");
  add(cleared.tasks_withdrawn, tasks(cleared.tasks_withdrawn) + " withdrawn");
  add(cleared.tasks_left,
      tasks(cleared.tasks_left) + " left that people closed, took away or touched");
  return text;
}

Result<CrmCleared> clear_in_crm(App& app, const store::AccountGroup& group,
                                const CrmTraces& traces) {
  const std::string& connection = group.accounts.front().connection;
  Link* link = nullptr;
  for (Link& one : app.links()) {
    if (one.name() == connection) link = &one;
  }
  const auto hindered = hindrance(app, link, traces, connection);
  if (!hindered) return hindered.error();
  if (*hindered) {
    return Error{
        ErrorKind::invalid_config,
        "forget " + connection + ":" + group.accounts.front().id + ": " + **hindered + kLeave,
        {}};
  }
  CrmCleared cleared;
  if (link == nullptr || link->settings->write == WriteLevel::nothing) return cleared;
  for (const store::AccountRef& account : group.accounts) {
    const auto emptied = empty_fields(*link->connector, account.id, cleared);
    if (!emptied) return emptied.error();
  }
  for (const std::string& key : traces.tasks) {
    const auto withdrawn = withdraw_task(app, *link->connector, key, cleared);
    if (!withdrawn) return withdrawn.error();
  }
  return cleared;
}

}  // namespace upselld::daemon
