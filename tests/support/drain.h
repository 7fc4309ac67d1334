// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "plugins/connector.h"

// A connector's streams pulled to their end, as a test looks at them.
namespace upselld::tests {

struct Drained {
  std::vector<Page> pages;
  Cursor cursor;
};

// Pulls until the stream ends; `clock_moves` is told what to wait for.
template <typename Wait>
Drained drain(Connector& connector, const StreamInfo& stream, Walk walk, Cursor cursor,
              const PageLimits& limits, const Wait& wait_until) {
  Drained all;
  for (int turn = 0; turn < 10'000; ++turn) {
    auto page = connector.pull(stream, walk, cursor, limits);
    if (!page) INFO(page.error().message);
    REQUIRE(page);
    cursor = page->next;
    if (page->not_before) wait_until(*page->not_before);
    const bool end = page->end;
    all.pages.push_back(std::move(*page));
    if (end) break;
  }
  REQUIRE(all.pages.back().end);
  all.cursor = cursor;
  return all;
}
inline Drained drain(Connector& connector, const StreamInfo& stream, Walk walk = Walk::changes,
                     const Cursor& cursor = {}, const PageLimits& limits = {}) {
  return drain(connector, stream, walk, cursor, limits, [](Instant) {});
}

inline const StreamInfo* find_stream(const std::vector<StreamInfo>& streams,
                                     const std::string& name, const std::string& part = {}) {
  for (const StreamInfo& stream : streams) {
    if (stream.name == name && (part.empty() || stream.part == part)) return &stream;
  }
  return nullptr;
}

// The texts of a column over all pages.
template <typename Columns>
std::vector<std::string> texts_of(const Drained& drained, std::vector<TextRef> Columns::*column) {
  std::vector<std::string> texts;
  for (const Page& page : drained.pages) {
    for (const TextRef ref : std::get<Columns>(page.columns).*column) texts.emplace_back(page[ref]);
  }
  return texts;
}
template <typename Columns, typename Value>
std::vector<Value> values_of(const Drained& drained, std::vector<Value> Columns::*column) {
  std::vector<Value> values;
  for (const Page& page : drained.pages) {
    const auto& these = std::get<Columns>(page.columns).*column;
    values.insert(values.end(), these.begin(), these.end());
  }
  return values;
}

}  // namespace upselld::tests
