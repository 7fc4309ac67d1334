// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/result.h"

namespace upselld::plugins {

// What the disk says about a file: enough to see that it is still the same one.
struct FileStamp {
  std::uint64_t size = 0;  // on disk: of the compressed bytes where it is compressed
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

// The bytes of a file, from the first to the last; a gzip file (told by its first two bytes, any
// number of members) gives its decompressed bytes. Used by one thread at a time.
class ByteSource {
 public:
  // Missing or unreadable: io. A folder: io.
  static Result<std::unique_ptr<ByteSource>> open(const std::filesystem::path& path);
  virtual ~ByteSource() = default;

  // Up to `size` bytes into `to`; 0: the end. Damaged or cut gzip data: corrupt, naming file and
  // offset in the compressed file.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
  // Back to the first byte of the same open file.
  virtual Result<void> rewind() = 0;
  // As it was when the file was opened.
  const FileStamp& stamp() const { return stamp_; }
  virtual bool is_compressed() const = 0;

 protected:
  explicit ByteSource(FileStamp stamp) : stamp_(stamp) {}

 private:
  FileStamp stamp_;
};

// Missing or not a plain file: io.
Result<FileStamp> stamp_of(const std::filesystem::path& path);

}  // namespace upselld::plugins
