// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace upselld::daemon {

// What a run's summary says of single connections. A summary has the keys of one connection at its
// top, or those of several under `connections`; `took_part` names all that the run was of.

// A summary of a version that wrote no names down, of a run that read nothing, was of all.
bool took_part(const nlohmann::ordered_json& summary, const std::string& connection);

// Nothing where the run was of others, or brought only events for this one beside several.
const nlohmann::ordered_json* part_of(const nlohmann::ordered_json& summary,
                                      const std::string& connection);

// What was read of it, where one that brings only events has no part. Nothing: it was not read.
const nlohmann::ordered_json* pull_of(const nlohmann::ordered_json& summary,
                                      const std::string& connection);

}  // namespace upselld::daemon
