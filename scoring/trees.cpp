// SPDX-License-Identifier: Apache-2.0
#include "scoring/trees.h"

#include <xgboost/c_api.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/assertions.h"

namespace upselld::scoring {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// Owns the library's objects. After an error the booster is never touched again: the next call on
// it would crash. Freeing it is safe.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (booster_ != nullptr) XGBoosterFree(booster_);
    if (rows_ != nullptr) XGDMatrixFree(rows_);
  }

  // Not the library's matrix of bins, which is filled row by row: with several trees a round it
  // predicts by looking every bin up again, and took ten times as long.
  void open(const RowReader& rows, std::span<const std::uint8_t> positive) {
    std::vector<float> values(rows.count * rows.width);
    for (std::size_t i = 0; i < rows.count; ++i) {
      rows.read(i, std::span(values).subspan(i * rows.width, rows.width));
    }
    const std::vector<float> labels(positive.begin(), positive.end());
    call([&] {
      return XGDMatrixCreateFromMat(values.data(), rows.count, rows.width, kMissing, &rows_);
    });
    call([&] { return XGDMatrixSetFloatInfo(rows_, "label", labels.data(), labels.size()); });
    call([&] { return XGBoosterCreate(&rows_, 1, &booster_); });
  }
  void set(const char* name, const std::string& value) {
    call([&] { return XGBoosterSetParam(booster_, name, value.c_str()); });
  }
  void name_columns(const std::vector<std::string>& names) {
    std::vector<const char*> texts, types;
    for (const std::string& name : names) {
      texts.push_back(name.c_str());
      types.push_back("float");
    }
    call([&] {
      return XGBoosterSetStrFeatureInfo(booster_, "feature_name", texts.data(), texts.size());
    });
    call([&] {
      return XGBoosterSetStrFeatureInfo(booster_, "feature_type", types.data(), types.size());
    });
  }
  void round(int number) {
    call([&] { return XGBoosterUpdateOneIter(booster_, number, rows_); });
  }
  Result<std::string> finish() {
    bst_ulong length = 0;
    const char* bytes = nullptr;
    call([&] {
      return XGBoosterSaveModelToBuffer(booster_, R"({"format":"json"})", &length, &bytes);
    });
    if (!error_.empty()) {
      return Error{ErrorKind::unsupported, "train trees: " + error_, std::nullopt};
    }
    return std::string(bytes, length);
  }

 private:
  template <typename Call>
  void call(const Call& run) {
    if (!error_.empty()) return;
    if (run() == 0) return;
    error_ = XGBGetLastError();
    error_ = error_.substr(0, error_.find("Stack trace:"));
    std::replace(error_.begin(), error_.end(), '\n', ' ');
    if (error_.empty()) error_ = "unknown error";
  }
  DMatrixHandle rows_ = nullptr;
  BoosterHandle booster_ = nullptr;
  std::string error_;
};

}  // namespace

Result<std::string> fit_trees(const RowReader& rows, std::span<const std::uint8_t> positive,
                              const std::vector<std::string>& names,
                              const LearnerSettings& settings) {
  UPSELLD_ASSERT(rows.count == positive.size() && names.size() == rows.width);
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  const double rate = positives / static_cast<double>(positive.size());
  UPSELLD_ASSERT(rate > 0 && rate < 1);
  Session session;
  session.open(rows, positive);
  const std::pair<const char*, std::string> parameters[] = {
      {"objective", "binary:logistic"},
      {"tree_method", "hist"},
      {"nthread", "1"},
      {"seed", std::to_string(settings.seed)},
      {"max_depth", std::to_string(settings.depth)},
      {"eta", fmt::format("{}", settings.eta)},
      {"num_parallel_tree", std::to_string(settings.parallel_trees)},
      {"subsample", fmt::format("{}", settings.row_share)},
      {"colsample_bytree", fmt::format("{}", settings.column_share)},
      {"max_bin", std::to_string(settings.bins)},
      {"base_score", fmt::format("{:.9g}", rate)},
      {"verbosity", "0"}};
  for (const auto& [name, value] : parameters) session.set(name, value);
  session.name_columns(names);
  for (int round = 0; round < settings.rounds; ++round) session.round(round);
  return session.finish();
}

std::string trees_library_version() {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace upselld::scoring
