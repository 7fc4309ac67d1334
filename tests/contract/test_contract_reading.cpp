// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/page_columns.h"
#include "tests/contract/subjects.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::make_subject;
using tests::Subject;

// One record as text, whatever page and column order it came in.
template <typename Value>
std::string cell_text(const Page& page, const char* name, const Value& value) {
  if constexpr (std::is_same_v<Value, TextRef>) {
    return std::string(page[value]);
  } else if constexpr (std::is_same_v<Value, Instant>) {
    return std::to_string(value.ms);
  } else if constexpr (std::is_same_v<Value, std::uint16_t>) {
    const auto* events = std::get_if<ActivityColumns>(&page.columns);
    return events != nullptr && std::string_view(name) == "kind" ? events->kind_names[value]
                                                                 : std::to_string(value);
  } else {
    return std::to_string(static_cast<double>(value));
  }
}

std::vector<std::string> records_of(const Page& page) {
  std::vector<std::string> records(count_of(page));
  std::visit(
      [&](const auto& columns) {
        for_each_column(columns, [&](const char* name, const auto& column, bool) {
          for (std::size_t row = 0; row < column.size(); ++row) {
            records[row] += std::string(name) + "=" + cell_text(page, name, column[row]) + ";";
          }
        });
      },
      page.columns);
  return records;
}

// Pulls as the daemon does: waits, and begins again where a cursor is lost.
struct Walked {
  std::multiset<std::string> records;
  std::vector<std::string> named;
  std::vector<Cursor> cursors;  // every cursor a page was asked for with
  Cursor end;
};
Walked walk(Subject& subject, Connector& connector, const StreamInfo& stream, Walk how,
            Cursor cursor, std::size_t records_max = kPageRecordsMax) {
  Walked all;
  PageLimits limits;
  limits.records_max = records_max;
  for (int turn = 0; turn < 1000; ++turn) {
    auto page = connector.pull(stream, how, cursor, limits);
    if (!page && page.error().kind == ErrorKind::cursor_lost) {
      all = Walked();
      cursor = {};
      continue;
    }
    INFO((page ? std::string() : page.error().message));
    REQUIRE(page);
    if (page->replaces) all.records.clear();
    for (std::string& record : records_of(*page)) all.records.insert(std::move(record));
    all.named.insert(all.named.end(), page->named.begin(), page->named.end());
    all.cursors.push_back(cursor);
    cursor = page->next;
    connector.settled(stream, cursor);
    if (page->not_before) subject.host().fake_clock.time = *page->not_before;
    if (page->end) {
      all.end = cursor;
      return all;
    }
  }
  FAIL("the stream never ends");
  return all;
}

// Records of `a` that `b` lacks.
std::vector<std::string> difference(const std::multiset<std::string>& a,
                                    const std::multiset<std::string>& b) {
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  return only;
}

StreamInfo stream_named(Connector& connector, const std::string& name) {
  const auto streams = connector.streams();
  REQUIRE(streams);
  for (const StreamInfo& stream : *streams) {
    if (stream.name == name) return stream;
  }
  FAIL("no stream " << name);
  return {};
}

}  // namespace

TEST_CASE("contract: every stream can be walked to its end, in pages of any size") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const auto streams = connector->streams();
  REQUIRE(streams);
  for (const StreamInfo& stream : *streams) {
    INFO(stream.name);
    const Walked whole = walk(*subject, *connector, stream, Walk::full, {});
    const Walked pieces = walk(*subject, *connector, stream, Walk::full, {}, 3);
    CHECK_FALSE(whole.records.empty());
    CHECK(difference(whole.records, pieces.records).empty());
    CHECK(difference(pieces.records, whole.records).empty());
  }
}

TEST_CASE("contract: a cursor gives the same records in a new process") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const StreamInfo orders = stream_named(*connector, "orders");
  const Walked first = walk(*subject, *connector, orders, Walk::full, {}, 7);
  PageLimits limits;
  limits.records_max = 7;
  for (const Cursor& cursor : first.cursors) {
    const auto here = connector->pull(orders, Walk::full, cursor, limits);
    const auto there = subject->connect()->pull(orders, Walk::full, cursor, limits);
    REQUIRE(here);
    REQUIRE(there);
    CHECK(records_of(*here) == records_of(*there));
    CHECK(here->end == there->end);
  }
}

TEST_CASE("contract: after the end there is nothing until something changes") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  auto connector = subject->connect();
  const StreamInfo orders = stream_named(*connector, "orders");
  const Walked first = walk(*subject, *connector, orders, Walk::changes, {}, 11);
  CHECK(first.records.size() == 40);
  const Walked nothing = walk(*subject, *connector, orders, Walk::changes, first.end);
  CHECK(nothing.records.empty());
  subject->add_order("o99", subject->id("a2"));
  connector = subject->connect();
  const Walked more = walk(*subject, *connector, orders, Walk::changes, nothing.end);
  REQUIRE(more.records.size() >= 1);
  CHECK(std::any_of(more.records.begin(), more.records.end(), [&](const std::string& record) {
    return record.find("id=" + subject->id("o99") + ";") != std::string::npos;
  }));
}

TEST_CASE("contract: a sweep names exactly the ids that a full walk brings") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const auto streams = connector->streams();
  REQUIRE(streams);
  for (const StreamInfo& stream : *streams) {
    if (!stream.offers_sweep) continue;
    INFO(stream.name);
    CHECK(stream.keyed);
    const Walked swept = walk(*subject, *connector, stream, Walk::sweep, {}, 5);
    const Walked whole = walk(*subject, *connector, stream, Walk::full, {});
    CHECK(swept.named.size() == whole.records.size());
    for (const std::string& id : swept.named) {
      const auto named = [&](const std::string& record) {
        return record.find("id=" + id + ";") != std::string::npos;
      };
      CHECK(std::any_of(whole.records.begin(), whole.records.end(), named));
    }
  }
}

TEST_CASE("contract: a cursor of somebody else is lost, a stop is heard") {
  const std::string name = GENERATE(from_range(tests::subject_names()));
  INFO(name);
  const auto subject = make_subject(name);
  const auto connector = subject->connect();
  const StreamInfo orders = stream_named(*connector, "orders");
  const auto foreign = connector->pull(orders, Walk::changes, {"another program's"}, {});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().kind == ErrorKind::cursor_lost);
  connector->settled(orders, {});
  connector->settled(orders, {"never given"});
  subject->host().stopper.request_stop();
  const auto stopped = connector->pull(orders, Walk::changes, {}, {});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == ErrorKind::cancelled);
}
