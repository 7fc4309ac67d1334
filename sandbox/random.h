// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace upselld::sandbox {

// Random numbers that are the same on every machine: the standard library's distributions are not.
// One object belongs to one purpose of one account, so that an account's history does not depend
// on how many accounts there are.
class Random {
 public:
  enum class Purpose : std::uint64_t {
    traits = 1,
    process = 2,
    events = 3,
    orders = 4,
    names = 5,
    tasks = 6
  };

  Random(std::uint64_t seed, Purpose purpose, std::uint64_t item);

  std::uint64_t next();
  // At least 0, below 1.
  double uniform();
  // Mean 0, variance 1, never beyond 6: the sum of twelve uniform numbers.
  double normal();
  bool chance(double probability) { return uniform() < probability; }
  // Both ends included.
  int between(int least, int most);
  // For means up to some 50.
  int poisson(double mean);
  // An index; the weights need not sum to one.
  std::size_t pick(std::span<const double> weights);

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace upselld::sandbox
