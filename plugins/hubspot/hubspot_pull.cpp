// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_pull.h"

#include <algorithm>
#include <utility>

namespace upselld::plugins::hubspot {

namespace {

using Phase = PullCursor::Phase;

constexpr Duration kUntilHolds = minutes(5);
constexpr Duration kSlowEveryLeast = minutes(50);
// How far a full reading's end lies before its beginning.
constexpr Duration kListMargin = minutes(15);
// What was archived before that is in the bin no more.
constexpr Duration kBinKeeps = days(90);
constexpr int kArchivedOften = 1, kArchivedRarely = 7;

Duration times(Duration period, int count) {
  return milliseconds(period.ms * count);
}

// Histories may be what the account cannot give. A stream that needs none goes on without them.
bool may_do_without(const Wanted& asked, const Wanted& own, const Error& error) {
  const bool is_answer = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::corrupt;
  return is_answer && !asked.history.empty() && own.history.empty();
}

}  // namespace

Puller::Puller(Client& client, Catalogue& catalogue, Reader& reader,
               const HubspotSettings& settings, const ConnectorContext& context)
    : client_(client),
      catalogue_(catalogue),
      reader_(reader),
      shared_(reader),
      settings_(settings),
      context_(context),
      specs_(stream_specs(settings, context)) {}

Result<PullCursor> Puller::opened(const Step& step, const Cursor& cursor) {
  const auto account = client_.account();
  if (!account) return account.error();
  PullCursor at;
  if (!cursor.bytes.empty()) {
    const auto read = read_cursor(cursor);
    if (!read || read->fingerprint != step.plan().fingerprint) {
      return Error{ErrorKind::cursor_lost, "the properties that are read are others now", {}};
    }
    at = *read;
    if (at.portal != account->portal) {
      return Error{ErrorKind::invalid_config,
                   "the data is from account " + at.portal + ", and this is account " +
                       account->portal + "; use another state folder for it",
                   {}};
    }
    // A walk of another kind is given up. What was brought stays brought.
    if (at.walk != step.walk) at.phase = Phase::none;
    if (step.walk == Walk::full && !at.is_walking()) at = PullCursor{};
  }
  at.fingerprint = step.plan().fingerprint;
  at.portal = account->portal;
  at.walk = step.walk;
  return at;
}

Instant Puller::look_until() {
  const Duration now = client_.host().clock().steady();
  if (!until_ || now - until_->second >= kUntilHolds) {
    until_ = {client_.server_now() - settings_.safety_lag, now};
    // What was read before ends too early for a window with the new end.
    shared_.forget();
  }
  return until_->first;
}

bool Puller::is_whole_due(const Step& step, const PullCursor& at) const {
  if (at.fast_from.is_missing() || at.listed_at.is_missing()) return true;
  const int periods = step.plan().refresh_periods;
  return periods > 0 && client_.server_now() - at.listed_at >= times(settings_.refresh, periods);
}

void Puller::begin(const Step& step, PullCursor& at) {
  at.after.clear();
  at.last_id.clear();
  at.low = Instant::missing();
  at.high = look_until();
  if (step.walk != Walk::changes || is_whole_due(step, at)) {
    at.phase = Phase::list;
    return;
  }
  at.phase = Phase::fast;
  // Never forward of what was brought; a clock that went back only looks again.
  at.low = std::min(at.fast_from, at.high) - settings_.overlap;
  // A second look that reaches the first is taken with it: half the searches.
  const Instant late = at.high - settings_.look_back;
  if (is_second_look_due(at, late) && at.low <= late) at.low = std::min(at.low, at.slow_from);
}

bool Puller::is_second_look_due(const PullCursor& at, Instant late) const {
  return late - at.slow_from >= kSlowEveryLeast;
}

// Changes: what comes after the walk that just ended.
void Puller::begin_next_phase(const Step& step, PullCursor& at) {
  const Instant now = at.high;
  const Phase ended = std::exchange(at.phase, Phase::none);
  at.after.clear();
  at.last_id.clear();
  const Instant late = now - settings_.look_back;
  if (ended == Phase::fast && is_second_look_due(at, late)) {
    at.phase = Phase::slow;
    at.low = at.slow_from;
    at.high = late;
    return;
  }
  const bool is_often = step.spec().kind == RecordKind::account ||
                        step.spec().shape == Shape::deal || step.spec().shape == Shape::task;
  const Duration every = times(settings_.refresh, is_often ? kArchivedOften : kArchivedRarely);
  const bool has_deletions = step.spec().offers_sweep || step.spec().shape == Shape::ticket;
  if (ended != Phase::archived && has_deletions && now - at.archived_from >= every) {
    at.phase = Phase::archived;
    at.high = look_until();
  }
}

Page Puller::finished(const Step& step, PullCursor at, Page page) {
  switch (at.phase) {
    case Phase::list:
      if (step.walk == Walk::sweep) break;
      at.fast_from = at.slow_from = at.high - kListMargin;
      at.listed_at = at.high;
      // This may not be the first reading: what was archived since the one before is in no list.
      if (at.archived_from.is_missing()) at.archived_from = at.high - kBinKeeps;
      break;
    case Phase::fast:
      at.fast_from = at.high;
      if (at.low <= at.slow_from) {
        at.slow_from = std::max(at.slow_from, at.high - settings_.look_back);
      }
      break;
    case Phase::slow:
      at.slow_from = at.high;
      break;
    case Phase::archived:
      at.archived_from = at.high - kListMargin;
      break;
    case Phase::none:
      break;
  }
  const bool goes_on =
      step.walk == Walk::changes && at.phase != Phase::none && step.spec().shape != Shape::owner;
  if (goes_on)
    begin_next_phase(step, at);
  else
    at.phase = Phase::none;
  page.end = !at.is_walking();
  if (page.end) at.low = at.high = Instant::missing();
  page.next = to_cursor(at);
  return page;
}

Result<Page> Puller::pull(const StreamInfo& info, Walk walk, const Cursor& cursor,
                          const PageLimits& limits) {
  if (client_.host().stop().stop_requested()) {
    return Error{ErrorKind::cancelled, "stopped", {}};
  }
  const auto found = stream(info.name);
  if (!found) return found.error();
  Step step{**found, walk, limits};
  auto at = opened(step, cursor);
  if (!at) return at.error();
  look_until();
  if (!at->is_walking()) begin(step, *at);
  step.is_shared = is_shared(step, *at);
  if (step.spec().shape == Shape::owner) return pull_owners(step, std::move(*at));
  switch (at->phase) {
    case Phase::archived:
      return pull_archived(step, std::move(*at));
    case Phase::fast:
    case Phase::slow:
      return pull_window(step, std::move(*at));
    case Phase::list:
    case Phase::none:
      break;
  }
  return pull_list(step, std::move(*at));
}

bool Puller::Room::holds(const RowRoom& more) const {
  return records + more.records <= limits.records_max &&
         text_bytes + more.text_bytes <= limits.text_bytes_max;
}

RowRoom Puller::room_for(const Step& step, const Row& row) const {
  return step.walk == Walk::sweep ? RowRoom{} : step.stream.mapper->room_for(row);
}

std::size_t Puller::fill(const Step& step, const std::vector<Row>& rows, Page& page) const {
  page = step.stream.mapper->empty_page();
  std::size_t taken = 0;
  for (const Row& row : rows) {
    const Room room{count_of(page) + page.named.size(), page.text.size(), step.limits};
    if (taken > 0 && !room.holds(room_for(step, row))) break;
    if (step.walk == Walk::sweep)
      page.named.push_back(row.id);
    else
      step.stream.mapper->add(row, page);
    ++taken;
  }
  return taken;
}

Result<ListPage> Puller::list_page(const Step& step, const Wanted& asked, const std::string& after,
                                   std::size_t most) {
  if (!step.is_shared) return reader_.list(asked, after, most);
  auto page = shared_.list(asked, after, most);
  if (page || !may_do_without(asked, step.own(), page.error())) return page;
  return reader_.list(step.own(), after, most);
}

// Pages of the account's, until ours is full.
Result<Puller::Listed> Puller::list_rows(const Step& step, const PullCursor& at,
                                         const Wanted& asked) {
  Listed listed;
  listed.after = at.after;
  Room room{0, 0, step.limits};
  while (!listed.is_last && room.holds({}) && listed.rows.size() < step.rows_max()) {
    const std::size_t most = std::min(step.page_max(), step.rows_max() - listed.rows.size());
    auto page = list_page(step, asked, listed.after, most);
    if (!page) return page.error();
    for (Row& row : page->rows) {
      if (!at.last_id.empty() && !is_before(at.last_id, row.id)) continue;
      if (!listed.ids.empty() && !is_before(listed.ids.back(), row.id)) {
        return Error{ErrorKind::corrupt,
                     "list " + asked.object + ": the records are not in the order of their ids",
                     {}};
      }
      const RowRoom more = room_for(step, row);
      room.records += more.records;
      room.text_bytes += more.text_bytes;
      row.asked = row.id;
      listed.ids.push_back(row.id);
      listed.places.push_back(listed.after);
      listed.rows.push_back(std::move(row));
    }
    listed.is_last = page->after.empty();
    listed.after = page->after;
  }
  return listed;
}

Result<Page> Puller::pull_list(const Step& step, PullCursor at) {
  Wanted asked = step.wanted();
  // Too many properties for an address: ids by the list, values by their batches.
  const bool is_wide = !reader_.fits_list(asked);
  if (is_wide) asked = {asked.object, {"hs_object_id"}};
  auto listed = list_rows(step, at, asked);
  if (!listed) return listed.error();
  Read read = {std::move(listed->rows), {}, listed->ids.size()};
  if (is_wide) {
    auto values = read_rows(step, listed->ids);
    if (!values) return values.error();
    read = std::move(*values);
  }
  Page page;
  auto brought = bring(step, at, listed->ids, read, page);
  if (!brought) return brought.error();
  return behind(step, std::move(at), *listed, *brought, std::move(page));
}

Page Puller::behind(const Step& step, PullCursor at, const Listed& listed, std::size_t told,
                    Page page) {
  if (told < listed.ids.size()) {
    at.after = listed.places[told];
    at.last_id = listed.ids[told - 1];
  } else if (listed.is_last) {
    return finished(step, std::move(at), std::move(page));
  } else {
    at.after = listed.after;
    at.last_id.clear();
  }
  page.next = to_cursor(at);
  return page;
}

// Ascending ids, up to the first that the account is silent about: walks never pass one over.
Result<Puller::Read> Puller::read_rows(const Step& step, const std::vector<std::string>& ids) {
  auto read = step.is_shared ? shared_.read_each(step.wanted(), ids)
                             : reader_.read_each(step.wanted(), ids);
  if (!read && may_do_without(step.wanted(), step.own(), read.error())) {
    read = reader_.read_each(step.own(), ids);
  }
  if (!read) return read.error();
  if (read->silent.empty())
    return Read{std::move(read->rows), std::move(read->not_found), ids.size()};
  if (read->silent == ids.front()) return silence(step.spec().object, read->silent);
  std::erase_if(read->rows, [&](const Row& row) { return !is_before(row.asked, read->silent); });
  const auto answered = std::find(ids.begin(), ids.end(), read->silent) - ids.begin();
  return Read{std::move(read->rows), std::move(read->not_found),
              static_cast<std::size_t>(answered)};
}

// Fills the page; gives how many of the ids it brings.
Result<std::size_t> Puller::bring(const Step& step, const PullCursor& at,
                                  const std::vector<std::string>& ids, Read& read, Page& page) {
  if (auto linked = add_links(step, read.rows); !linked) return linked.error();
  for (Row& row : read.rows) tell_days(step.plan().dates, row);
  const std::size_t taken = fill(step, read.rows, page);
  std::size_t brought = read.count;
  if (taken < read.rows.size()) {
    const auto next = std::find(ids.begin(), ids.end(), read.rows[taken].asked);
    brought = static_cast<std::size_t>(next - ids.begin());
  }
  for (std::size_t i = 0; i < brought; ++i) {
    // It was listed or found, and the account says that it is not there.
    if (read.gone.contains(ids[i])) step.stream.mapper->gone(ids[i], at.high, page);
  }
  return brought;
}

Result<Page> Puller::pull_window(const Step& step, PullCursor at) {
  std::vector<std::string> ids;
  std::string last_id = at.last_id;
  bool is_last = at.low >= at.high;
  const std::size_t rows_max = step.rows_max();
  while (!is_last && ids.size() < rows_max) {
    const auto found =
        reader_.search({step.spec().object, step.spec().stamp, at.low, at.high, last_id});
    if (!found && found.error().kind == ErrorKind::unsupported) {
      // An object that cannot be searched is read whole.
      at.phase = Phase::list;
      at.after.clear();
      at.last_id.clear();
      Page page = step.stream.mapper->empty_page();
      page.next = to_cursor(at);
      return page;
    }
    if (!found) return found.error();
    ids.insert(ids.end(), found->ids.begin(), found->ids.end());
    is_last = found->is_last;
    if (!found->ids.empty()) last_id = found->ids.back();
  }
  if (ids.size() > rows_max) {
    ids.resize(rows_max);
    is_last = false;
  }
  Page page;
  if (ids.empty()) {
    page = step.stream.mapper->empty_page();
    return finished(step, std::move(at), std::move(page));
  }
  auto read = read_rows(step, ids);
  if (!read) return read.error();
  auto brought = bring(step, at, ids, *read, page);
  if (!brought) return brought.error();
  if (is_last && *brought == ids.size()) return finished(step, std::move(at), std::move(page));
  at.last_id = ids[*brought - 1];
  page.next = to_cursor(at);
  return page;
}

}  // namespace upselld::plugins::hubspot
