// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "bench/simulation/world.h"

namespace upselld::simulation {

// How a run of upselld ended.
struct Ended {
  int code = -1;  // -9: killed
  nlohmann::json json;
  std::string err;

  // What is told of each connection of a sync.
  std::vector<nlohmann::json> connections() const;
  static int delivered(const nlohmann::json& connection, const char* what);
};

// upselld in one folder, with settings of its own and a clock of its own.
class Program {
 public:
  Program(std::filesystem::path binary, std::filesystem::path folder);

  void configure(std::span<const Connection> connections) const;
  // Runs `upselld --json ...`. `started` is told its process id, and 0 when it has ended.
  Ended run(const std::vector<std::string>& arguments, const std::function<void(int)>& started,
            const std::string& settings = "upselld.yaml") const;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path clock_file() const { return folder_ / "clock"; }

 private:
  std::filesystem::path binary_, folder_;
};

}  // namespace upselld::simulation
