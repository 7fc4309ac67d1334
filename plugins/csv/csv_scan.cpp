// SPDX-License-Identifier: Apache-2.0
#include "plugins/csv/csv_scan.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace upselld::plugins {

namespace {

constexpr std::size_t kBlockBytes = 64;

std::string_view piece(const char* bytes, std::size_t begin, std::size_t end) {
  return {bytes + begin, end - begin};
}

// Where a row's last field ends when its line feed stands at `at`.
std::size_t without_return(const char* bytes, std::size_t field_begin, std::size_t at) {
  return at > field_begin && bytes[at - 1] == '\r' ? at - 1 : at;
}

// Fields of a quoted row: offsets first, because the scratch text moves while it grows.
class QuotedFields {
 public:
  QuotedFields(std::string_view bytes, std::string& scratch) : bytes_(bytes), scratch_(scratch) {
    scratch_.clear();
  }
  void begin_field(std::size_t at) {
    begin_ = at;
    end_ = at;
    in_scratch_ = false;
  }
  // Bytes [from, to) of the row belong to the field. A second piece forces a copy.
  void take(std::size_t from, std::size_t to) {
    if (!in_scratch_ && begin_ == end_) {
      begin_ = from;
      end_ = to;
      return;
    }
    if (!in_scratch_ && end_ == from) {
      end_ = to;
      return;
    }
    if (!in_scratch_) {
      const std::size_t at = scratch_.size();
      scratch_.append(bytes_, begin_, end_ - begin_);
      begin_ = at;
      in_scratch_ = true;
    }
    scratch_.append(bytes_, from, to - from);
    end_ = scratch_.size();
  }
  void end_field() { spans_.push_back({begin_, end_, in_scratch_}); }
  std::size_t count() const { return spans_.size(); }
  void store(std::vector<std::string_view>& fields) const {
    for (std::size_t i = 0; i < spans_.size() && i < fields.size(); ++i) {
      const std::string_view from = spans_[i].in_scratch ? std::string_view(scratch_) : bytes_;
      fields[i] = from.substr(spans_[i].begin, spans_[i].end - spans_[i].begin);
    }
  }

 private:
  struct Span {
    std::size_t begin = 0, end = 0;
    bool in_scratch = false;
  };
  std::string_view bytes_;
  std::string& scratch_;
  std::vector<Span> spans_;
  std::size_t begin_ = 0, end_ = 0;
  bool in_scratch_ = false;
};

}  // namespace

void RowScanner::load(const char* bytes, std::size_t block) {
  block_ = block;
  structural_ = 0;
  special_ = 0;
  const char* at = bytes + block;
#if defined(__SSE2__)
  const __m128i delimiter = _mm_set1_epi8(delimiter_);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i feed = _mm_set1_epi8('\n');
  const __m128i zero = _mm_setzero_si128();
  for (unsigned part = 0; part < kBlockBytes / 16; ++part) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + part * 16));
    const __m128i hit =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(some, delimiter), _mm_cmpeq_epi8(some, quote)),
                     _mm_cmpeq_epi8(some, feed));
    // Signed: the top bit is a byte above 127.
    const __m128i odd = _mm_or_si128(_mm_cmpeq_epi8(some, zero), some);
    structural_ |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(hit))} << (part * 16);
    special_ |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(odd))} << (part * 16);
  }
#else
  for (unsigned i = 0; i < kBlockBytes; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    const bool hit = at[i] == delimiter_ || c == '"' || c == '\n';
    structural_ |= std::uint64_t{hit} << i;
    special_ |= std::uint64_t{c == 0 || c > 127} << i;
  }
#endif
}

ScannedRow RowScanner::scan(const char* bytes, std::size_t begin, std::size_t end,
                            std::vector<std::string_view>& fields) {
  ScannedRow row;
  std::size_t field_begin = begin;
  std::size_t block = begin & ~(kBlockBytes - 1);
  std::uint64_t ahead = ~std::uint64_t{0} << (begin & (kBlockBytes - 1));
  std::uint64_t special = 0;
  const std::size_t stored_max = fields.size();
  for (; block < end; block += kBlockBytes, ahead = ~std::uint64_t{0}) {
    if (block_ != block) load(bytes, block);
    for (std::uint64_t hits = structural_ & ahead; hits != 0; hits &= hits - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(hits));
      const std::size_t at = block + bit;
      if (at >= end) return row;
      if (bytes[at] == '"') {
        row.outcome = ScannedRow::Outcome::quoted;
        return row;
      }
      const bool is_last = bytes[at] == '\n';
      if (row.field_count < stored_max) {
        const std::size_t field_end = is_last ? without_return(bytes, field_begin, at) : at;
        fields[row.field_count] = piece(bytes, field_begin, field_end);
      }
      ++row.field_count;
      if (is_last) {
        const std::uint64_t behind = bit == 0 ? 0 : ~std::uint64_t{0} >> (kBlockBytes - bit);
        row.has_special = (special | (special_ & ahead & behind)) != 0;
        row.end = at + 1;
        row.outcome = ScannedRow::Outcome::complete;
        return row;
      }
      field_begin = at + 1;
    }
    special |= special_ & ahead;
  }
  return row;
}

QuotedRow split_quoted(std::string_view bytes, char delimiter,
                       std::vector<std::string_view>& fields, std::string& scratch) {
  QuotedRow row;
  QuotedFields found(bytes, scratch);
  std::size_t at = 0;
  while (true) {
    found.begin_field(at);
    if (at < bytes.size() && bytes[at] == '"') {
      std::size_t from = ++at;
      while (true) {
        const std::size_t quote = bytes.find('"', at);
        if (quote == std::string_view::npos) {
          row.outcome = QuotedRow::Outcome::cut_open;
          return row;
        }
        const bool doubled = quote + 1 < bytes.size() && bytes[quote + 1] == '"';
        found.take(from, doubled ? quote + 1 : quote);
        at = quote + (doubled ? 2 : 1);
        from = at;
        if (!doubled) break;
      }
    }
    const std::size_t text_begin = at;
    while (at < bytes.size() && bytes[at] != delimiter && bytes[at] != '\n') ++at;
    if (at == bytes.size()) return row;
    const bool is_last = bytes[at] == '\n';
    const std::size_t text_end = is_last ? without_return(bytes.data(), text_begin, at) : at;
    const bool was_quoted = text_begin > 0 && bytes[text_begin - 1] == '"';
    if (was_quoted && text_end > text_begin) row.text_after_quote = true;
    if (!was_quoted) found.take(text_begin, text_end);
    found.end_field();
    ++at;
    if (is_last) break;
  }
  row.outcome = QuotedRow::Outcome::complete;
  row.length = at;
  row.field_count = found.count();
  for (const char c : bytes.substr(0, at)) row.lines += c == '\n';
  found.store(fields);
  return row;
}

}  // namespace upselld::plugins
