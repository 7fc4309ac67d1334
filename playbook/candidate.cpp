// SPDX-License-Identifier: Apache-2.0
#include "playbook/candidate.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/digest.h"

namespace upselld::playbook {

namespace {

constexpr int kHashBits = 53;  // that a double holds exactly

std::uint64_t hash_for(std::string_view purpose, const std::string& salt,
                       const std::string& connection, const std::string& id) {
  const std::uint64_t key = keyed_hash(keyed_hash(0, salt), purpose);
  return keyed_hash(keyed_hash(key, connection), id);
}

}  // namespace

std::uint64_t tie_hash(const std::string& salt, const AccountFacts& account) {
  return hash_for("tie", salt, account.connection, account.id);
}

bool is_held_out(const std::string& salt, const std::string& connection, const std::string& group,
                 double share) {
  const std::uint64_t hash = hash_for("holdout", salt, connection, group);
  const double position = static_cast<double>(hash >> (64 - kHashBits)) /
                          static_cast<double>(std::uint64_t{1} << kHashBits);
  return position < share;
}

std::vector<std::string> parent_groups(std::span<const AccountFacts* const> accounts) {
  std::unordered_map<std::string_view, const AccountFacts*> by_id;
  for (const AccountFacts* account : accounts) by_id.emplace(account->id, account);
  std::vector<std::string> groups;
  groups.reserve(accounts.size());
  for (const AccountFacts* account : accounts) {
    std::vector<std::string_view> path;
    std::string_view at = account->id;
    for (;;) {
      const auto again = std::find(path.begin(), path.end(), at);
      if (again != path.end()) {  // a loop has no root; its smallest id stands for it
        at = *std::min_element(again, path.end());
        break;
      }
      path.push_back(at);
      const auto known = by_id.find(at);
      if (known == by_id.end() || known->second->parent.empty()) break;
      at = known->second->parent;
    }
    groups.emplace_back(at);
  }
  return groups;
}

}  // namespace upselld::playbook
