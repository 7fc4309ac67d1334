// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_pull.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugins/crm/streams.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::size_t kRestRowsMax = 2'000;
// Room for one more record of the widest kind.
constexpr std::size_t kTextReserve = 64 * 1024;
constexpr Duration kNewestLag = minutes(1);
constexpr Duration kCoveredHolds = minutes(5);
constexpr Duration kWindowMin = minutes(1);
constexpr Instant kBeginningOfTime{946'684'800'000};  // 2000-01-01: no org is older

Instant to_second(Instant at) {
  return {at.ms - (at.ms % 1000 + 1000) % 1000};
}

std::int32_t day_number(Instant at) {
  return static_cast<std::int32_t>(at.ms / 86'400'000);
}

}  // namespace

Puller::Puller(Client& client, Describe& describe, const SalesforceSettings& settings,
               const ConnectorContext& context)
    : client_(client),
      describe_(describe),
      settings_(settings),
      context_(context),
      specs_(stream_specs(settings, context)),
      bulk_(client) {}

Result<std::vector<StreamInfo>> Puller::streams() {
  std::vector<StreamInfo> infos;
  for (const StreamSpec& spec : specs_) {
    const auto there = describe_.has(spec.object);
    if (!there) return there.error();
    // What an org does not use is no error; a mapped object is, and its stream says so.
    if (!*there && spec.shape != Shape::account && spec.shape != Shape::custom) continue;
    infos.push_back(info_of(spec));
  }
  return infos;
}

Result<Puller::Stream*> Puller::stream(const std::string& name) {
  if (const auto known = streams_.find(name); known != streams_.end()) return &known->second;
  const auto spec = spec_named(specs_, name);
  if (!spec) return spec.error();
  auto plan = plan_stream(**spec, settings_, describe_);
  if (!plan) return plan.error();
  Stream& made = streams_[name];
  made.plan = std::move(*plan);
  made.mapper = make_mapper(made.plan, settings_, context_);
  return &made;
}

Result<PullCursor> Puller::opened(const Step& step, const Cursor& cursor) {
  PullCursor at;
  const auto session = client_.session();
  if (!session) return session.error();
  if (!cursor.bytes.empty()) {
    const auto read = read_cursor(cursor);
    if (!read || read->fingerprint != step.plan().fingerprint) {
      return Error{ErrorKind::cursor_lost, "the fields that are read are others now", {}};
    }
    at = *read;
    if (!at.org.empty() && !session->org.empty() && at.org != session->org) {
      return Error{ErrorKind::invalid_config,
                   "the data is from org " + at.org + ", and this is org " + session->org +
                       "; use another state folder for it",
                   {}};
    }
    const bool begins_anew =
        step.walk != Walk::changes && (at.walk != step.walk || !at.is_walking());
    if (begins_anew) {
      const PullCursor before = std::exchange(at, PullCursor{});
      // A sweep names ids and brings nothing: what was brought stays brought.
      if (step.walk == Walk::sweep) at.watermark = before.watermark;
      if (step.walk == Walk::sweep) at.refreshed_day = before.refreshed_day;
    } else if (step.walk == Walk::changes && at.walk == Walk::sweep) {
      const PullCursor before = std::exchange(at, PullCursor{});
      at.watermark = before.watermark;
      at.refreshed_day = before.refreshed_day;
    }
  }
  at.fingerprint = step.plan().fingerprint;
  at.org = session->org;
  return at;
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
  if (!at->is_walking()) {
    if (auto begun = begin_window(step, *at); !begun) return begun.error();
  }
  return at->way == PullCursor::Way::bulk ? pull_bulk(step, std::move(*at))
                                          : pull_rest(step, std::move(*at));
}

