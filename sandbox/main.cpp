// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

#include "core/time_zone.h"
#include "sandbox/generate.h"
#include "sandbox/hubspot/serve.h"
#include "sandbox/salesforce/serve.h"
#include "sandbox/world.h"

namespace {

using upselld::sandbox::GenerateOptions;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int exit_code(const upselld::Error& error) {
  fmt::print(stderr, "upselld-sandbox: {}\n", error.message);
  return error.kind == upselld::ErrorKind::invalid_config ? kUsage : kFailed;
}

int run_generate(const GenerateOptions& options) {
  const auto written = upselld::sandbox::generate(options);
  if (!written) return exit_code(written.error());
  fmt::print("{} accounts over {} months, world {}, seed {}, in {}\n", options.accounts,
             options.months, options.world, options.seed, options.out);
  for (const auto& file : *written) fmt::print("  {:<30} {:>11} rows\n", file.name, file.rows);
  fmt::print("truth/ is for judging only: upselld never reads it\n");
  return 0;
}

std::string check_end(const std::string& text, GenerateOptions& options) {
  const auto day = upselld::parse_day(text);
  if (!day) return "not a date: write it as 2026-11-01";
  options.end = upselld::civil_of(*day);
  return {};
}

void add_generate(CLI::App& app, GenerateOptions& options) {
  auto* command = app.add_subcommand("generate", "Write a made-up CRM history as CSV files");
  command->footer(
      "The same options give the same bytes. docs/generator.md lists files, columns and the\n"
      "process behind them; truth/true_probabilities.csv holds the true likelihood of each\n"
      "account on the first of each month, for judging a model. Example:\n"
      "  upselld-sandbox generate --accounts 1000 --months 24 --seed 7 --out demo");
  command->add_option("--accounts", options.accounts, "How many accounts")->capture_default_str();
  command->add_option("--months", options.months, "How many months of history")
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Another seed, another history")
      ->capture_default_str();
  command->add_option("--world", options.world, "What makes accounts buy")
      ->check(CLI::IsMember(upselld::sandbox::world_names()))
      ->capture_default_str();
  command->add_option("--end", "The first day after the history, a first of the month [2026-11-01]")
      ->check([&options](const std::string& text) { return check_end(text, options); })
      ->type_name("DATE");
  command->add_option("--horizon", options.horizon_days, "Days that a true probability looks ahead")
      ->capture_default_str();
  command->add_flag("--observer", options.observer,
                    "Also write truth/best_forecasts.csv: what the files allow to know at best");
  command
      ->add_option("--holdout", options.holdout,
                   "World tasks-cause-orders: share of the accounts that get no task")
      ->type_name("SHARE");
  command->add_option("--tasks", options.tasks,
                      "World tasks-cause-orders: CSV of tasks (account, date) that take the place "
                      "of its own policy");
  command->add_option("--out", options.out, "Folder to write into; its files are replaced")
      ->required();
}

struct ServeCommand {
  std::string crm = "salesforce";
  // HubSpot's are the part that is common.
  upselld::sandbox::salesforce::ServeOptions options;
};

template <typename Serving, typename Options>
int serve_until_interrupted(const Options& options) {
  // Blocked before any thread starts, so that only the wait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto serving = Serving::start(options);
  if (!serving) return exit_code(serving.error());
  fmt::print("{}", (*serving)->facts_json());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

int run_serve(const ServeCommand& command) {
  if (command.crm == "hubspot") {
    return serve_until_interrupted<upselld::sandbox::hubspot::Serving,
                                   upselld::sandbox::ServeOptions>(command.options);
  }
  return serve_until_interrupted<upselld::sandbox::salesforce::Serving>(command.options);
}

void add_serve(CLI::App& app, ServeCommand& command) {
  auto& options = command.options;
  auto* serve = app.add_subcommand("serve", "Be a CRM on 127.0.0.1 until interrupted");
  serve->footer(
      "Prints one line of JSON with addresses and credentials when it is ready.\n"
      "docs/sandbox-salesforce.md and docs/sandbox-hubspot.md list what is spoken and the control\n"
      "interface. Example:\n"
      "  upselld-sandbox serve --crm salesforce --port 8443 --tls --data demo --out sandbox-files");
  serve->add_option("--crm", command.crm, "Which CRM")
      ->check(CLI::IsMember({"salesforce", "hubspot"}))
      ->capture_default_str();
  serve->add_option("--port", options.port, "Port of the CRM's own address; 0: any")
      ->capture_default_str();
  serve->add_option("--control-port", options.control_port, "Port of the control interface; 0: any")
      ->capture_default_str();
  serve
      ->add_option("--login-port", options.login_port,
                   "Salesforce: a login host of its own; 0: any, -1: none")
      ->capture_default_str();
  serve->add_flag("--tls", options.tls, "TLS, with an authority made at start");
  const std::map<std::string, upselld::sandbox::ServerCertificate> kinds = {
      {"good", upselld::sandbox::ServerCertificate::good},
      {"expired", upselld::sandbox::ServerCertificate::expired},
      {"other_host", upselld::sandbox::ServerCertificate::other_host}};
  serve
      ->add_option("--server-certificate", options.server_certificate,
                   "With --tls: good, expired or other_host")
      ->transform(CLI::Transformer(kinds))
      ->type_name("KIND");
  serve->add_option("--data", options.data,
                    "Folder that `generate` wrote; Salesforce: or of Object.csv files");
  serve->add_option("--clock", options.clock, "Stand still at this time; else time runs from now");
  serve->add_option("--clock-file", options.clock_file,
                    "Take the time from this file before each request, as $UPSELLD_CLOCK does");
  serve->add_option("--seed", options.seed, "Decides everything that is random")
      ->capture_default_str();
  serve->add_option("--certificate", options.certificate_file,
                    "Salesforce: certificate of the JWT bearer flow; else a key is made");
  serve->add_option("--exchanges", options.exchanges,
                    "Append every request and its answer to this file, a line of JSON each");
  serve->add_option("--out", options.out, "Folder for authority.pem, jwt.key and sandbox.json");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Stand-ins for the world around upselld: for rehearsals and tests, never for production",
      "upselld-sandbox");
  app.require_subcommand(1);
  GenerateOptions options;
  add_generate(app, options);
  ServeCommand serve;
  add_serve(app, serve);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return app.got_subcommand("serve") ? run_serve(serve) : run_generate(options);
}
