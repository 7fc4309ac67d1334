// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/instant.h"
#include "core/records.h"
#include "plugins/connector.h"

// What a probe tells of every CRM.
namespace upselld::plugins {

class ProbeLines {
 public:
  using Level = ProbeFinding::Level;

  ProbeReport take() { return std::move(report_); }

 protected:
  void add(Level level, std::string what, std::string remedy = {}) {
    report_.findings.push_back({level, std::move(what), std::move(remedy)});
  }
  // How far the server's clock is ahead of ours; a warning from a minute on.
  void add_clock(Duration ahead, const std::string& remedy);
  // `whose`: "the org". A warning when less than what upselld leaves to others is left of the day.
  void add_quota(const std::string& what, const std::string& whose, double left, double most);
  // An attribute whose field holds numbers and is mapped as text; all else is no line.
  void add_if_number_as_text(const AttributeSpec& spec, const std::string& field, bool is_number);

 private:
  ProbeReport report_;
};

}  // namespace upselld::plugins
