// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/e2e/programs.h"

using namespace upselld::e2e;

namespace {

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// The demo in a time that waiting moves.
struct Rehearsal {
  DemoCrm crm{{.accounts = 120, .months = 12, .seed = 7}};

  explicit Rehearsal(const std::string& now) {
    crm.edit("demo.yaml", "schedule: {publish: automatic}",
             "schedule: {sync: daily at 05:00, train: monthly on the 3rd at 05:00}");
    set_clock(now);
    ::setenv("UPSELLD_CLOCK", crm.folder().path("clock").c_str(), 1);
  }
  ~Rehearsal() { ::unsetenv("UPSELLD_CLOCK"); }
  void set_clock(const std::string& now) const { crm.folder().write("clock", now + "\n"); }
  Ended service(const std::string& until) const {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run", "--until", until},
               crm.folder().path());
  }
  nlohmann::json status() const {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--quiet", "--json", "status"},
               crm.folder().path())
        .json();
  }
};

// A service beside the test, whose log is read line by line.
class Running {
 public:
  Running(const DemoCrm& crm, const std::string& notices) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::setenv("NOTIFY_SOCKET", notices.c_str(), 1);
      ::setenv("WATCHDOG_USEC", "4000000", 1);
      if (::chdir(crm.folder().path().c_str()) == 0) {
        ::execl(UPSELLD_PROGRAM, UPSELLD_PROGRAM, "--config", "demo.yaml", "run", nullptr);
      }
      ::_exit(127);
    }
    ::close(ends[1]);
    log_ = ::fdopen(ends[0], "r");
  }
  ~Running() {
    ::kill(child_, SIGKILL);
    if (!ended_) ::waitpid(child_, nullptr, 0);
    ::fclose(log_);
  }
  // Reads on to the line that has `part`; fails the test at the log's end.
  std::string line_with(const std::string& part) {
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
  void send(int signal) const { ::kill(child_, signal); }
  int exit_code() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = -1;
  FILE* log_ = nullptr;
  bool ended_ = false;
};

// Where a service manager listens. It reads all the time, as such a one does: a socket that is full
// would stop the service.
class Notices {
 public:
  explicit Notices(const std::string& path) : path_(path) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    thread_ = std::jthread([this] { read_on(); });
  }
  ~Notices() {
    ::shutdown(socket_, SHUT_RD);
    thread_.join();
    ::close(socket_);
  }
  // Until it was heard, now or before, after what was waited for last.
  void wait_for(const std::string& wanted) {
    std::unique_lock lock(mutex_);
    for (;; ++next_) {
      more_.wait(lock, [this] { return next_ < heard_.size(); });
      if (heard_[next_] == wanted) break;
    }
    ++next_;
  }
  const std::string& path() const { return path_; }

 private:
  void read_on() {
    char text[512];
    for (ssize_t length; (length = ::recv(socket_, text, sizeof text, 0)) > 0;) {
      const std::lock_guard lock(mutex_);
      heard_.emplace_back(text, static_cast<std::size_t>(length));
      more_.notify_all();
    }
  }

  std::string path_;
  int socket_ = -1;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> heard_;
  std::size_t next_ = 0;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("service: syncs at its times, trains at its own, and makes up for what was missed once") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const Ended first = rehearsal.service("2026-11-05T00:00:00Z");
  INFO(first.err);
  REQUIRE(first.code == 0);
  // At once, for it never ran; then on the 3rd and 4th at 05:00 in Berlin.
  CHECK(count_of(first.err, "event=sync connection=all") == 3);
  CHECK(first.err.find("run=2026-11-02T10:00Z") != std::string::npos);
  CHECK(first.err.find("run=2026-11-03T04:00Z") != std::string::npos);
  CHECK(first.err.find("run=2026-11-04T04:00Z") != std::string::npos);
  CHECK(count_of(first.err, "times_passed_over") == 0);

  rehearsal.set_clock("2026-11-07T12:00:00Z");
  const Ended second = rehearsal.service("2026-11-07T20:00:00Z");
  INFO(second.err);
  REQUIRE(second.code == 0);
  CHECK(count_of(second.err, "event=sync connection=all") == 1);
  CHECK(second.err.find("run=2026-11-07T12:00Z") != std::string::npos);
  CHECK(second.err.find("event=times_passed_over connection=crm job=sync "
                        "since=2026-11-05T04:00:00Z count=2") != std::string::npos);
  CHECK(rehearsal.status()["runs"].size() == 4);
}

