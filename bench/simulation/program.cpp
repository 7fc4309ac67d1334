// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace upselld::simulation {

namespace {

constexpr const char* kPlaybook =
    "tasks: {create: weekdays at 07:00, per_rep_and_week: 50, owner: [account_owner]}\n"
    "hold_tasks: {new_customer: {tenure_days: {below: 1}}}\n"
    "actions:\n"
    "  - action: storage_upgrade\n"
    "    when: {quota_usage_last: {from: 60%}}\n"
    "    label: Storage upgrade\n"
    "    task: {type: call, due: 24h, subject: \"{account}: storage {quota_usage_last} full\"}\n"
    "  - action: soft_touch\n"
    "    when: {band: [high, medium]}\n"
    "    label: Mention it in passing\n";

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Program::Program(std::filesystem::path binary, std::filesystem::path folder)
    : binary_(std::move(binary)), folder_(std::move(folder)) {}

std::vector<nlohmann::json> Ended::connections() const {
  if (!json.is_object()) return {};
  if (!json.contains("connections")) return {json};
  std::vector<nlohmann::json> all;
  for (const nlohmann::json& each : json["connections"]) all.push_back(each);
  return all;
}

int Ended::delivered(const nlohmann::json& connection, const char* what) {
  return connection.value("delivered", nlohmann::json::object()).value(what, 0);
}

void Program::configure(std::span<const Connection> connections) const {
  std::string all;
  for (const Connection& connection : connections) {
    for (const auto& [name, text] : connection.files) {
      write(folder_ / name, text);
      std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_read);
    }
    all += "  " + connection.name + ":\n" + connection.settings +
           "    write: fields_and_tasks\n    fallback_owner: admin@sandbox.example\n";
  }
  write(folder_ / "playbook.yaml", kPlaybook);
  const auto settings = [&](const char* state) {
    return "time_zone: UTC\ncurrency: EUR\nstate: " + std::string(state) + "\nconnections:\n" +
           all +
           "target: {kind: won_opportunity, kinds: [upsell], horizon: 90d}\n"
           "stop_when: {accounts_lost: 100%, bands_moved: 100%, new_tasks: 1000}\n";
  };
  write(folder_ / "upselld.yaml", settings("state"));
  write(folder_ / "fresh.yaml", settings("fresh"));
}

Ended Program::run(const std::vector<std::string>& arguments,
                   const std::function<void(int)>& started, const std::string& settings) const {
  const std::string config = (folder_ / settings).string();
  std::vector<std::string> words = {binary_.string(), "--config", config, "--json", "--quiet"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // With the policy set upselld need not start itself anew to have it.
  std::vector<std::string> environment = {"UPSELLD_CLOCK=" + clock_file().string(),
                                          "OMP_WAIT_POLICY=passive"};
  for (std::string& entry : environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  const std::string out = (folder_ / "out").string(), err = (folder_ / "err").string();
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), kFlags, 0600);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), kFlags, 0600);
  pid_t child = 0;
  Ended ended;
  const int code =
      ::posix_spawn(&child, binary_.c_str(), &files, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&files);
  if (code != 0) return ended;
  started(child);
  int status = 0;
  ::waitpid(child, &status, 0);
  started(0);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  ended.json = nlohmann::json::parse(read(out), nullptr, /*allow_exceptions=*/false);
  ended.err = read(err);
  return ended;
}

}  // namespace upselld::simulation
