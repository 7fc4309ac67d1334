// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/programs.h"

namespace upselld::e2e {

int count_of(const std::string& text, const std::string& part);

// The demo in a time that waiting moves.
struct Rehearsal {
  DemoCrm crm;

  // By default too few accounts for a model.
  explicit Rehearsal(const std::string& now,
                     HistorySize size = {.accounts = 120, .months = 12, .seed = 7});
  ~Rehearsal();
  void set_clock(const std::string& now) const;
  Ended service(const std::string& until) const;
  // A command, with --json.
  Ended command(const std::vector<std::string>& arguments) const;
  nlohmann::json status() const;
};

// A service beside the test, whose log is read line by line.
class Running {
 public:
  // `notices`: where a service manager listens; empty: nobody does.
  explicit Running(const DemoCrm& crm, const std::string& notices = {});
  ~Running();
  // Reads on to the line that has `part`; fails the test at the log's end.
  std::string line_with(const std::string& part);
  void send(int signal) const;
  int exit_code();

 private:
  pid_t child_ = -1;
  FILE* log_ = nullptr;
  bool ended_ = false;
};

// Where a service manager listens. It reads all the time, as such a one does: a socket that is full
// would stop the service.
class Notices {
 public:
  explicit Notices(const std::string& path);
  ~Notices();
  // Until it was heard, now or before, after what was waited for last.
  void wait_for(const std::string& wanted);
  const std::string& path() const { return path_; }

 private:
  void read_on();

  std::string path_;
  int socket_ = -1;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> heard_;
  std::size_t next_ = 0;
  std::jthread thread_;
};

}  // namespace upselld::e2e
