// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

extern char** environ;

namespace upselld::daemon {
namespace {

constexpr int kLookAgainMs = 100;
// A pipe holds as much before anybody reads.
constexpr std::size_t kInputBytesMax = 4'096;

Error failed(const std::string& program, const std::string& what) {
  return {ErrorKind::io, "notify: command " + program + ": " + what, {}};
}

// The child gets our signals as they were before anybody changed them.
int spawn(const std::vector<std::string>& words, int input, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int failure =
      ::posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return failure;
}

}  // namespace

Result<void> run_notify_command(const std::vector<std::string>& words, const std::string& input,
                                const std::stop_token& over) {
  const std::string& program = words.front();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed(program, std::strerror(errno));
  const std::string line = input.substr(0, kInputBytesMax - 1) + '\n';
  [[maybe_unused]] const auto written = ::write(ends[1], line.data(), line.size());
  ::close(ends[1]);
  pid_t child = -1;
  const int failure = spawn(words, ends[0], child);
  ::close(ends[0]);
  if (failure != 0) return failed(program, std::strerror(failure));
  // The library's own name for it has no C linkage in Debian 12.
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd polled{handle, POLLIN, 0};
  while (handle >= 0 && !over.stop_requested() && ::poll(&polled, 1, kLookAgainMs) == 0) {
  }
  const bool is_late = handle < 0 || over.stop_requested();
  if (is_late) ::kill(child, SIGKILL);
  if (handle >= 0) ::close(handle);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (is_late) return failed(program, "it took too long and was ended");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failed(program, WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                                           : "signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace upselld::daemon
