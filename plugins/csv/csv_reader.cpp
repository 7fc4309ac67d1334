// SPDX-License-Identifier: Apache-2.0
#include "plugins/csv/csv_reader.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/page.h"
#include "plugins/csv/csv_scan.h"

namespace upselld::plugins {

namespace {

constexpr std::size_t kReadBytes = 1024 * 1024;
// A row may be this long; it also bounds how far an open quote reaches.
constexpr std::size_t kRowBytesMax = 2 * 1024 * 1024;
constexpr std::size_t kBufferBytes = kRowBytesMax + 2 * kReadBytes;
constexpr std::size_t kColumnsMax = 4'096;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct FreeHash {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

class CsvReader::State {
 public:
  State(std::filesystem::path path, CsvOptions options, std::unique_ptr<ByteSource> source)
      : path_(std::move(path)),
        options_(options),
        source_(std::move(source)),
        buffer_(kBufferBytes + kScanPadding, '\0'),
        scanner_(options.delimiter),
        hash_(XXH3_createState()) {}

  Result<void> begin();
  Result<bool> next(CsvRow& row);
  CsvPlace place();
  Result<bool> seek(const CsvPlace& place);
  const std::vector<std::string>& header() const { return header_; }
  const ByteSource& source() const { return *source_; }
  bool holds_last_line() const { return holds_; }

 private:
  enum class Step { row, problem, again, end };

  Result<void> rewind();
  Result<void> read_header();
  Result<void> fill();
  Result<Step> step(CsvRow& row);
  Result<Step> quoted(CsvRow& row);
  Result<Step> end_of_file(CsvRow& row);
  Result<Step> skip_first_line(CsvRow& row, std::string problem);
  void judge(CsvRow& row, std::size_t end, std::size_t field_count, bool has_special);
  void move_to(std::size_t at);
  bool holds(bool is_bad) const;
  std::size_t window_end() const { return std::min(end_, begin_ + kRowBytesMax); }

