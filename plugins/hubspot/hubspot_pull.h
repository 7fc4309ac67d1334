// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plugins/hubspot/hubspot_cursor.h"
#include "plugins/hubspot/hubspot_mapping.h"
#include "plugins/hubspot/hubspot_shared_reads.h"

namespace upselld::plugins::hubspot {

// Reads streams, a page at a time. Everything by listing, which reads the records themselves;
// changes by searching for ids alone in windows that were closed before their first request, each
// walked by id, and reading the records of these ids. The index is late: every window is searched
// a second time an hour later, with the next first look where they meet. Two streams of one object
// that walk the same way ask for what both need, and share the answers.
class Puller {
 public:
  Puller(Client& client, Catalogue& catalogue, Reader& reader, const HubspotSettings& settings,
         const ConnectorContext& context);

  Result<std::vector<StreamInfo>> streams();
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits);
  const std::vector<StreamSpec>& specs() const { return specs_; }

 private:
  struct Stream {
    StreamPlan plan;
    std::unique_ptr<Mapper> mapper;
    std::optional<Wanted> together = {};  // what it and the other stream of its object need
    std::size_t records_per_row = 1;      // of the one with more
    int other_refresh_periods = 0;
  };
  // One call of pull.
  struct Step {
    Stream& stream;
    Walk walk;
    const PageLimits& limits;
    bool is_shared = false;  // the other stream of its object comes by here too

    const StreamPlan& plan() const { return stream.plan; }
    const StreamSpec& spec() const { return *stream.plan.spec; }
    Wanted own() const;     // what it needs itself
    Wanted wanted() const;  // what is asked for
    std::size_t rows_max() const;
    std::size_t page_max() const;  // of the account's
  };
  // What a page holds so far.
  struct Room {
    std::size_t records = 0, text_bytes = 0;
    const PageLimits& limits;

    bool holds(const RowRoom& more) const;
  };
  struct Listed {
    std::vector<Row> rows;
    std::vector<std::string> ids, places;  // of the rows: the page of the account's that it is on
    std::string after;
    bool is_last = false;
  };
  // Records by id.
  struct Read {
    std::vector<Row> rows;
    std::set<std::string> gone;  // ids that are not there any more
    std::size_t count = 0;       // of the ids asked for: so many are answered
  };

  Result<Stream*> stream(const std::string& name);
  Result<Stream*> make_stream(const StreamSpec& spec);
  const StreamSpec* other_of(const StreamSpec& spec) const;
  void join(Stream& stream);
  bool is_shared(const Step& step, const PullCursor& at) const;
  Result<PullCursor> opened(const Step& step, const Cursor& cursor);
  void begin(const Step& step, PullCursor& at);
  Instant look_until();
  bool is_whole_due(const Step& step, const PullCursor& at) const;
  bool is_second_look_due(const PullCursor& at, Instant late) const;
  void begin_next_phase(const Step& step, PullCursor& at);
  Page finished(const Step& step, PullCursor at, Page page);
  Result<Page> pull_owners(const Step& step, PullCursor at);
  Result<Page> pull_list(const Step& step, PullCursor at);
  Result<Page> pull_window(const Step& step, PullCursor at);
  Result<Page> pull_archived(const Step& step, PullCursor at);
  static void add_archived(const Step& step, const std::vector<Row>& archived,
                           const std::vector<Row>& active, Page& page);
  // What goes on behind the first `told` records of a list.
  Page behind(const Step& step, PullCursor at, const Listed& listed, std::size_t told, Page page);
  Result<ListPage> list_page(const Step& step, const Wanted& asked, const std::string& after,
                             std::size_t most);
  Result<Listed> list_rows(const Step& step, const PullCursor& at, const Wanted& asked);
  Result<Read> read_rows(const Step& step, const std::vector<std::string>& ids);
  Result<std::size_t> bring(const Step& step, const PullCursor& at,
                            const std::vector<std::string>& ids, Read& read, Page& page);
  // What the records themselves do not hold: companies, contacts, parents.
  Result<void> add_links(const Step& step, std::vector<Row>& rows);
  Result<void> prefer_refusing(const Reader::Links& links, std::vector<Row>& rows);
  Result<void> add_parents(const Step& step, std::vector<Row>& rows);
  RowRoom room_for(const Step& step, const Row& row) const;
  // How many rows fitted into the page.
  std::size_t fill(const Step& step, const std::vector<Row>& rows, Page& page) const;

  Client& client_;
  Catalogue& catalogue_;
  Reader& reader_;
  SharedReads shared_;
  const HubspotSettings& settings_;
  const ConnectorContext& context_;
  const std::vector<StreamSpec> specs_;
  std::map<std::string, Stream> streams_;
  std::map<std::string, Row> parents_;  // of the lines of one page
  // One end for all streams of a pull: those of one object then walk the same windows.
  std::optional<std::pair<Instant, Duration>> until_;
};

}  // namespace upselld::plugins::hubspot
