// SPDX-License-Identifier: Apache-2.0
#include "store/payload_form.h"

#include <zlib.h>

#include <string_view>

namespace upselld::store {
namespace {

constexpr std::size_t kPayloadBytesMax = 64 * 1024 * 1024;
// Payloads are small and many: a window of 8 KiB is set up fast, and each is done in 14 us.
constexpr int kLevel = 4, kWindowBits = -13, kMemoryLevel = 6;

// Frozen, to the letter: what was written with it is read with it. The commonest stand last.
// clang-format off
constexpr std::string_view kWords =
    R"w({"task":"","receipt":{"crm_id":"","outcome":0,"stored":{"band":"Medium","change":"",)w"
    R"w("version":""{"decision":"","kind":"task","payload":{"account":"","body":"Talk to: th)w"
    R"w(e contact of this task.","contact":"","due":,"key":"","owner":"","subject":"","type")w"
    R"w(:"call","why":"""values":{"band":"Low","change":"","data_as_of":"2026-01-01T00:00:00)w"
    R"w(Z","model_version":"rules-1","next_action":"","reasons":"","score":"","segment":"At )w"
    R"w(risk","status":"Ranked by rule (too little data)","tags":"High value","top_reason":")w"
    R"w("}}}{"decision":"2026-01-01T00:00Z-0000/1","connection":"","frame":"","facts":{"numb)w"
    R"w(er":1,"connection":"","id":"","name":"","owner":"","parent":"","currency":"EUR","cre)w"
    R"w(ated_at":1,"deleted_at":null,"pause_until":null,"opted_out":false,"in_scope":true,"a)w"
    R"w(ttributes":[""]},"memory":{"decided":true,"decided_on":0,"segment":"cooling","band":)w"
    R"w(null,"band_beyond":null,"band_beyond_since":0,"decile":0,"tags":[],"action":"","rule)w"
    R"w(":"","held":"","reason_order":[],"model_version":"","refreshed_on":0},"row":"7fc0000)w"
    R"w(07fc00000000000003f8000003f800000","not_scored":"","group":"","group_has_open_task":)w"
    R"w(false,"id_hash":1,"contacts":[{"id":"","role":"","last_touch_at":null,"may_mail":tru)w"
    R"w(e,"may_call":true}],"result":{"segment":"active","tags":["high_value"],"band":"low",)w"
    R"w("decile":5,"action":"","rule":"","held":"low_band","changes":["first","band","segmen)w"
    R"w(t","score"],"fields":{"score":"","band":"Medium","segment":"Active","tags":"Regular")w"
    R"w(,"next_action":"","top_reason":"","reasons":"","change":"","status":"Scored","data_a)w"
    R"w(s_of":"","model_version":""},"score":{"model_version":"","has_probability":true,"pro)w"
    R"w(bability":0.0,"margin":0.0,"base":0.0,"rank_value":0.0,"reasons":[{"group":"","point)w"
    R"w(s":0.0,"sentence":""}]}}})w";
// clang-format on

const Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

std::optional<std::string> unpacked_zlib(std::string_view bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    length |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  if (length > kPayloadBytesMax) return std::nullopt;
  std::string payload(length, '\0');
  uLongf size = payload.size();
  const int done = uncompress(reinterpret_cast<Bytef*>(payload.data()), &size,
                              bytes_of(bytes.substr(8)), bytes.size() - 8);
  if (done != Z_OK || size != payload.size()) return std::nullopt;
  return payload;
}

// Ends what inflateInit2 began.
struct Inflating {
  z_stream stream = {};
  bool is_open = inflateInit2(&stream, kWindowBits) == Z_OK;
  Inflating() = default;
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
  ~Inflating() {
    if (is_open) inflateEnd(&stream);
  }
};

std::optional<std::string> unpacked_words(std::string_view bytes) {
  Inflating inflating;
  z_stream& stream = inflating.stream;
  const bool is_ready =
      inflating.is_open && inflateSetDictionary(&stream, bytes_of(kWords), kWords.size()) == Z_OK;
  if (!is_ready || bytes.size() > kPayloadBytesMax) return std::nullopt;
  stream.next_in = const_cast<Bytef*>(bytes_of(bytes));  // zlib's interface; it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string payload(4 * bytes.size() + 64, '\0');
  for (std::size_t made = 0;;) {
    stream.next_out = reinterpret_cast<Bytef*>(payload.data() + made);
    stream.avail_out = static_cast<uInt>(payload.size() - made);
    const int done = inflate(&stream, Z_NO_FLUSH);
    made = payload.size() - stream.avail_out;
    if (done == Z_STREAM_END && stream.avail_in == 0) {
      payload.resize(made);
      return payload;
    }
    const bool wants_room = done == Z_OK && stream.avail_out == 0;
    if (!wants_room || payload.size() >= kPayloadBytesMax) return std::nullopt;
    payload.resize(2 * payload.size());
  }
}

}  // namespace

struct PayloadPacker::Stream {
  z_stream z = {};
  bool is_open =
      deflateInit2(&z, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (is_open) deflateEnd(&z);
  }
};

PayloadPacker::PayloadPacker() : stream_(std::make_unique<Stream>()) {}
PayloadPacker::~PayloadPacker() = default;

StoredPayload PayloadPacker::pack(const std::string& payload) {
  z_stream& z = stream_->z;
  const bool is_ready = stream_->is_open && payload.size() <= kPayloadBytesMax &&
                        deflateReset(&z) == Z_OK &&
                        deflateSetDictionary(&z, bytes_of(kWords), kWords.size()) == Z_OK;
  if (!is_ready) return {PayloadForm::plain, payload};
  std::string bytes(deflateBound(&z, payload.size()), '\0');
  z.next_in = const_cast<Bytef*>(bytes_of(payload));  // zlib's interface; it only reads
  z.avail_in = static_cast<uInt>(payload.size());
  z.next_out = reinterpret_cast<Bytef*>(bytes.data());
  z.avail_out = static_cast<uInt>(bytes.size());
  const bool is_done = deflate(&z, Z_FINISH) == Z_STREAM_END;
  bytes.resize(bytes.size() - z.avail_out);
  if (!is_done || bytes.size() >= payload.size()) return {PayloadForm::plain, payload};
  return {PayloadForm::words, std::move(bytes)};
}

std::optional<std::string> unpacked(int form, std::string bytes) {
  if (form == static_cast<int>(PayloadForm::plain)) return bytes;
  if (form == static_cast<int>(PayloadForm::zlib)) return unpacked_zlib(bytes);
  if (form == static_cast<int>(PayloadForm::words)) return unpacked_words(bytes);
  return std::nullopt;
}

}  // namespace upselld::store
