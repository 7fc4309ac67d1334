// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/app.h"
#include "daemon/codec.h"
#include "daemon/command_list.h"
#include "daemon/control_client.h"
#include "daemon/cycle.h"
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
  auto transaction = store::Transaction::begin(restored, "pause", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = clock.now();
  const auto changed = ledger.brakes.pause(*transaction, {"", at, by, kWhyPaused});
  if (!changed) return changed.error();
  if (*changed) {
    const Json payload = {{"connection", "all"}, {"paused", true}, {"by", by}, {"why", kWhyPaused}};
    const auto appended = ledger.audit.append(
        *transaction, {store::AuditKind::paused, at, new_run_id(at), {}, payload.dump()});
    if (!appended) return appended.error();
  }
  return transaction->commit();
}

}  // namespace

Result<int> backup_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const fs::path target = fs::absolute(invocation.arguments.front());
  const auto copied = (*app)->database().copy_to(target);
  if (!copied) return in_context("backup to " + target.string(), copied.error());
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
  {
    auto restored = store::open_copy(source, incoming);
    if (!restored) return in_context(doing, restored.error());
    const auto paused = pause_all(*restored, (*app)->clock(), person_at(invocation));
    if (!paused) return in_context(doing, paused.error());
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
  std::cout << "writing to every connection is paused; look at upselld plan, then go on with: "
               "upselld resume\n"
               "tasks made since the backup are unknown to it: their keys are found in the CRM, "
               "and none is\nmade twice on the same day\n";
  return kDone;
}

}  // namespace upselld::daemon
