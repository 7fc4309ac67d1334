// SPDX-License-Identifier: Apache-2.0
#include "playbook/frame.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "playbook/account_values.h"
#include "playbook/bands.h"

namespace upselld::playbook {

namespace {

// Largest finite values instead of infinities: a frame's numbers are kept as text by some.
constexpr double kMost = std::numeric_limits<double>::max();
constexpr std::size_t kNumbersPerEdges = 12;
constexpr std::size_t kDecileCuts = 9;

double tie_of(std::uint64_t id_hash) {
  return static_cast<double>(id_hash >> 11U);  // 53 bits, exact
}

double rank_of(double rank_value) {
  return std::isnan(rank_value) ? -kMost : rank_value;
}

// Best first.
class Ranking {
 public:
  void add(double rank_value, std::uint64_t id_hash) {
    places_.push_back({rank_of(rank_value), tie_of(id_hash)});
  }
  void sort() {
    std::sort(places_.begin(), places_.end(), [](const Cut& a, const Cut& b) {
      return a.value != b.value ? a.value > b.value : a.tie > b.tie;
    });
  }
  std::size_t size() const { return places_.size(); }
  Cut first(std::size_t count) const {
    return count == 0 || places_.empty() ? unreachable_cut()
                                         : places_[std::min(count, places_.size()) - 1];
  }
  Cut share(double share) const {
    const double count = std::clamp(share, 0.0, 1.0) * static_cast<double>(places_.size());
    return first(static_cast<std::size_t>(std::llround(count)));
  }

