// SPDX-License-Identifier: Apache-2.0
#include "sandbox/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace upselld::sandbox {
namespace {

struct NamedWorld {
  const char* name;
  std::unique_ptr<World> (*make)(int months);
};
constexpr NamedWorld kWorlds[] = {{"additive", make_additive_world},
                                  {"interactions", make_interactions_world},
                                  {"level-jump-up", make_level_jump_up_world},
                                  {"level-jump-down", make_level_jump_down_world},
                                  {"none", make_none_world},
                                  {"tasks-cause-orders", make_tasks_cause_orders_world}};

}  // namespace

Result<std::unique_ptr<World>> make_world(const std::string& name, int months) {
  for (const NamedWorld& world : kWorlds) {
    if (name == world.name) return world.make(months);
  }
  return Error{ErrorKind::invalid_config,
               fmt::format("world: no world is named \"{}\"; use one of: {}", name,
                           fmt::join(world_names(), ", ")),
               {}};
}

std::vector<std::string> world_names() {
  std::vector<std::string> names;
  for (const NamedWorld& world : kWorlds) names.emplace_back(world.name);
  return names;
}

}  // namespace upselld::sandbox
