// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/page_columns.h"

namespace upselld::plugins::files {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Takes back what a row had added before it turned out to be no good.
void cut_columns(Page& page, std::size_t count) {
  std::visit(
      [count](const auto& columns) {
        for_each_column(columns, [count](const char*, const auto& column, bool) {
          // The list of columns is written for readers; the page itself is ours to change.
          auto& ours =
              const_cast<std::remove_const_t<std::remove_reference_t<decltype(column)>>&>(column);
          if (ours.size() > count) ours.resize(count);
        });
      },
      page.columns);
}

}  // namespace

RowReader::RowReader(RowReaderParts parts) : parts_(std::move(parts)) {
  for (const std::vector<int>& columns : parts_.columns.fields) {
    first_column_.push_back(columns.empty() ? kNoColumn : columns[0]);
  }
  if (parts_.mapping->section != Section::accounts &&
      parts_.mapping->section != Section::products && parts_.mapping->section != Section::reps) {
    account_ = field("account");
  }
}

void RowReader::begin(Page& page) {
  page_ = &page;
  count_ = 0;
  reset(page);
}

RowOutcome RowReader::add(const CsvRow& row) {
  row_ = &row;
  if (!parts_.columns.ignore.empty() || !parts_.columns.only.empty()) {
    if (is_left_out()) return RowOutcome::left_out;
  }
  if (account_ != kNoField && trimmed(cell(account_)).empty()) return RowOutcome::no_account;
  const std::size_t count = count_;
  const std::size_t text_size = page_->text.size();
  const RowOutcome outcome = put();
  if (outcome == RowOutcome::taken) {
    if (count_ == count) ++count_;
    return outcome;
  }
  count_ = count;
  cut_columns(*page_, count);
  page_->text.resize(text_size);
  return outcome;
}

bool RowReader::is_left_out() const {
  for (const BoundValues& rule : parts_.columns.ignore) {
    if (rule.holds(cell_at(rule.column))) return true;
  }
  // Accounts outside stay visible as such; everything else outside is not read.
  if (parts_.mapping->section == Section::accounts) return false;
  return std::any_of(parts_.columns.only.begin(), parts_.columns.only.end(),
                     [this](const BoundValues& rule) { return !rule.holds(cell_at(rule.column)); });
}

// The first of the field's columns that says something.
std::string_view RowReader::filled_cell(std::size_t field) const {
  for (const int column : parts_.columns.fields[field]) {
    const std::string_view text = cell_at(column);
    if (!text.empty()) return text;
  }
  return {};
}

bool RowReader::fail(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

bool RowReader::fail(const char* name, std::string_view value, std::string_view why) {
  return fail(fmt::format("{} {} {}", name, shown_cell(value), why));
}

// Neighbouring rows often say the same: one text serves both.
TextRef RowReader::add_text(std::string_view text, const std::vector<TextRef>& before) {
  if (text.empty()) return {};
  if (!before.empty() && is_same((*page_)[before.back()], text)) return before.back();
  return page_->add(text);
}

bool RowReader::put_id(std::size_t field, std::vector<TextRef>& to, bool is_required) {
  if (!has(field)) return true;
  const std::string_view id = parts_.cells.id(cell(field));
  const char* name = fields_of(parts_.mapping->section)[field].name;
  if (id.empty() && is_required) return fail(fmt::format("{} is empty", name));
  if (id.size() > kIdBytesMax) return fail(name, id, fmt::format("has over {} bytes", kIdBytesMax));
  to.push_back(add_text(id, to));
  return true;
}

bool RowReader::put_text(std::size_t field, std::vector<TextRef>& to) {
  if (has(field)) to.push_back(add_text(cell(field), to));
  return true;
}

bool RowReader::read_instant(std::size_t field, Instant& out) {
  const std::string_view text = cell(field);
  if (text.empty()) {
    out = Instant::missing();
    return true;
  }
  if (parts_.cells.instant(text, out)) return true;
  return fail(fields_of(parts_.mapping->section)[field].name, text,
              "is no date from 1900 to 2200 in format " + parts_.cells.format());
}

bool RowReader::put_instant(std::size_t field, std::vector<Instant>& to, bool is_required) {
  if (!has(field)) return true;
  Instant at;
  if (!read_instant(field, at)) return false;
  if (is_required && at.is_missing()) {
    return fail(fmt::format("{} is empty", fields_of(parts_.mapping->section)[field].name));
  }
  to.push_back(at);
  return true;
}

bool RowReader::put_known_at(std::size_t field, Instant at, std::vector<Instant>& to) {
  if (!has(field)) return true;
  Instant known_at;
  if (!read_instant(field, known_at)) return false;
  to.push_back(known_at.is_missing() ? known_at : std::max(known_at, at));
  return true;
}

bool RowReader::put_number(std::size_t field, std::vector<double>& to) {
  if (!has(field)) return true;
  const std::string_view text = cell(field);
  double number = kNaN;
  if (!text.empty() && !parts_.cells.number(text, number)) {
    return fail(fields_of(parts_.mapping->section)[field].name, text, "is no number");
  }
  to.push_back(number);
  return true;
}

bool RowReader::put_flag(std::size_t field, std::vector<std::uint8_t>& to, bool when_empty) {
  if (!has(field)) return true;
  const std::string_view text = cell(field);
  bool flag = when_empty;
  if (!trimmed(text).empty() && !parse_flag(text, flag)) {
    return fail(fields_of(parts_.mapping->section)[field].name, text, "is neither yes nor no");
  }
  to.push_back(flag ? 1 : 0);
  return true;
}

bool RowReader::read_attribute(const AttributeRule& rule, std::string_view text, double& number,
                               std::string_view& words) {
  number = kNaN;
  words = {};
  const char* name = rule.spec.name.c_str();
  const std::string_view value = trimmed(text);
  if (value.empty()) return true;
  switch (rule.spec.kind) {
    case AttributeKind::text:
    case AttributeKind::ordered_text:
      words = value;
      return true;
    case AttributeKind::number:
      return parts_.cells.number(value, number) || fail(name, value, "is no number");
    case AttributeKind::boolean: {
      bool flag = false;
      if (!parse_flag(value, flag)) return fail(name, value, "is neither yes nor no");
      number = flag ? 1 : 0;
      return true;
    }
    case AttributeKind::instant: {
      Instant at;
      if (!parts_.cells.instant(value, at)) {
        return fail(name, value, "is no date from 1900 to 2200 in format " + parts_.cells.format());
      }
      number = static_cast<double>(at.ms);
      return true;
    }
  }
  return true;
}

}  // namespace upselld::plugins::files
