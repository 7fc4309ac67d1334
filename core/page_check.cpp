// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "core/activity_name.h"
#include "core/page.h"
#include "core/page_columns.h"

namespace upselld {

namespace {

Error broken(const std::string& what) {
  return {ErrorKind::corrupt, "check page: " + what, {}};
}

Error broken_cell(const char* column, std::size_t row, const std::string& what) {
  return broken("column " + std::string(column) + ", row " + std::to_string(row) + ": " + what);
}

// Looks at the columns one by one and keeps the first thing that is wrong.
class ColumnCheck {
 public:
  ColumnCheck(const Page& page, std::size_t count, std::optional<Error>& first)
      : page_(page),
        count_(count),
        first_(first),
        is_ascii_(std::all_of(page.text.begin(), page.text.end(),
                              [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {}

  template <typename T>
  void operator()(const char* name, const std::vector<T>& column, bool is_id) const {
    if (first_ || column.empty()) return;
    if (column.size() != count_) {
      first_ = broken("column " + std::string(name) + " has " + std::to_string(column.size()) +
                      " rows where others have " + std::to_string(count_));
      return;
    }
    for (std::size_t row = 0; row < column.size(); ++row) {
      const char* wrong = problem_of(column[row], is_id);
      if (wrong == nullptr) continue;
      first_ = broken_cell(name, row, wrong);
      return;
    }
  }

 private:
  const char* problem_of(TextRef ref, bool is_id) const {
    if (ref.length == 0) return nullptr;
    const std::size_t end = std::size_t{ref.offset} + ref.length;
    if (end > page_.text.size()) return "text lies outside the buffer";
    if (ref.length > (is_id ? kIdBytesMax : kTextBytesMax)) return "text is too long";
    // The buffer as a whole is well-formed, so a piece is, if it cuts no character in two.
    if (!is_ascii_ && (cuts(ref.offset) || cuts(end))) return "text cuts a character in two";
    return nullptr;
  }
  static const char* problem_of(double number, bool /*is_id*/) {
    return std::isinf(number) ? "number is infinite" : nullptr;
  }
  static const char* problem_of(std::uint8_t flag, bool /*is_id*/) {
    return flag > 1 ? "flag is neither 0 nor 1" : nullptr;
  }
  static const char* problem_of(OrderKind kind, bool /*is_id*/) {
    return kind > OrderKind::other ? "kind is unknown" : nullptr;
  }
  static const char* problem_of(OrderStatus status, bool /*is_id*/) {
    return status > OrderStatus::cancelled ? "status is unknown" : nullptr;
  }
  static const char* problem_of(Instant, bool /*is_id*/) { return nullptr; }
  static const char* problem_of(std::uint16_t, bool /*is_id*/) { return nullptr; }

  bool cuts(std::size_t offset) const {
    return offset < page_.text.size() &&
           (static_cast<unsigned char>(page_.text[offset]) & 0xc0) == 0x80;
  }

  const Page& page_;
  std::size_t count_;
  std::optional<Error>& first_;
  bool is_ascii_;
};

std::optional<Error> check_known_at(const std::vector<Instant>& at,
                                    const std::vector<Instant>& known_at) {
  if (known_at.empty() || at.empty()) return std::nullopt;
  for (std::size_t row = 0; row < at.size(); ++row) {
    if (!known_at[row].is_missing() && known_at[row] < at[row]) {
      return broken_cell("known_at", row, "is before the event itself");
    }
  }
  return std::nullopt;
}

std::optional<Error> check_present(const char* name, const std::vector<TextRef>& column) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column[row].length == 0) return broken_cell(name, row, "is empty");
  }
  return std::nullopt;
}

std::optional<Error> check_meaning(const AccountColumns& c) {
  for (const AttributeColumn& attribute : c.attributes) {
    if (!attribute.number.empty() && !attribute.text.empty()) {
      return broken("attribute " + std::to_string(attribute.attribute) +
                    " has both numbers and texts");
    }
  }
  return check_present("id", c.id);
}
std::optional<Error> check_meaning(const OrderColumns& c) {
  if (auto error = check_present("account", c.account)) return error;
  return check_known_at(c.placed_at, c.known_at);
}
std::optional<Error> check_meaning(const OrderLineColumns& c) {
  return check_known_at(c.at, c.known_at);
}
std::optional<Error> check_meaning(const ProductColumns& c) {
  return check_present("id", c.id);
}
std::optional<Error> check_meaning(const ActivityColumns& c) {
  for (const std::string& name : c.kind_names) {
    if (!is_activity_name(name)) {
      return broken("kind name \"" + name.substr(0, kActivityNameBytesMax) +
                    "\" is not [a-z][a-z0-9_]{0,47}");
    }
  }
  for (std::size_t row = 0; row < c.kind.size(); ++row) {
    if (c.kind[row] >= c.kind_names.size()) return broken_cell("kind", row, "has no name");
  }
  if (auto error = check_present("account", c.account)) return error;
  return check_known_at(c.at, c.known_at);
}
std::optional<Error> check_meaning(const ContactColumns& c) {
  return check_present("id", c.id);
}
std::optional<Error> check_meaning(const RepColumns& c) {
  return check_present("id", c.id);
}
std::optional<Error> check_meaning(const AttributeChangeColumns& c) {
  if (auto error = check_present("account", c.account)) return error;
  return check_known_at(c.at, c.known_at);
}

bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= kIdBytesMax && is_utf8(id);
}

// What stands beside the columns.
std::optional<Error> check_lists(const Page& page) {
  if (page.next.bytes.size() > kCursorBytesMax) {
    return broken("cursor has " + std::to_string(page.next.bytes.size()) + " bytes, at most " +
                  std::to_string(kCursorBytesMax) + " are allowed");
  }
  if (page.named.size() > kPageRecordsMax || page.deletions.size() > kPageRecordsMax ||
      page.merges.size() > kPageRecordsMax) {
    return broken("more than " + std::to_string(kPageRecordsMax) + " records");
  }
  for (const Deletion& deletion : page.deletions) {
    if (!is_id(deletion.id)) return broken("a deletion's id is empty, too long or no UTF-8");
  }
  for (const Merge& merge : page.merges) {
    if (!is_id(merge.loser) || !is_id(merge.survivor)) {
      return broken("a merge's id is empty, too long or no UTF-8");
    }
    if (merge.loser == merge.survivor) return broken("a record is merged into itself");
  }
  if (!std::all_of(page.named.begin(), page.named.end(), is_id)) {
    return broken("an id of the sweep is empty, too long or no UTF-8");
  }
  if (page.row_problems.size() > kRowProblemsMax ||
      page.row_problems.size() > page.row_problem_count) {
    return broken("more row problems are shown than counted or allowed");
  }
  return std::nullopt;
}

}  // namespace

Result<void> check(const Page& page) {
  if (page.text.size() > kPageTextBytesMax) {
    return broken("text has " + std::to_string(page.text.size()) + " bytes, at most " +
                  std::to_string(kPageTextBytesMax) + " are allowed");
  }
  if (!is_utf8(page.text)) return broken("text is no UTF-8");
  const std::size_t count = count_of(page);
  if (count > kPageRecordsMax) {
    return broken(std::to_string(count) + " records, at most " + std::to_string(kPageRecordsMax) +
                  " are allowed");
  }
  if (auto error = check_lists(page)) return *error;
  std::optional<Error> first;
  const ColumnCheck column_check(page, count, first);
  std::visit(
      [&](const auto& columns) {
        for_each_column(columns, column_check);
        if (!first) first = check_meaning(columns);
      },
      page.columns);
  if (first) return *first;
  return {};
}

}  // namespace upselld
