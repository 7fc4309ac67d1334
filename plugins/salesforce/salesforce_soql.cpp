// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_soql.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/time_zone.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::size_t kInValuesMax = 300;
// Encoded, of the values alone: the rest of the address needs room too.
constexpr std::size_t kInBytesMax = 7'000;

std::string comma_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Result<QueryAnswer> read_page(Client& client, const std::string& doing, const std::string& path,
                              const std::vector<std::string>& columns) {
  Call call = {.path = path};
  call.headers = {{"Sforce-Query-Options", "batchSize=2000"}};
  const auto response = client.fetch(doing, call);
  if (!response) return response.error();
  QueryAnswer answer;
  answer.rows.columns = columns;
  const auto rest = parse_each(response->body, doing, "records", [&](const nlohmann::json& record) {
    if (!record.is_object()) return false;
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const std::string& column : columns) {
      const nlohmann::json* value = member_at(record, column);
      row.push_back(value == nullptr ? std::string() : text_of(*value));
    }
    answer.rows.rows.push_back(std::move(row));
    return true;
  });
  if (!rest) return rest.error();
  answer.total = static_cast<std::int64_t>(number_in(*rest, "totalSize").value_or(0));
  answer.done = flag_in(*rest, "done", true);
  answer.next = text_in(*rest, "nextRecordsUrl");
  if (!answer.done && !answer.next.starts_with("/services/")) {
    return Error{ErrorKind::corrupt, doing + ": the answer has no \"nextRecordsUrl\"", {}};
  }
  return answer;
}

}  // namespace

std::string soql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    switch (c) {
      case '\'':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out + "'";
}

std::string stamp_text(Instant at) {
  return to_text(Instant{at.ms - (at.ms % 1000 + 1000) % 1000});
}

Instant read_stamp(std::string_view text) {
  return parse_instant(text, "iso", TimeZone::utc()).value_or(Instant::missing());
}

Result<QueryAnswer> query_page(Client& client, const std::string& doing, const std::string& soql,
                               const std::vector<std::string>& columns, bool all) {
  return read_page(client, doing,
                   std::string(all ? "/queryAll" : "/query") + "?q=" + percent_encoded(soql),
                   columns);
}

Result<Rows> query(Client& client, const std::string& doing, const std::string& soql,
                   const std::vector<std::string>& columns, bool all, std::size_t rows_max) {
  auto page = query_page(client, doing, soql, columns, all);
  if (!page) return page.error();
  Rows rows = std::move(page->rows);
  while (!page->done) {
    if (rows.rows.size() > rows_max) {
      return Error{
          ErrorKind::corrupt, doing + ": more than " + std::to_string(rows_max) + " records", {}};
    }
    page = read_page(client, doing, page->next, columns);
    if (!page) return page.error();
    std::move(page->rows.rows.begin(), page->rows.rows.end(), std::back_inserter(rows.rows));
  }
  return rows;
}

Result<Rows> query_in(Client& client, const std::string& doing, const InQuery& wanted,
                      std::span<const std::string> values) {
  Rows rows;
  rows.columns = wanted.columns;
  std::size_t begin = 0;
  while (begin < values.size()) {
    std::string list;
    std::size_t bytes = 0, end = begin;
    for (; end < values.size() && end - begin < kInValuesMax; ++end) {
      const std::string literal = soql_text(values[end]);
      bytes += percent_encoded(literal).size() + 3;
      if (bytes > kInBytesMax && end > begin) break;
      list += (list.empty() ? "" : ",") + literal;
    }
    auto part = query(client, doing,
                      "SELECT " + comma_list(wanted.columns) + " FROM " + wanted.object +
                          " WHERE " + wanted.field + " IN (" + list + ")" + wanted.also,
                      wanted.columns, wanted.all);
    if (!part) return part.error();
    std::move(part->rows.begin(), part->rows.end(), std::back_inserter(rows.rows));
    begin = end;
  }
  return rows;
}

}  // namespace upselld::plugins::salesforce
