// SPDX-License-Identifier: Apache-2.0
#include "scoring/binned_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace upselld::scoring {
namespace {

constexpr std::size_t kSortedValuesMax = 16'384;  // bins of more rows are cut by every n-th

// Where bins begin. `values` are ascending. The last bin is empty: what parts all known values from
// the missing ones is a split like any other.
std::vector<float> starts_of(const std::vector<float>& values, std::size_t bins_max) {
  std::vector<float> starts;
  std::size_t left = values.size(), bins_left = bins_max, inside = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t behind = i;
    while (behind < values.size() && values[behind] == values[i]) ++behind;
    // The bin is full when it holds its share of what the bins before it left.
    if (inside > 0 && bins_left > 1 && inside * bins_left >= left) {
      starts.push_back(values[i]);
      left -= inside;
      inside = 0;
      --bins_left;
    }
    inside += behind - i;
    i = behind;
  }
  if (!values.empty()) starts.push_back(std::numeric_limits<float>::max());
  return starts;
}

// A search whose steps do not depend on the values: no jump to guess wrong.
std::uint8_t bin_of(float value, const std::vector<float>& starts) {
  if (std::isnan(value)) return BinnedRows::kMissing;
  std::size_t below = 0, width = starts.size();
  while (width > 0) {
    const std::size_t half = (width + 1) / 2;
    below += starts[below + half - 1] <= value ? half : 0;
    width -= half;
  }
  return static_cast<std::uint8_t>(below);
}

}  // namespace

BinnedRows bin_rows(const RowReader& rows, std::size_t bins_max) {
  BinnedRows binned{rows.count, rows.width, {}, {}};
  std::vector<float> row(rows.width);
  std::vector<std::vector<float>> values(rows.width);
  const std::size_t step = 1 + rows.count / kSortedValuesMax;
  for (std::size_t i = 0; i < rows.count; i += step) {
    rows.read(i, row);
    for (std::size_t j = 0; j < rows.width; ++j) {
      if (!std::isnan(row[j])) values[j].push_back(row[j]);
    }
  }
  for (std::vector<float>& column : values) {
    std::sort(column.begin(), column.end());
    binned.starts.push_back(starts_of(column, std::min(bins_max, BinnedRows::kBins) - 2));
    column = {};
  }
  binned.bins.resize(rows.count * rows.width);
  for (std::size_t i = 0; i < rows.count; ++i) {
    rows.read(i, row);
    std::uint8_t* out = binned.bins.data() + i * rows.width;
    for (std::size_t j = 0; j < rows.width; ++j) out[j] = bin_of(row[j], binned.starts[j]);
  }
  return binned;
}

}  // namespace upselld::scoring
