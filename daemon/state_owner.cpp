// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_owner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>

namespace upselld::daemon {
namespace {

// Nothing: there is no such directory, or it is ours.
std::optional<uid_t> other_owner(const std::filesystem::path& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0 || info.st_uid == ::geteuid()) return std::nullopt;
  return info.st_uid;
}

bool may(const std::filesystem::path& directory, int what) {
  return ::faccessat(AT_FDCWD, directory.c_str(), what, AT_EACCESS) == 0;
}

Error of_other(const std::filesystem::path& directory, uid_t owner) {
  const passwd* const known = ::getpwuid(owner);
  const std::string name =
      known == nullptr ? "uid " + std::to_string(owner) : std::string(known->pw_name);
  const bool is_root = ::geteuid() == 0;
  return {ErrorKind::invalid_config,
          fmt::format("state {} belongs to {}{}; run this as that user: {} -u {} {}upselld ...",
                      directory.string(), name, is_root ? ", not to root" : "",
                      is_root ? "runuser" : "sudo", name, is_root ? "-- " : ""),
          {}};
}

}  // namespace

Result<void> check_owner(const std::filesystem::path& state_directory) {
  const auto owner = other_owner(state_directory);
  if (!owner) return {};
  if (::geteuid() != 0 && may(state_directory, R_OK | W_OK | X_OK)) return {};
  return of_other(state_directory, *owner);
}

Result<void> check_reader(const std::filesystem::path& state_directory) {
  const auto owner = other_owner(state_directory);
  if (!owner || may(state_directory, R_OK | X_OK)) return {};
  return of_other(state_directory, *owner);
}

}  // namespace upselld::daemon
