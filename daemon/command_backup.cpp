// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "daemon/app.h"
#include "daemon/command_list.h"
#include "daemon/control_client.h"
#include "daemon/cycle.h"
#include "daemon/pause_change.h"
#include "store/forget_account.h"
#include "store/restore.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kNamesMax = 100;
constexpr const char* kWhyPaused = "restored: look at upselld plan, then upselld resume";

// A name of its own, so that no restore takes away what another one set aside.
Result<fs::path> free_name(const fs::path& store, Instant now) {
  std::string digits;
  for (const char c : to_text(now)) {
    if (c != '-' && c != ':') digits += c;
  }
  const std::string first = store.string() + ".replaced-" + digits;
  std::error_code ignored;
  for (int count = 1; count <= kNamesMax; ++count) {
    const fs::path name = count == 1 ? first : first + "-" + std::to_string(count);
    if (!fs::exists(name, ignored)) return name;
  }
  return Error{ErrorKind::io, "move some away: " + first + "-* are too many", {}};
}

// A pause that was made since the backup is not in it, and what the CRM was sent since is not
// either: a person looks before anything is written.
Result<void> pause_all(store::Database& restored, const Clock& clock, const std::string& by) {
  Ledger ledger(restored);
  const auto changed = change_pause(ledger, {"", true, by, kWhyPaused}, clock.now());
  return changed ? Result<void>() : Result<void>(changed.error());
}

// What was forgotten since the backup is in it, and nothing in it says so: only the store that it
// replaces knows. Gives the sentence for the person.
Result<std::string> forget_what_was(store::Database& restored, const fs::path& standing,
                                    const Clock& clock) {
  const std::string repeat =
      "repeat each `upselld forget` since the backup: its accounts are in the store again\n";
  std::error_code ignored;
  if (!fs::exists(standing, ignored)) return "no store stood there; " + repeat;
  const auto known = store::read_forgotten(standing);
  if (!known && known.error().kind == ErrorKind::busy) return known.error();
  // A damaged store is a reason to restore, not against it.
  if (!known) return "what stood there does not say what it forgot; " + repeat;
  const Instant at = clock.now();
  const auto count = store::forget_again(restored, *known, {new_run_id(at), at});
  if (!count) return count.error();
  if (const auto emptied = store::Forgotten(restored).truncate_log(); !emptied) {
    return emptied.error();
  }
  if (*count == 0) return std::string("nothing in the backup was forgotten since\n");
  return fmt::format("{} account{} that had been forgotten since {} forgotten in it as well\n",
                     *count, *count == 1 ? "" : "s", *count == 1 ? "was" : "were");
}

}  // namespace

Result<int> backup_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const fs::path target = fs::absolute(invocation.arguments.front());
  const auto copied = (*app)->database().copy_to(target);
  if (!copied) return in_context("backup", copied.error());
  std::cout << "backup written to " << target.string() << "\n";
  return kDone;
}

Result<int> restore_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const auto turn = take_turn((*app)->settings().state, invocation.quiet);
  if (!turn) return turn.error();
  const auto lock = store::StateLock::acquire((*app)->settings().state, "upselld restore");
  if (!lock) return lock.error();
  const fs::path source = fs::absolute(invocation.arguments.front());
  const fs::path target = (*app)->database_path();
  const std::string doing = "restore " + source.string();
  std::error_code ignored;
  if (fs::equivalent(source, target, ignored)) {
    return Error{ErrorKind::invalid_config, doing + ": it is the store itself, no backup", {}};
  }
  const fs::path incoming = target.string() + ".restoring";
  std::string forgotten;
  {
    auto restored = store::open_copy(source, incoming);
    if (!restored) return in_context(doing, restored.error());
    const auto paused = pause_all(*restored, (*app)->clock(), person_at(invocation));
    if (!paused) return in_context(doing, paused.error());
    const auto forgot = forget_what_was(*restored, target, (*app)->clock());
    if (!forgot) return in_context(doing, forgot.error());
    forgotten = *forgot;
  }
  const auto aside = free_name(target, (*app)->clock().now());
  if (!aside) return in_context(doing, aside.error());
  const auto stood_there = store::replace_store(incoming, target, *aside);
  if (!stood_there) {
    fs::remove(incoming, ignored);
    return in_context(doing, stood_there.error());
  }
  std::cout << "restored from " << source.string() << "\n";
  if (*stood_there) std::cout << "what stood there is " << aside->string() << "\n";
  std::cout << forgotten
            << "writing to every connection is paused; look at upselld plan, then go on with: "
               "upselld resume\n"
               "tasks made since the backup are unknown to it: their keys are found in the CRM, "
               "and none is\nmade twice on the same day\n"
               "values written since the backup are unknown to it too, and may be taken for "
               "people's edits: such fields\nare left alone for 30 days, or until upselld release "
               "ACCOUNT\n";
  return kDone;
}

}  // namespace upselld::daemon
