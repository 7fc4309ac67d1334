// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/chaos.h"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/file_io.h"
#include "core/time_zone.h"

namespace upselld::simulation {

namespace {

using sandbox::HttpAnswer;
using sandbox::HttpRequest;

// Of each request, where it fits. Together they disturb about every fourth.
constexpr double kRare = 0.006, kSometimes = 0.02;
constexpr Duration kApartMax = minutes(4);

constexpr const char* kNames[] = {"429",
                                  "500",
                                  "gateway page",
                                  "empty 502",
                                  "420 of the edge",
                                  "no connection",
                                  "answer lost",
                                  "answer cut",
                                  "answer garbled",
                                  "slow answer",
                                  "session over",
                                  "cursors lost",
                                  "calls used up",
                                  "too many at once",
                                  "row locked",
                                  "row refused",
                                  "maintenance",
                                  "job stuck",
                                  "job failed",
                                  "late commit",
                                  "clock apart",
                                  "killed before a call",
                                  "killed after a call",
                                  "person works",
                                  "person edits our field",
                                  "edit inside the window"};
static_assert(std::size(kNames) == kMishapCount);

HttpAnswer made(int status, std::string body, const char* type = "application/json") {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.set("Content-Type", type);
  answer.body = std::move(body);
  return answer;
}

HttpAnswer refused(int status, const char* code, const char* message) {
  return made(status, nlohmann::json({{{"errorCode", code}, {"message", message}}}).dump());
}

bool has(const HttpRequest& request, const char* part) {
  return request.path.find(part) != std::string::npos;
}

bool is_collection_write(const HttpRequest& request) {
  return request.path.ends_with("/composite/sobjects");
}

bool is_field_write(const HttpRequest& request) {
  return is_collection_write(request) && request.method == "PATCH" &&
         request.body.find("\"Account\"") != std::string::npos;
}

bool is_field_read(const HttpRequest& request) {
  return request.path.ends_with("/composite/sobjects/Account");
}

std::vector<std::string> ids_in(const HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  std::vector<std::string> ids;
  if (!body.is_object()) return ids;
  for (const auto& id : body.value("ids", nlohmann::json::array())) ids.push_back(id);
  for (const auto& record : body.value("records", nlohmann::json::array())) {
    if (record.contains("id")) ids.push_back(record["id"]);
  }
  return ids;
}

}  // namespace

const char* to_text(Mishap mishap) {
  return kNames[static_cast<std::size_t>(mishap)];
}

Chaos::Chaos(World& world, std::filesystem::path clock_file)
    : world_(world),
      random_(world.service().org.seed, sandbox::Random::Purpose::events, 2),
      clock_file_(std::move(clock_file)) {}

std::string Chaos::open() {
  auto server = sandbox::HttpServer::start(
      {}, [this](const HttpRequest& request) { return answer(request); });
  if (!server) return {};
  server_ = std::move(*server);
  const std::string url = "http://127.0.0.1:" + std::to_string(server_->port());
  world_.service().auth.instance_url = url;
  return url;
}

void Chaos::set_child(int pid) {
  const std::lock_guard lock(mutex_);
  child_ = pid;
  read_not_written_.clear();
}

Instant Chaos::now() const {
  const auto text = read_file(clock_file_, 64);
  const auto at = text ? parse_instant(text->substr(0, text->find('\n')), "iso", TimeZone::utc())
                       : std::optional<Instant>();
  return at.value_or(Instant{0});
}

void Chaos::move_clock(Duration by) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(write_file_atomically(clock_file_, to_text(now() + by) + "\n"));
  follow_clock();
}

// The org's time never goes back, whatever upselld's clock does.
void Chaos::follow_clock() {
  world_.clock().set(std::max(world_.clock().now(), now() + apart_));
}

bool Chaos::may_happen(Mishap mishap, double chance) {
  if (is_calm_ || !random_.chance(chance)) return false;
  happened(mishap);
  return true;
}

void Chaos::calm_down() {
  const std::lock_guard lock(mutex_);
  is_calm_ = true;
  sf::Service& service = world_.service();
  service.org.lock_chance = 0;
  service.org.in_maintenance = false;
  service.org.row_faults.clear();
  service.org.open_since.clear();
  service.jobs.stuck = false;
  service.jobs.fail_next = 0;
  apart_ = Duration{};
}

void Chaos::people_act(int times) {
  const std::lock_guard lock(mutex_);
  follow_clock();
  for (int i = 0; i < times; ++i) {
    if (random_.chance(0.3)) {
      happened(Mishap::person_edits_our_field);
      world_.edit_our_field(world_.some_account(), /*is_read=*/false);
    } else {
      happened(Mishap::person_works);
      world_.somebody_works();
    }
  }
}

int Chaos::calls_a_day_max() const {
  int most = 0;
  for (const auto& [day, calls] : calls_) most = std::max(most, calls);
  return most;
}

