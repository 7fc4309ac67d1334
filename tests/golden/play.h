// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "plugins/connector.h"
#include "tests/golden/scripted.h"

// A folder for each way in which CRMs have surprised people: what the CRM answers, what is asked of
// the connector, and all requests and results in expected.txt. Run with UPSELLD_GOLDEN_WRITE=1 to
// write expected.txt anew, and read what changed.
namespace upselld::tests {

struct GoldenSet {
  std::filesystem::path folder;  // of the cases
  const ConnectorDescriptor& descriptor;
  std::function<std::unique_ptr<ScriptedCrm>(nlohmann::json answers, FakeClock& clock)> crm;
  // Of a connection whose secret stands in that file.
  std::function<nlohmann::json(const std::string& secret_file)> settings;
};

nlohmann::json read_golden_json(const std::filesystem::path& file);
// Plays one case after the other, each in a section of its own.
void play_cases(const GoldenSet& set);

}  // namespace upselld::tests
