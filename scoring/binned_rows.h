// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace upselld::scoring {

// Rows that are read one at a time: nobody has to hold them all as one table.
struct RowReader {
  std::size_t count = 0, width = 0;
  std::function<void(std::size_t row, std::span<float> out)> read;
};

// Every value as the number of its bin, one byte each. The least float is always in bin 0.
struct BinnedRows {
  static constexpr std::size_t kBins = 64;
  static constexpr std::uint8_t kMissing = kBins - 1;

  std::size_t count = 0, width = 0;
  std::vector<std::uint8_t> bins;          // row after row
  std::vector<std::vector<float>> starts;  // by column: the least value of bins 1, 2, ...

  const std::uint8_t* row(std::size_t i) const { return bins.data() + i * width; }
};

// Bins hold about equally many rows; a value is never cut in two. At most `bins_max` bins a column,
// missing values included.
BinnedRows bin_rows(const RowReader& rows, std::size_t bins_max);

}  // namespace upselld::scoring