TEST_CASE("service: what a person has in hand is waited for") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const std::string lock = rehearsal.crm.folder().path("demo.state/lock");
  rehearsal.crm.folder().write("demo.state/lock", "pid 1 upselld plan\n");
  const int held = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(held >= 0);
  REQUIRE(::flock(held, LOCK_EX | LOCK_NB) == 0);
  const Ended ended = rehearsal.service("2026-11-02T10:02:30Z");
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(count_of(ended.err, "event=sync_put_off") == 3);
  CHECK(count_of(ended.err, "event=sync connection") == 0);
  ::close(held);
}

TEST_CASE("service: a hangup takes new settings when they are right, SIGTERM ends it") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  Notices notices(crm.folder().path("notices"));
  Running service(crm, notices.path());
  notices.wait_for("READY=1");
  notices.wait_for("WATCHDOG=1");
  service.line_with("event=sync connection=all");
  crm.edit("demo.yaml", "currency: EUR", "curency: EUR");
  service.send(SIGHUP);
  const std::string refused = service.line_with("event=reload_refused");
  CHECK(refused.find("unknown key \\\"curency\\\"") != std::string::npos);
  crm.edit("demo.yaml", "curency: EUR", "currency: EUR");
  service.send(SIGHUP);
  service.line_with("event=reloaded");

  const Ended other = run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run"}, crm.folder().path());
  CHECK(other.code == 1);
  CHECK(other.err.find("another service runs on this state directory") != std::string::npos);
  // Between cycles nothing is held: a person's command works.
  const Ended pause = run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "pause"}, crm.folder().path());
  CHECK(pause.code == 0);

  service.send(SIGTERM);
  service.line_with("event=stopped");
  CHECK(service.exit_code() == 0);
  notices.wait_for("STOPPING=1");
}

TEST_CASE("service: a command that writes waits for the cycle, status says what goes on") {
  const DemoCrm crm({.accounts = 300, .months = 20, .seed = 7});
  const auto command = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = {"--config", "demo.yaml", "--quiet", "--json"};
    all.insert(all.end(), words.begin(), words.end());
    return run(UPSELLD_PROGRAM, all, crm.folder().path());
  };
  Notices notices(crm.folder().path("notices"));
  Running service(crm, notices.path());
  notices.wait_for("STATUS=train crm");
  const nlohmann::json during = command({"status"}).json()["service"];
  CHECK(during["doing"] == "sync");
  CHECK(during["stage"].get<std::string>().ends_with(" crm"));
  const Ended retry = command({"rejected", "retry"});
  INFO(retry.err);
  CHECK(retry.code == 0);
  // It had its turn, so the cycle is over.
  CHECK(command({"status"}).json()["runs"][0]["status"] == "done");
  service.line_with("event=sync connection=all");
  service.send(SIGTERM);
  CHECK(service.exit_code() == 0);
  CHECK(command({"status"}).json()["service"].is_null());
}

TEST_CASE(
    "service: a stop in the middle of a training stores nothing of it, the next sync trains") {
  const DemoCrm crm({.accounts = 300, .months = 20, .seed = 7});
  const auto models = [&] {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--quiet", "--json", "models"},
               crm.folder().path())
        .json()["models"]
        .size();
  };
  Notices notices(crm.folder().path("notices"));
  {
    Running service(crm, notices.path());
    notices.wait_for("STATUS=train crm");
    service.send(SIGTERM);
    CHECK(service.line_with("event=sync connection=all").find("status=stopped") !=
          std::string::npos);
    service.line_with("event=stopped");
    CHECK(service.exit_code() == 0);
  }
  CHECK(models() == 0);
  CHECK(run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "sync"}, crm.folder().path()).code == 0);
  CHECK(models() == 1);
}