// What the org itself does before it looks at a request.
void Chaos::disturb_org(const HttpRequest& request) {
  sf::Service& service = world_.service();
  if (may_happen(Mishap::session_over, kSometimes)) service.auth.expire_all();
  if (has(request, "/query/") && may_happen(Mishap::cursors_lost, 0.5)) service.cursors.lose_all();
  if (may_happen(Mishap::person_works, kSometimes)) world_.somebody_works();
  if (may_happen(Mishap::person_edits_our_field, kRare)) {
    const std::string account = world_.some_account();
    world_.edit_our_field(account, read_not_written_.contains(account));
  }
  if (is_field_write(request) && may_happen(Mishap::edit_inside_window, 0.3)) {
    const auto ids = ids_in(request);
    if (!ids.empty()) world_.edit_our_field(ids.front(), /*is_read=*/true);
  }
  if (is_collection_write(request)) {
    service.org.lock_chance = may_happen(Mishap::row_locked, 0.2) ? 0.3 : 0;
    service.org.in_maintenance = may_happen(Mishap::maintenance, 0.15);
    if (may_happen(Mishap::row_refused, 0.2)) {
      service.org.row_faults.push_back(
          {"Account",
           "",
           {400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Fill in the region first", {"Region__c"}}});
    }
  }
  if (has(request, "/jobs/") && request.method == "POST") {
    service.jobs.stuck = may_happen(Mishap::job_stuck, 0.25);
    if (may_happen(Mishap::job_failed, 0.25)) ++service.jobs.fail_next;
  }
  if (has(request, "/updated") && may_happen(Mishap::late_commit, 0.15)) {
    // Somebody's transaction began before this moment and is seen later.
    service.org.open_since.emplace("late", service.org.now() - seconds(random_.between(1, 90)));
  } else if (!service.org.open_since.empty() && random_.chance(0.1)) {
    const Instant since = service.org.open_since.begin()->second;
    service.org.open_since.clear();
    const Instant until = world_.clock().now();
    world_.clock().set(since);
    world_.somebody_works();
    world_.clock().set(until);
  }
  if (may_happen(Mishap::clock_apart, kRare)) {
    const auto most = static_cast<int>(kApartMax.ms / 1000);
    apart_ = seconds(random_.between(-most, most));
  }
}

std::optional<HttpAnswer> Chaos::instead_of_an_answer(const HttpRequest& request) {
  if (may_happen(Mishap::too_many_requests, kRare)) return made(429, "[]");
  if (may_happen(Mishap::server_error, kRare)) {
    return refused(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
  }
  if (may_happen(Mishap::gateway_page, kRare)) return made(503, "<html>busy</html>", "text/html");
  if (may_happen(Mishap::empty_gateway, kRare)) return made(502, "", "text/plain");
  if (may_happen(Mishap::edge_refusal, kRare)) return made(420, "", "text/plain");
  const bool is_login = has(request, "/oauth2/");
  if (!is_login && may_happen(Mishap::calls_used_up, kRare / 2)) {
    return refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  }
  if (!is_login && may_happen(Mishap::too_many_at_once, kRare)) {
    return refused(403, "REQUEST_LIMIT_EXCEEDED",
                   "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  }
  if (!may_happen(Mishap::refused_connection, kRare)) return std::nullopt;
  HttpAnswer nothing;
  nothing.cut_after_bytes = 0;
  return nothing;
}

void Chaos::spoil(HttpAnswer& answer) {
  if (may_happen(Mishap::answer_lost, kSometimes)) answer.cut_after_bytes = 0;
  if (answer.body.size() > 20 && may_happen(Mishap::answer_cut, kRare)) {
    answer.cut_after_bytes = answer.body.size() / 2;
  }
  if (may_happen(Mishap::answer_garbled, kRare)) answer.body = "\xff\xfe{" + answer.body;
  if (may_happen(Mishap::slow_answer, kRare)) answer.delay_ms = 20;
}

// What it does is right, whatever becomes of its answer.
void Chaos::look_at(const HttpRequest& request) {
  const std::vector<std::string> ids = ids_in(request);
  if (is_field_read(request)) {
    world_.is_read(ids);
    read_not_written_.insert(ids.begin(), ids.end());
  }
  if (is_field_write(request)) {
    for (const std::string& id : ids) read_not_written_.erase(id);
  }
  if (has(request, "/services/data/v")) {
    ++calls_[TimeZone::utc().day_of(world_.clock().now()).number];
  }
}

HttpAnswer Chaos::exchange(const HttpRequest& request) {
  if (request.method == "GET") {
    HttpAnswer answer = world_.service().answer(request);
    look_at(request);
    return answer;
  }
  const std::uint64_t others = world_.digest_of_others();
  const std::uint64_t touched = world_.digest_of_touched_tasks();
  HttpAnswer answer = world_.service().answer(request);
  look_at(request);
  if (world_.digest_of_others() != others) {
    violations_.insert("touched what is not ours: " + request.method + " " + request.path);
  }
  if (world_.digest_of_touched_tasks() != touched) {
    violations_.insert("changed a task that a person had touched: " + request.method + " " +
                       request.path);
  }
  return answer;
}

HttpAnswer Chaos::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  follow_clock();
  disturb_org(request);
  const auto kill_it = [&] {
    if (child_ != 0) ::kill(child_, SIGKILL);
    child_ = 0;
    HttpAnswer nothing;
    nothing.cut_after_bytes = 0;
    return nothing;
  };
  if (child_ != 0 && may_happen(Mishap::killed_before, kRare)) return kill_it();
  if (auto other = instead_of_an_answer(request)) {
    look_at({});
    return std::move(*other);
  }
  HttpAnswer answer = exchange(request);
  if (child_ != 0 && may_happen(Mishap::killed_after, kRare)) return kill_it();
  spoil(answer);
  return answer;
}

}  // namespace upselld::simulation
