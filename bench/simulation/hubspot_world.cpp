// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/hubspot_world.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/digest.h"
#include "core/time_zone.h"
#include "sandbox/hubspot/edits.h"
#include "sandbox/hubspot/value.h"

namespace upselld::simulation {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCompanyProperties =
    "upselld_score:n|upselld_band:e=High;Medium;Low|"
    "upselld_segment:e=Active;Cooling;At risk;Dormant;No purchase|upselld_tags:s|"
    "upselld_next_action:s|upselld_top_reason:s|upselld_reasons:s|upselld_change:n|"
    "upselld_status:e=Scored;Ranked by rule (too little data);Ranked by rule (no model in use);"
    "Not scored: no purchase;Not scored: opted out;Excluded;Held out (no tasks);Edited by a person|"
    "upselld_data_as_of:t|upselld_model_version:s|upselld_pause_until:d|seats:n";
constexpr const char* kTaskProperties =
    "upselld_key:su|upselld_outcome:e=Opportunity opened;Customer declined;Not now;"
    "Wrong suggestion;Already in progress|upselld_outcome_note:s|upselld_score_at_creation:n";
constexpr int kReps = 3;
constexpr int kHistoryDays = 200;
constexpr std::size_t kAccountsLeast = 8;
// From the new record to its primary company.
constexpr int kDealToCompany = 5, kContactToCompany = 1, kTicketToCompany = 26;

std::string property_of(Field field) {
  return std::string("upselld_") + to_text(field);
}

}  // namespace

HubspotWorld::HubspotWorld(std::uint64_t seed, Instant now)
    : World(seed, now - days(kHistoryDays)), service_(clock_, seed) {
  service_.portal.index_delay = Duration{0};
  const char* file = std::getenv("UPSELLD_EXCHANGES");
  auto opened = sandbox::ExchangeLog::open(file == nullptr ? "" : file);
  if (!opened) throw std::runtime_error(opened.error().message);
  exchanges_ = std::move(*opened);
  add_properties();
  add_people();
  const int accounts = random_.between(12, 22);
  for (int i = 0; i < accounts; ++i) {
    clock_.step(hours(random_.between(1, 100)));
    add_account();
  }
  for (int i = 0; i < accounts * 3; ++i) {
    const std::string& account = accounts_[static_cast<std::size_t>(i) % accounts_.size()];
    clock_.set(now - hours(random_.between(30, 24 * kHistoryDays / 2)));
    work_on(account);
  }
  clock_.set(now);
  calm_down();
}

sandbox::HttpAnswer HubspotWorld::answer(const sandbox::HttpRequest& request) {
  sandbox::HttpAnswer answer = service_.answer(request);
  exchanges_->note(request, answer);
  return answer;
}

const hs::ObjectType& HubspotWorld::type(const char* object) const {
  return *service_.portal.schema.find(object);
}

void HubspotWorld::add_properties() {
  hs::Portal& portal = service_.portal;
  for (const auto& [object, properties] :
       {std::pair{"companies", kCompanyProperties}, std::pair{"tasks", kTaskProperties}}) {
    hs::ObjectType& type = *portal.schema.find(object);
    for (hs::Property& property : hs::parse_properties(properties, type.groups.begin()->first)) {
      type.add(std::move(property));
    }
  }
  portal.add_custom_object("usages", "name:s|day:d|share:n");
}

void HubspotWorld::add_people() {
  for (int i = 0; i < kReps; ++i) {
    hs::Owner owner;
    owner.id = std::to_string(52'000'000 + i);
    owner.user_id = std::to_string(9'700'000 + i);
    owner.email = "rep" + std::to_string(i) + "@reps.example";
    owner.first_name = "Rep";
    owner.created_at = clock_.now();
    reps_.push_back(owner.id);
    service_.portal.owners.push_back(std::move(owner));
  }
  product_ = edit("products", "", {{"name", "Seat"}, {"hs_sku", "seat"}});
}

void HubspotWorld::add_account() {
  const std::string name = "Account " + std::to_string(++made_);
  const hs::Owner* owner = service_.portal.owner(reps_[static_cast<std::size_t>(made_ % kReps)]);
  Json properties = {{"name", name}, {"seats", random_.between(1, 99)}};
  if (!owner->archived) properties["hubspot_owner_id"] = owner->id;
  accounts_.push_back(edit("companies", "", properties));
  put("contacts", {{"lastname", name}}, "companies", accounts_.back(), kContactToCompany);
  add_deal(accounts_.back(), /*is_won=*/true);
  add_usage(accounts_.back());
}