// Until when all that was committed can be seen: the org says so itself, and where it does not, a
// time that is long ago enough. Never by our own clock.
Result<Instant> Puller::upper_bound(const StreamPlan& plan) {
  const std::string doing = "ask until when " + plan.spec->object + " is complete";
  const Duration now = client_.host().clock().steady();
  if (plan.is_replicateable && covered_ && now - covered_->second < kCoveredHolds) {
    return covered_->first;
  }
  if (plan.is_replicateable) {
    const std::int64_t minute = client_.server_now().ms / 60'000 * 60'000;
    Call call = {.path = "/sobjects/" + plan.spec->object +
                         "/updated?start=" + percent_encoded(to_text(Instant{minute - 120'000})) +
                         "&end=" + percent_encoded(to_text(Instant{minute}))};
    auto reply = client_.call(doing, call);
    if (!reply) return reply.error();
    if (!reply->fault) {
      const auto read = parse_json(reply->response.body, doing);
      if (!read) return read.error();
      const Instant covered = read_stamp(text_in(*read, "latestDateCovered"));
      if (!covered.is_missing()) {
        covered_ = {to_second(std::min(covered, client_.server_now() - kNewestLag)), now};
        return covered_->first;
      }
    }
  }
  return to_second(client_.server_now() - settings_.safety_lag);
}

Result<void> Puller::begin_window(const Step& step, PullCursor& at) {
  const auto until = upper_bound(step.plan());
  if (!until) return until.error();
  step.stream.began_window = true;
  at.job.clear();  // of the walk before
  at.walk = step.walk;
  at.until = at.high = *until;
  at.low = Instant::missing();
  at.last_stamp = Instant::missing();
  at.last_id.clear();
  const bool is_due = step.plan().has_formula && at.refreshed_day != day_number(*until);
  if (step.walk == Walk::changes && !at.watermark.is_missing() && !is_due) {
    at.low = std::min(at.watermark, *until) - settings_.overlap;
  }
  if (at.low.is_missing() && step.walk != Walk::sweep) at.refreshed_day = day_number(*until);
  return choose_way(step, at);
}

Result<void> Puller::choose_way(const Step& step, PullCursor& at) {
  at.way = PullCursor::Way::rest;
  const bool is_long = at.low.is_missing() || at.until - at.low > days(1);
  if (!settings_.may_use_bulk || !bulk_.may_read(step.spec().object) || !is_long) return {};
  const auto about = rows_about(step.spec().object);
  if (!about) return about.error();
  // All of them are few, or all of them are wanted: no window needs to be counted.
  if (*about && (**about < settings_.bulk_rows || at.low.is_missing())) {
    if (**about >= settings_.bulk_rows) at.way = PullCursor::Way::bulk;
    return {};
  }
  const std::string doing = "count " + step.spec().object;
  const std::string soql =
      "SELECT COUNT() FROM " + step.spec().object + where(step.plan(), step.walk, at);
  const auto counted = query_page(client_, doing, soql, {}, step.spec().reads_all);
  // An object that cannot be counted is read all the same.
  if (!counted) {
    const bool is_its_own = counted.error().kind == ErrorKind::unavailable ||
                            counted.error().kind == ErrorKind::forbidden ||
                            counted.error().kind == ErrorKind::invalid_config;
    return is_its_own ? Result<void>() : Result<void>(counted.error());
  }
  if (counted->total >= settings_.bulk_rows) at.way = PullCursor::Way::bulk;
  return {};
}

Result<std::optional<std::int64_t>> Puller::rows_about(const std::string& object) {
  if (!counts_) {
    counts_.emplace();
    std::string names;
    for (const StreamSpec& spec : specs_) {
      const auto there = describe_.has(spec.object);
      if (!there) return there.error();
      if (*there) names += (names.empty() ? "" : ",") + spec.object;
    }
    const std::string doing = "count records";
    auto reply = client_.call(doing, {.path = "/limits/recordCount?sObjects=" + names});
    if (!reply) return reply.error();
    const auto read = reply->fault ? Result<nlohmann::json>(error_of(doing, *reply->fault))
                                   : parse_json(reply->response.body, doing);
    const nlohmann::json* objects = read ? member(*read, "sObjects") : nullptr;
    if (objects != nullptr && objects->is_array()) {
      for (const auto& one : *objects) {
        const auto count = number_in(one, "count");
        if (count) (*counts_)[text_in(one, "name")] = static_cast<std::int64_t>(*count);
      }
    }
  }
  const auto found = counts_->find(object);
  return found == counts_->end() ? std::optional<std::int64_t>() : found->second;
}

std::string Puller::where(const StreamPlan& plan, Walk walk, const PullCursor& at) const {
  std::vector<std::string> all;
  const std::string& stamp = plan.stamp;
  if (walk == Walk::sweep) {
    if (!at.last_id.empty()) all.push_back("Id > " + soql_text(at.last_id));
    if (plan.reads_deleted) all.push_back("IsDeleted = false");
  } else {
    if (at.last_stamp.is_missing()) {
      if (!at.low.is_missing()) all.push_back(stamp + " >= " + stamp_text(at.low));
    } else {
      const std::string last = stamp_text(at.last_stamp);
      all.push_back("((" + stamp + " = " + last + " AND Id > " + soql_text(at.last_id) + ") OR " +
                    stamp + " > " + last + ")");
    }
    all.push_back(stamp + " < " + stamp_text(at.high));
  }
  if (!plan.spec->filter.empty()) all.push_back(plan.spec->filter);
  std::string text;
  for (const std::string& condition : all) text += (text.empty() ? " WHERE " : " AND ") + condition;
  return text;
}

Page Puller::finished(const Step& step, PullCursor at, Page page) const {
  if (at.high < at.until) {
    at.low = at.high;
    at.high = at.until;
    at.last_stamp = Instant::missing();
    at.last_id.clear();
    page.next = to_cursor(at);
    return page;
  }
  if (at.walk != Walk::sweep) at.watermark = at.until;
  at.until = at.high = at.low = at.last_stamp = Instant::missing();
  at.last_id.clear();
  at.way = PullCursor::Way::rest;
  at.locator.clear();
  at.row = at.rows_read = 0;
  at.polls = at.failures = 0;
  page.next = to_cursor(at);
  // A window that was left over ends in the past: what came since is read at once, too.
  page.end = step.walk != Walk::changes || step.stream.began_window;
  return page;
}

std::size_t Puller::fill(const Step& step, const Rows& rows, std::size_t from, Page& page) const {
  Record record(step.plan().names);
  const bool is_sweep = step.walk == Walk::sweep;
  std::size_t taken = 0;
  Page unused;
  Page& to = is_sweep ? unused : page;
  to = step.stream.mapper->empty_page();
  if (is_sweep) page = step.stream.mapper->empty_page();
  for (std::size_t i = from; i < rows.rows.size(); ++i) {
    const bool has_room = count_of(to) + step.spec().records_per_row <= step.limits.records_max &&
                          to.text.size() + kTextReserve <= step.limits.text_bytes_max;
    if (!has_room && taken > 0) break;
    record.set(rows.rows[i]);
    step.stream.mapper->add(record, to);
    ++taken;
  }
  if (!is_sweep) return taken;
  // The ids that a full walk would bring: a record of the org may be several of ours.
  std::visit(
      [&](const auto& columns) {
        if constexpr (requires { columns.id; }) {
          for (const TextRef id : columns.id) page.named.emplace_back(to[id]);
        }
      },
      to.columns);
  return taken;
}

Result<Page> Puller::pull_rest(const Step& step, PullCursor at) {
  const std::string doing = "query " + step.spec().object;
  const std::size_t rows_max = std::clamp<std::size_t>(
      step.limits.records_max / step.spec().records_per_row, 1, kRestRowsMax);
  const bool is_sweep = step.walk == Walk::sweep;
  const std::string soql = select_of(step.plan()) + where(step.plan(), step.walk, at) +
                           " ORDER BY " + (is_sweep ? "Id" : step.plan().stamp + ", Id") +
                           " LIMIT " + std::to_string(rows_max);
  auto answer = query_page(client_, doing, soql, step.plan().columns, step.spec().reads_all);
  if (!answer) {
    const bool is_slow = answer.error().message.find("QUERY_TIMEOUT") != std::string::npos;
    const Instant begin = !at.last_stamp.is_missing() ? at.last_stamp
                          : !at.low.is_missing()      ? at.low
                                                      : kBeginningOfTime;
    if (!is_slow || is_sweep || at.high - begin <= kWindowMin) return answer.error();
    // Too much for one statement: the same in halves.
    at.high = to_second(Instant{begin.ms + (at.high - begin).ms / 2});
    Page page = step.stream.mapper->empty_page();
    page.next = to_cursor(at);
    return page;
  }
  Rows& rows = answer->rows;
  if (auto priced = add_list_prices(step.plan(), rows); !priced) return priced.error();
  Page page;
  const std::size_t taken = fill(step, rows, 0, page);
  const bool is_last = answer->done && taken == rows.rows.size() && rows.rows.size() < rows_max;
  if (is_last) return finished(step, std::move(at), std::move(page));
  if (taken > 0) {
    const std::vector<std::string>& last = rows.rows[taken - 1];
    at.last_id = full_id(last[0]);
    if (!is_sweep) at.last_stamp = read_stamp(last[1]);
    if (at.last_id.empty() || (!is_sweep && at.last_stamp.is_missing())) {
      return Error{ErrorKind::corrupt, doing + ": a record has no Id or " + step.plan().stamp, {}};
    }
  }
  page.next = to_cursor(at);
  return page;
}

Result<void> Puller::add_list_prices(const StreamPlan& plan, Rows& rows) {
  if (plan.spec->shape != Shape::product || rows.rows.empty()) return {};
  const auto there = describe_.path("PricebookEntry", "UnitPrice");
  if (!there) return there.error();
  std::map<std::string, std::string> prices;
  if (!there->empty()) {
    std::vector<std::string> ids;
    for (const auto& row : rows.rows) ids.push_back(row[0]);
    const InQuery wanted = {"PricebookEntry",
                            {"Product2Id", "UnitPrice"},
                            "Product2Id",
                            " AND Pricebook2.IsStandard = true AND IsActive = true",
                            false};
    auto found = query_in(client_, "look for list prices", wanted, ids);
    // A price is worth having, not worth failing for.
    if (!found && found.error().kind == ErrorKind::cancelled) return found.error();
    if (found) {
      for (auto& row : found->rows) prices[row[0]] = std::move(row[1]);
    }
  }
  for (auto& row : rows.rows) row.push_back(prices[row[0]]);
  return {};
}

}  // namespace upselld::plugins::salesforce
