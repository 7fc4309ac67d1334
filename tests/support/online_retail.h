// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/time_zone.h"
#include "tests/support/timeline_in_memory.h"

namespace upselld::test {

// The published Online Retail transactions beside the repository, or empty when they are not there.
inline std::string online_retail_path() {
  const std::filesystem::path path = std::filesystem::path(UPSELLD_SOURCE_DIR) /
                                     "../shared/data/online-retail/transactions.csv.gz";
  return std::filesystem::exists(path) ? path.string() : std::string();
}

inline std::vector<std::string> retail_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\n' && c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

// Lines grouped to orders by invoice; C invoices are cancelled; rows without a customer are left
// out; the country is a static attribute.
inline TimelinesInMemory load_online_retail(const std::string& path) {
  TimelinesInMemory source;
  source.words.attributes = {{"country", AttributeKind::text, {}, true}};
  source.words.recorded_since = {Instant::missing()};
  std::map<std::string, std::size_t> accounts;
  std::map<std::string, std::uint32_t> products;
  const TimeZone zone = TimeZone::utc();
  FILE* file = popen(("gzip -dc '" + path + "'").c_str(), "r");
  char buffer[4096];
  for (bool header = true; fgets(buffer, sizeof(buffer), file) != nullptr; header = false) {
    const auto cells = retail_cells(buffer);
    if (header || cells.size() < 8 || cells[6].empty()) continue;
    const std::string id = cells[6].substr(0, cells[6].find('.'));
    const auto [account, fresh] = accounts.emplace(id, source.accounts.size());
    if (fresh) {
      Timeline& added = source.add_account(id);
      added.changes.push_back({Instant::missing(), 0, {NAN, cells[7]}});
    }
    const auto product = products.emplace(cells[1], products.size() + 1);
    if (product.second) source.words.products.push_back({cells[1], "", "", NAN, NAN});
    OrderLineEvent line;
    line.at = line.known_at = *parse_instant(cells[4], "iso", zone);
    line.order_hash = keyed_hash(7, cells[0]);
    line.quantity = std::strtod(cells[3].c_str(), nullptr);
    line.unit_price = std::strtod(cells[5].c_str(), nullptr);
    line.product = product.first->second;
    line.status = cells[0].front() == 'C' ? OrderStatus::cancelled : OrderStatus::won;
    source.accounts[account->second].lines.push_back(line);
  }
  pclose(file);
  return source;
}

}  // namespace upselld::test