void HubspotWorld::add_deal(const std::string& account, bool is_won) {
  const int amount = random_.between(100, 9'000);
  const std::string deal =
      put("deals",
          {{"dealname", "Deal"},
           {"pipeline", "default"},
           {"dealstage", is_won ? "closedwon" : "appointmentscheduled"},
           {"dealtype", random_.chance(0.3) ? "existingbusiness" : "newbusiness"},
           {"amount", amount},
           {"closedate", clock_.now().ms}},
          "companies", account, kDealToCompany);
  if (deal.empty()) return;
  put("line_items",
      {{"name", "Seat"}, {"hs_product_id", product_}, {"quantity", 1}, {"price", amount}}, "deals",
      deal);
}

void HubspotWorld::add_usage(const std::string& account) {
  put("usages",
      {{"name", "Usage"},
       {"day", upselld::to_text(TimeZone::utc().day_of(clock_.now()))},
       {"share", random_.between(20, 99) / 100.0}},
      "companies", account);
}

void HubspotWorld::work_on(const std::string& account) {
  switch (random_.between(0, 3)) {
    case 0:
      return add_deal(account, random_.chance(0.7));
    case 1:
      return add_usage(account);
    case 2:
      put("tickets",
          {{"subject", "Case"},
           {"hs_pipeline", "0"},
           {"hs_pipeline_stage", "1"},
           {"hs_ticket_priority", random_.chance(0.2) ? "URGENT" : "LOW"}},
          "companies", account, kTicketToCompany);
      return;
    default:
      put("calls", {{"hs_timestamp", clock_.now().ms}, {"hs_call_status", "COMPLETED"}},
          "companies", account);
  }
}

std::string HubspotWorld::put(const char* object, const Json& properties, const char* to,
                              const std::string& to_id, int kind) {
  Json associate = {{"object", to}, {"id", to_id}};
  if (kind != 0) associate["type"] = kind;
  try {
    return hs::apply_edit(
        service_.portal,
        {{"object", object}, {"properties", properties}, {"associate", associate}});
  } catch (const std::invalid_argument&) {
    return {};
  }
}

std::string HubspotWorld::edit(const char* object, const std::string& id, const Json& properties,
                               const char* more) {
  Json wish = {{"object", object}, {"properties", properties}};
  if (!id.empty()) wish["id"] = id;
  if (more != nullptr) wish[more] = true;
  try {
    return hs::apply_edit(service_.portal, wish);
  } catch (const std::invalid_argument&) {
    // A person, too, is refused at times: the record was archived by another.
    return {};
  }
}

// Answers, moves or deletes one of our tasks.
void HubspotWorld::answer_task() {
  const hs::ObjectType& tasks = type("tasks");
  const int key = tasks.column("upselld_key");
  std::vector<hs::RecordId> ours;
  for (const hs::Record& record : service_.portal.table(tasks).records()) {
    if (hs::value_in(record.values, key) != nullptr && !record.is_archived()) {
      ours.push_back(record.id);
    }
  }
  if (ours.empty()) return;
  const hs::RecordId task =
      ours[static_cast<std::size_t>(random_.between(0, static_cast<int>(ours.size()) - 1))];
  touched_tasks_.insert(task);
  const std::string id = std::to_string(task);
  touch_task(id);
  switch (random_.between(0, 3)) {
    case 0:
      edit("tasks", id, Json::object(), "delete");
      return;
    case 1:
      edit("tasks", id, {{"hs_task_status", "COMPLETED"}, {"upselld_outcome", "Wrong suggestion"}});
      return;
    case 2:
      edit("tasks", id, {{"hs_task_status", "COMPLETED"}, {"upselld_outcome", "Not now"}});
      return;
    default:
      edit("tasks", id, {{"hs_task_body", "my own words"}});
  }
}

// Both may end, and a third begin, which bears the words that people wrote into them, and what we
// wrote into the other.
void HubspotWorld::merge(const std::string& account, const std::string& other) {
  std::array<std::string, kFieldCount> before;
  for (std::size_t i = 0; i < kFieldCount; ++i) before[i] = text(account, static_cast<Field>(i));
  std::string survivor;
  try {
    survivor = std::to_string(service_.portal
                                  .merge(type("companies"), hs::record_id(account).value_or(0),
                                         hs::record_id(other).value_or(0), clock_.now())
                                  .id);
  } catch (const std::invalid_argument&) {
    return;  // One of them is gone.
  }
  std::erase(accounts_, account);
  std::erase(accounts_, other);
  accounts_.push_back(survivor);
  std::vector<OwnEdit> theirs;
  std::erase_if(own_edits_, [&](const OwnEdit& each) {
    if (each.account == other) theirs.push_back(each);
    return each.account == other;
  });
  for (OwnEdit& each : own_edits_) {
    if (each.account == account) each.account = survivor;
  }
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    const std::string now = text(survivor, field);
    if (now == before[i]) continue;
    // What came to the other by a merge of its own is ours still.
    const bool is_ours = std::none_of(theirs.begin(), theirs.end(), [&](const OwnEdit& each) {
      return each.field == field && each.value == now && !each.is_ours;
    });
    own_edits_.push_back({survivor, field, now, /*must_stay=*/false, is_ours});
  }
}

