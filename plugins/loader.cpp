// SPDX-License-Identifier: Apache-2.0
#include "plugins/loader.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>

#include "core/activity_name.h"
#include "plugins/adaptor.h"

namespace upselld::plugins {

namespace {

// Code from a place that others may write is code that others may run as us.
Result<void> check_owner(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return Error{ErrorKind::io,
                 "look at " + path.string() + ": " + std::generic_category().message(errno),
                 {}};
  }
  const bool is_trusted = status.st_uid == 0 || status.st_uid == ::geteuid();
  if (is_trusted && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return Error{ErrorKind::forbidden,
               fmt::format("load plugins: {} may be written by others than root and this user; "
                           "correct with: chown root '{}' && chmod go-w '{}'",
                           path.string(), path.string(), path.string()),
               {}};
}

Result<std::vector<std::filesystem::path>> libraries_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code)) {
    if (at->path().extension() == ".so") files.push_back(at->path());
  }
  if (code) {
    return Error{ErrorKind::io, "list plugins in " + folder.string() + ": " + code.message(), {}};
  }
  std::sort(files.begin(), files.end());
  return files;
}

Error misfit(const std::string& where, const std::string& what) {
  return {ErrorKind::invalid_config, "load plugin " + where + ": " + what, {}};
}

// Compares the first two members before anything behind them is touched.
Result<void> check_abi(const ConnectorDescriptor* descriptor, const std::string& where) {
  if (descriptor == nullptr) return misfit(where, "it returned no descriptor");
  if (descriptor->struct_size != sizeof(ConnectorDescriptor)) {
    return misfit(where, fmt::format("its descriptor has {} bytes, ours {}; build it against this "
                                     "version's headers",
                                     descriptor->struct_size, sizeof(ConnectorDescriptor)));
  }
  const std::string ours = abi::tag();
  if (descriptor->abi_tag == nullptr || ours != descriptor->abi_tag) {
    return misfit(where,
                  fmt::format("it was built differently; build it with the same compiler "
                              "against this version's headers (its tag \"{:.300}\", ours \"{}\")",
                              descriptor->abi_tag == nullptr ? "" : descriptor->abi_tag, ours));
  }
  if (descriptor->name == nullptr || !is_activity_name(descriptor->name)) {
    return misfit(where, "its name is no name of small letters, digits and _");
  }
  if (descriptor->summary == nullptr || descriptor->settings == nullptr ||
      descriptor->create == nullptr) {
    return misfit(where, "its descriptor is incomplete");
  }
  return {};
}

}  // namespace

std::vector<std::filesystem::path> plugin_folders() {
  std::error_code code;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code) return {};
  const std::filesystem::path folder =
      (program.parent_path() / ".." / "lib" / "upselld").lexically_normal();
  if (!std::filesystem::is_directory(folder, code)) return {};
  return {folder};
}

Result<PluginSet> PluginSet::load(std::span<const std::filesystem::path> folders,
                                  std::span<const ConnectorDescriptor* const> built_in) {
  PluginSet set;
  for (const ConnectorDescriptor* descriptor : built_in) {
    if (auto added = set.add(descriptor, {}); !added) return added.error();
  }
  for (const std::filesystem::path& folder : folders) {
    if (auto trusted = check_owner(folder); !trusted) return trusted.error();
    auto files = libraries_in(folder);
    if (!files) return files.error();
    for (const std::filesystem::path& file : *files) {
      if (auto loaded = set.load_file(file); !loaded) return loaded.error();
    }
  }
  return set;
}

Result<void> PluginSet::load_file(const std::filesystem::path& file) {
  if (auto trusted = check_owner(file); !trusted) return trusted;
  // Never unloaded: its vtables and texts live on in what it made.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return misfit(file.string(), why == nullptr ? "it cannot be loaded" : why);
  }
  void* symbol = ::dlsym(library, UPSELLD_CONNECTOR_SYMBOL);
  // Some other library.
  if (symbol == nullptr) return {};
  try {
    return add(reinterpret_cast<ConnectorEntry*>(symbol)(), file);
  } catch (const std::exception& thrown) {
    return misfit(file.string(), fmt::format("it threw: {:.200}", thrown.what()));
  } catch (...) {
    return misfit(file.string(), "it threw something that is no exception");
  }
}

Result<void> PluginSet::add(const ConnectorDescriptor* descriptor,
                            const std::filesystem::path& file) {
  const std::string where = file.empty() ? "(built in)" : file.string();
  if (auto good = check_abi(descriptor, where); !good) return good;
  const auto [at, is_new] = entries_.try_emplace(descriptor->name, Entry{descriptor, file});
  if (is_new) return {};
  const std::string other =
      at->second.file.empty() ? "the program itself" : at->second.file.string();
  return misfit(where, fmt::format("{} has a plugin named {} too; remove one", other, at->first));
}

const ConnectorDescriptor* PluginSet::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.descriptor;
}

std::vector<const ConnectorDescriptor*> PluginSet::list() const {
  std::vector<const ConnectorDescriptor*> all;
  for (const auto& [name, entry] : entries_) all.push_back(entry.descriptor);
  return all;
}

std::filesystem::path PluginSet::file_of(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::filesystem::path() : found->second.file;
}

namespace {

template <typename T, typename Call>
Result<T> guarded(const ConnectorDescriptor& descriptor, const char* verb, const Call& call) {
  const std::string where = fmt::format("{}: {}", descriptor.name, verb);
  try {
    return call();
  } catch (const std::exception& thrown) {
    return Error{
        ErrorKind::corrupt,
        fmt::format("{}: it threw: {:.200}; this is a fault of the plugin", where, thrown.what()),
        {}};
  } catch (...) {
    return Error{ErrorKind::corrupt,
                 where + ": it threw something that is no exception; this is a fault of the plugin",
                 {}};
  }
}

}  // namespace

Result<std::unique_ptr<Connector>> create_checked(const ConnectorDescriptor& descriptor, Host& host,
                                                  const ConnectorContext& context,
                                                  const Settings& settings) {
  auto made = guarded<std::unique_ptr<Connector>>(
      descriptor, "create", [&] { return descriptor.create(host, context, settings); });
  if (!made) return made.error();
  if (*made == nullptr) {
    return Error{ErrorKind::corrupt,
                 fmt::format("{}: create: it made no connector; this is a fault of the plugin",
                             descriptor.name),
                 {}};
  }
  return make_checked(descriptor.name, std::move(*made));
}

Result<std::vector<AttributeSpec>> attributes_checked(const ConnectorDescriptor& descriptor,
                                                      const Settings& settings) {
  if (descriptor.attributes == nullptr) return std::vector<AttributeSpec>();
  return guarded<std::vector<AttributeSpec>>(descriptor, "attributes",
                                             [&] { return descriptor.attributes(settings); });
}

}  // namespace upselld::plugins
