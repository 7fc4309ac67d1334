// SPDX-License-Identifier: Apache-2.0
#include "store/memory_codec.h"

#include "store/packed.h"

namespace upselld::store {
namespace {

constexpr std::uint8_t kLayout = 1;
constexpr std::uint8_t kNoBand = 255;

void write_band(PackedWriter& out, const std::optional<Band>& band) {
  out.byte(band ? static_cast<std::uint8_t>(*band) : kNoBand);
}

std::optional<Band> read_band(PackedReader& in) {
  const std::uint8_t value = in.byte();
  if (value > static_cast<std::uint8_t>(Band::high)) return std::nullopt;
  return static_cast<Band>(value);
}

void write_task(PackedWriter& out, const TaskMemory& task) {
  out.text(task.key);
  if (task.key.empty()) return;
  out.text(task.action);
  out.text(task.owner);
  out.integer(task.decided_on.number);
  out.integer(task.due.ms);
  out.byte(static_cast<std::uint8_t>(task.status));
  out.text(task.outcome);
  out.integer(task.closed_at.ms);
}

TaskMemory read_task(PackedReader& in) {
  TaskMemory task;
  task.key = in.text();
  if (task.key.empty()) return task;
  task.action = in.text();
  task.owner = in.text();
  task.decided_on.number = static_cast<std::int32_t>(in.integer());
  task.due.ms = in.integer();
  task.status = static_cast<TaskState::Status>(in.byte() & 3);
  task.outcome = in.text();
  task.closed_at.ms = in.integer();
  return task;
}

}  // namespace

std::string encode_memory(const AccountMemory& memory) {
  PackedWriter out;
  out.byte(kLayout);
  out.byte(memory.decided ? 1 : 0);
  out.integer(memory.decided_on.number);
  out.text(memory.segment);
  write_band(out, memory.band);
  write_band(out, memory.band_beyond);
  out.integer(memory.band_beyond_since.number);
  out.byte(memory.decile);
  out.texts(memory.tags);
  out.text(memory.action);
  out.text(memory.rule);
  out.text(memory.held);
  out.maybe_number(memory.probability);
  out.maybe_number(memory.score_30_days_ago);
  out.texts(memory.reason_order);
  out.text(memory.model_version);
  out.integer(memory.refreshed_on.number);
  write_task(out, memory.task);
  return out.take();
}

Result<AccountMemory> decode_memory(std::string_view bytes) {
  PackedReader in(bytes);
  AccountMemory memory;
  const bool is_known_layout = in.byte() == kLayout;
  memory.decided = in.byte() != 0;
  memory.decided_on.number = static_cast<std::int32_t>(in.integer());
  memory.segment = in.text();
  memory.band = read_band(in);
  memory.band_beyond = read_band(in);
  memory.band_beyond_since.number = static_cast<std::int32_t>(in.integer());
  memory.decile = in.byte();
  memory.tags = in.texts();
  memory.action = in.text();
  memory.rule = in.text();
  memory.held = in.text();
  memory.probability = in.maybe_number();
  memory.score_30_days_ago = in.maybe_number();
  memory.reason_order = in.texts();
  memory.model_version = in.text();
  memory.refreshed_on.number = static_cast<std::int32_t>(in.integer());
  memory.task = read_task(in);
  if (!is_known_layout || !in.at_end()) {
    return Error{ErrorKind::corrupt, "an account's memory is damaged; restore a backup", {}};
  }
  return memory;
}

}  // namespace upselld::store
