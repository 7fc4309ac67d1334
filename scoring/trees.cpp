// SPDX-License-Identifier: Apache-2.0
#include "scoring/trees.h"

#include <xgboost/c_api.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "core/assertions.h"
#include "scoring/forest.h"

namespace upselld::scoring {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// What the library asks for the rows, block after block, as often as it wants.
class Blocks {
 public:
  Blocks(const RowReader& rows, DMatrixHandle proxy)
      : rows_(rows), proxy_(proxy), values_(kBlockRows * rows.width) {}

  static void reset(DataIterHandle blocks) { static_cast<Blocks*>(blocks)->next_ = 0; }
  // 1: there is a block. 0: that was all. -1: an error of the library's own.
  static int next(DataIterHandle blocks) { return static_cast<Blocks*>(blocks)->give_next(); }

 private:
  static constexpr std::size_t kBlockRows = 8192;

  int give_next() {
    const std::size_t count = std::min(kBlockRows, rows_.count - next_);
    if (count == 0) return 0;
    for (std::size_t i = 0; i < count; ++i) {
      rows_.read(next_ + i, std::span(values_).subspan(i * rows_.width, rows_.width));
    }
    next_ += count;
    const std::string described =
        fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f4","version":3}})",
                    reinterpret_cast<std::uintptr_t>(values_.data()), count, rows_.width);
    return XGProxyDMatrixSetDataDense(proxy_, described.c_str()) == 0 ? 1 : -1;
  }

  const RowReader& rows_;
  DMatrixHandle proxy_;
  std::vector<float> values_;
  std::size_t next_ = 0;
};

// Owns the library's objects. After an error the booster is never touched again: the next call on
// it would crash. Freeing it is safe.
//
// The rows are the library's matrix of bins, filled block by block: an eighth of the memory of its
// other one. With several trees a round it would predict its own rows by looking every bin up
// again, so gradients are given to it, from margins that are kept here. The model has the same
// bytes either way.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (booster_ != nullptr) XGBoosterFree(booster_);
    if (matrix_ != nullptr) XGDMatrixFree(matrix_);
    if (proxy_ != nullptr) XGDMatrixFree(proxy_);
  }

  void open(const RowReader& rows, int bins) {
    call([&] { return XGProxyDMatrixCreate(&proxy_); });
    Blocks blocks(rows, proxy_);
    const std::string config = fmt::format(R"({{"missing":NaN,"nthread":1,"max_bin":{}}})", bins);
    call([&] {
      return XGQuantileDMatrixCreateFromCallback(&blocks, proxy_, nullptr, Blocks::reset,
                                                 Blocks::next, config.c_str(), &matrix_);
    });
    call([&] { return XGBoosterCreate(&matrix_, 1, &booster_); });
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
  void round(std::span<float> gradient, std::span<float> hessian) {
    call([&] {
      return XGBoosterBoostOneIter(booster_, matrix_, gradient.data(), hessian.data(),
                                   gradient.size());
    });
  }
  // The model of one round alone, or of all of them.
  Result<std::string> of_round(int number) {
    BoosterHandle slice = nullptr;
    call([&] { return XGBoosterSlice(booster_, number, number + 1, 1, &slice); });
    auto json = saved(slice);
    if (slice != nullptr) XGBoosterFree(slice);
    return json;
  }
  Result<std::string> whole() { return saved(booster_); }

 private:
  Result<std::string> saved(BoosterHandle booster) {
    bst_ulong length = 0;
    const char* bytes = nullptr;
    call([&] {
      return XGBoosterSaveModelToBuffer(booster, R"({"format":"json"})", &length, &bytes);
    });
    if (!error_.empty()) {
      return Error{ErrorKind::unsupported, "train trees: " + error_, std::nullopt};
    }
    return std::string(bytes, length);
  }
  template <typename Call>
  void call(const Call& run) {
    if (!error_.empty()) return;
    if (run() == 0) return;
    error_ = XGBGetLastError();
    error_ = error_.substr(0, error_.find("Stack trace:"));
    std::replace(error_.begin(), error_.end(), '\n', ' ');
    if (error_.empty()) error_ = "unknown error";
  }
  DMatrixHandle proxy_ = nullptr;
  DMatrixHandle matrix_ = nullptr;
  BoosterHandle booster_ = nullptr;
  std::string error_;
};

// Log-loss by margin, in the library's own float steps: the same gradients, the same bytes.
class Gradients {
 public:
  Gradients(std::span<const std::uint8_t> positive, float rate)
      : positive_(positive),
        margin_(positive.size(), -std::log(1.0F / rate - 1.0F)),
        gradient_(positive.size()),
        hessian_(positive.size()) {}

  void update() {
    constexpr float kLargest = 88.7F, kLeast = 1e-16F;
    for (std::size_t i = 0; i < margin_.size(); ++i) {
      const float odds_against = std::exp(std::min(-margin_[i], kLargest));
      const float probability = 1.0F / (odds_against + 1.0F + kLeast);
      gradient_[i] = probability - static_cast<float>(positive_[i]);
      hessian_[i] = std::max(probability * (1.0F - probability), kLeast);
    }
  }
  std::span<float> margin() { return margin_; }
  std::span<float> gradient() { return gradient_; }
  std::span<float> hessian() { return hessian_; }

 private:
  std::span<const std::uint8_t> positive_;
  std::vector<float> margin_, gradient_, hessian_;
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
  session.open(rows, settings.bins);
  const std::string start = fmt::format("{:.9g}", rate);
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
      {"base_score", start},
      {"verbosity", "0"}};
  for (const auto& [name, value] : parameters) session.set(name, value);
  session.name_columns(names);
  Gradients gradients(positive, std::strtof(start.c_str(), nullptr));
  for (int round = 0; round < settings.rounds; ++round) {
    if (settings.stopped()) return Error{ErrorKind::cancelled, "train trees: stopped", {}};
    gradients.update();
    session.round(gradients.gradient(), gradients.hessian());
    const auto json = session.of_round(round);
    if (!json) return json.error();
    const auto grown = Forest::read(*json);
    if (!grown) return grown.error();
    grown->add_margins(rows.read_column, gradients.margin());
  }
  return session.whole();
}

std::string trees_library_version() {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace upselld::scoring
