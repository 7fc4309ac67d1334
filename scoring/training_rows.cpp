// SPDX-License-Identifier: Apache-2.0
#include "scoring/training_rows.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>

#include "core/digest.h"
#include "scoring/feature_pass.h"
#include "scoring/parallel.h"
#include "scoring/random.h"
#include "scoring/survey.h"

namespace upselld::scoring {
namespace {

constexpr std::uint64_t kSampleKey = 0x73616d706c65;     // "sample"
constexpr std::uint64_t kShuffleKey = 0x73687566666c65;  // "shuffle"

// None: never recorded. Missing: as long as there is anything.
std::optional<Instant> recorded_since(const FeatureSpec& spec, const Vocabulary& vocabulary,
                                      const Survey& survey) {
  if (spec.source == FeatureSpec::Source::measure) return Instant::missing();
  if (spec.source == FeatureSpec::Source::order) return Instant::missing();
  Instant since = Instant::missing();
  if (spec.source == FeatureSpec::Source::activity && spec.index == kAnyKind) {
    for (const Instant kind : survey.kind_since) {
      if (!kind.is_missing() && (since.is_missing() || kind < since)) since = kind;
    }
  } else if (spec.index >= 0) {
    const auto index = static_cast<std::size_t>(spec.index);
    const bool activity = spec.source == FeatureSpec::Source::activity;
    if (!activity && vocabulary.attributes[index].is_static) return Instant::missing();
    since = activity ? survey.kind_since[index] : vocabulary.recorded_since[index];
  }
  return since.is_missing() ? std::nullopt : std::optional(since);
}

struct ShareRows {
  std::vector<std::string> accounts;
  std::vector<TotalValues> now, then;  // by account
  std::vector<DateRows> dates;
  std::array<std::size_t, kNoGrowthSeeds> no_growth{};
};

// The base rate if amounts told nothing of time: see the report's no-growth rate. By the same
// orders as outcomes: what was not known at the moment is no past, and what was taken back no
// up-sell.
void shuffle_amounts(const Timeline& timeline, const OrderBook& book, const Moment& moment,
                     const ScoringSettings& settings, ShareRows& out) {
  const Instant forever = Instant{INT64_MAX};
  const Instant until = window_end(moment.day, settings);
  std::vector<double> amounts;
  std::vector<OrderBook::Final> orders;
  std::vector<double> past_taken_back;  // was a past order as it was bought, and stays one
  for (const auto& placed : book.placed_in(Instant::missing(), forever, 0)) {
    if (!placed.order.won || !(placed.order.amount > 0)) continue;
    if (!placed.taken_back_at.is_missing()) {
      const bool is_past = placed.order.at < moment.midnight && placed.known_at < moment.midnight;
      if (is_past) past_taken_back.push_back(placed.order.amount);
      continue;
    }
    amounts.push_back(placed.order.amount);
    orders.push_back(placed);
  }
  for (int seed = 0; seed < kNoGrowthSeeds; ++seed) {
    Random random(keyed_hash(kShuffleKey + static_cast<std::uint64_t>(seed), timeline.account.id));
    std::vector<double> shuffled = amounts, past = past_taken_back;
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[random.below(static_cast<std::uint32_t>(i))]);
    }
    double largest = 0;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const Instant at = orders[i].order.at;
      if (at < moment.midnight) {
        if (orders[i].known_at < moment.midnight) past.push_back(shuffled[i]);
      } else if (at < until) {
        largest = std::max(largest, shuffled[i]);
      }
    }
    const double usual = aggregate_of_values(Aggregate::median, past, past.size());
    if (largest > 0 && largest >= larger_from(usual, settings.target)) {
      ++out.no_growth[static_cast<std::size_t>(seed)];
    }
  }
}

void begin_account(const Timeline& timeline, const FeaturePass& pass,
                   const ScoringSettings& settings, ShareRows& out) {
  std::vector<SeenOrder> all;
  for (const auto& placed : pass.book().placed_in(Instant::missing(), Instant{INT64_MAX}, 0)) {
    all.push_back(placed.order);
  }
  out.accounts.push_back(timeline.account.id);
  out.now.push_back(totals_of(all, settings));
  out.then.push_back(totals_of({}, settings));
}

