// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_owner.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace upselld::daemon {

Result<void> check_owner(const std::filesystem::path& state_directory) {
  struct stat info {};
  if (::geteuid() != 0 || ::stat(state_directory.c_str(), &info) != 0 || info.st_uid == 0)
    return {};
  const passwd* const owner = ::getpwuid(info.st_uid);
  const std::string name =
      owner == nullptr ? "uid " + std::to_string(info.st_uid) : std::string(owner->pw_name);
  return Error{ErrorKind::invalid_config,
               "state " + state_directory.string() + " belongs to " + name +
                   ", not to root; run this as that user: runuser -u " + name + " -- upselld ...",
               {}};
}

}  // namespace upselld::daemon
