// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::daemon {

// Exit codes.
inline constexpr int kDone = 0, kFailed = 1, kUsage = 2, kHeldOrRejected = 3;

// What the person asked for, after the command line was checked against the table.
struct Invocation {
  std::string config;        // --config, or empty: the default places
  std::optional<Day> as_of;  // --as-of
  bool json = false;
  bool quiet = false;
  std::string command;  // "audit verify": command and verb
  std::vector<std::string> arguments;
  std::map<std::string, std::string> options;  // "--top" -> "10"
  std::set<std::string> flags;                 // "--full"

  bool has(const std::string& flag) const { return flags.count(flag) != 0; }
  std::string option(const std::string& name) const {
    const auto at = options.find(name);
    return at == options.end() ? std::string() : at->second;
  }
};

// One option of a command. `value` is the placeholder in the help; nullptr: a flag.
struct OptionSpec {
  const char* name;
  const char* value;
  const char* help;
};
// One command. The table is the only place where a command is described: help and the command line
// are made from it.
struct CommandSpec {
  const char* name;  // "sync", or "audit verify"
  const char* summary;
  const char* arguments;  // "ACCOUNT", "[FILE]", ""
  std::vector<OptionSpec> options;
  // Runs it; errors are printed by the caller. Success is the exit code.
  Result<int> (*run)(const Invocation& invocation);
};
const std::vector<CommandSpec>& command_table();
// What every command takes.
const std::vector<OptionSpec>& global_options();

// What a command that ended with this error exits with.
int exit_code_of(const Error& error);

// Parses, runs, prints errors; returns the process's exit code.
int run_command(int count, char** arguments);

}  // namespace upselld::daemon
