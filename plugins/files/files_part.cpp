// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_part.h"

#include <fmt/format.h>

#include <algorithm>

namespace upselld::plugins::files {

namespace {

// A page ends after so many bytes of the file, taken or not, so that a stop is heard.
constexpr std::uint64_t kFileBytesPerPage = 64 * 1024 * 1024;
constexpr std::uint64_t kRowsBeforeJudging = 100;
constexpr std::size_t kBadRowsNamed = 3;

void add_problem(Page& page, const Part& part, const CsvRow& row, std::string_view message) {
  ++page.row_problem_count;
  if (page.row_problems.size() >= kRowProblemsMax) return;
  page.row_problems.push_back({fmt::format("{}:{}", part.name, row.line), std::string(message)});
}

}  // namespace

upselld::Columns empty_columns(RecordKind kind) {
  switch (kind) {
    case RecordKind::account:
      return AccountColumns{};
    case RecordKind::order:
      return OrderColumns{};
    case RecordKind::order_line:
      return OrderLineColumns{};
    case RecordKind::product:
      return ProductColumns{};
    case RecordKind::activity:
      return ActivityColumns{};
    case RecordKind::contact:
      return ContactColumns{};
    case RecordKind::rep:
      return RepColumns{};
    case RecordKind::attribute_change:
      return AttributeChangeColumns{};
  }
  return AccountColumns{};
}

RecordKind kind_of(const Mapping& mapping, Yield yield) {
  return yield == Yield::attributes ? RecordKind::attribute_change : kind_of(mapping.section);
}

Result<Page> PartPull::pull(const Part& part, Yield yield, bool keyed, const Cursor& cursor,
                            const PageLimits& limits) {
  if (host_.stop().stop_requested()) {
    return Error{ErrorKind::cancelled, "read " + part.name + ": stopped", {}};
  }
  const bool is_here = open_ && open_->path == part.path && open_->mapping == part.mapping &&
                       open_->yield == yield && open_->stands_at == cursor;
  if (!is_here) {
    open_.reset();
    auto unchanged = resume(part, yield, cursor);
    if (!unchanged) return unchanged.error();
    if (*unchanged) return std::move(**unchanged);
  }
  auto page = read_page(part, keyed, limits);
  if (!page || page->end) open_.reset();
  return page;
}

// Opens the file where the cursor stands. A page is returned when there is nothing to read.
Result<std::optional<Page>> PartPull::resume(const Part& part, Yield yield, const Cursor& cursor) {
  const Error lost{ErrorKind::cursor_lost, "read " + part.name + ": the mapping has changed", {}};
  std::optional<PartCursor> from;
  if (!cursor.bytes.empty()) {
    from = part_cursor_of(cursor);
    if (!from || from->fingerprint != part.mapping->fingerprint) return lost;
    if (from->is_sweep != (yield == Yield::ids)) return lost;
  }
  const Instant now = host_.clock().now();
  if (from && from->at_end && from->is_settled) {
    auto stamp = stamp_of(part.path);
    if (!stamp) return stamp.error();
    if (*stamp == from->stamp) {
      Page page;
      page.columns = empty_columns(kind_of(*part.mapping, yield));
      page.first_row = from->records;
      page.next = cursor;
      page.end = true;
      return {std::optional<Page>(std::move(page))};
    }
  }
  auto reader = open_part(part, now);
  if (!reader) return reader.error();
  auto parts = parts_for_rows(reading_, part, reader->header());
  if (!parts) return parts.error();
  PartCursor state;
  state.fingerprint = part.mapping->fingerprint;
  state.is_sweep = yield == Yield::ids;
  if (from) {
    auto same = reader->seek(from->place);
    if (!same) return same.error();
    if (!*same && yield == Yield::ids) {
      return Error{ErrorKind::cursor_lost, "sweep " + part.name + ": the file has changed", {}};
    }
    if (*same) state = *from;
  }
  state.stamp = reader->stamp();
  state.is_settled = is_stamp_safe(state.stamp, now);
  std::unique_ptr<RowReader> rows = yield == Yield::records ? make_row_reader(std::move(*parts))
                                    : yield == Yield::attributes
                                        ? make_attribute_reader(std::move(*parts))
                                        : make_id_reader(std::move(*parts));
  open_.emplace(
      Open{part.path, part.mapping, yield, cursor, state, std::move(*reader), std::move(rows)});
  return std::optional<Page>();
}

Result<Page> PartPull::read_page(const Part& part, bool keyed, const PageLimits& limits) {
  Page page;
  page.columns = empty_columns(kind_of(*part.mapping, open_->yield));
  PartCursor& state = open_->state;
  page.first_row = state.records;
  // From the first row on: whatever was read from this part before is no longer so.
  page.replaces = !keyed && open_->yield != Yield::ids && state.rows == 0 && state.records == 0;
  auto ended = read_rows(part, page, limits);
  if (!ended) return in_context(to_text(part.mapping->section), ended.error());
  if (open_->yield == Yield::ids && page.row_problem_count > 0) return unfit_for_sweep(part, page);
  if (open_->yield == Yield::attributes) {
    // Told where the same rows are read as orders.
    page.row_problem_count = page.rows_without_account = 0;
    page.row_problems.clear();
  }
  state.records += open_->rows->count();
  state.bad_rows += page.row_problem_count;
  state.at_end = *ended;
  if (state.rows >= kRowsBeforeJudging &&
      static_cast<double>(state.bad_rows) >
          reading_.bad_rows_share * static_cast<double>(state.rows)) {
    return too_many_bad(part, page);
  }
  state.place = open_->reader.place();
  open_->stands_at = to_cursor(state);
  page.next = open_->stands_at;
  page.end = *ended;
  return page;
}

// True: the file has ended. False: the page is full.
Result<bool> PartPull::read_rows(const Part& part, Page& page, const PageLimits& limits) {
  RowReader& rows = *open_->rows;
  CsvReader& reader = open_->reader;
  rows.begin(page);
  CsvRow row;
  std::uint64_t bytes = 0;
  // At least one row, or nothing would ever move.
  const auto has_room = [&] {
    return bytes == 0 ||
           (bytes < kFileBytesPerPage && rows.count() + rows.records_max() <= limits.records_max &&
            page.text.size() + rows.text_bytes_max() <= limits.text_bytes_max);
  };
  while (has_room()) {
    auto found = reader.next(row);
    if (!found) return found.error();
    if (!*found) return true;
    ++open_->state.rows;
    bytes += std::max<std::size_t>(row.raw.size(), 1);
    if (!row.problem.empty()) {
      add_problem(page, part, row, row.problem);
      continue;
    }
    switch (rows.add(row)) {
      case RowOutcome::taken:
      case RowOutcome::left_out:
        break;
      case RowOutcome::no_account:
        ++page.rows_without_account;
        break;
      case RowOutcome::bad:
        add_problem(page, part, row, rows.problem());
        break;
    }
  }
  return false;
}

// What an unreadable row names would be taken for deleted.
Error PartPull::unfit_for_sweep(const Part& part, const Page& page) const {
  return {ErrorKind::corrupt,
          fmt::format("look for deleted records in {}: {}: {}; correct the row", part.name,
                      page.row_problems[0].place, page.row_problems[0].message),
          {}};
}

Error PartPull::too_many_bad(const Part& part, const Page& page) const {
  std::string message = fmt::format(
      "{}: {} of {} rows of {} cannot be read, more than bad_rows allows",
      to_text(part.mapping->section), open_->state.bad_rows, open_->state.rows, part.name);
  for (std::size_t i = 0; i < page.row_problems.size() && i < kBadRowsNamed; ++i) {
    message += fmt::format("; {}: {}", page.row_problems[i].place, page.row_problems[i].message);
  }
  return {ErrorKind::corrupt, message + "; correct the file or the mapping", {}};
}

}  // namespace upselld::plugins::files
