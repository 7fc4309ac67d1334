// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_shared_reads.h"

#include <algorithm>

namespace upselld::plugins::hubspot {

namespace {

// Of each kind. One pull of a stream reads 20 pages of a list, or one answer to a thousand ids.
constexpr std::size_t kListsMax = 64, kOthersMax = 4;
constexpr int kUntakenMax = 48;  // more than two pulls of a stream read

std::string joined(std::string text, std::span<const std::string> names) {
  for (const std::string& name : names) text += " " + name;
  return text;
}

std::string key_of(const Wanted& wanted) {
  return joined(joined(wanted.object + " values", wanted.properties) + " past", wanted.history);
}

// The answer that is kept under `key`, and is then no longer; else what `ask` gives.
template <typename Answer, typename Ask>
Result<Answer> taken_or_asked(std::deque<std::pair<std::string, Answer>>& kept, std::size_t most,
                              std::string key, const Ask& ask) {
  const auto found =
      std::find_if(kept.begin(), kept.end(), [&](const auto& each) { return each.first == key; });
  if (found != kept.end()) {
    Answer answer = std::move(found->second);
    kept.erase(found);
    return answer;
  }
  Result<Answer> answer = ask();
  if (!answer) return answer;
  if (kept.size() >= most) kept.pop_front();
  kept.emplace_back(std::move(key), *answer);
  return answer;
}

}  // namespace

Result<ListPage> SharedReads::list(const Wanted& wanted, const std::string& after,
                                   std::size_t limit) {
  bool is_asked = false;
  auto page = taken_or_asked(lists_, kListsMax, key_of(wanted) + " after " + after, [&] {
    is_asked = true;
    return reader_.list(wanted, after, limit);
  });
  int& untaken = untaken_[wanted.object];
  untaken = is_asked ? untaken + 1 : 0;
  if (untaken >= kUntakenMax) lists_.clear();
  return page;
}

bool SharedReads::is_awaited(const std::string& object) const {
  const auto untaken = untaken_.find(object);
  return untaken == untaken_.end() || untaken->second < kUntakenMax;
}

Result<BatchPage> SharedReads::read_each(const Wanted& wanted, std::span<const std::string> ids) {
  auto page = taken_or_asked(batches_, kOthersMax, joined(key_of(wanted) + " of", ids),
                             [&] { return reader_.read_each(wanted, ids); });
  // What was not told is asked for again, by whoever comes next.
  if (page && !page->silent.empty()) batches_.pop_back();
  return page;
}

Result<Reader::Links> SharedReads::associations(const std::string& from, const std::string& to,
                                                std::span<const std::string> ids) {
  return taken_or_asked(links_, kOthersMax, joined(from + " to " + to + " of", ids),
                        [&] { return reader_.associations(from, to, ids); });
}

void SharedReads::forget() {
  lists_.clear();
  batches_.clear();
  links_.clear();
  untaken_.clear();
}

}  // namespace upselld::plugins::hubspot
