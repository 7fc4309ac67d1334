// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/chaos.h"

#include <signal.h>

#include <algorithm>

#include "core/file_io.h"
#include "core/time_zone.h"

namespace upselld::simulation {

namespace {

using sandbox::HttpAnswer;
using sandbox::HttpRequest;

constexpr Duration kApartMax = minutes(4);

}  // namespace

Chaos::Chaos(World& world, std::filesystem::path clock_file, double disorder)
    : world_(world),
      random_(world.seed(), sandbox::Random::Purpose::events, 2),
      clock_file_(std::move(clock_file)),
      disorder_(disorder) {}

std::string Chaos::open() {
  auto server = sandbox::HttpServer::start(
      {}, [this](const HttpRequest& request) { return answer(request); });
  if (!server) return {};
  server_ = std::move(*server);
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

void Chaos::set_child(int pid) {
  const std::lock_guard lock(mutex_);
  child_ = pid;
  read_not_written_.clear();
  written_.clear();
  world_.run_begins();
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

// The CRM's time never goes back, whatever upselld's clock does.
void Chaos::follow_clock() {
  world_.clock().set(std::max(world_.clock().now(), now() + apart_));
}

bool Chaos::may_happen(Mishap mishap, double chance) {
  if (is_calm_ || !random_.chance(std::min(1.0, chance * disorder_))) return false;
  happened(mishap);
  return true;
}

void Chaos::calm_down() {
  const std::lock_guard lock(mutex_);
  is_calm_ = true;
  world_.calm_down();
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

// What the CRM and its people do before it looks at a request.
void Chaos::disturb(const HttpRequest& request) {
  world_.let_end(request, *this);
  if (may_happen(Mishap::person_works, kSometimes)) world_.somebody_works();
  if (may_happen(Mishap::person_edits_our_field, kRare)) {
    const std::string account = world_.some_account();
    world_.edit_our_field(account, read_not_written_.contains(account));
  }
  const Asked asked = world_.asked(request);
  if (asked.writes_fields && may_happen(Mishap::edit_inside_window, 0.3)) {
    if (!asked.accounts.empty()) {
      world_.edit_our_field(asked.accounts.front(), /*is_read=*/true);
    }
  }
  world_.disturb(request, *this);
  if (may_happen(Mishap::clock_apart, kRare)) {
    const auto most = static_cast<int>(kApartMax.ms / 1000);
    apart_ = seconds(random_.between(-most, most));
  }
}

std::optional<HttpAnswer> Chaos::instead_of_an_answer(const HttpRequest& request) {
  if (auto refusal = world_.refuse(request, *this)) return refusal;
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
void Chaos::look_at(const Asked& asked) {
  if (asked.reads_fields) {
    world_.is_read(asked.accounts);
    for (const std::string& account : asked.accounts) {
      // A refused write is tried again on the same look: only reading back ends it.
      if (written_.erase(account) > 0)
        read_not_written_.erase(account);
      else
        read_not_written_.insert(account);
    }
  }
  if (asked.writes_fields) written_.insert(asked.accounts.begin(), asked.accounts.end());
  if (asked.reads_tasks) world_.tasks_are_read();
  if (asked.counts) ++calls_[TimeZone::utc().day_of(world_.clock().now()).number];
}

HttpAnswer Chaos::exchange(const HttpRequest& request) {
  if (request.method == "GET") {
    HttpAnswer answer = world_.answer(request);
    look_at(world_.asked(request));
    return answer;
  }
  const std::uint64_t others = world_.digest_of_others();
  const std::uint64_t touched = world_.digest_of_touched_tasks();
  HttpAnswer answer = world_.answer(request);
  if (world_.digest_of_others() != others) {
    violations_.insert("touched what is not ours: " + request.method + " " + request.path);
  }
  if (world_.digest_of_touched_tasks() != touched) {
    violations_.insert("changed a task that a person had touched: " + request.method + " " +
                       request.path);
  }
  look_at(world_.asked(request));
  return answer;
}

HttpAnswer Chaos::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  follow_clock();
  disturb(request);
  const auto kill_it = [&] {
    if (child_ != 0) ::kill(child_, SIGKILL);
    child_ = 0;
    HttpAnswer nothing;
    nothing.cut_after_bytes = 0;
    return nothing;
  };
  if (child_ != 0 && may_happen(Mishap::killed_before, kRare)) return kill_it();
  if (auto other = instead_of_an_answer(request)) return std::move(*other);
  HttpAnswer answer = exchange(request);
  if (child_ != 0 && may_happen(Mishap::killed_after, kRare)) return kill_it();
  spoil(answer);
  return answer;
}

}  // namespace upselld::simulation