  std::filesystem::path path_;
  CsvOptions options_;
  std::unique_ptr<ByteSource> source_;
  std::string buffer_;
  RowScanner scanner_;
  std::unique_ptr<XXH3_state_t, FreeHash> hash_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::string scratch_;
  std::string problem_;
  std::size_t begin_ = 0, end_ = 0;  // of the bytes in the buffer that were not given out
  std::size_t hashed_ = 0;           // bytes of the buffer that the hash has seen
  std::uint64_t base_ = 0;           // offset in the file of the buffer's first byte
  std::uint64_t line_ = 1;
  bool at_end_ = false;        // the source has no more
  bool made_newline_ = false;  // the buffer's last byte is ours
  bool growable_ = true;
  bool holds_ = false;
};

Result<void> CsvReader::State::begin() {
  if (auto done = rewind(); !done) return done;
  return read_header();
}

Result<void> CsvReader::State::rewind() {
  XXH3_128bits_reset(hash_.get());
  begin_ = end_ = hashed_ = 0;
  base_ = 0;
  line_ = 1;
  at_end_ = made_newline_ = holds_ = false;
  growable_ = true;
  scanner_.forget();
  return source_->rewind();
}

// Makes room and adds bytes. Afterwards either there are more, or at_end_ is true.
Result<void> CsvReader::State::fill() {
  if (begin_ > 0 && end_ + kReadBytes > kBufferBytes) {
    if (hashed_ < begin_) {
      XXH3_128bits_update(hash_.get(), buffer_.data() + hashed_, begin_ - hashed_);
      hashed_ = begin_;
    }
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    base_ += begin_;
    end_ -= begin_;
    hashed_ -= begin_;
    begin_ = 0;
  }
  scanner_.forget();
  auto got = source_->read(buffer_.data() + end_, kReadBytes);
  if (!got) return got.error();
  end_ += *got;
  at_end_ = *got == 0;
  return {};
}

// Everything before `at` was given out. The hash sees it when the place is asked for.
void CsvReader::State::move_to(std::size_t at) {
  begin_ = at;
  if (made_newline_ && begin_ == end_) {
    --begin_;
    --end_;
    made_newline_ = false;
    growable_ = false;
    scanner_.forget();
  }
}

Result<void> CsvReader::State::read_header() {
  while (end_ < kByteOrderMark.size() && !at_end_) {
    if (auto filled = fill(); !filled) return filled;
  }
  const std::string_view start(buffer_.data(), end_);
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) {
    return Error{ErrorKind::invalid_config,
                 "read " + path_.string() +
                     ": it is UTF-16; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
                 {}};
  }
  if (start.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
  fields_.assign(kColumnsMax, {});
  header_.clear();
  CsvRow row;
  auto found = next(row);
  if (!found) return found.error();
  const std::string where = "read the header of " + path_.string() + ": ";
  if (!*found) return Error{ErrorKind::invalid_config, where + "the file is empty", {}};
  if (!row.problem.empty()) {
    return Error{ErrorKind::invalid_config, where + std::string(row.problem), {}};
  }
  for (const std::string_view name : row.fields) {
    if (name.find('\r') != std::string_view::npos) {
      return Error{ErrorKind::invalid_config,
                   where + "lines end with a lone carriage return; save it with line feeds",
                   {}};
    }
    if (!name.empty() && std::find(header_.begin(), header_.end(), name) != header_.end()) {
      return Error{ErrorKind::invalid_config,
                   where + fmt::format("the column \"{}\" stands there twice; rename one", name),
                   {}};
    }
    header_.emplace_back(name);
  }
  fields_.assign(header_.size(), {});
  return {};
}

Result<bool> CsvReader::State::next(CsvRow& row) {
  while (true) {
    auto done = step(row);
    if (!done) return done.error();
    if (*done == Step::end) return false;
    if (*done != Step::again) return true;
  }
}

Result<CsvReader::State::Step> CsvReader::State::step(CsvRow& row) {
  const ScannedRow found = scanner_.scan(buffer_.data(), begin_, window_end(), fields_);
  switch (found.outcome) {
    case ScannedRow::Outcome::complete: {
      const std::size_t length = found.end - begin_;
      const bool is_empty = length == 1 || (length == 2 && buffer_[begin_] == '\r');
      if (!is_empty) judge(row, found.end, found.field_count, found.has_special);
      if (!is_empty && made_newline_ && found.end == end_ && holds(!row.problem.empty())) {
        holds_ = true;
        return Step::end;
      }
      move_to(found.end);
      ++line_;
      return is_empty ? Step::again : Step::row;
    }
    case ScannedRow::Outcome::quoted:
      return quoted(row);
    case ScannedRow::Outcome::cut:
      break;
  }
  if (window_end() < end_) return skip_first_line(row, "the line is longer than 2 MiB");
  if (!at_end_) {
    if (auto filled = fill(); !filled) return filled.error();
    return Step::again;
  }
  return end_of_file(row);
}

Result<CsvReader::State::Step> CsvReader::State::quoted(CsvRow& row) {
  const std::string_view bytes(buffer_.data() + begin_, window_end() - begin_);
  const QuotedRow found = split_quoted(bytes, options_.delimiter, fields_, scratch_);
  if (found.outcome == QuotedRow::Outcome::complete) {
    const std::size_t end = begin_ + found.length;
    judge(row, end, found.field_count, /*has_special=*/true);
    if (found.text_after_quote && row.problem.empty()) {
      problem_ = "text stands behind a closing quote";
      row.problem = problem_;
      row.fields = {};
    }
    if (made_newline_ && end == end_ && holds(!row.problem.empty())) {
      holds_ = true;
      return Step::end;
    }
    move_to(end);
    line_ += found.lines;
    return Step::row;
  }
  const bool is_open = found.outcome == QuotedRow::Outcome::cut_open;
  if (window_end() < end_) {
    return skip_first_line(
        row, is_open ? "a quote is not closed within 2 MiB" : "the row is longer than 2 MiB");
  }
  if (!at_end_) {
    if (auto filled = fill(); !filled) return filled.error();
    return Step::again;
  }
  if (!is_open && !made_newline_) return end_of_file(row);
  // Half a last line waits; a quote that swallows whole lines must not do so in silence.
  const std::size_t feed = bytes.find('\n');
  const bool is_last_line =
      feed == std::string_view::npos || (made_newline_ && begin_ + feed + 1 == end_);
  if (is_last_line && holds(/*is_bad=*/true)) {
    holds_ = true;
    return Step::end;
  }
  growable_ = false;
  return skip_first_line(row, "a quote is never closed");
}

// The bytes end without a line end: the last row is completed, once.
Result<CsvReader::State::Step> CsvReader::State::end_of_file(CsvRow&) {
  if (begin_ == end_) return Step::end;
  buffer_[end_++] = '\n';
  made_newline_ = true;
  scanner_.forget();
  return Step::again;
}

// The row makes no sense as a whole: its first line is given out as bad and the next one begins a
// row, so that one stray quote costs a line and not the file.
Result<CsvReader::State::Step> CsvReader::State::skip_first_line(CsvRow& row, std::string problem) {
  problem_ = std::move(problem);
  row.line = line_;
  row.fields = {};
  row.raw = {};
  row.problem = problem_;
  while (true) {
    const void* feed = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (feed != nullptr) {
      const auto at = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
      move_to(at + 1);
      break;
    }
    begin_ = end_;
    if (at_end_) break;
    if (auto filled = fill(); !filled) return filled.error();
  }
  ++line_;
  return Step::problem;
}

// Fills `row` from fields_; decides whether it is a good one.
void CsvReader::State::judge(CsvRow& row, std::size_t end, std::size_t field_count,
                             bool has_special) {
  row.line = line_;
  row.raw = std::string_view(buffer_.data() + begin_, end - begin_);
  row.fields = {};
  row.problem = {};
  const bool is_header = header_.empty();
  if (!is_header && field_count != header_.size()) {
    problem_ = fmt::format("{} fields where the header has {}", field_count, header_.size());
  } else if (is_header && field_count > kColumnsMax) {
    problem_ = fmt::format("{} columns, at most {}", field_count, kColumnsMax);
  } else if (has_special && row.raw.find('\0') != std::string_view::npos) {
    problem_ = "it holds a NUL byte";
  } else if (has_special && !is_utf8(row.raw)) {
    problem_ = "its bytes are no UTF-8; save the file as UTF-8";
  } else {
    // Only a row longer than the limit can hold such a field: the common row pays one comparison.
    if (row.raw.size() > options_.field_bytes_max) {
      for (std::size_t i = 0; i < field_count; ++i) {
        if (fields_[i].size() <= options_.field_bytes_max) continue;
        problem_ = fmt::format("field {} has {} bytes, at most {}", i + 1, fields_[i].size(),
                               options_.field_bytes_max);
        row.problem = problem_;
        return;
      }
    }
    row.fields = std::span(fields_).first(field_count);
    return;
  }
  row.problem = problem_;
}

bool CsvReader::State::holds(bool is_bad) const {
  switch (options_.last_line) {
    case CsvOptions::LastLine::take:
      return false;
    case CsvOptions::LastLine::hold_if_bad:
      return is_bad;
    case CsvOptions::LastLine::always_hold:
      return true;
  }
  return false;
}

CsvPlace CsvReader::State::place() {
  if (hashed_ < begin_) {
    XXH3_128bits_update(hash_.get(), buffer_.data() + hashed_, begin_ - hashed_);
    hashed_ = begin_;
  }
  const XXH128_hash_t digest = XXH3_128bits_digest(hash_.get());
  return {base_ + begin_, line_, digest.low64, digest.high64, growable_};
}

Result<bool> CsvReader::State::seek(const CsvPlace& place) {
  if (auto done = rewind(); !done) return done.error();
  while (base_ + end_ < place.offset && !at_end_) {
    begin_ = end_;
    if (auto filled = fill(); !filled) return filled.error();
  }
  bool is_same = base_ + end_ >= place.offset;
  if (is_same) {
    begin_ = static_cast<std::size_t>(place.offset - base_);
    CsvPlace here = this->place();
    is_same = here.hash_low == place.hash_low && here.hash_high == place.hash_high;
  }
  if (is_same && !place.growable) {
    if (begin_ == end_ && !at_end_) {
      if (auto filled = fill(); !filled) return filled.error();
    }
    is_same = begin_ == end_;
  }
  if (is_same) {
    line_ = place.line;
    growable_ = place.growable;
    return true;
  }
  if (auto done = begin(); !done) return done.error();
  return false;
}

Result<CsvReader> CsvReader::open(const std::filesystem::path& path, const CsvOptions& options) {
  auto source = ByteSource::open(path);
  if (!source) return source.error();
  CsvReader reader(std::make_unique<State>(path, options, std::move(*source)));
  if (auto begun = reader.state_->begin(); !begun) return begun.error();
  return {std::move(reader)};
}

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

const std::vector<std::string>& CsvReader::header() const {
  return state_->header();
}
const FileStamp& CsvReader::stamp() const {
  return state_->source().stamp();
}
bool CsvReader::is_compressed() const {
  return state_->source().is_compressed();
}
Result<bool> CsvReader::next(CsvRow& row) {
  return state_->next(row);
}
CsvPlace CsvReader::place() {
  return state_->place();
}
Result<bool> CsvReader::seek(const CsvPlace& place) {
  return state_->seek(place);
}
bool CsvReader::holds_last_line() const {
  return state_->holds_last_line();
}

}  // namespace upselld::plugins
