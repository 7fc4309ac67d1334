// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "plugins/salesforce/salesforce_client.h"
#include "plugins/salesforce/salesforce_csv.h"

namespace upselld::plugins::salesforce {

// 'O\'Neil': quote and backslash escaped.
std::string soql_text(std::string_view text);
// 2026-11-22T06:58:00Z, for comparison with a stamp.
std::string stamp_text(Instant at);
// A stamp or other time of an answer, in any of the forms that occur; missing where it is none.
Instant read_stamp(std::string_view text);

struct QueryAnswer {
  Rows rows;
  bool done = true;  // the server has no more of this query
  std::string next;  // else the path of the rest
  std::int64_t total = 0;
};

// One page of a query. `columns` are the selected paths. `all`: with deleted and archived ones.
Result<QueryAnswer> query_page(Client& client, const std::string& doing, const std::string& soql,
                               const std::vector<std::string>& columns, bool all);
// All of it, following its pages; more than `rows_max` is an error.
Result<Rows> query(Client& client, const std::string& doing, const std::string& soql,
                   const std::vector<std::string>& columns, bool all,
                   std::size_t rows_max = 50'000);
// SELECT columns FROM object WHERE field IN (values) [AND ...], in as many statements as needed.
struct InQuery {
  std::string object;
  std::vector<std::string> columns;
  std::string field;
  std::string also;  // " AND ..."
  bool all = false;
};
Result<Rows> query_in(Client& client, const std::string& doing, const InQuery& query,
                      std::span<const std::string> values);

}  // namespace upselld::plugins::salesforce
