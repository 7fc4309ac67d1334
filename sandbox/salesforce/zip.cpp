// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/zip.h"

#include <zlib.h>

#include <cstdint>

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50, kEntryMark = 0x02014b50, kFileMark = 0x04034b50;
constexpr std::size_t kEndSize = 22, kEntrySize = 46, kFileSize = 30;
constexpr std::uint64_t kStored = 0, kDeflated = 8;

// A little-endian number; all sizes were checked before.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t out = 0;
  for (std::size_t i = count; i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool whole = code == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  return whole ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<std::map<std::string, std::string>> unzipped(std::string_view bytes,
                                                           std::size_t bytes_max) {
  std::map<std::string, std::string> files;
  if (bytes.size() < kEndSize) return std::nullopt;
  std::size_t end = bytes.size() - kEndSize;
  while (number(bytes, end, 4) != kEndMark) {
    if (end-- == 0) return std::nullopt;
  }
  std::size_t at = number(bytes, end + 16, 4), total = 0;
  for (std::uint64_t left = number(bytes, end + 10, 2); left > 0; --left) {
    if (at + kEntrySize > bytes.size() || number(bytes, at, 4) != kEntryMark) return std::nullopt;
    const std::uint64_t method = number(bytes, at + 10, 2), check = number(bytes, at + 16, 4);
    const std::size_t packed = number(bytes, at + 20, 4), size = number(bytes, at + 24, 4);
    const std::size_t name_size = number(bytes, at + 28, 2);
    const std::size_t local = number(bytes, at + 42, 4);
    const std::size_t next =
        at + kEntrySize + name_size + number(bytes, at + 30, 2) + number(bytes, at + 32, 2);
    if (next > bytes.size() || local + kFileSize > bytes.size() || size > bytes_max - total ||
        number(bytes, local, 4) != kFileMark) {
      return std::nullopt;
    }
    const std::string name(bytes.substr(at + kEntrySize, name_size));
    const std::size_t data =
        local + kFileSize + number(bytes, local + 26, 2) + number(bytes, local + 28, 2);
    if (data > bytes.size() || packed > bytes.size() - data) return std::nullopt;
    const std::string_view content = bytes.substr(data, packed);
    std::optional<std::string> file;
    if (method == kStored && packed == size) file = std::string(content);
    if (method == kDeflated) file = inflated(content, size);
    if (!file) return std::nullopt;
    const uLong sum =
        crc32(0, reinterpret_cast<const Bytef*>(file->data()), static_cast<uInt>(file->size()));
    if (sum != check) return std::nullopt;
    total += size;
    if (!name.ends_with('/')) files[name] = std::move(*file);
    at = next;
  }
  return files;
}

}  // namespace upselld::sandbox::salesforce
