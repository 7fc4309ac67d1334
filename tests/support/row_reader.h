// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>

#include "scoring/line.h"
#include "scoring/trees.h"

namespace upselld::tests {

// The rows of a matrix that outlives the reader.
inline scoring::RowReader reader_of(const scoring::Matrix& rows) {
  return {rows.rows(), rows.width, [&rows](std::size_t i, std::span<float> out) {
            std::copy_n(rows.row(i).begin(), out.size(), out.begin());
          }};
}

}  // namespace upselld::tests