 private:
  std::vector<Cut> places_;
};

Frame::Edges edges_of(const Ranking& ranking, const BandRules& rules) {
  const double high = rules.high_top, medium = rules.medium_top;
  return {.high = ranking.share(high),
          .medium = ranking.share(medium),
          .high_left = ranking.share(high + kEdgeWidth * high),
          .medium_left = ranking.share(medium + kEdgeWidth * (medium - high)),
          .medium_risen = ranking.share(high - kEdgeWidth * (medium - high)),
          .low_risen = ranking.share(medium - kEdgeWidth * (1 - medium))};
}

// Decile 10 - i and better are the first (i + 1) tenths, rounded up: the best account is always 10.
std::array<Cut, kDecileCuts> deciles_of(const Ranking& ranking) {
  std::array<Cut, kDecileCuts> cuts;
  for (std::size_t i = 0; i < kDecileCuts; ++i) {
    cuts[i] = ranking.first((ranking.size() * (i + 1) + 9) / 10);
  }
  return cuts;
}

void collect_shares(const Condition& condition, std::vector<const Test*>& tests) {
  for (const Clause& clause : condition.clauses) {
    for (const Condition& part : clause.parts) collect_shares(part, tests);
    const Test::Kind kind = clause.test.kind;
    if (clause.kind == Clause::Kind::test &&
        (kind == Test::Kind::top || kind == Test::Kind::bottom)) {
      tests.push_back(&clause.test);
    }
  }
}

// Equal values get equal tags, so where the edge falls among equals all of them are in, or out:
// whichever comes closer to the share.
double tag_cut(std::vector<double> values, double share, bool top) {
  const double nobody = top ? kMost : -kMost;
  if (values.empty()) return nobody;
  if (!top) std::transform(values.begin(), values.end(), values.begin(), std::negate<>());
  std::sort(values.begin(), values.end(), std::greater<>());
  const double wanted = share * static_cast<double>(values.size());
  const auto count = static_cast<std::size_t>(std::llround(wanted));
  if (count == 0) return nobody;
  const double edge = values[count - 1];
  const auto [first, last] = std::equal_range(values.begin(), values.end(), edge, std::greater<>());
  const double with = static_cast<double>(last - values.begin());
  const double without = static_cast<double>(first - values.begin());
  const bool is_in = with - wanted <= wanted - without;
  if (!is_in && first == values.begin()) return nobody;
  const double cut = is_in ? edge : *(first - 1);
  return top ? cut : -cut;
}

std::vector<double> tag_cuts(const Playbook& playbook, std::span<const Candidate> candidates,
                             const Today& today) {
  std::vector<const Test*> tests;
  for (const Tag& tag : playbook.rules().tags) collect_shares(tag.when, tests);
  std::vector<double> cuts(playbook.rules().cut_count, 0);
  for (const Test* test : tests) {
    std::vector<double> values;
    for (const Candidate& candidate : candidates) {
      const double number = AccountValues(playbook, candidate, today.zone).number(test->key);
      if (!std::isnan(number)) values.push_back(number);
    }
    cuts[test->cut] = tag_cut(std::move(values), test->share, test->kind == Test::Kind::top);
  }
  return cuts;
}

void set_floors(Frame& frame, const BandRules& rules, const Today& today) {
  const bool is_worth_known = !std::isnan(today.worth_from);
  if (is_worth_known) frame.floor_value = today.worth_from;
  if (is_worth_known && !rules.floor_written) return;
  frame.floor_likelihood = rules.floor_share;
  if (rules.floor_times > 0 && !std::isnan(today.base_rate)) {
    frame.floor_likelihood = rules.floor_times * today.base_rate;
  }
}

}  // namespace

bool Cut::reached_by(double rank_value, std::uint64_t id_hash) const {
  const double rank = rank_of(rank_value);
  return rank != value ? rank > value : tie_of(id_hash) >= tie;
}

Cut unreachable_cut() {
  return {kMost, kMost};
}

Frame make_frame(const Playbook& playbook, std::span<const Candidate> candidates,
                 const Today& today) {
  Frame frame;
  frame.tag_cuts = tag_cuts(playbook, candidates, today);
  const std::size_t segment_count = playbook.names().segments().size();
  Ranking all;
  std::vector<Ranking> segments(segment_count);
  for (const Candidate& candidate : candidates) {
    if (candidate.score == nullptr) continue;
    const AccountValues values(playbook, candidate, today.zone);
    all.add(candidate.score->rank_value, candidate.id_hash);
    segments[values.segment].add(candidate.score->rank_value, candidate.id_hash);
  }
  all.sort();
  for (Ranking& segment : segments) {
    segment.sort();
    frame.deciles.push_back(deciles_of(segment));
  }
  const BandRules& rules = playbook.rules().bands;
  if (rules.within_segment) {
    for (const Ranking& segment : segments) frame.bands.push_back(edges_of(segment, rules));
  } else {
    frame.bands.push_back(edges_of(all, rules));
  }
  set_floors(frame, rules, today);
  return frame;
}

std::vector<double> Frame::numbers() const {
  std::vector<double> all = {floor_likelihood, floor_value};
  const auto add = [&](const Cut& cut) {
    all.push_back(cut.value);
    all.push_back(cut.tie);
  };
  all.insert(all.end(), tag_cuts.begin(), tag_cuts.end());
  for (const Edges& edges : bands) {
    for (const Cut& cut : {edges.high, edges.medium, edges.high_left, edges.medium_left,
                           edges.medium_risen, edges.low_risen}) {
      add(cut);
    }
  }
  for (const auto& cuts : deciles) std::for_each(cuts.begin(), cuts.end(), add);
  return all;
}

Result<Frame> Frame::of(const Playbook& playbook, std::span<const double> numbers) {
  const std::size_t segment_count = playbook.names().segments().size();
  const std::size_t band_count = playbook.rules().bands.within_segment ? segment_count : 1;
  const std::size_t tag_count = playbook.rules().cut_count;
  const std::size_t expected =
      2 + tag_count + band_count * kNumbersPerEdges + segment_count * 2 * kDecileCuts;
  if (numbers.size() != expected) {
    return Error{ErrorKind::corrupt,
                 fmt::format("read the frame of a run: {} numbers where this playbook needs {}; it "
                             "belongs to another playbook",
                             numbers.size(), expected),
                 std::nullopt};
  }
  std::size_t at = 0;
  const auto number = [&] { return numbers[at++]; };
  const auto cut = [&] {
    const double value = number();
    return Cut{value, number()};
  };
  Frame frame;
  frame.floor_likelihood = number();
  frame.floor_value = number();
  for (std::size_t i = 0; i < tag_count; ++i) frame.tag_cuts.push_back(number());
  for (std::size_t i = 0; i < band_count; ++i) {
    Edges edges;
    for (Cut* edge : {&edges.high, &edges.medium, &edges.high_left, &edges.medium_left,
                      &edges.medium_risen, &edges.low_risen}) {
      *edge = cut();
    }
    frame.bands.push_back(edges);
  }
  for (std::size_t i = 0; i < segment_count; ++i) {
    auto& cuts = frame.deciles.emplace_back();
    for (Cut& decile : cuts) decile = cut();
  }
  return frame;
}

WithinCost cost_of_within(const Playbook& playbook, std::span<const Candidate> candidates,
                          const Today& today) {
  Rules rules = playbook.rules();
  WithinCost cost;
  for (const bool within : {false, true}) {
    rules.bands.within_segment = within;
    const Playbook other(playbook.names(), rules, {});
    const Frame frame = make_frame(other, candidates, today);
    double hits = 0;
    for (const Candidate& candidate : candidates) {
      if (!has_likelihood(candidate.score)) continue;
      const AccountValues values(other, candidate, today.zone);
      const bool is_in = band_by_rank(frame, values.segment, candidate) != Band::low;
      if (is_in) hits += candidate.score->probability;
    }
    (within ? cost.hits_within_segment : cost.hits_within_all) = hits;
  }
  return cost;
}

}  // namespace upselld::playbook
