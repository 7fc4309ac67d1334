// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_pull.h"

#include <algorithm>
#include <utility>

#include "plugins/crm/streams.h"

namespace upselld::plugins::hubspot {

namespace {

using Phase = PullCursor::Phase;

constexpr std::size_t kRowsMax = 1'000;
// Room for one more record of the widest kind.
constexpr std::size_t kTextReserve = 64 * 1024;
constexpr Duration kUntilHolds = minutes(5);
constexpr Duration kSlowEveryLeast = minutes(50);
// How far a full reading's end lies before its beginning.
constexpr Duration kListMargin = minutes(15);
constexpr int kArchivedOften = 1, kArchivedRarely = 7;

Duration times(Duration period, int count) {
  return milliseconds(period.ms * count);
}

}  // namespace

Puller::Puller(Client& client, Catalogue& catalogue, Reader& reader,
               const HubspotSettings& settings, const ConnectorContext& context)
    : client_(client),
      catalogue_(catalogue),
      reader_(reader),
      settings_(settings),
      context_(context),
      specs_(stream_specs(settings, context)) {}

std::size_t Puller::Step::rows_max() const {
  return std::clamp<std::size_t>(limits.records_max / spec().records_per_row, 1, kRowsMax);
}

Result<std::vector<StreamInfo>> Puller::streams() {
  std::vector<StreamInfo> infos;
  for (const StreamSpec& spec : specs_) infos.push_back(info_of(spec));
  return infos;
}

Result<Puller::Stream*> Puller::stream(const std::string& name) {
  if (const auto known = streams_.find(name); known != streams_.end()) return &known->second;
  const auto named = spec_named(specs_, name);
  if (!named) return named.error();
  const StreamSpec& spec = **named;
  // First: it tells when the account's day ends, should its calls be used up.
  const auto account = client_.account();
  if (!account) return account.error();
  auto plan = plan_stream(spec, settings_, catalogue_);
  if (!plan) return plan.error();
  const Stages* stages = nullptr;
  if (spec.object == "deals" || spec.object == "tickets" || spec.parent == "deals") {
    const auto read = catalogue_.stages(spec.object == "tickets" ? "tickets" : "deals");
    if (!read) return read.error();
    stages = *read;
  }
  Stream& made = streams_[name];
  made.plan = std::move(*plan);
  made.mapper = make_mapper({made.plan, settings_, context_, account->currency, stages});
  return &made;
}

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
  at.skip = 0;
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
  at.skip = 0;
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
      // At the first reading nobody knows what was archived before.
      if (at.archived_from.is_missing()) at.archived_from = at.fast_from;
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
  const Step step{**found, walk, limits};
  auto at = opened(step, cursor);
  if (!at) return at.error();
  if (!at->is_walking()) begin(step, *at);
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

Wanted Puller::wanted(const Step& step) const {
  Wanted wanted = {step.spec().object, step.plan().properties, step.plan().history};
  if (step.walk == Walk::sweep) wanted = {step.spec().object, {"hs_object_id"}};
  return wanted;
}

std::size_t Puller::fill(const Step& step, const std::vector<Row>& rows, Page& page) const {
  page = step.stream.mapper->empty_page();
  std::size_t taken = 0;
  for (const Row& row : rows) {
    const bool has_room = count_of(page) + step.spec().records_per_row <= step.limits.records_max &&
                          page.named.size() < step.limits.records_max &&
                          page.text.size() + kTextReserve <= step.limits.text_bytes_max;
    if (!has_room && taken > 0) break;
    if (step.walk == Walk::sweep)
      page.named.push_back(row.id);
    else
      step.stream.mapper->add(row, page);
    ++taken;
  }
  return taken;
}

Result<Page> Puller::pull_list(const Step& step, PullCursor at) {
  Wanted asked = wanted(step);
  // Too many properties for an address: ids by the list, values by their batches.
  const bool is_wide = !reader_.fits_list(asked);
  if (is_wide) asked = {asked.object, {"hs_object_id"}};
  const std::size_t rows_max = step.rows_max();
  const std::size_t page_max = asked.history.empty() ? kListMax : kHistoryMax;
  std::vector<Row> rows;
  std::vector<Place> places;
  std::string after = at.after;
  std::uint64_t skip = at.skip;
  bool is_last = false;
  while (!is_last && rows.size() < rows_max) {
    auto page = reader_.list(asked, after, std::min(page_max, rows_max - rows.size() + skip));
    if (!page) return page.error();
    for (std::size_t i = std::min<std::size_t>(skip, page->rows.size()); i < page->rows.size();
         ++i) {
      places.push_back({after, i});
      rows.push_back(std::move(page->rows[i]));
    }
    skip = 0;
    is_last = page->after.empty();
    after = page->after;
  }
  if (is_wide) {
    std::vector<std::string> ids;
    for (const Row& row : rows) ids.push_back(row.id);
    auto read = reader_.batch_read(wanted(step), ids);
    if (!read) return read.error();
    rows = std::move(read->rows);
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return is_before(a.id, b.id); });
  }
  if (auto linked = add_links(step, rows); !linked) return linked.error();
  Page page;
  const std::size_t taken = fill(step, rows, page);
  if (taken < rows.size() && !is_wide) {
    at.after = places[taken].after;
    at.skip = places[taken].skip;
  } else if (taken < rows.size()) {
    return Error{ErrorKind::unsupported,
                 "list " + step.spec().object + ": the records are too large; map fewer properties",
                 {}};
  } else if (is_last) {
    return finished(step, std::move(at), std::move(page));
  } else {
    at.after = after;
    at.skip = 0;
  }
  page.next = to_cursor(at);
  return page;
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
    ids.insert(ids.end(), found->begin(), found->end());
    is_last = found->size() < kSearchMax;
    if (!found->empty()) last_id = found->back();
  }
  if (ids.size() > rows_max) {
    ids.resize(rows_max);
    is_last = false;
  }
  return read_ids(step, std::move(at), ids, is_last);
}

