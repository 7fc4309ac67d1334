// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_zip.h"

#include <cstdint>
#include <string_view>

namespace upselld::plugins::salesforce {

namespace {

constexpr std::uint32_t kFileMark = 0x04034b50, kEntryMark = 0x02014b50, kEndMark = 0x06054b50;
constexpr std::uint32_t kVersion = 20;       // of the format: plain files in folders
constexpr std::uint32_t kUtf8Names = 0x800;  // flag
constexpr std::uint32_t kFirstDay = 0x21;    // 1980-01-01: archives of one content are the same

void put(std::string& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~sum;
}

// What stands the same in the head of a file and in its entry of the directory.
std::string facts_of(const std::string& path, const std::string& bytes) {
  std::string facts;
  put(facts, kUtf8Names, 2);
  put(facts, 0, 2);  // stored
  put(facts, 0, 2);  // midnight
  put(facts, kFirstDay, 2);
  put(facts, crc32_of(bytes), 4);
  put(facts, static_cast<std::uint32_t>(bytes.size()), 4);
  put(facts, static_cast<std::uint32_t>(bytes.size()), 4);
  put(facts, static_cast<std::uint32_t>(path.size()), 2);
  put(facts, 0, 2);  // no more about it
  return facts;
}

}  // namespace

std::string zipped(const std::map<std::string, std::string>& files) {
  std::string out, directory;
  for (const auto& [path, bytes] : files) {
    const std::string facts = facts_of(path, bytes);
    put(directory, kEntryMark, 4);
    put(directory, kVersion, 2);
    put(directory, kVersion, 2);
    directory += facts;
    put(directory, 0, 2);  // no comment
    put(directory, 0, 2);  // on this disk
    put(directory, 0, 2);
    put(directory, 0, 4);
    put(directory, static_cast<std::uint32_t>(out.size()), 4);
    directory += path;
    put(out, kFileMark, 4);
    put(out, kVersion, 2);
    out += facts + path + bytes;
  }
  const auto begin = static_cast<std::uint32_t>(out.size());
  const auto count = static_cast<std::uint32_t>(files.size());
  out += directory;
  put(out, kEndMark, 4);
  put(out, 0, 4);  // one disk
  put(out, count, 2);
  put(out, count, 2);
  put(out, static_cast<std::uint32_t>(directory.size()), 4);
  put(out, begin, 4);
  put(out, 0, 2);  // no comment
  return out;
}

}  // namespace upselld::plugins::salesforce
