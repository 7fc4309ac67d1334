// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "core/host.h"
#include "core/result.h"
#include "core/secret.h"

namespace upselld::cardbox {

using Json = nlohmann::json;

// So many records Cardbox takes in one request.
inline constexpr std::size_t kGroupMax = 100;

// Requests, and what their answers mean. One per connector, used by its thread.
class Client {
 public:
  // `host` outlives the client.
  Client(Host& host, std::string url, Secret token);

  // What only reads: the transport sends it again where an answer was lost. The answer is an
  // object.
  Result<Json> get(const std::string& path);
  Result<Json> read(const std::string& path, const Json& body);
  // What changes something is sent once. timed_out: it may have been done, or in part.
  Result<Json> write(const std::string& path, const Json& body);

 private:
  Result<Json> send(HttpRequest request, const std::string& path);

  Host& host_;
  std::string url_;
  Secret token_;
};

// The list of that name in an answer; one that is missing is empty.
const Json& rows_of(const Json& answer, const char* name = "rows");
// A text of a row: empty where there is none.
std::string text_of(const Json& row, const char* name);

// Gives a batch to `send` in groups, each with the index of its first item, up to the first Error.
template <typename Item, typename Send>
Result<void> in_groups(std::span<const Item> batch, const Send& send) {
  for (std::size_t begin = 0; begin < batch.size(); begin += kGroupMax) {
    const std::size_t count = std::min(kGroupMax, batch.size() - begin);
    if (auto sent = send(batch.subspan(begin, count), begin); !sent) return sent;
  }
  return {};
}

}  // namespace upselld::cardbox
