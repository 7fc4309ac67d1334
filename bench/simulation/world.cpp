// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/world.h"

#include <algorithm>
#include <utility>

#include "bench/simulation/hubspot_world.h"
#include "bench/simulation/salesforce_world.h"

namespace upselld::simulation {

World::World(std::uint64_t seed, Instant now)
    : seed_(seed), clock_(now), random_(seed, sandbox::Random::Purpose::process, 1) {}

std::string World::some_account() {
  return accounts_[static_cast<std::size_t>(
      random_.between(0, static_cast<int>(accounts_.size()) - 1))];
}

void World::edit_our_field(const std::string& account, bool is_read) {
  static constexpr Field kFields[] = {Field::next_action, Field::tags, Field::top_reason};
  const Field field = kFields[random_.between(0, 2)];
  const std::string value = "my own words " + std::to_string(own_edits_.size());
  write_by_hand(account, field, value);
  if (text(account, field) != value) return;
  std::erase_if(own_edits_, [&](const OwnEdit& each) {
    return each.account == account && each.field == field;
  });
  own_edits_.push_back({account, field, value, !is_read});
}

void World::is_read(const std::vector<std::string>& accounts) {
  for (OwnEdit& each : own_edits_) {
    const bool named = std::find(accounts.begin(), accounts.end(), each.account) != accounts.end();
    if (named && !each.is_ours && text(each.account, each.field) == each.value) {
      each.must_stay = true;
    }
  }
}

void World::tasks_are_read() {
  has_looked_ = true;
  touched_since_look_.clear();
}

void World::run_begins() {
  has_looked_ = false;
  touched_since_look_.clear();
}

void World::touch_task(const std::string& task) {
  if (has_looked_) touched_since_look_.insert(task);
}

std::unique_ptr<World> make_world(const std::string& crm, std::uint64_t seed, Instant now) {
  if (crm == "salesforce") return std::make_unique<SalesforceWorld>(seed, now);
  if (crm == "hubspot") return std::make_unique<HubspotWorld>(seed, now);
  return nullptr;
}

sandbox::HttpAnswer made_answer(int status, std::string body, const char* type) {
  sandbox::HttpAnswer answer;
  answer.status = status;
  answer.headers.set("Content-Type", type);
  answer.body = std::move(body);
  return answer;
}

bool has(const sandbox::HttpRequest& request, const char* part) {
  return request.path.find(part) != std::string::npos;
}

}  // namespace upselld::simulation
