// SPDX-License-Identifier: Apache-2.0
#include "store/record_products.h"

#include "store/account_directory.h"
#include "store/event_pending.h"
#include "store/record_names.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cmath>

namespace upselld::store {
namespace {

std::string text_of(const Page& page, const std::vector<TextRef>& column, std::size_t row) {
  return column.empty() ? std::string() : std::string(page[column[row]]);
}

void bind_number(SQLite::Statement& statement, int index, const std::vector<double>& column,
                 std::size_t row) {
  if (column.empty() || std::isnan(column[row])) {
    statement.bind(index);
  } else {
    statement.bind(index, column[row]);
  }
}

}  // namespace

void RecordProducts::load(SQLite::Database& sql) {
  SQLite::Statement rows(sql,
                         "SELECT p.code, n.text, p.id FROM products p JOIN names n "
                         "ON n.code = p.connection ORDER BY p.code");
  while (rows.executeStep()) {
    const std::uint32_t code = rows.getColumn(0).getUInt();
    codes_[id_hash(space_key(rows.getColumn(1).getString()), rows.getColumn(2).getString())] = code;
    next_code_ = code + 1;
  }
}

std::uint32_t RecordProducts::code(std::uint16_t connection, std::uint64_t connection_key,
                                   std::string_view id) {
  if (id.empty()) return 0;
  const auto [at, is_new] = codes_.try_emplace(id_hash(connection_key, id), next_code_);
  if (is_new) new_.push_back({next_code_++, connection, std::string(id)});
  return at->second;
}

void RecordProducts::save(SQLite::Database& sql) {
  if (new_.empty()) return;
  SQLite::Statement insert(sql,
                           "INSERT INTO products (code, connection, id, name, family) "
                           "VALUES (?, ?, ?, '', '')");
  for (const New& product : new_) {
    insert.bind(1, product.code);
    insert.bind(2, static_cast<int>(product.connection));
    insert.bind(3, product.id);
    insert.exec();
    insert.reset();
  }
  new_.clear();
}

PageCounts RecordProducts::apply(SQLite::Database& sql, std::uint16_t connection,
                                 std::uint64_t connection_key, const Page& page) {
  const auto& c = std::get<ProductColumns>(page.columns);
  PageCounts counts;
  SQLite::Statement update(
      sql,
      "UPDATE products SET name = ?1, family = ?2, list_price = ?3, rating = ?4 "
      "WHERE code = ?5 AND (name, family, list_price, rating) "
      "IS NOT (?1, ?2, ?3, ?4)");
  for (std::size_t row = 0; row < c.id.size(); ++row) {
    const std::size_t known = codes_.size();
    const std::uint32_t product = code(connection, connection_key, page[c.id[row]]);
    if (product == 0) continue;
    const bool is_new = codes_.size() > known;
    if (is_new) save(sql);
    update.bind(1, text_of(page, c.name, row));
    update.bind(2, text_of(page, c.family, row));
    bind_number(update, 3, c.list_price, row);
    bind_number(update, 4, c.rating, row);
    update.bind(5, product);
    const bool changed = update.exec() != 0;
    update.reset();
    ++(is_new ? counts.new_records : changed ? counts.changed : counts.unchanged);
  }
  return counts;
}

}  // namespace upselld::store
