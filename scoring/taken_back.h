// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/instant.h"

namespace upselld::scoring {

inline constexpr int kTakenBackWithinDays = 30;

// An order that was bought, or what takes one back: a cancelling order or a refund. An amount that
// is not known, or not above 0, belongs to neither.
struct Booking {
  Instant at, known_at;
  double amount = 0;
};

// Since when it was known of each purchase that it had been taken back in full within 30 days;
// missing: it was not. Every reversal takes back one purchase before it at most, of at most its own
// amount and at least 1/1.3 of it: of those that were known first the one nearest in amount, and of
// equal ones the newest. A purchase older than 30 days can be the one, and then nothing else is
// taken back. Rows that are removed because they were not known yet change no answer before that.
std::vector<Instant> taken_back(std::span<const Booking> purchases, std::vector<Booking> reversals);

}  // namespace upselld::scoring
