// SPDX-License-Identifier: Apache-2.0
#include "sandbox/emit.h"

namespace upselld::sandbox {
namespace {

constexpr double kTierNoise = 0.5;  // beside the hidden level

const char* tier_of(double level) {
  return level > 1.2 ? "gold" : level > 0 ? "silver" : "plain";
}

}  // namespace

void emit_plants(std::uint64_t seed, const History& history, const OrderTraces& orders,
                 double probability_today, OutputFiles& files) {
  Random random(seed ^ 0x1eafULL, Random::Purpose::names,
                static_cast<std::uint64_t>(history.account));
  const bool upsold = orders.upsells > 0;
  CsvOut& out = files.plants;
  out.text(account_id(history.account));
  out.text(upsold ? "yes" : "");
  out.text(upsold ? "grown" : random.chance(0.5) ? "new" : "known");
  if (orders.won_orders > 0) {
    out.cents(orders.last_cents).integer(orders.won_orders);
  } else {
    out.empty().empty();
  }
  out.decimal(probability_today, 4);
  out.text(tier_of(history.traits.level + kTierNoise * random.normal())).end_row();
}

}  // namespace upselld::sandbox
