// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/world.h"

namespace upselld::sandbox {

// The made-up company's fixed lists: what it sells, to whom, and by whom.

inline constexpr std::array<std::string_view, 5> kIndustries = {"software", "services", "retail",
                                                                "manufacturing", "public"};
inline constexpr std::array<std::string_view, 3> kRegions = {"north", "middle", "south"};
inline constexpr std::array<std::string_view, 3> kPlans = {"Basic", "Pro", "Enterprise"};

// Four families of four steps; a step costs 1.5 to 2.4 times the one below.
struct Family {
  std::string_view name;
  std::array<std::int64_t, 4> price_cents;
};
inline constexpr int kSteps = 4;
inline constexpr std::array<Family, 4> kFamilies = {
    {{"storage", {8'000, 15'000, 32'000, 70'000}},
     {"seats", {1'200, 1'900, 3'900, 6'500}},
     {"analytics", {20'000, 38'000, 80'000, 150'000}},
     {"support", {12'000, 22'000, 46'000, 90'000}}}};

std::string product_id(std::size_t family, int step);
std::string account_id(int account);
std::string customer_no(int account);
std::string contact_id(int account, int contact);
// "Teal Walrus Sample 000042": made up, and looks it.
std::string account_name(int account);

// Reps are numbered from 1; a few for a small history, at most 60.
int rep_count(int accounts);
std::string rep_id(int rep);
std::size_t rep_region(int rep);
bool rep_active(int rep);
// A rep of that region; `choice` is any number.
int rep_of_region(std::size_t region, int reps, std::uint64_t choice);

}  // namespace upselld::sandbox
