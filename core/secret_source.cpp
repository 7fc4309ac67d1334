// SPDX-License-Identifier: Apache-2.0
#include "core/secret_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace upselld {

namespace {

constexpr std::size_t kSecretBytesMax = 64 * 1024;

Error refused(const std::string& message) {
  return {ErrorKind::invalid_config, message, {}};
}

Result<Secret> checked(std::string bytes, const std::string& from) {
  if (!bytes.empty() && bytes.back() == '\n') bytes.pop_back();
  if (!bytes.empty() && bytes.back() == '\r') bytes.pop_back();
  if (bytes.empty()) return refused(from + " is empty");
  return Secret(std::move(bytes));
}

// Secrets are read by the service's user, whoever put them there.
std::string remedy(int code, const std::string& file) {
  if (code == ENOENT) return "; put it there with: install -o upselld -m 600 FILE " + file;
  if (code == EACCES) return "; let the service's user read it: chown upselld " + file;
  return {};
}

// The permissions are those of the very file that is read, not of its name a moment before.
Result<Secret> read_file_of(const std::filesystem::path& path, bool check_permissions) {
  const std::string name = path.string();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    const int code = errno;
    return refused("read " + name + ": " + std::generic_category().message(code) +
                   (check_permissions ? remedy(code, name) : ""));
  }
  struct stat facts {};
  std::string bytes(kSecretBytesMax + 1, '\0');
  const bool known = ::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
  const ssize_t got = known ? ::read(file, bytes.data(), bytes.size()) : -1;
  ::close(file);
  if (got < 0) return refused("read " + name + ": is not a readable regular file");
  if (check_permissions && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refused(name + " may be read by others; run: chmod 600 " + name);
  }
  if (static_cast<std::size_t>(got) > kSecretBytesMax) return refused(name + " is over 64 KiB");
  bytes.resize(static_cast<std::size_t>(got));
  return checked(std::move(bytes), name);
}

// systemd puts credentials into a folder of its own and guards it.
Result<Secret> read_credential(const std::string& name) {
  if (name.find('/') != std::string::npos || name == "." || name == "..") {
    return refused("credential \"" + name + "\" must be a plain name");
  }
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') {
    const std::string load = "LoadCredential=" + name + ":PATH";
    return refused("credential " + name + ": CREDENTIALS_DIRECTORY is not set; add " + load +
                   " to the unit; beside the service run: systemd-run --pipe --wait --collect "
                   "-p User=upselld -p " +
                   load + " upselld ...");
  }
  return read_file_of(std::filesystem::path(folder) / name, /*check_permissions=*/false);
}

Result<Secret> read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return refused("environment variable " + name + " is not set");
  return checked(value, "environment variable " + name);
}

}  // namespace

Result<Secret> read_secret(const Node& source) {
  if (source.kind != Node::Kind::map || source.entries.size() != 1) {
    return refused("write {file: PATH}, {credential: NAME} or {env: NAME}");
  }
  const Node::Entry& entry = source.entries.front();
  if (entry.key == "file") {
    const auto folder = std::filesystem::path(entry.place.file).parent_path();
    return read_file_of(folder / entry.value.text, /*check_permissions=*/true);
  }
  if (entry.key == "credential") return read_credential(entry.value.text);
  if (entry.key == "env") return read_variable(entry.value.text);
  return refused("write {file: PATH}, {credential: NAME} or {env: NAME}");
}

}  // namespace upselld
