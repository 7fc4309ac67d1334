// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace upselld::store {

// How the payload of an audit entry stands on disk. Numbers are frozen.
enum class PayloadForm : std::uint8_t {
  plain = 0,
  zlib = 1,   // large ones, as earlier versions wrote them: size, then zlib
  words = 2,  // raw deflate that begins with words which most payloads hold
};

struct StoredPayload {
  PayloadForm form = PayloadForm::plain;
  std::string bytes;
};

// Packs payloads one after the other; the same payload gives the same bytes. Used by one thread.
class PayloadPacker {
 public:
  PayloadPacker();
  ~PayloadPacker();
  PayloadPacker(const PayloadPacker&) = delete;
  PayloadPacker& operator=(const PayloadPacker&) = delete;

  StoredPayload pack(const std::string& payload);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

// Nothing when the bytes are damaged, or of a form that is not known.
std::optional<std::string> unpacked(int form, std::string bytes);

}  // namespace upselld::store
