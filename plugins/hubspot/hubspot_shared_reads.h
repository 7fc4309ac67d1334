// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugins/hubspot/hubspot_reading.h"

namespace upselld::plugins::hubspot {

// Of two streams of one object that are pulled in turn, the one that comes first asks, and the
// other is given the same answer: each record is read once. What nobody comes for goes with
// forget(), or when there is too much of it.
class SharedReads {
 public:
  explicit SharedReads(Reader& reader) : reader_(reader) {}

  // As of Reader. A page may hold more than `limit`, if the other stream asked for more.
  Result<ListPage> list(const Wanted& wanted, const std::string& after, std::size_t limit);
  Result<BatchPage> read_each(const Wanted& wanted, std::span<const std::string> ids);
  Result<Reader::Links> associations(const std::string& from, const std::string& to,
                                     std::span<const std::string> ids);
  // False: so many lists were asked for in vain that the other stream does not come by here.
  bool is_awaited(const std::string& object) const;
  // From now on nothing is given that was read before.
  void forget();

 private:
  template <typename Answer>
  using Kept = std::deque<std::pair<std::string, Answer>>;

  Reader& reader_;
  Kept<ListPage> lists_;
  Kept<BatchPage> batches_;
  Kept<Reader::Links> links_;
  std::map<std::string, int> untaken_;  // by object: lists asked for since one was taken
};

}  // namespace upselld::plugins::hubspot
