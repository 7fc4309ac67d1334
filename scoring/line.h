// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace upselld::scoring {

// Row after row, `width` floats each.
struct Matrix {
  std::vector<float> values;
  std::size_t width = 0;
  std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const float> row(std::size_t i) const {
    return std::span(values).subspan(i * width, width);
  }
};

// A logistic regression with weights held small: log-odds = intercept + weights * x.
struct Line {
  std::vector<double> weights;
  double intercept = 0;
  double of(std::span<const float> row) const;
};

// Minimises the summed log-loss + strength / 2 * |weights|^2; the intercept is free. Newton's
// method, each step solved by conjugate gradients and halved until the loss falls. One thread,
// sums in a fixed order: the same bits every time. Both outcomes must be there.
Line fit_line(const Matrix& rows, std::span<const std::uint8_t> positive, double strength);
// One line for each strength, each begun where the one before it ended: falling strengths are
// quick. A line depends on the strengths before its own only in its last bits. `goes_on` is asked
// before each step; after a no the lines are unfinished.
std::vector<Line> fit_lines(const Matrix& rows, std::span<const std::uint8_t> positive,
                            std::span<const double> strengths,
                            const std::function<bool()>& goes_on = {});

}  // namespace upselld::scoring
