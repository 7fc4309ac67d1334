// SPDX-License-Identifier: Apache-2.0
#include "scoring/line.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/assertions.h"

namespace upselld::scoring {
namespace {

constexpr int kNewtonStepsMax = 30;
constexpr int kGradientStepsMax = 100;
constexpr int kHalvingsMax = 30;
constexpr double kGradientShare = 1e-5;  // of the first gradient: converged
constexpr double kResidualShare = 1e-2;  // of the gradient: a Newton step is good enough
constexpr std::size_t kLanes = 8;
constexpr std::size_t kRoughRowsMax = 4'096;

// Wider registers where the processor has them. Products and sums stay apart and in their order, so
// the bits are the same. Sanitizers cannot start programs that choose so early.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__)
#define UPSELLD_WIDE
#else
#define UPSELLD_WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#endif

// Eight running sums, added in a fixed order: what the compiler may do at once without changing
// the bits.
UPSELLD_WIDE double dot(std::span<const float> row, const double* weights) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= row.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      lanes[k] += static_cast<double>(row[i + k]) * weights[i + k];
    }
  }
  double sum = 0;
  for (; i < row.size(); ++i) sum += static_cast<double>(row[i]) * weights[i];
  for (const double lane : lanes) sum += lane;
  return sum;
}

UPSELLD_WIDE void add_scaled(std::span<const float> row, double by, double* __restrict into) {
  for (std::size_t i = 0; i < row.size(); ++i) into[i] += by * static_cast<double>(row[i]);
}

// Adds the outer products of eight rows to the upper triangle of a square. `left` are the rows
// times their weights; both are `size` wide.
UPSELLD_WIDE void add_squares(const double* __restrict left, const double* __restrict right,
                              std::size_t size, double* __restrict square) {
  for (std::size_t j = 0; j < size; ++j) {
    double by[kLanes];
    for (std::size_t r = 0; r < kLanes; ++r) by[r] = left[r * size + j];
    double* into = square + j * size;
    for (std::size_t k = j; k < size; ++k) {
      double sum = by[0] * right[k];
      for (std::size_t r = 1; r < kLanes; ++r) sum += by[r] * right[r * size + k];
      into[k] += sum;
    }
  }
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double log1p_exp(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

// The parameters are the weights and, last, the intercept.
class Problem {
 public:
  Problem(const Matrix& rows, std::span<const std::uint8_t> positive, double strength)
      : rows_(rows), positive_(positive), strength_(strength), margin_(rows.rows()) {}

  double loss(const std::vector<double>& at) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < margin_.size(); ++i) {
      margin_[i] = at.back() + dot(rows_.row(i), at.data());
      sum += log1p_exp(margin_[i]) - (positive_[i] != 0 ? margin_[i] : 0);
    }
    for (std::size_t j = 0; j < rows_.width; ++j) squares += at[j] * at[j];
    return sum + strength_ / 2 * squares;
  }

  // At the parameters that loss() was asked for last; prepares curvature().
  std::vector<double> gradient(const std::vector<double>& at) {
    std::vector<double> sum(at.size(), 0.0);
    weight_.resize(margin_.size());
    for (std::size_t i = 0; i < margin_.size(); ++i) {
      const double p = 1 / (1 + std::exp(-margin_[i]));
      const double error = p - (positive_[i] != 0 ? 1 : 0);
      weight_[i] = p * (1 - p);
      add_scaled(rows_.row(i), error, sum.data());
      sum.back() += error;
    }
    for (std::size_t j = 0; j < rows_.width; ++j) sum[j] += strength_ * at[j];
    return sum;
  }

  std::vector<double> curvature(const std::vector<double>& along) const {
    std::vector<double> sum(along.size(), 0.0);
    for (std::size_t i = 0; i < margin_.size(); ++i) {
      const auto row = rows_.row(i);
      const double by = weight_[i] * (along.back() + dot(row, along.data()));
      add_scaled(row, by, sum.data());
      sum.back() += by;
    }
    for (std::size_t j = 0; j < rows_.width; ++j) sum[j] += strength_ * along[j];
    return sum;
  }

  // The curvature as some of the rows see it: near enough to make the exact one easy. The upper
  // triangle of a square.
  std::vector<double> rough_curvature() const {
    const std::size_t size = rows_.width + 1, step = 1 + margin_.size() / kRoughRowsMax;
    std::vector<double> square(size * size, 0.0), left(kLanes * size), right(kLanes * size);
    const auto by = static_cast<double>(step);
    for (std::size_t i = 0; i < margin_.size();) {
      std::fill(left.begin(), left.end(), 0.0);
      for (std::size_t r = 0; r < kLanes && i < margin_.size(); ++r, i += step) {
        const auto row = rows_.row(i);
        for (std::size_t j = 0; j < size; ++j) {
          const double value = j + 1 < size ? static_cast<double>(row[j]) : 1.0;
          right[r * size + j] = value;
          left[r * size + j] = by * weight_[i] * value;
        }
      }
      add_squares(left.data(), right.data(), size, square.data());
    }
    for (std::size_t j = 0; j + 1 < size; ++j) square[j * size + j] += strength_;
    return square;
  }

 private:
  const Matrix& rows_;
  std::span<const std::uint8_t> positive_;
  double strength_;
  std::vector<double> margin_, weight_;
};

