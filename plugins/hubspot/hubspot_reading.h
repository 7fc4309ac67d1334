// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/hubspot/hubspot_client.h"

namespace upselld::plugins::hubspot {

// ISO 8601 with or without parts of a second, or milliseconds since 1970. Missing: neither.
Instant read_stamp(std::string_view text);

// One record as the account gives it, and what was found out about it afterwards.
struct Row {
  struct Change {
    std::string property, value;
    Instant at = Instant::missing();
  };
  std::string id;
  Instant created = Instant::missing(), updated = Instant::missing();
  Instant archived_at = Instant::missing();
  std::map<std::string, std::string, std::less<>> values;  // what is empty is not here
  std::vector<Change> history;
  bool has_history = false;         // it was told at all
  std::vector<std::string> merged;  // ids that this record has taken in
  std::string company, contact;     // by association
  std::string parent;               // a line's deal or order
  const Row* parent_row = nullptr;  // outlives this row's use
  std::string version;              // `updated` as it was written
  std::string asked;                // the id it was asked for under; it may be merged by now

  std::string_view text(std::string_view property) const;
  double number(std::string_view property) const;  // NaN: none
  bool flag(std::string_view property) const { return text(property) == "true"; }
  // Of what a person wants: no text and a plain no are none; anything else is one, for safety.
  bool refuses(std::string_view property) const;
  Instant stamp(std::string_view property) const { return read_stamp(text(property)); }
};
Row read_row(const nlohmann::json& record);
// Values of these properties, which are days, as "2026-11-22": they are told as milliseconds too,
// of the day's begin in UTC, which is another day in the account's zone.
void tell_days(const std::set<std::string>& dates, Row& row);

struct Wanted {
  std::string object;
  std::vector<std::string> properties, history = {};
  bool archived = false;
  std::string id_property = {};  // a unique one, in place of the id
};

struct ListPage {
  std::vector<Row> rows;
  std::string after;  // empty: the last page
};
struct BatchPage {
  std::vector<Row> rows;            // in no order; a merged record comes under another id
  std::set<std::string> not_found;  // ids that the answer names as such
  std::set<std::string> nameless;   // without a record, beside an error that names no id
  std::string silent;               // of read_each; empty: none
};

inline constexpr std::size_t kListMax = 100, kSearchMax = 200, kBatchMax = 100;
inline constexpr std::size_t kHistoryMax = 50;  // records with their history at once

// The API's ways of reading. Used by one thread.
class Reader {
 public:
  explicit Reader(Client& client) : client_(client) {}

  // A page of all records, by id. The page becomes smaller where the server cannot make it.
  Result<ListPage> list(const Wanted& wanted, const std::string& after, std::size_t limit);
  // Whether so many properties fit into an address.
  bool fits_list(const Wanted& wanted) const;

  struct Window {
    std::string object, stamp;  // the property that says when a record was modified
    Instant low, high;
    std::string last_id;  // behind it
  };
  struct Found {
    std::vector<std::string> ids;  // ascending
    bool is_last = false;          // behind them there is none
  };
  // Records in the window. `unsupported`: this object cannot be searched so.
  Result<Found> search(const Window& window);

  // Any number of ids, in batches.
  Result<BatchPage> batch_read(const Wanted& wanted, std::span<const std::string> ids);
  // The same, of ascending ids, and what an answer passes over is asked for again, in the end
  // alone. Each id is then in a row, as `asked` or merged, or not found; or the account stays
  // silent, and of `silent` and what comes behind it nothing is said.
  Result<BatchPage> read_each(const Wanted& wanted, std::span<const std::string> ids);

  struct Link {
    std::string id;
    bool is_primary = false;
  };
  // By id of the record it begins at. What has none is not there: the account says so of each, and
  // where it does not, is asked again and then not believed.
  using Links = std::map<std::string, std::vector<Link>>;
  Result<Links> associations(const std::string& from, const std::string& to,
                             std::span<const std::string> ids);

 private:
  Result<Found> search_once(const Window& window);
  Result<void> read_batch(const Wanted& wanted, std::span<const std::string> ids, BatchPage& out);

  Client& client_;
  std::size_t page_max_ = kListMax;  // what the server could make lately
  int good_pages_ = 0;
  // Streams of one object walk the same windows: what was found is not asked for again.
  std::map<std::string, Found> searched_;
};

// The company or contact that a record counts for: the primary one, else the oldest.
std::string chosen(const std::vector<Reader::Link>& links);
// Of a record of which no answer says anything.
Error silence(const std::string& object, const std::string& id);
// Ids of digits in the order of their numbers.
bool is_before(const std::string& a, const std::string& b);
// Each once, in that order, without empty ones: as read_each() takes them.
std::vector<std::string> ascending(std::vector<std::string> ids);

}  // namespace upselld::plugins::hubspot
