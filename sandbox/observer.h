// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sandbox/emit.h"
#include "sandbox/history.h"

namespace upselld::sandbox {

// What somebody would say who knows the process with all its numbers and every row written before
// the day, but not the hidden traits and drivers: the expected true probability, given the rows. No
// model that learns from the files can be nearer to the truth on average, so the distance between
// this and the truth is what the files do not tell. Exact (a forward filter of a hidden Markov
// chain, Rabiner 1989) but for level and growth, which take a few values instead of all.
// Of the account it reads what the files show: first seats, plan, quota, cases, up-sells.
// One point for each of true_probabilities().
std::vector<TruePoint> best_forecasts(const World& world, const Calendar& calendar,
                                      const History& history, const OrderTraces& traces,
                                      int horizon_days);

}  // namespace upselld::sandbox