// A square that is the same on both sides of its diagonal, as the product of a triangle with
// itself.
class Triangle {
 public:
  // `square`: its upper triangle, with a diagonal well above 0.
  Triangle(std::vector<double> square, std::size_t size) : rows_(std::move(square)), size_(size) {
    for (std::size_t j = 0; j < size_; ++j) {
      double* own = rows_.data() + j * size_;
      const double root = std::sqrt(std::max(own[j], 1e-12));
      for (std::size_t k = j; k < size_; ++k) own[k] /= root;
      for (std::size_t below = j + 1; below < size_; ++below) {
        double* other = rows_.data() + below * size_;
        for (std::size_t k = below; k < size_; ++k) other[k] -= own[below] * own[k];
      }
    }
  }

  // What times the square gives `right`.
  std::vector<double> solved(std::vector<double> right) const {
    for (std::size_t j = 0; j < size_; ++j) {
      const double* own = rows_.data() + j * size_;
      right[j] /= own[j];
      for (std::size_t k = j + 1; k < size_; ++k) right[k] -= own[k] * right[j];
    }
    for (std::size_t j = size_; j-- > 0;) {
      const double* own = rows_.data() + j * size_;
      for (std::size_t k = j + 1; k < size_; ++k) right[j] -= own[k] * right[k];
      right[j] /= own[j];
    }
    return right;
  }

 private:
  std::vector<double> rows_;
  std::size_t size_;
};

// Solves curvature * step = -gradient by conjugate gradients, roughly. `rough` stands for the
// curvature where that is enough, which makes a handful of rounds out of dozens.
std::vector<double> newton_step(const Problem& problem, const Triangle& rough,
                                const std::vector<double>& gradient,
                                const std::function<bool()>& goes_on) {
  std::vector<double> step(gradient.size(), 0.0), residual(gradient.size());
  for (std::size_t i = 0; i < gradient.size(); ++i) residual[i] = -gradient[i];
  const double enough = product(residual, residual) * kResidualShare * kResidualShare;
  std::vector<double> along = rough.solved(residual);
  double length = product(residual, along);
  for (int k = 0; k < kGradientStepsMax; ++k) {
    if (goes_on && !goes_on()) break;
    const std::vector<double> bent = problem.curvature(along);
    const double bend = product(along, bent);
    if (!(bend > 0)) break;
    const double far = length / bend;
    for (std::size_t i = 0; i < step.size(); ++i) {
      step[i] += far * along[i];
      residual[i] -= far * bent[i];
    }
    if (product(residual, residual) <= enough) break;
    const std::vector<double> eased = rough.solved(residual);
    const double next = product(residual, eased);
    for (std::size_t i = 0; i < step.size(); ++i) along[i] = eased[i] + next / length * along[i];
    length = next;
  }
  return step;
}

// From `at` to the least loss. `first`: the length of the first gradient of all, 0 before it.
std::vector<double> descend(const Matrix& rows, std::span<const std::uint8_t> positive,
                            double strength, std::vector<double> at, double& first,
                            const std::function<bool()>& goes_on) {
  Problem problem(rows, positive, strength);
  double loss = problem.loss(at);
  std::optional<Triangle> rough;
  for (int step_number = 0; step_number < kNewtonStepsMax; ++step_number) {
    if (goes_on && !goes_on()) break;
    const std::vector<double> gradient = problem.gradient(at);
    const double length = std::sqrt(product(gradient, gradient));
    if (first == 0) first = length;
    if (length <= kGradientShare * first || length == 0) break;
    if (!rough) rough.emplace(problem.rough_curvature(), at.size());
    const std::vector<double> step = newton_step(problem, *rough, gradient, goes_on);
    // Undamped steps diverge at low base rates.
    double size = 1, next_loss = loss;
    std::vector<double> next = at;
    for (int halving = 0; halving < kHalvingsMax; ++halving, size /= 2) {
      for (std::size_t i = 0; i < at.size(); ++i) next[i] = at[i] + size * step[i];
      next_loss = problem.loss(next);
      if (next_loss < loss) break;
    }
    if (!(next_loss < loss)) break;
    at = next;
    loss = next_loss;
  }
  return at;
}

}  // namespace

double Line::of(std::span<const float> row) const {
  return intercept + dot(row, weights.data());
}

Line fit_line(const Matrix& rows, std::span<const std::uint8_t> positive, double strength) {
  return std::move(fit_lines(rows, positive, std::span(&strength, 1)).front());
}

std::vector<Line> fit_lines(const Matrix& rows, std::span<const std::uint8_t> positive,
                            std::span<const double> strengths,
                            const std::function<bool()>& goes_on) {
  UPSELLD_ASSERT(rows.rows() == positive.size());
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  const auto count = static_cast<double>(positive.size());
  UPSELLD_ASSERT(positives > 0 && positives < count);
  std::vector<double> at(rows.width + 1, 0.0);
  at.back() = std::log(positives / (count - positives));
  std::vector<Line> lines;
  double first = 0;
  for (const double strength : strengths) {
    at = descend(rows, positive, strength, std::move(at), first, goes_on);
    Line line;
    line.intercept = at.back();
    line.weights.assign(at.begin(), at.end() - 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace upselld::scoring
