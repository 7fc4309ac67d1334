// SPDX-License-Identifier: Apache-2.0
#include "scoring/line.h"

#include <algorithm>
#include <cmath>

#include "core/assertions.h"

namespace upselld::scoring {
namespace {

constexpr int kNewtonStepsMax = 30;
constexpr int kGradientStepsMax = 100;
constexpr int kHalvingsMax = 30;
constexpr double kGradientShare = 1e-5;  // of the first gradient: converged
constexpr double kResidualShare = 1e-2;  // of the gradient: a Newton step is good enough
constexpr std::size_t kLanes = 8;

// Eight running sums, added in a fixed order: what the compiler may do at once without changing
// the bits.
double dot(std::span<const float> row, const double* weights) {
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

void add_scaled(std::span<const float> row, double by, double* into) {
  for (std::size_t i = 0; i < row.size(); ++i) into[i] += by * static_cast<double>(row[i]);
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

 private:
  const Matrix& rows_;
  std::span<const std::uint8_t> positive_;
  double strength_;
  std::vector<double> margin_, weight_;
};

// Solves curvature * step = -gradient by conjugate gradients, roughly.
std::vector<double> newton_step(const Problem& problem, const std::vector<double>& gradient) {
  std::vector<double> step(gradient.size(), 0.0), residual(gradient.size());
  for (std::size_t i = 0; i < gradient.size(); ++i) residual[i] = -gradient[i];
  std::vector<double> along = residual;
  double square = product(residual, residual);
  const double enough = square * kResidualShare * kResidualShare;
  for (int k = 0; k < kGradientStepsMax && square > enough; ++k) {
    const std::vector<double> bent = problem.curvature(along);
    const double bend = product(along, bent);
    if (!(bend > 0)) break;
    const double far = square / bend;
    for (std::size_t i = 0; i < step.size(); ++i) {
      step[i] += far * along[i];
      residual[i] -= far * bent[i];
    }
    const double next = product(residual, residual);
    for (std::size_t i = 0; i < step.size(); ++i) along[i] = residual[i] + next / square * along[i];
    square = next;
  }
  return step;
}

// From `at` to the least loss. `first`: the length of the first gradient of all, 0 before it.
std::vector<double> descend(const Matrix& rows, std::span<const std::uint8_t> positive,
                            double strength, std::vector<double> at, double& first) {
  Problem problem(rows, positive, strength);
  double loss = problem.loss(at);
  for (int step_number = 0; step_number < kNewtonStepsMax; ++step_number) {
    const std::vector<double> gradient = problem.gradient(at);
    const double length = std::sqrt(product(gradient, gradient));
    if (first == 0) first = length;
    if (length <= kGradientShare * first || length == 0) break;
    const std::vector<double> step = newton_step(problem, gradient);
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
                            std::span<const double> strengths) {
  UPSELLD_ASSERT(rows.rows() == positive.size());
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  const auto count = static_cast<double>(positive.size());
  UPSELLD_ASSERT(positives > 0 && positives < count);
  std::vector<double> at(rows.width + 1, 0.0);
  at.back() = std::log(positives / (count - positives));
  std::vector<Line> lines;
  double first = 0;
  for (const double strength : strengths) {
    at = descend(rows, positive, strength, std::move(at), first);
    Line line;
    line.intercept = at.back();
    line.weights.assign(at.begin(), at.end() - 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace upselld::scoring
