// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xgboost/c_api.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
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

// The library's own trees, as JSON, grown with nothing drawn by chance.
inline std::string grown_by_library(const scoring::Matrix& rows,
                                    const std::vector<std::uint8_t>& positive, float share,
                                    const scoring::LearnerSettings& settings) {
  DMatrixHandle matrix = nullptr;
  BoosterHandle booster = nullptr;
  const std::vector<float> labels(positive.begin(), positive.end());
  REQUIRE(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.width, NAN, &matrix) == 0);
  REQUIRE(XGDMatrixSetFloatInfo(matrix, "label", labels.data(), labels.size()) == 0);
  REQUIRE(XGBoosterCreate(&matrix, 1, &booster) == 0);
  const std::pair<const char*, std::string> parameters[] = {
      {"objective", "binary:logistic"},
      {"tree_method", "hist"},
      {"nthread", "1"},
      {"max_depth", std::to_string(settings.depth)},
      {"eta", std::to_string(settings.eta)},
      {"num_parallel_tree", std::to_string(settings.parallel_trees)},
      {"max_bin", std::to_string(settings.bins)},
      {"base_score", std::to_string(share)}};
  for (const auto& [name, value] : parameters) {
    REQUIRE(XGBoosterSetParam(booster, name, value.c_str()) == 0);
  }
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
