// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "plugins/salesforce/salesforce_bulk.h"
#include "plugins/salesforce/salesforce_cursor.h"
#include "plugins/salesforce/salesforce_mapping.h"

namespace upselld::plugins::salesforce {

// Reads streams, a page at a time. Small windows by REST, each page by a query of its own that
// begins behind the last record; large ones by a Bulk query job.
class Puller {
 public:
  Puller(Client& client, Describe& describe, const SalesforceSettings& settings,
         const ConnectorContext& context);

  Result<std::vector<StreamInfo>> streams();
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits);
  void settled(const Cursor& cursor);
  const std::vector<StreamSpec>& specs() const { return specs_; }

 private:
  struct Stream {
    StreamPlan plan;
    std::unique_ptr<Mapper> mapper;
    bool began_window = false;  // here, and not by a process before this one
  };
  // One call of pull.
  struct Step {
    Stream& stream;
    Walk walk;
    const PageLimits& limits;

    const StreamPlan& plan() const { return stream.plan; }
    const StreamSpec& spec() const { return *stream.plan.spec; }
  };

  Result<Stream*> stream(const std::string& name);
  Result<PullCursor> opened(const Step& step, const Cursor& cursor);
  Result<void> begin_window(const Step& step, PullCursor& at);
  Result<Instant> upper_bound(const StreamPlan& plan);
  // About how many rows an object has in all; nothing where the org does not say.
  Result<std::optional<std::int64_t>> rows_about(const std::string& object);
  Result<void> choose_way(const Step& step, PullCursor& at);
  Result<Page> pull_rest(const Step& step, PullCursor at);
  Result<Page> pull_bulk(const Step& step, PullCursor at);
  Result<Page> bulk_results(const Step& step, PullCursor at, std::uint64_t expected);
  Result<Page> bulk_failed(const Step& step, PullCursor at, const std::string& why);
  Page finished(const Step& step, PullCursor at, Page page) const;
  Result<void> add_list_prices(const StreamPlan& plan, Rows& rows);
  // How many rows fitted into the page.
  std::size_t fill(const Step& step, const Rows& rows, std::size_t from, Page& page) const;
  std::string where(const StreamPlan& plan, Walk walk, const PullCursor& at) const;

  Client& client_;
  Describe& describe_;
  const SalesforceSettings& settings_;
  const ConnectorContext& context_;
  const std::vector<StreamSpec> specs_;
  std::map<std::string, Stream> streams_;
  BulkQueries bulk_;
  // Until when everything is visible, as the org said at that steady time: it holds for all
  // objects, and an older one is only more careful.
  std::optional<std::pair<Instant, Duration>> covered_;
  std::optional<std::map<std::string, std::int64_t>> counts_;  // by object, asked once
  std::string removed_job_;
};

}  // namespace upselld::plugins::salesforce
