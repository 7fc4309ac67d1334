// SPDX-License-Identifier: Apache-2.0
#include "sandbox/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

namespace upselld::sandbox {
namespace {

constexpr std::string_view kColours[] = {"Teal",  "Amber", "Violet", "Crimson",
                                         "Ivory", "Olive", "Indigo", "Copper"};
constexpr std::string_view kAnimals[] = {"Walrus", "Heron",  "Badger", "Otter", "Lynx",  "Puffin",
                                         "Gecko",  "Ferret", "Moose",  "Toad",  "Osprey"};
constexpr int kAccountsPerRep = 60;
constexpr int kRepsMost = 60;

}  // namespace

std::string product_id(std::size_t family, int step) {
  return fmt::format("P-{}-{}", kFamilies[family].name, step + 1);
}
std::string account_id(int account) {
  return fmt::format("A{:06}", account);
}
std::string customer_no(int account) {
  return fmt::format("C{}", 1'000'000 + account);
}
std::string contact_id(int account, int contact) {
  return fmt::format("K{:06}-{}", account, contact);
}

std::string account_name(int account) {
  const auto number = static_cast<std::size_t>(account);
  return fmt::format("{} {} Sample {:06}", kColours[number % std::size(kColours)],
                     kAnimals[number % std::size(kAnimals)], account);
}

int rep_count(int accounts) {
  return std::clamp(accounts / kAccountsPerRep, 4, kRepsMost);
}
std::string rep_id(int rep) {
  return fmt::format("R{:02}", rep);
}
std::size_t rep_region(int rep) {
  return static_cast<std::size_t>(rep - 1) % kRegions.size();
}
bool rep_active(int rep) {
  return rep % 9 != 4;
}

int rep_of_region(std::size_t region, int reps, std::uint64_t choice) {
  const int first = static_cast<int>(region) + 1;
  const int step = static_cast<int>(kRegions.size());
  const int count = (reps - first) / step + 1;
  return first + step * static_cast<int>(choice % static_cast<std::uint64_t>(count));
}

}  // namespace upselld::sandbox
