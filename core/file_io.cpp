// SPDX-License-Identifier: Apache-2.0
#include "core/file_io.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "core/kill_point.h"

namespace upselld {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  // Some file systems tell of a full disk only here.
  bool close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

std::string remedy(int code) {
  if (code == ENOSPC || code == EDQUOT) return "; free some space";
  if (code == EACCES || code == EPERM) return "; check owner and permissions";
  if (code == EROFS) return "; the file system is read-only";
  return {};
}

Error io_error(const std::string& doing, const std::filesystem::path& path, int code) {
  return {ErrorKind::io,
          doing + " " + path.string() + ": " + std::generic_category().message(code) + remedy(code),
          {}};
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

using Fill = std::function<Result<void>(const FileWriter&)>;

constexpr std::size_t kPieceBytes = 65'536;

Result<void> write_and_sync(const std::filesystem::path& path, const Fill& fill, mode_t mode) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.number() < 0) return io_error("create", path, errno);
  std::string piece;
  const auto send = [&]() -> Result<void> {
    if (!write_all(file.number(), piece)) return io_error("write", path, errno);
    piece.clear();
    return {};
  };
  const auto filled = fill([&](std::string_view bytes) -> Result<void> {
    piece += bytes;
    return piece.size() < kPieceBytes ? Result<void>() : send();
  });
  if (!filled) return filled;
  if (const auto sent = send(); !sent) return sent;
  if (::fchmod(file.number(), mode) != 0) return io_error("set permissions of", path, errno);
  if (::fsync(file.number()) != 0) return io_error("flush", path, errno);
  if (!file.close()) return io_error("close", path, errno);
  return {};
}

constexpr std::string_view kTemporary = ".tmp-";  // then the process and a number of its own

// What a process that was killed on its way left beside the file.
void remove_left_behind(const std::filesystem::path& path) {
  const std::string begin = path.filename().string() + std::string(kTemporary);
  const std::filesystem::path folder = path.parent_path();
  std::error_code failed;
  std::filesystem::directory_iterator at(folder.empty() ? "." : folder, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(begin)) continue;
    const pid_t process = static_cast<pid_t>(std::atol(name.c_str() + begin.size()));
    const bool is_gone = process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone) ::unlink(at->path().c_str());
  }
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.number() < 0) return io_error("open folder", folder, errno);
  // Some file systems cannot sync a folder and say so; nothing more can be done there.
  if (::fsync(handle.number()) != 0 && errno != EINVAL) {
    return io_error("flush folder", folder, errno);
  }
  return {};
}

}  // namespace

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   mode_t mode) {
  return fill_file_atomically(
      path, [&](const FileWriter& write) { return write(bytes); }, mode);
}

Result<void> fill_file_atomically(const std::filesystem::path& path, const Fill& fill,
                                  mode_t mode) {
  static std::atomic<std::uint64_t> count = 0;  // several threads may write one file
  remove_left_behind(path);
  std::filesystem::path temporary = path;
  temporary += std::string(kTemporary) + std::to_string(::getpid()) + "-" + std::to_string(++count);
  if (auto written = write_and_sync(temporary, fill, mode); !written) {
    ::unlink(temporary.c_str());
    return in_context("write " + path.string(), written.error());
  }
  kill_point("before rename");
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return io_error("replace", path, code);
  }
  kill_point("after rename");
  const std::filesystem::path folder = path.parent_path();
  return sync_folder(folder.empty() ? std::filesystem::path(".") : folder);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return Error{ErrorKind::not_found, "read " + path.string() + ": there is no such file", {}};
    }
    return io_error("read", path, errno);
  }
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return io_error("read", path, errno);
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorKind::io, "read " + path.string() + ": is not a regular file", {}};
  }
  std::string bytes;
  char buffer[65'536];
  for (;;) {
    const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path, errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > size_max) {
      return Error{
          ErrorKind::io,
          "read " + path.string() + ": is larger than " + std::to_string(size_max) + " bytes",
          {}};
    }
  }
}

}  // namespace upselld
