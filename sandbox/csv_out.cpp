// SPDX-License-Identifier: Apache-2.0
#include "sandbox/csv_out.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <utility>

namespace upselld::sandbox {
namespace {

constexpr std::size_t kBufferBytes = 1 << 18;

void append_digits(std::string& out, unsigned value, int width) {
  char digits[10];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

void append_day(std::string& out, Day day) {
  const Civil civil = civil_of(day);
  append_digits(out, static_cast<unsigned>(civil.year), 4);
  out += '-';
  append_digits(out, civil.month, 2);
  out += '-';
  append_digits(out, civil.day, 2);
}

}  // namespace

struct CsvOut::Sink {
  std::FILE* plain = nullptr;
  gzFile packed = nullptr;
  bool failed = false;
  std::string reason;
  std::string unfinished;  // its name until it is whole

  void write(std::string_view bytes) {
    if (failed || bytes.empty()) return;
    const bool good = packed != nullptr
                          ? gzwrite(packed, bytes.data(), static_cast<unsigned>(bytes.size())) > 0
                          : std::fwrite(bytes.data(), 1, bytes.size(), plain) == bytes.size();
    if (!good) fail();
  }
  void close() {
    if (plain != nullptr && std::fclose(std::exchange(plain, nullptr)) != 0) fail();
    if (packed != nullptr && gzclose(std::exchange(packed, nullptr)) != Z_OK) fail();
  }
  void fail() {
    if (!failed) reason = std::strerror(errno);
    failed = true;
  }
  ~Sink() {
    close();
    std::error_code ignored;  // After a good close there is nothing left to remove.
    if (!unfinished.empty()) std::filesystem::remove(unfinished, ignored);
  }
};

CsvOut::CsvOut(std::string path, std::unique_ptr<Sink> sink)
    : path_(std::move(path)), sink_(std::move(sink)) {
  buffer_.reserve(kBufferBytes + 1024);
}
CsvOut::CsvOut(CsvOut&&) noexcept = default;
CsvOut& CsvOut::operator=(CsvOut&&) noexcept = default;
CsvOut::~CsvOut() = default;

Result<CsvOut> CsvOut::create(const std::string& path, std::string_view header) {
  auto sink = std::make_unique<Sink>();
  const std::string unfinished = path + ".part";
  // Level 1 and no name or time in the header: fast, and the same bytes each time.
  if (path.ends_with(".gz")) {
    sink->packed = gzopen(unfinished.c_str(), "wb1");
  } else {
    sink->plain = std::fopen(unfinished.c_str(), "wb");
  }
  if (sink->packed == nullptr && sink->plain == nullptr) {
    return Error{ErrorKind::io, fmt::format("create {}: {}", path, std::strerror(errno)), {}};
  }
  sink->unfinished = unfinished;
  CsvOut out(path, std::move(sink));
  out.buffer_.append(header);
  out.buffer_ += '\n';
  return out;
}

CsvOut& CsvOut::text(std::string_view cell) {
  if (row_begun_) buffer_ += ',';
  row_begun_ = true;
  buffer_.append(cell);
  return *this;
}

CsvOut& CsvOut::integer(std::int64_t cell) {
  text({});
  fmt::format_to(std::back_inserter(buffer_), "{}", cell);
  return *this;
}

CsvOut& CsvOut::decimal(double cell, int decimals) {
  text({});
  fmt::format_to(std::back_inserter(buffer_), "{:.{}f}", cell, decimals);
  return *this;
}

CsvOut& CsvOut::cents(std::int64_t cell) {
  text({});
  fmt::format_to(std::back_inserter(buffer_), "{}.{:02}", cell / 100, cell % 100);
  return *this;
}

CsvOut& CsvOut::day(Day cell) {
  text({});
  append_day(buffer_, cell);
  return *this;
}

CsvOut& CsvOut::moment(Day day, int second_of_day) {
  text({});
  append_day(buffer_, day);
  const auto second = static_cast<unsigned>(second_of_day);
  buffer_ += 'T';
  append_digits(buffer_, second / 3600, 2);
  buffer_ += ':';
  append_digits(buffer_, second / 60 % 60, 2);
  buffer_ += ':';
  append_digits(buffer_, second % 60, 2);
  buffer_ += 'Z';
  return *this;
}

void CsvOut::end_row() {
  buffer_ += '\n';
  row_begun_ = false;
  ++rows_;
  if (buffer_.size() >= kBufferBytes) flush();
}

void CsvOut::flush() {
  sink_->write(buffer_);
  buffer_.clear();
}

Result<void> CsvOut::close() {
  flush();
  sink_->close();
  if (!sink_->failed && std::rename(sink_->unfinished.c_str(), path_.c_str()) != 0) sink_->fail();
  if (!sink_->failed) return {};
  return Error{ErrorKind::io, fmt::format("write {}: {}", path_, sink_->reason), {}};
}

}  // namespace upselld::sandbox
