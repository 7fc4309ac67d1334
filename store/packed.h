// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"

namespace upselld::store {

// Values one behind the other, for columns that are read and written whole and never searched.
class PackedWriter {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void integer(std::int64_t value);
  void number(double value);  // bit for bit
  void text(std::string_view value);
  void texts(const std::vector<std::string>& values);
  void maybe_number(const std::optional<double>& value);
  void maybe_text(const std::optional<std::string>& value);
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads them back in the same order. After a damaged value everything is empty and ok() is false.
class PackedReader {
 public:
  // `bytes` outlives the reader.
  explicit PackedReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t byte();
  std::int64_t integer();
  double number();
  std::string text();
  std::vector<std::string> texts();
  std::optional<double> maybe_number();
  std::optional<std::string> maybe_text();
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t count);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace upselld::store
