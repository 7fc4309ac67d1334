// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/instant.h"
#include "core/records.h"
#include "core/result.h"

namespace upselld {

inline constexpr std::size_t kPageRecordsMax = 65'536;
inline constexpr std::size_t kPageTextBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kCursorBytesMax = 4 * 1024;
inline constexpr std::size_t kIdBytesMax = 255;
inline constexpr std::size_t kTextBytesMax = 4'096;
inline constexpr std::size_t kRowProblemsMax = 20;  // shown per page; all are counted

// A piece of a page's text buffer. Length 0: not known.
struct TextRef {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

// Columns. A column that a source does not have is left empty (size 0); otherwise its size is the
// page's count. Missing values: empty text, Instant::missing(), NaN.
struct AttributeColumn {
  std::uint16_t attribute = 0;   // index into the attribute table the connector was created with
  std::vector<double> number;    // number, boolean (0, 1), instant (milliseconds)
  std::vector<TextRef> text;     // text, ordered_text
};
struct AccountColumns {
  std::vector<TextRef> id, name, owner, parent, currency;
  std::vector<Instant> created_at, pause_until;
  std::vector<std::uint8_t> opted_out, deleted, in_scope;  // empty in_scope: all are
  std::vector<AttributeColumn> attributes;  // region, industry and plan among them
  std::vector<Instant> modified_at;         // the CRM's version of the record
};
struct OrderColumns {
  std::vector<TextRef> id, account, currency;
  std::vector<Instant> placed_at, known_at, modified_at;
  std::vector<double> amount;
  std::vector<OrderKind> kind;
  std::vector<OrderStatus> status;
};
struct OrderLineColumns {
  std::vector<TextRef> id, order, account, product, currency;
  std::vector<Instant> at, known_at, modified_at;
  std::vector<double> quantity, unit_price;
  std::vector<OrderKind> kind;      // of the order the line makes, where no order record comes
  std::vector<OrderStatus> status;
};
struct ProductColumns {
  std::vector<TextRef> id, name, family;
  std::vector<double> list_price, rating;
};
struct ActivityColumns {
  std::vector<TextRef> id, account, contact, thread;
  std::vector<Instant> at, known_at, modified_at;
  std::vector<std::uint16_t> kind;  // index into `kind_names`
  std::vector<double> value;
  std::vector<std::string> kind_names;
};
struct ContactColumns {
  std::vector<TextRef> id, account, role;
  std::vector<Instant> last_touch_at, modified_at;
  std::vector<std::uint8_t> active, may_mail, may_call, may_profile;
};
struct RepColumns {
  std::vector<TextRef> id, name, email, region, manager;
  std::vector<std::uint8_t> active;
};
// One change of one attribute: what it became. `attribute` indexes the attribute table.
struct AttributeChangeColumns {
  std::vector<TextRef> account, text;
  std::vector<std::uint16_t> attribute;
  std::vector<Instant> at, known_at;
  std::vector<double> number;
};

using Columns = std::variant<AccountColumns, OrderColumns, OrderLineColumns, ProductColumns,
                             ActivityColumns, ContactColumns, RepColumns, AttributeChangeColumns>;

// An opaque place in a stream, owned by the connector: at most kCursorBytesMax bytes. Empty: from
// the beginning.
struct Cursor {
  std::string bytes;
  bool operator==(const Cursor&) const = default;
};

struct Deletion {
  std::string id;
  Instant at = Instant::missing();  // when the CRM deleted it; missing: now
};
struct Merge {
  std::string loser;
  std::string survivor;
  Instant at = Instant::missing();
};

// A row that could not be read. It is left out, counted and shown; it stops nothing by itself.
struct RowProblem {
  std::string place;    // "orders.csv:17" or a record id
  std::string message;  // 'placed_at "31/31/2011" is no date in format %d/%m/%Y'
};

// One answer of Connector::pull. It owns its text.
struct Page {
  std::string text;
  Columns columns;
  std::vector<Deletion> deletions;
  std::vector<Merge> merges;
  std::vector<std::string> named;  // a sweep's ids; columns are empty then

  // Positional streams. `replaces`: all rows taken earlier from this part go first, in the same
  // transaction as this page. `first_row` is the number of this page's first row within the part.
  bool replaces = false;
  std::uint64_t first_row = 0;

  Cursor next;
  std::optional<Instant> not_before;  // ask again then; the cursor is committed first
  bool end = false;                   // nothing more at present

  std::uint64_t rows_without_account = 0;  // rows whose account field is empty: not kept
  std::uint64_t row_problem_count = 0;
  std::vector<RowProblem> row_problems;    // the first kRowProblemsMax

  std::string_view operator[](TextRef ref) const {
    return std::string_view(text).substr(ref.offset, ref.length);
  }
  // Adds text to the buffer. Must fit: see PageLimits.
  TextRef add(std::string_view piece);
};

RecordKind kind_of(const Page& page);
std::size_t count_of(const Page& page);
// The page's promises: column sizes, text references, limits, UTF-8, known kind names, known_at not
// before at. Broken: corrupt, naming the column and row. Called by the loader's adaptor.
Result<void> check(const Page& page);
// True for well-formed UTF-8 (no surrogates, nothing overlong, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace upselld
