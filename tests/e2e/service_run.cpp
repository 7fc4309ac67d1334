// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/service_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace upselld::e2e {

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

Rehearsal::Rehearsal(const std::string& now, HistorySize size) : crm(size) {
  crm.edit("demo.yaml", "schedule: {publish: automatic}",
           "schedule: {sync: daily at 05:00, train: monthly on the 3rd at 05:00}");
  set_clock(now);
  ::setenv("UPSELLD_CLOCK", crm.folder().path("clock").c_str(), 1);
}

Rehearsal::~Rehearsal() {
  ::unsetenv("UPSELLD_CLOCK");
}

void Rehearsal::set_clock(const std::string& now) const {
  crm.folder().write("clock", now + "\n");
}

Ended Rehearsal::service(const std::string& until) const {
  return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run", "--until", until},
             crm.folder().path());
}

Ended Rehearsal::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {"--config", "demo.yaml", "--quiet", "--json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(UPSELLD_PROGRAM, all, crm.folder().path());
}

nlohmann::json Rehearsal::status() const {
  return command({"status"}).json();
}

Running::Running(const DemoCrm& crm, const std::string& notices) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  child_ = ::fork();
  REQUIRE(child_ >= 0);
  if (child_ == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    if (!notices.empty()) {
      ::setenv("NOTIFY_SOCKET", notices.c_str(), 1);
      ::setenv("WATCHDOG_USEC", "4000000", 1);
    }
    if (::chdir(crm.folder().path().c_str()) == 0) {
      ::execl(UPSELLD_PROGRAM, UPSELLD_PROGRAM, "--config", "demo.yaml", "run", nullptr);
    }
    ::_exit(127);
  }
  ::close(ends[1]);
  log_ = ::fdopen(ends[0], "r");
}

Running::~Running() {
  ::kill(child_, SIGKILL);
  if (!ended_) ::waitpid(child_, nullptr, 0);
  ::fclose(log_);
}

std::string Running::line_with(const std::string& part) {
  char line[4096];
  std::string all;
  while (::fgets(line, sizeof line, log_) != nullptr) {
    if (std::string(line).find(part) != std::string::npos) return line;
    all += line;
  }
  INFO("no " << part << " in\n" << all);
  REQUIRE(false);
  return {};
}

void Running::send(int signal) const {
  ::kill(child_, signal);
}

int Running::exit_code() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Notices::Notices(const std::string& path) : path_(path) {
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  thread_ = std::jthread([this] { read_on(); });
}

Notices::~Notices() {
  ::shutdown(socket_, SHUT_RD);
  thread_.join();
  ::close(socket_);
}

void Notices::wait_for(const std::string& wanted) {
  std::unique_lock lock(mutex_);
  for (;; ++next_) {
    more_.wait(lock, [this] { return next_ < heard_.size(); });
    if (heard_[next_] == wanted) break;
  }
  ++next_;
}

void Notices::read_on() {
  char text[512];
  for (ssize_t length; (length = ::recv(socket_, text, sizeof text, 0)) > 0;) {
    const std::lock_guard lock(mutex_);
    heard_.emplace_back(text, static_cast<std::size_t>(length));
    more_.notify_all();
  }
}

}  // namespace upselld::e2e
