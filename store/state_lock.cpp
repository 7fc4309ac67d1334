// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace upselld::store {
namespace {

constexpr std::size_t kHolderBytesMax = 512;

Error failed(const std::filesystem::path& path, const char* what, int failure) {
  return {ErrorKind::io,
          fmt::format("lock {}: {}: {}: check owner and permissions of the state directory",
                      path.string(), what, std::strerror(failure)),
          {}};
}

// What the holder wrote about itself: "1234 upselld sync". It may not have come to that yet.
std::string holder_of(int file) {
  char bytes[kHolderBytesMax];
  const ssize_t count = ::pread(file, bytes, sizeof(bytes), 0);
  std::string text(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text.empty() ? "another process" : "process " + text;
}

}  // namespace

Result<StateLock> StateLock::acquire(const std::filesystem::path& state_directory,
                                     const std::string& command) {
  std::error_code failure;
  if (std::filesystem::create_directories(state_directory, failure)) {
    std::filesystem::permissions(state_directory, std::filesystem::perms::owner_all, failure);
  }
  if (failure) return failed(state_directory, "make directory", failure.value());

  const std::filesystem::path path = state_directory / "lock";
  // It is emptied below: a link in its place must not lead to another file.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failed(path, "open", errno);
  StateLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(path, "flock", errno);
    return Error{ErrorKind::busy,
                 fmt::format("{} is in use by {}: wait for it or stop it", state_directory.string(),
                             holder_of(file)),
                 {}};
  }
  const std::string us = fmt::format("{} {}\n", ::getpid(), command.substr(0, 400));
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, us.data(), us.size(), 0) < 0) {
    return failed(path, "write", errno);
  }
  return lock;
}

StateLock::~StateLock() {
  // Closing gives up the lock. The file stays: removing it would let two processes lock two files.
  if (file_ >= 0) ::close(file_);
}

}  // namespace upselld::store