void HubspotWorld::somebody_works() {
  const std::string account = some_account();
  switch (random_.between(0, 11)) {
    case 0:
      edit("companies", account, {{"hubspot_owner_id", reps_[random_.next() % reps_.size()]}});
      return;
    case 1:
      return add_account();
    case 2: {
      const std::string other = some_account();
      if (other != account && accounts_.size() >= kAccountsLeast) merge(account, other);
      return;
    }
    case 3:
      if (accounts_.size() < kAccountsLeast) return;
      edit("companies", account, Json::object(), "delete");
      std::erase(accounts_, account);
      return;
    case 4:
      for (hs::Owner& owner : service_.portal.owners) {
        if (owner.id == reps_[0]) owner.archived = random_.chance(0.5);
      }
      return;
    case 5:
    case 6:
    case 7:
      return answer_task();
    default:
      return work_on(account);
  }
}

void HubspotWorld::write_by_hand(const std::string& account, Field field,
                                 const std::string& value) {
  // Under the id of one that was merged away its survivor would be edited.
  if (!is_gone(account)) edit("companies", account, {{property_of(field), value}});
}

std::string HubspotWorld::text(const std::string& account, Field field) const {
  const hs::ObjectType& companies = type("companies");
  const hs::Record* record = service_.portal.find(companies, hs::record_id(account).value_or(0));
  if (record == nullptr) return {};
  const int column = companies.column(property_of(field));
  const std::string* value = hs::value_in(record->values, column);
  return value == nullptr ? "" : hs::shown_value(companies.at(column), *value);
}

bool HubspotWorld::is_gone(const std::string& account) const {
  const hs::Record* record =
      service_.portal.find(type("companies"), hs::record_id(account).value_or(0));
  return record == nullptr || record->is_archived();
}

std::vector<std::string> HubspotWorld::task_keys() const {
  const hs::ObjectType& tasks = type("tasks");
  const int column = tasks.column("upselld_key");
  std::vector<std::string> keys;
  for (const hs::Record& record : service_.portal.table(tasks).records()) {
    const std::string* key = hs::value_in(record.values, column);
    if (key != nullptr) keys.push_back(*key);
  }
  return keys;
}

// A merge hands a status on without anybody writing it: what was written stands in the history.
std::vector<std::string> HubspotWorld::written_accounts() const {
  const hs::ObjectType& companies = type("companies");
  const int status = companies.column(property_of(Field::status));
  std::vector<std::string> accounts;
  for (const hs::Record& record : service_.portal.table(companies).records()) {
    const bool is_written =
        std::any_of(record.history.begin(), record.history.end(), [&](const hs::Version& each) {
          return each.column == status && each.source == "INTEGRATION";
        });
    if (is_written && !record.is_archived()) accounts.push_back(std::to_string(record.id));
  }
  return accounts;
}

// All that people fill in, and whether it is there.
std::string HubspotWorld::record_text(const hs::ObjectType& type, const hs::Record& record) const {
  std::string all = type.name + std::to_string(record.id) + (record.is_archived() ? "-" : "+");
  for (const auto& [column, value] : record.values) {
    const hs::Property& property = type.at(column);
    const bool is_ours = property.name.starts_with("upselld_") && type.name == "companies";
    if (!is_ours && !property.read_only) all += std::to_string(column) + "=" + value + "\n";
  }
  for (const hs::ObjectType& other : service_.portal.schema.all()) {
    if (type.name == "tasks" || other.name == "tasks") continue;
    for (const hs::Link& link : service_.portal.associations.links(type, record.id, other)) {
      all += ">" + std::to_string(link.to);
    }
  }
  return all;
}

std::uint64_t HubspotWorld::digest_of_others() const {
  std::string all;
  const int key = type("tasks").column("upselld_key");
  for (const hs::ObjectType& type : service_.portal.schema.all()) {
    for (const hs::Record& record : service_.portal.table(type).records()) {
      const bool is_our_task = type.name == "tasks" && hs::value_in(record.values, key) != nullptr;
      if (!is_our_task) all += record_text(type, record);
    }
  }
  return keyed_hash(1, all);
}

std::uint64_t HubspotWorld::digest_of_touched_tasks() const {
  std::string all;
  const hs::ObjectType& tasks = type("tasks");
  for (const hs::Record& record : service_.portal.table(tasks).records()) {
    const bool is_known =
        touched_tasks_.contains(record.id) && !is_touched_since_look(std::to_string(record.id));
    if (is_known) all += record_text(tasks, record);
  }
  return keyed_hash(1, all);
}

}  // namespace upselld::simulation
