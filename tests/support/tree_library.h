// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "scoring/line.h"
#include "scoring/settings.h"

namespace upselld::tests {

// What the library itself says of rows: type 1 margins, type 2 exact contributions.
inline std::vector<float> asked_of_library(const std::string& json, const scoring::Matrix& rows,
                                           int type) {
  DMatrixHandle matrix = nullptr;
  BoosterHandle booster = nullptr;
  REQUIRE(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.width, NAN, &matrix) == 0);
  REQUIRE(XGBoosterCreate(nullptr, 0, &booster) == 0);
  REQUIRE(XGBoosterLoadModelFromBuffer(booster, json.data(), json.size()) == 0);
  const std::string config = R"({"type":)" + std::to_string(type) +
                             R"(,"training":false,"iteration_begin":0,"iteration_end":0,)" +
                             R"("strict_shape":false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* found = nullptr;
  REQUIRE(XGBoosterPredictFromDMatrix(booster, matrix, config.c_str(), &shape, &dimensions,
                                      &found) == 0);
  std::size_t count = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  std::vector<float> copy(found, found + count);
  XGBoosterFree(booster);
  XGDMatrixFree(matrix);
  return copy;
}

// What the library grows by itself, predicting its own rows between the rounds.
inline std::string grown_by_library(const scoring::Matrix& rows,
                                    const std::vector<std::uint8_t>& positive,
                                    const std::vector<std::string>& names,
                                    const scoring::LearnerSettings& settings) {
  DMatrixHandle matrix = nullptr;
  BoosterHandle booster = nullptr;
  REQUIRE(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.width, NAN, &matrix) == 0);
  const std::vector<float> labels(positive.begin(), positive.end());
  REQUIRE(XGDMatrixSetFloatInfo(matrix, "label", labels.data(), labels.size()) == 0);
  REQUIRE(XGBoosterCreate(&matrix, 1, &booster) == 0);
  const double rate = static_cast<double>(std::count(positive.begin(), positive.end(), 1)) /
                      static_cast<double>(positive.size());
  const std::pair<const char*, std::string> parameters[] = {
      {"objective", "binary:logistic"},
      {"tree_method", "hist"},
      {"nthread", "1"},
      {"seed", std::to_string(settings.seed)},
      {"max_depth", std::to_string(settings.depth)},
      {"eta", fmt::format("{}", settings.eta)},
      {"subsample", fmt::format("{}", settings.row_share)},
      {"colsample_bytree", fmt::format("{}", settings.column_share)},
      {"max_bin", std::to_string(settings.bins)},
      {"base_score", fmt::format("{:.9g}", rate)}};
  for (const auto& [name, value] : parameters) {
    REQUIRE(XGBoosterSetParam(booster, name, value.c_str()) == 0);
  }
  std::vector<const char*> texts, types(names.size(), "float");
  for (const std::string& name : names) texts.push_back(name.c_str());
  REQUIRE(XGBoosterSetStrFeatureInfo(booster, "feature_name", texts.data(), texts.size()) == 0);
  REQUIRE(XGBoosterSetStrFeatureInfo(booster, "feature_type", types.data(), types.size()) == 0);
  for (int round = 0; round < settings.rounds; ++round) {
    REQUIRE(XGBoosterUpdateOneIter(booster, round, matrix) == 0);
  }
  bst_ulong length = 0;
  const char* bytes = nullptr;
  REQUIRE(XGBoosterSaveModelToBuffer(booster, R"({"format":"json"})", &length, &bytes) == 0);
  std::string json(bytes, length);
  XGBoosterFree(booster);
  XGDMatrixFree(matrix);
  return json;
}

}  // namespace upselld::tests