// The account's attributes as they were known before the moment.
AccountFacts facts_before(const Timeline& timeline, const Moment& moment,
                          const Vocabulary& vocabulary) {
  AccountFacts then;
  then.attributes.assign(vocabulary.attributes.size(), {std::nan(""), {}});
  for (const AttributeChange& change : timeline.changes) {
    if (change.known_at < moment.upper) then.attributes[change.attribute] = change.value;
  }
  return then;
}

void take_account(const Timeline& timeline, FeaturePass& pass, const Vocabulary& vocabulary,
                  const ScoringSettings& settings, const std::vector<std::uint32_t>& columns,
                  const OwnRuleAnswer& own_rule, ShareRows& out) {
  pass.open(timeline);
  bool any = false;
  for (std::size_t m = 0; m < pass.moments().size(); ++m) {
    const Moment& moment = pass.moments()[m];
    const OrderView& view = pass.view(m);
    if (!is_eligible(timeline.account, view, moment)) continue;
    const Label label = label_of(timeline, pass.book(), view, moment, vocabulary, settings);
    DateRows& date = out.dates[m];
    if (!any) begin_account(timeline, pass, settings, out);
    any = true;
    if (label.late) ++date.late_positives;
    if (m + 1 == pass.moments().size()) out.then.back() = totals_of(view.all, settings);
    date.account.push_back(static_cast<std::uint32_t>(out.accounts.size() - 1));
    date.positive.push_back(label.positive ? 1 : 0);
    date.positive_known_at.push_back(label.known_at);
    const auto place = static_cast<std::uint32_t>(date.positive.size() - 1);
    for (const Withdrawn& one : label.withdrawn) date.withdrawn.push_back({place, one});
    date.gain.push_back(static_cast<float>(label.gain));
    date.past_orders.push_back(static_cast<std::uint32_t>(view.won.size()));
    if (m + 1 == pass.moments().size() && settings.target.kind == TargetKind::larger_order) {
      shuffle_amounts(timeline, pass.book(), moment, settings, out);
    }
    const auto row = pass.row(m);
    for (const std::uint32_t column : columns) date.values.push_back(row[column]);
    if (!own_rule) continue;
    date.own_rule.push_back(own_rule(facts_before(timeline, moment, vocabulary), row));
  }
}

// Of row `i` of a part to the row that was added last; a part's are in the order of its rows.
void take_withdrawn(const DateRows& part, std::size_t i, DateRows& date) {
  auto one = std::lower_bound(
      part.withdrawn.begin(), part.withdrawn.end(), i,
      [](const DateRows::WithdrawnRow& each, std::size_t row) { return each.row < row; });
  const auto place = static_cast<std::uint32_t>(date.positive.size() - 1);
  for (; one != part.withdrawn.end() && one->row == i; ++one) {
    date.withdrawn.push_back({place, one->upsell});
  }
}

