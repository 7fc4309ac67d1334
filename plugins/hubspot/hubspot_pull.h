// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugins/hubspot/hubspot_cursor.h"
#include "plugins/hubspot/hubspot_mapping.h"

namespace upselld::plugins::hubspot {

// Reads streams, a page at a time. Everything by listing, which reads the records themselves;
// changes by searching for ids alone in windows that were closed before their first request, each
// walked by id, and reading the records of these ids. The index is late: every window is searched
// a second time an hour later, with the next first look where they meet.
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
  };
  // One call of pull.
  struct Step {
    Stream& stream;
    Walk walk;
    const PageLimits& limits;

    const StreamPlan& plan() const { return stream.plan; }
    const StreamSpec& spec() const { return *stream.plan.spec; }
    std::size_t rows_max() const;
  };
  // Where a row came from, so that a page that is full can go on behind it.
  struct Place {
    std::string after;
    std::uint64_t skip = 0;
  };

  Result<Stream*> stream(const std::string& name);
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
  Result<Page> read_ids(const Step& step, PullCursor at, const std::vector<std::string>& ids,
                        bool is_last);
  Wanted wanted(const Step& step) const;
  // What the records themselves do not hold: companies, contacts, parents.
  Result<void> add_links(const Step& step, std::vector<Row>& rows);
  Result<void> add_parents(const Step& step, std::vector<Row>& rows);
  // How many rows fitted into the page.
  std::size_t fill(const Step& step, const std::vector<Row>& rows, Page& page) const;

  Client& client_;
  Catalogue& catalogue_;
  Reader& reader_;
  const HubspotSettings& settings_;
  const ConnectorContext& context_;
  const std::vector<StreamSpec> specs_;
  std::map<std::string, Stream> streams_;
  std::map<std::string, Row> parents_;  // of the lines of one page
  // One end for all streams of a pull: those of one object then walk the same windows.
  std::optional<std::pair<Instant, Duration>> until_;
};

}  // namespace upselld::plugins::hubspot
