// SPDX-License-Identifier: Apache-2.0
#include "scoring/trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/assertions.h"
#include "scoring/tree_library.h"

namespace upselld::scoring {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

// What the library asks for the rows, block after block, as often as it wants.
class Blocks {
 public:
  Blocks(const TreeLibrary& library, const RowReader& rows, DMatrixHandle proxy)
      : library_(library), rows_(rows), proxy_(proxy), values_(kBlockRows * rows.width) {}

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
    return library_.XGProxyDMatrixSetDataDense(proxy_, described.c_str()) == 0 ? 1 : -1;
  }

  const TreeLibrary& library_;
  const RowReader& rows_;
  DMatrixHandle proxy_;
  std::vector<float> values_;
  std::size_t next_ = 0;
};

// Owns the library's objects. After an error the booster is never touched again: the next call on
// it would crash. Freeing it is safe.
//
// The rows are the library's matrix of bins, filled block by block: an eighth of the memory of its
// other one. With one tree a round the library keeps its rows' margins itself; with several it
// would predict them by looking every bin up again.
class Session {
 public:
  explicit Session(const TreeLibrary& library) : library_(library) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (booster_ != nullptr) library_.XGBoosterFree(booster_);
    if (matrix_ != nullptr) library_.XGDMatrixFree(matrix_);
    if (proxy_ != nullptr) library_.XGDMatrixFree(proxy_);
  }

  void open(const RowReader& rows, std::span<const std::uint8_t> positive, int bins) {
    call([&] { return library_.XGProxyDMatrixCreate(&proxy_); });
    Blocks blocks(library_, rows, proxy_);
    const std::string config = fmt::format(R"({{"missing":NaN,"nthread":1,"max_bin":{}}})", bins);
    call([&] {
      return library_.XGQuantileDMatrixCreateFromCallback(&blocks, proxy_, nullptr, Blocks::reset,
                                                          Blocks::next, config.c_str(), &matrix_);
    });
    const std::vector<float> labels(positive.begin(), positive.end());
    call([&] {
      return library_.XGDMatrixSetFloatInfo(matrix_, "label", labels.data(), labels.size());
    });
    call([&] { return library_.XGBoosterCreate(&matrix_, 1, &booster_); });
  }
  void set(const char* name, const std::string& value) {
    call([&] { return library_.XGBoosterSetParam(booster_, name, value.c_str()); });
  }
  void name_columns(const std::vector<std::string>& names) {
    std::vector<const char*> texts, types;
    for (const std::string& name : names) {
      texts.push_back(name.c_str());
      types.push_back("float");
    }
    call([&] {
      return library_.XGBoosterSetStrFeatureInfo(booster_, "feature_name", texts.data(),
                                                 texts.size());
    });
    call([&] {
      return library_.XGBoosterSetStrFeatureInfo(booster_, "feature_type", types.data(),
                                                 types.size());
    });
  }
  void round(int number) {
    call([&] { return library_.XGBoosterUpdateOneIter(booster_, number, matrix_); });
  }
  Result<std::string> json() {
    bst_ulong length = 0;
    const char* bytes = nullptr;
    call([&] {
      return library_.XGBoosterSaveModelToBuffer(booster_, R"({"format":"json"})", &length, &bytes);
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
    error_ = library_.XGBGetLastError();
    error_ = error_.substr(0, error_.find("Stack trace:"));
    std::replace(error_.begin(), error_.end(), '\n', ' ');
    if (error_.empty()) error_ = "unknown error";
  }
  const TreeLibrary& library_;
  DMatrixHandle proxy_ = nullptr;
  DMatrixHandle matrix_ = nullptr;
  BoosterHandle booster_ = nullptr;
  std::string error_;
};

}  // namespace

Result<std::vector<std::string>> fit_trees(const RowReader& rows,
                                           std::span<const std::uint8_t> positive,
                                           const std::vector<std::string>& names,
                                           const LearnerSettings& settings,
                                           std::span<const int> rounds) {
  UPSELLD_ASSERT(rows.count == positive.size() && names.size() == rows.width);
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  const double rate = positives / static_cast<double>(positive.size());
  UPSELLD_ASSERT(rate > 0 && rate < 1);
  const auto library = tree_library();
  if (!library) return in_context("train trees", library.error());
  Session session(**library);
  session.open(rows, positive, settings.bins);
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
      {"base_score", fmt::format("{:.9g}", rate)},
      {"verbosity", "0"}};
  for (const auto& [name, value] : parameters) session.set(name, value);
  session.name_columns(names);
  std::vector<std::string> found;
  int done = 0;
  for (const int until : rounds) {
    for (; done < until; ++done) {
      if (settings.stopped()) return Error{ErrorKind::cancelled, "train trees: stopped", {}};
      session.round(done);
    }
    auto json = session.json();
    if (!json) return json.error();
    found.push_back(std::move(*json));
  }
  return found;
}

std::string trees_library_version() {
  const auto library = tree_library();
  if (!library) return "none";
  int major = 0, minor = 0, patch = 0;
  (*library)->XGBoostVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace upselld::scoring
