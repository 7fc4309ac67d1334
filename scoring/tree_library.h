// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xgboost/c_api.h>

#include "core/result.h"

namespace upselld::scoring {

// The functions of XGBoost that are used, under their own names.
#define UPSELLD_XGBOOST_FUNCTIONS(each)                                                         \
  each(XGBGetLastError) each(XGBoostVersion) each(XGBoosterCreate) each(XGBoosterFree)          \
      each(XGBoosterSaveModelToBuffer) each(XGBoosterSetParam) each(XGBoosterSetStrFeatureInfo) \
          each(XGBoosterUpdateOneIter) each(XGDMatrixFree) each(XGDMatrixSetFloatInfo)          \
              each(XGProxyDMatrixCreate) each(XGProxyDMatrixSetDataDense)                       \
                  each(XGQuantileDMatrixCreateFromCallback)

// XGBoost. Only training needs it, and finding its symbols takes as long as all else that happens
// before a command begins: so it is loaded by the first training, and stays.
struct TreeLibrary {
#define UPSELLD_MEMBER(name) decltype(&::name) name = nullptr;
  UPSELLD_XGBOOST_FUNCTIONS(UPSELLD_MEMBER)
#undef UPSELLD_MEMBER
};

// Owned by nobody; lives as long as the process. Safe on any thread. unsupported: it is not
// installed, or lacks a function.
Result<const TreeLibrary*> tree_library();

}  // namespace upselld::scoring