// Puts the shares' rows together by account id.
void assemble(std::vector<ShareRows>& shares, const std::vector<Day>& days, TrainingRows& rows) {
  std::vector<std::pair<std::string, std::pair<std::size_t, std::uint32_t>>> order;
  for (std::size_t s = 0; s < shares.size(); ++s) {
    for (std::uint32_t a = 0; a < shares[s].accounts.size(); ++a) {
      order.push_back({shares[s].accounts[a], {s, a}});
    }
    for (int seed = 0; seed < kNoGrowthSeeds; ++seed) {
      rows.no_growth[static_cast<std::size_t>(seed)] +=
          shares[s].no_growth[static_cast<std::size_t>(seed)];
    }
  }
  std::sort(order.begin(), order.end());
  std::vector<std::vector<std::uint32_t>> number(shares.size());
  for (std::size_t s = 0; s < shares.size(); ++s) number[s].resize(shares[s].accounts.size());
  for (std::size_t t = 0; t < kTotalNames.size(); ++t) rows.totals[t].name = kTotalNames[t];
  for (std::uint32_t n = 0; n < order.size(); ++n) {
    const auto& [share, place] = order[n].second;
    for (std::size_t t = 0; t < kTotalNames.size(); ++t) {
      rows.totals[t].now.push_back(shares[share].now[place][t]);
      rows.totals[t].then.push_back(shares[share].then[place][t]);
    }
    rows.accounts.push_back(order[n].first);
    number[order[n].second.first][order[n].second.second] = n;
  }
  const std::size_t width = rows.columns.size();
  for (std::size_t d = 0; d < days.size(); ++d) {
    std::vector<std::pair<std::uint32_t, std::pair<std::size_t, std::size_t>>> places;
    std::size_t late_positives = 0;
    for (std::size_t s = 0; s < shares.size(); ++s) {
      const DateRows& part = shares[s].dates[d];
      late_positives += part.late_positives;
      for (std::size_t i = 0; i < part.size(); ++i) {
        places.push_back({number[s][part.account[i]], {s, i}});
      }
    }
    std::sort(places.begin(), places.end());
    DateRows date;
    date.day = days[d];
    date.late_positives = late_positives;
    date.values.reserve(places.size() * width);
    for (const auto& [account, place] : places) {
      const DateRows& part = shares[place.first].dates[d];
      const std::size_t i = place.second;
      date.account.push_back(account);
      date.positive.push_back(part.positive[i]);
      date.positive_known_at.push_back(part.positive_known_at[i]);
      take_withdrawn(part, i, date);
      date.gain.push_back(part.gain[i]);
      date.past_orders.push_back(part.past_orders[i]);
      if (!part.own_rule.empty()) date.own_rule.push_back(part.own_rule[i]);
      const auto first = part.values.begin() + static_cast<std::ptrdiff_t>(i * width);
      date.values.insert(date.values.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
    for (ShareRows& share : shares) share.dates[d] = DateRows{};
    rows.dates.push_back(std::move(date));
  }
}

// A feature enters training only when it was recorded before the first snapshot that the model
// learns from.
void choose_columns(const FeatureTable& table, const Vocabulary& vocabulary, const Survey& survey,
                    Instant first_snapshot, TrainingRows& rows) {
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    if (!table.infos()[i].in_model) continue;
    const auto since = recorded_since(table.specs()[i], vocabulary, survey);
    if (since && *since < first_snapshot) {
      rows.columns.push_back(i);
      rows.recorded_since.push_back(*since);
      const FeatureSpec& spec = table.specs()[i];
      const bool attribute = spec.source == FeatureSpec::Source::attribute && spec.index >= 0;
      rows.without_past.push_back(
          attribute && vocabulary.attributes[static_cast<std::size_t>(spec.index)].is_static ? 1
                                                                                             : 0);
    } else {
      rows.left_out.push_back(table.infos()[i].name);
    }
  }
  for (std::size_t a = 0; a < vocabulary.attributes.size(); ++a) {
    if (vocabulary.attributes[a].kind == AttributeKind::ordered_text) {
      rows.dictionaries[vocabulary.attributes[a].name] = vocabulary.attributes[a].order;
    }
    if (vocabulary.attributes[a].kind != AttributeKind::text) continue;
    if (is_near_unique(survey.texts[a])) rows.near_unique.push_back(vocabulary.attributes[a].name);
    rows.dictionaries[vocabulary.attributes[a].name] = texts_by_count(survey.texts[a]);
  }
}

// Walks one share as it was known at the newest snapshot and names the features whose values there
// are others: they read the future. Every share is like every other.
Result<void> hide_future(const TimelineSource& source, const FeatureTable& table,
                         const ScoringSettings& settings, const Moment& moment,
                         TrainingRows& rows) {
  FeaturePass pass(table, source.vocabulary(), settings, {moment}, rows.dictionaries);
  const DateRows& date = rows.dates.back();
  const std::size_t width = rows.columns.size();
  std::vector<std::uint8_t> moved(width, 0);
  const auto walked = source.walk(0, moment.midnight, [&](const Timeline& timeline) {
    const auto account =
        std::lower_bound(rows.accounts.begin(), rows.accounts.end(), timeline.account.id);
    if (account == rows.accounts.end() || *account != timeline.account.id) return;
    const auto number = static_cast<std::uint32_t>(account - rows.accounts.begin());
    const auto at = std::lower_bound(date.account.begin(), date.account.end(), number);
    if (at == date.account.end() || *at != number) return;
    const auto first = static_cast<std::size_t>(at - date.account.begin()) * width;
    pass.open(timeline);
    const auto row = pass.row(0);
    for (std::size_t c = 0; c < width; ++c) {
      const float then = row[rows.columns[c]], now = date.values[first + c];
      if (then != now && !(std::isnan(then) && std::isnan(now))) moved[c] = 1;
    }
  });
  if (!walked) return in_context("read the accounts' past", walked.error());
  for (std::size_t c = 0; c < width; ++c) {
    if (moved[c] != 0) rows.future_readers.push_back(table.infos()[rows.columns[c]].name);
  }
  return {};
}

}  // namespace