Result<Page> Puller::read_ids(const Step& step, PullCursor at, const std::vector<std::string>& ids,
                              bool is_last) {
  auto read = reader_.batch_read(wanted(step), ids);
  if (!read) return read.error();
  if (!ids.empty() && read->rows.empty() && read->not_found.empty()) {
    return Error{ErrorKind::unavailable,
                 "read " + step.spec().object + ": the account gave none of " +
                     std::to_string(ids.size()) + " records and no reason",
                 {}};
  }
  std::set<std::string> missing(ids.begin(), ids.end());
  for (const Row& row : read->rows) {
    missing.erase(row.id);
    for (const std::string& old : row.merged) missing.erase(old);
  }
  const std::set<std::string> asked(ids.begin(), ids.end());
  // Who took others in may come under an id beyond the window: those are no place to go on behind.
  std::sort(read->rows.begin(), read->rows.end(), [&](const Row& a, const Row& b) {
    const bool is_asked_a = asked.count(a.id) > 0, is_asked_b = asked.count(b.id) > 0;
    return is_asked_a != is_asked_b ? is_asked_b : is_before(a.id, b.id);
  });
  if (auto linked = add_links(step, read->rows); !linked) return linked.error();
  Page page;
  const std::size_t taken = fill(step, read->rows, page);
  const bool is_full = taken < read->rows.size();
  const std::string until = is_full ? read->rows[taken - 1].id : "";
  for (const std::string& id : missing) {
    if (is_full && is_before(until, id)) continue;
    // The index knew it, and the account says that it is not there.
    if (read->not_found.count(id) > 0) {
      step.stream.mapper->gone(id, at.high, page);
    } else {
      add_problem(page, id, "the account gave neither the record nor a reason; it is read again");
    }
  }
  if (is_full) {
    if (asked.count(until) > 0) at.last_id = until;
    page.next = to_cursor(at);
    return page;
  }
  if (is_last) return finished(step, std::move(at), std::move(page));
  at.last_id = ids.back();
  page.next = to_cursor(at);
  return page;
}

}  // namespace upselld::plugins::hubspot
