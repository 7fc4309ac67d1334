// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/app.h"
#include "playbook/choose.h"
#include "playbook/frame.h"
#include "playbook/playbook.h"
#include "scoring/model.h"

namespace upselld::daemon {

// What one round of decisions rested on besides the accounts, as the audit kept it.
struct ReplayFrame {
  playbook::Today today;
  playbook::Frame frame;
  std::unique_ptr<const playbook::Playbook> playbook;
  std::unique_ptr<const scoring::Model> model;  // nullptr: the rules ranked
  std::vector<std::string> row_names;

  // The score of a row again, with its reasons.
  Result<Score> score(std::span<const float> row) const;
};

// Reads frames by the hash of their text, each once.
class ReplayFrames {
 public:
  explicit ReplayFrames(App& app) : app_(app) {}
  Result<const ReplayFrame*> get(const std::string& hash, const std::string& connection);

 private:
  App& app_;
  std::map<std::string, std::unique_ptr<ReplayFrame>> frames_;
};

// The feature rows of one connection as the store gives them now, for the moment of a frame.
class RowsAgain {
 public:
  static Result<std::unique_ptr<RowsAgain>> make(App& app, const std::string& connection,
                                                 const ReplayFrame& frame);
  // Empty: the same bits. Otherwise what happened to the account or which features moved.
  std::string difference(std::uint32_t account, const std::vector<float>& row) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::uint32_t, std::vector<float>> rows_;
};

}  // namespace upselld::daemon
