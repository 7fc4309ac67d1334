// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <list>
#include <nlohmann/json.hpp>

#include "core/settings.h"
#include "core/time_zone.h"
#include "daemon/commands.h"
#include "daemon/text_table.h"
#include "daemon/version.h"

namespace upselld::daemon {
namespace {

// What CLI11 writes into while it parses; one per command, in a list so that addresses stay.
struct Parsed {
  const CommandSpec* spec = nullptr;
  CLI::App* app = nullptr;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> options;
  std::map<std::string, bool> flags;
};

int argument_count_max(const std::string& arguments) {
  int count = 0;
  for (std::size_t at = 0; at < arguments.size();) {
    const std::size_t end = std::min(arguments.find(' ', at), arguments.size());
    if (end > at) ++count;
    at = end + 1;
  }
  return count;
}

int argument_count_min(const std::string& arguments) {
  return argument_count_max(arguments.substr(0, arguments.find('[')));
}

void add_command(CLI::App& root, const CommandSpec& spec, std::list<Parsed>& all) {
  const std::string name = spec.name;
  const std::size_t blank = name.find(' ');
  CLI::App* parent =
      blank == std::string::npos ? &root : root.get_subcommand(name.substr(0, blank));
  Parsed& parsed = all.emplace_back();
  parsed.spec = &spec;
  parsed.app = parent->add_subcommand(blank == std::string::npos ? name : name.substr(blank + 1),
                                      spec.summary);
  parsed.app->fallthrough();
  const int most = argument_count_max(spec.arguments);
  if (most > 0) {
    const int least = argument_count_min(spec.arguments);
    parsed.app->add_option(spec.arguments, parsed.arguments)
        ->expected(least, most)
        ->required(least > 0);
  }
  for (const OptionSpec& option : spec.options) {
    if (option.value == nullptr) {
      parsed.app->add_flag(option.name, parsed.flags[option.name], option.help);
    } else {
      parsed.app->add_option(option.name, parsed.options[option.name], option.help)
          ->type_name(option.value);
    }
  }
}

Invocation taken(const Parsed& parsed, Invocation invocation) {
  invocation.command = parsed.spec->name;
  invocation.arguments = parsed.arguments;
  for (const auto& [name, value] : parsed.options) {
    if (parsed.app->count(name) > 0) invocation.options[name] = value;
  }
  for (const auto& [name, set] : parsed.flags) {
    if (set) invocation.flags.insert(name);
  }
  return invocation;
}

int carry_out(const CommandSpec& spec, const Invocation& invocation) {
  const Result<int> result = spec.run(invocation);
  std::cout.flush();
  if (result && std::cout) return *result;
  const Error error = result
                          ? Error{ErrorKind::io, "write to standard output: no room or closed", {}}
                          : result.error();
  if (invocation.json) {
    // One document on standard output also when the answer is an error.
    const nlohmann::ordered_json document = {
        {"error", {{"kind", to_text(error.kind)}, {"message", error.message}}}};
    std::cout << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }
  // Settings may have several findings, a line each.
  const auto more = std::count(error.message.begin(), error.message.end(), '\n');
  const std::string above = error.kind == ErrorKind::invalid_config && more > 0
                                ? std::to_string(more + 1) + " findings; nothing was done\n"
                                : "";
  std::fprintf(stderr, "upselld: %s%s\n", above.c_str(), error.message.c_str());
  return exit_code_of(error);
}

// The parser would only say that a command is missing. Nothing to say: empty.
std::string unknown_command(int count, char** arguments) {
  std::vector<std::string> names;
  for (const CommandSpec& spec : command_table()) {
    const std::string name = spec.name;
    names.push_back(name.substr(0, name.find(' ')));
  }
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    if (word == "--config" || word == "--as-of") ++i;
    if (word.empty() || word.front() == '-') continue;
    if (std::find(names.begin(), names.end(), word) != names.end()) return {};
    const std::string near = nearest(word, names);
    return "there is no command " + printable(word, 40) +
           (near.empty() ? "; see upselld --help" : "; did you mean " + near + "?");
  }
  return {};
}

const char* const kFooter =
    "Exit: 0 done; 1 failed; 2 usage or settings; 3 done, but held or some items rejected.\n";

}  // namespace

int exit_code_of(const Error& error) {
  if (error.kind == ErrorKind::invalid_config) return kUsage;
  return error.kind == ErrorKind::budget_exhausted ? kHeldOrRejected : kFailed;
}

int run_command(int count, char** arguments) {
  CLI::App root{"upselld: up-sell likelihood, next best action and follow-up tasks beside a CRM"};
  root.name("upselld");
  root.set_version_flag("--version", std::string("upselld ") + kVersion);
  root.require_subcommand(1);
  root.failure_message(CLI::FailureMessage::simple);
  root.footer(kFooter);
  Invocation invocation;
  std::string as_of;
  for (const OptionSpec& option : global_options()) {
    const std::string name = option.name;
    if (option.value == nullptr) {
      root.add_flag(name, name == "--json" ? invocation.json : invocation.quiet, option.help);
    } else {
      root.add_option(name, name == "--config" ? invocation.config : as_of, option.help)
          ->type_name(option.value);
    }
  }
  std::list<Parsed> all;
  for (const CommandSpec& spec : command_table()) add_command(root, spec, all);
  if (const std::string problem = unknown_command(count, arguments); !problem.empty()) {
    std::fprintf(stderr, "upselld: %s\n", problem.c_str());
    return kUsage;
  }
  try {
    root.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = root.exit(error);
    return code == 0 ? kDone : kUsage;
  }
  if (!as_of.empty()) {
    invocation.as_of = parse_day(as_of);
    if (!invocation.as_of) {
      std::fprintf(stderr, "upselld: --as-of %s: write a day as YYYY-MM-DD\n", as_of.c_str());
      return kUsage;
    }
  }
  // The innermost command that was named: "audit verify" before "audit".
  const Parsed* chosen = nullptr;
  for (const Parsed& parsed : all) {
    if (parsed.app->parsed()) chosen = &parsed;
  }
  return carry_out(*chosen->spec, taken(*chosen, invocation));
}

}  // namespace upselld::daemon