std::vector<std::uint8_t> DateRows::positive_before(Instant as_of) const {
  std::vector<std::uint8_t> known(positive.size(), 0);
  for (std::size_t i = 0; i < positive.size(); ++i) {
    known[i] = positive[i] != 0 && positive_known_at[i] < as_of ? 1 : 0;
  }
  for (const auto& [row, upsell] : withdrawn) {
    if (upsell.known_at < as_of && upsell.taken_back_at >= as_of) known[row] = 1;
  }
  return known;
}

Result<TrainingRows> gather_rows(const TimelineSource& source, const FeatureTable& table,
                                 const ScoringSettings& settings, Instant now, unsigned threads,
                                 const OwnRuleAnswer& own_rule) {
  const Vocabulary& vocabulary = source.vocabulary();
  const auto survey = survey_all(source, now, threads);
  if (!survey) return survey.error();
  TrainingRows rows;
  rows.data_begins = outcomes_begin(survey->begins, vocabulary, settings.target);
  rows.account_count = survey->accounts;
  const std::vector<Day> days = finished_snapshots(rows.data_begins, now, settings);
  const SnapshotSpan learnt = learnt_by(days, now, settings);
  if (learnt.size() == 0) return rows;
  const Instant first_snapshot = settings.zone.start_of(days[learnt.first]);
  choose_columns(table, vocabulary, *survey, first_snapshot, rows);
  std::vector<Moment> moments;
  for (const Day day : days) moments.push_back(moment_at_start_of(day, settings.zone));

  const auto rows_most = static_cast<double>(survey->accounts * learnt.size());
  const auto rows_allowed = static_cast<double>(settings.learner.tree_rows_max);
  rows.sampled_share = std::min(1.0, rows_allowed / std::max(rows_most, 1.0));
  std::vector<ShareRows> shares(source.share_count());
  std::vector<std::optional<FeaturePass>> passes(source.share_count());
  const auto walked = walk_all(source, now, threads, [&](std::size_t s, const Timeline& timeline) {
    if (settings.learner.stopped()) return;
    const std::uint64_t hash = keyed_hash(kSampleKey, timeline.account.id);
    if (static_cast<double>(hash >> 11) * 0x1.0p-53 >= rows.sampled_share) return;
    if (!passes[s]) {
      passes[s].emplace(table, vocabulary, settings, moments, rows.dictionaries);
      shares[s].dates.resize(days.size());
    }
    take_account(timeline, *passes[s], vocabulary, settings, rows.columns, own_rule, shares[s]);
  });
  if (!walked) return walked.error();
  if (settings.learner.stopped()) return Error{ErrorKind::cancelled, "stopped", {}};
  for (ShareRows& share : shares) share.dates.resize(days.size());
  assemble(shares, days, rows);
  const auto hidden = hide_future(source, table, settings, moments.back(), rows);
  if (!hidden) return hidden.error();
  return rows;
}

}  // namespace upselld::scoring
