// SPDX-License-Identifier: Apache-2.0
#include "plugins/csv/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace upselld::plugins {

namespace {

constexpr std::size_t kCompressedBlock = 256 * 1024;

Error io_error(const std::string& doing, const std::string& path, int code) {
  return {ErrorKind::io, doing + " " + path + ": " + std::generic_category().message(code), {}};
}

FileStamp stamp_from(const struct stat& status) {
  FileStamp stamp;
  stamp.size = static_cast<std::uint64_t>(status.st_size);
  stamp.inode = status.st_ino;
  stamp.modified_ns = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
  return stamp;
}

// An open file. Reading by read() and not by a map: a file that is cut while it is mapped kills the
// process with SIGBUS, and the copy costs a tenth of the parsing.
class OpenFile {
 public:
  OpenFile(int number, std::string path) : number_(number), path_(std::move(path)) {}
  OpenFile(OpenFile&& other) noexcept
      : number_(std::exchange(other.number_, -1)), path_(std::move(other.path_)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }

  Result<std::size_t> read(char* to, std::size_t size) {
    while (true) {
      const ssize_t got = ::read(number_, to, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return io_error("read", path_, errno);
    }
  }
  Result<void> rewind() {
    if (::lseek(number_, 0, SEEK_SET) != 0) return io_error("rewind", path_, errno);
    return {};
  }
  const std::string& path() const { return path_; }

 private:
  int number_;
  std::string path_;
};

class PlainSource final : public ByteSource {
 public:
  PlainSource(FileStamp stamp, OpenFile file) : ByteSource(stamp), file_(std::move(file)) {}
  Result<std::size_t> read(char* to, std::size_t size) override { return file_.read(to, size); }
  Result<void> rewind() override { return file_.rewind(); }
  bool is_compressed() const override { return false; }

 private:
  OpenFile file_;
};

class GzipSource final : public ByteSource {
 public:
  GzipSource(FileStamp stamp, OpenFile file)
      : ByteSource(stamp), file_(std::move(file)), input_(kCompressedBlock) {
    // 15 bits of window; 16: gzip only.
    ready_ = ::inflateInit2(&stream_, 15 + 16) == Z_OK;
  }
  ~GzipSource() override {
    if (ready_) ::inflateEnd(&stream_);
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(char* to, std::size_t size) override {
    if (!ready_) return Error{ErrorKind::io, "read " + file_.path() + ": no memory for zlib", {}};
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, kBlockMax));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        auto more = fill();
        if (!more) return more.error();
        if (!*more) {
          if (inside_member_) return damaged("the file ends inside compressed data");
          return std::size_t{0};
        }
      }
      if (auto step = inflate_some(); !step) return step.error();
    }
    return static_cast<std::size_t>(wanted - stream_.avail_out);
  }

  Result<void> rewind() override {
    ::inflateReset(&stream_);
    stream_.avail_in = 0;
    taken_ = 0;
    inside_member_ = true;
    return file_.rewind();
  }
  bool is_compressed() const override { return true; }

 private:
  static constexpr std::size_t kBlockMax = 1u << 30;

  Result<bool> fill() {
    auto got = file_.read(input_.data(), input_.size());
    if (!got) return got.error();
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(*got);
    taken_ += *got;
    return *got > 0;
  }

  // One step of zlib. A member that ends is followed by another one or by the end of the file.
  Result<void> inflate_some() {
    if (!inside_member_) {
      ::inflateReset(&stream_);
      inside_member_ = true;
    }
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      inside_member_ = false;
      return {};
    }
    if (code == Z_OK || code == Z_BUF_ERROR) return {};
    return damaged(stream_.msg != nullptr ? stream_.msg : "no gzip data");
  }

  Error damaged(const std::string& why) const {
    return {ErrorKind::corrupt,
            fmt::format("read {}: damaged gzip data at byte {}: {}; copy the file again",
                        file_.path(), taken_ - stream_.avail_in, why),
            {}};
  }

  OpenFile file_;
  std::vector<char> input_;
  z_stream stream_ = {};
  bool ready_ = false;
  bool inside_member_ = true;
  std::uint64_t taken_ = 0;  // compressed bytes read from the file
};

}  // namespace

Result<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return io_error("look at", path.string(), errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::io, "look at " + path.string() + ": it is no file", {}};
  }
  return stamp_from(status);
}

Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::filesystem::path& path) {
  // O_NONBLOCK: a pipe in the place of a file must not stop us for ever.
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0) return io_error("open", path.string(), errno);
  OpenFile file(number, path.string());
  struct stat status = {};
  if (::fstat(number, &status) != 0) return io_error("look at", path.string(), errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::io, "open " + path.string() + ": it is no file", {}};
  }
  char magic[2] = {};
  const ssize_t got = ::pread(number, magic, sizeof magic, 0);
  if (got < 0) return io_error("read", path.string(), errno);
  const FileStamp stamp = stamp_from(status);
  const bool is_gzip = got == 2 && magic[0] == '\x1f' && magic[1] == '\x8b';
  if (is_gzip) return {std::unique_ptr<ByteSource>(new GzipSource(stamp, std::move(file)))};
  if (path.extension() == ".gz" && got > 0) {
    return Error{ErrorKind::corrupt,
                 "open " + path.string() + ": no gzip data at byte 0, though it is named .gz",
                 {}};
  }
  return {std::unique_ptr<ByteSource>(new PlainSource(stamp, std::move(file)))};
}

}  // namespace upselld::plugins
