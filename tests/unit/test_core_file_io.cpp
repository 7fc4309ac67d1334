// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/file_io.h"

using namespace upselld;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("upselld_io_" + std::to_string(::getpid()))) {
    fs::create_directory(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  fs::path path_;
};

// Runs `child` in a process of its own, whose limits and environment it may change, and gives its
// wait status.
template <typename Child>
int in_child(const Child& child) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(child());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("file: is replaced as a whole, with its permissions") {
  const Folder folder;
  const fs::path path = folder / "a.txt";
  REQUIRE(write_file_atomically(path, "one", 0640));
  REQUIRE(write_file_atomically(path, std::string("t\0wo", 4), 0600));
  CHECK(*read_file(path, 100) == std::string("t\0wo", 4));
  struct stat facts {};
  ::stat(path.c_str(), &facts);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(folder.count() == 1);
}

TEST_CASE("file: a full disk leaves the old one and nothing beside it") {
  const Folder folder;
  const fs::path path = folder / "a.txt";
  REQUIRE(write_file_atomically(path, "old"));
  // A limit on file size fails in the middle of writing, as a full disk does.
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_file_atomically(path, std::string(5000, 'x'));
    return !written && written.error().kind == ErrorKind::io ? 0 : 1;
  });
  CHECK(status == 0);
  CHECK(*read_file(path, 100) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("file: filled piece by piece it is whole, and an error on the way leaves the old one") {
  const Folder folder;
  const fs::path path = folder / "a.txt";
  std::string whole;
  REQUIRE(fill_file_atomically(path, [&](const FileWriter& write) -> Result<void> {
    for (int i = 0; i < 20'000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      whole += line;
      if (const auto written = write(line); !written) return written;
    }
    return {};
  }));
  CHECK(*read_file(path, 1'000'000) == whole);
  const auto failed = fill_file_atomically(path, [](const FileWriter& write) -> Result<void> {
    if (const auto written = write(std::string(100'000, 'x')); !written) return written;
    return Error{ErrorKind::corrupt, "no more", {}};
  });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::corrupt);
  CHECK(*read_file(path, 1'000'000) == whole);
  CHECK(folder.count() == 1);
}

TEST_CASE("file: several threads may write one file, and each succeeds") {
  const Folder folder;
  const fs::path path = folder / "shared.txt";
  std::atomic<int> written = 0;
  {
    std::vector<std::jthread> writers;
    for (int who = 0; who < 4; ++who) {
      writers.emplace_back([&] {
        for (int i = 0; i < 100; ++i) written += write_file_atomically(path, "whole") ? 1 : 0;
      });
    }
  }
  CHECK(written == 400);
  CHECK(*read_file(path, 100) == "whole");
  CHECK(folder.count() == 1);
}

TEST_CASE("file: a folder that is not there is an error that names the file") {
  const auto written = write_file_atomically("/nonexistent/a.txt", "x");
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::io);
  CHECK(written.error().message.find("/nonexistent/a.txt") != std::string::npos);
  const Folder folder;
  CHECK_FALSE(write_file_atomically(folder / "", "x"));
}

TEST_CASE("file: killed before the rename the old stands, after it the new") {
  const Folder folder;
  const fs::path path = folder / "a.txt";
  const auto killed_at = [&](const char* point) {
    REQUIRE(write_file_atomically(path, "old"));
    return in_child([&] {
      ::setenv("UPSELLD_KILL_AT", point, 1);
      ::setenv("UPSELLD_KILL_LOG", (folder / "log").c_str(), 1);
      // The points before were passed without a plan, so a fresh program is needed: this one.
      ::execl("/proc/self/exe", "unit_core", "file: (child) writes new text", nullptr);
      return 1;
    });
  };
  ::setenv("UPSELLD_TEST_FILE", path.c_str(), 1);
  const int before = killed_at("1");
  CHECK((WIFSIGNALED(before) && WTERMSIG(before) == SIGKILL));
  CHECK(*read_file(path, 100) == "old");
  CHECK(folder.count() == 3);  // with the log and what the killed one left
  const int after = killed_at("2");
  CHECK((WIFSIGNALED(after) && WTERMSIG(after) == SIGKILL));
  CHECK(*read_file(path, 100) == "new");
  CHECK(*read_file(folder / "log", 1000) == "before rename\nbefore rename\nafter rename\n");
  const int never = killed_at("3");
  CHECK((WIFEXITED(never) && WEXITSTATUS(never) == 0));
  CHECK(folder.count() == 2);  // the next to write took it away
  ::unsetenv("UPSELLD_TEST_FILE");
  ::unsetenv("UPSELLD_KILL_LOG");
}

// Hidden: run by the test above in a process of its own.
TEST_CASE("file: (child) writes new text", "[.]") {
  const char* path = std::getenv("UPSELLD_TEST_FILE");
  REQUIRE(path != nullptr);
  REQUIRE(write_file_atomically(path, "new"));
}

TEST_CASE("file: reading tells missing, too large and no file apart") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "a.txt", "12345"));
  CHECK(read_file(folder / "a.txt", 5));
  CHECK(read_file(folder / "a.txt", 4).error().message.find("is larger than 4 bytes") !=
        std::string::npos);
  CHECK(read_file(folder / "b.txt", 4).error().kind == ErrorKind::not_found);
  CHECK(read_file(folder / "", 4).error().kind == ErrorKind::io);
  ::mkfifo((folder / "pipe").c_str(), 0600);
  CHECK(read_file(folder / "pipe", 4).error().kind == ErrorKind::io);
}
