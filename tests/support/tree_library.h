// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xgboost/c_api.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "scoring/line.h"

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

}  // namespace upselld::tests
