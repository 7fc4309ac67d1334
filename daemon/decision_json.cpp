// SPDX-License-Identifier: Apache-2.0
#include "daemon/decision_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace upselld::daemon {

bool has_gain(const Score& score) {
  return score.has_probability && score.rank_value != score.probability;
}

Json json_of_decision(const store::StoredDecision& d, const std::string& name) {
  const Score& score = d.score;
  Json out = {{"account", d.account.id}, {"connection", d.account.connection}, {"name", name}};
  out["probability"] = score.has_probability ? Json(score.probability) : Json();
  out["score"] = score.has_probability ? Json(std::round(score.probability * 1000) / 10) : Json();
  out["log_odds"] = score.has_probability ? Json(score.margin) : Json();
  out["base"] = score.has_probability ? Json(score.base) : Json();
  out["expected_gain"] = has_gain(score) ? Json(score.rank_value) : Json();
  out["band"] = d.band ? Json(to_text(*d.band)) : Json();
  out["segment"] = d.segment;
  out["decile"] = d.decile;
  out["tags"] = d.tags;
  out["action"] = d.action;
  out["rule"] = d.rule;
  out["task"] = d.task ? json_of(*d.task) : Json();
  out["held"] = d.held;
  out["status"] = d.status;
  out["reasons"] = json_of(score.reasons);
  out["fields"] = json_of(d.values);
  out["model_version"] = score.model_version;
  out["scored_at"] = to_text(d.decided_on);
  return out;
}

}  // namespace upselld::daemon
