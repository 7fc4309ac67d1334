// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/delivery.h"
#include "core/host.h"
#include "plugins/crm/attempts.h"
#include "plugins/crm/receipts.h"

namespace upselld::plugins {

// A task that stands under a key of ours, or stood.
struct StandingTask {
  std::string id, body;
  std::string outcome, note;  // as people filled them in
  std::string changed_by;     // last; empty where the CRM does not tell
  bool is_deleted = false, is_done = false;
  bool is_taken = false;  // by a person, or out of our reach; only of Look::to_close
  Instant done_at = Instant::missing(), changed_at = Instant::missing();
};
// By key, as the CRM compares keys.
using StandingTasks = std::map<std::string, StandingTask>;

// In the body of a task that we closed, before the reason: tells it from one that a rep did.
inline constexpr const char* kWithdrawn = "Withdrawn by upselld: ";

// A new task as the CRM takes it, or why there is none.
struct TaskRecord {
  std::string json;
  std::optional<Refusal> refusal;
};

struct TaskClosing {
  StandingTask task;
  std::string why;
};

// What a CRM said of one task that was sent to be made or closed.
struct TaskAnswer {
  enum class Fate : std::uint8_t {
    done,      // it stands under `id`
    unsaid,    // nothing: it may have been done
    doubled,   // a value stands already that may stand once: our key, or that of another's rule
    again,     // locked: soon
    no_owner,  // its owner may have none: the fallback may
    settled,   // by `receipt`
  } fate = Fate::unsaid;
  std::string id = {};   // of what is doubled: the record that has the value, where it is told
  Receipt receipt = {};  // why not
};

// What a look at tasks is for.
enum class Look : std::uint8_t {
  state,     // whether one stands, and what became of it
  anew,      // the same, and no earlier look may be used
  to_close,  // and whether a person has taken it
};

// What every connector does with our tasks: looks before it creates, never upserts, for that would
// overwrite what a rep has done, looks again where an answer was lost, closes only what nobody
// touched, and reads back what people made of it. Made by a connector, which says how its CRM does
// each step; used by its thread.
class OurTasks {
 public:
  explicit OurTasks(Host& host) : host_(host) {}
  virtual ~OurTasks() = default;
  OurTasks(const OurTasks&) = delete;
  OurTasks& operator=(const OurTasks&) = delete;

  // As Connector says.
  Result<void> create(std::span<const TaskDraft> batch, ReceiptSink& sink);
  Result<void> withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink);
  Result<std::vector<FoundTask>> find(std::span<const std::string> keys);
  Result<std::vector<TaskState>> states(std::span<const std::string> keys);

 protected:
  // What stands under these keys, deleted ones too.
  virtual Result<StandingTasks> look_up(std::span<const std::string> keys, Look look) = 0;
  // The form in which two keys are the same.
  virtual std::string compared(const std::string& key) const { return key; }
  // False: what no look finds may stand all the same.
  virtual Result<bool> finds_all() { return true; }

  // An Error where no task can be made. Before the first look.
  virtual Result<void> check_key() = 0;
  // Who is active now: people leave between a pull and a write.
  virtual Result<void> learn_owners(std::span<const TaskDraft> batch) = 0;
  virtual std::span<const Attempt> attempts() const = 0;
  // `is_for_fallback`: not for the draft's own owner.
  virtual Result<TaskRecord> record_of(const TaskDraft& task, bool is_for_fallback) = 0;
  // One answer for each, in order. An Error: nothing is known of any (timed_out), or none was made.
  virtual Result<std::vector<TaskAnswer>> send_new(std::span<const TaskDraft> tasks,
                                                   const std::vector<std::string>& records,
                                                   Duration pause) = 0;
  // What becomes of a doubled one under whose key no look finds a task.
  virtual Result<Receipt> doubled_unseen(const TaskDraft& task, const TaskAnswer& answer) = 0;

  // True: a look by key may miss for a while what was made a moment ago.
  virtual bool looks_lag() const { return false; }
  // As look_up() to close, of the CRM's ids, and by them. What is not there counts as deleted.
  virtual Result<StandingTasks> look_up_ids(std::span<const std::string>) {
    return StandingTasks{};
  }
  // Before any of them is closed.
  virtual Result<void> begin_closing(StandingTasks&) { return {}; }
  virtual std::size_t closings_max() const = 0;
  // As send_new.
  virtual Result<std::vector<TaskAnswer>> send_closings(std::span<const TaskClosing> tasks) = 0;

 private:
  struct Closings;
  Result<void> send_group(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                          Duration pause, PendingTasks& pending);
  Result<void> settle_lost(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                           PendingTasks& pending);
  Result<void> settle_doubled(std::span<const TaskDraft> batch,
                              const std::map<std::size_t, TaskAnswer>& doubled,
                              PendingTasks& pending);
  // A part of a batch that begins at `first`; `seen`: ids of tasks in parts before it.
  Result<void> withdraw_part(std::span<const TaskWithdrawal> part, std::size_t first,
                             std::set<std::string>& seen, ReceiptSink& sink);
  Result<StandingTasks> look_to_close(std::span<const TaskWithdrawal> part);
  Receipt not_found(const std::string& key) const;
  Result<void> close(Closings& due, ReceiptSink& sink);

  Host& host_;
};

}  // namespace upselld::plugins
