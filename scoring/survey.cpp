// SPDX-License-Identifier: Apache-2.0
#include "scoring/survey.h"

#include <algorithm>

#include "scoring/encoder.h"
#include "scoring/parallel.h"

namespace upselld::scoring {
namespace {

constexpr std::size_t kDictionaryTextsMax = 1'000;

void note_earlier(Instant& earliest, Instant at) {
  if (earliest.is_missing() || at < earliest) earliest = at;
}

void survey_account(const Timeline& timeline, const Vocabulary& vocabulary, Survey& survey) {
  bool any = false;
  for (const OrderEvent& order : timeline.orders) {
    any = true;
    note_earlier(survey.begins, std::max(order.at, order.known_at));
  }
  for (const OrderLineEvent& line : timeline.lines) {
    any = true;
    note_earlier(survey.begins, std::max(line.at, line.known_at));
  }
  if (any) ++survey.accounts;
  for (const ActivityEvent& event : timeline.activities) {
    note_earlier(survey.kind_since[event.kind], event.known_at);
  }
  for (std::size_t i = 0; i < timeline.changes.size(); ++i) {
    const AttributeChange& change = timeline.changes[i];
    if (vocabulary.attributes[change.attribute].kind != AttributeKind::text) continue;
    if (change.value.text.empty()) continue;
    bool again = false;
    for (std::size_t k = i; k-- > 0 && timeline.changes[k].attribute == change.attribute;) {
      again = again || timeline.changes[k].value.text == change.value.text;
    }
    if (!again) ++survey.texts[change.attribute][change.value.text];
  }
}

Survey empty_survey(const Vocabulary& vocabulary) {
  Survey survey;
  survey.kind_since.assign(vocabulary.activity_kinds.size(), Instant::missing());
  survey.texts.resize(vocabulary.attributes.size());
  return survey;
}

void merge(Survey& into, const Survey& from) {
  if (!from.begins.is_missing()) note_earlier(into.begins, from.begins);
  into.accounts += from.accounts;
  for (std::size_t i = 0; i < from.kind_since.size(); ++i) {
    if (!from.kind_since[i].is_missing()) note_earlier(into.kind_since[i], from.kind_since[i]);
  }
  for (std::size_t i = 0; i < from.texts.size(); ++i) {
    for (const auto& [text, count] : from.texts[i]) into.texts[i][text] += count;
  }
}

}  // namespace

Result<void> walk_all(const TimelineSource& source, Instant known_before, unsigned threads,
                      const std::function<void(std::size_t, const Timeline&)>& visit) {
  std::vector<Result<void>> results(source.share_count());
  for_each_index(source.share_count(), threads, [&](std::size_t share) {
    results[share] =
        source.walk(share, known_before, [&](const Timeline& timeline) { visit(share, timeline); });
  });
  for (const auto& result : results) {
    if (!result) return in_context("read the accounts' past", result.error());
  }
  return {};
}

bool is_near_unique(const std::map<std::string, std::size_t>& texts) {
  std::size_t accounts = 0;
  for (const auto& [text, count] : texts) accounts += count;
  return 2 * texts.size() > accounts;
}

std::vector<std::string> texts_by_count(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [text, count] : counts) {
    if (count >= kTextAccountsMin) order.emplace_back(count, text);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (order.size() > kDictionaryTextsMax) order.resize(kDictionaryTextsMax);
  std::vector<std::string> texts;
  for (auto& [count, text] : order) texts.push_back(std::move(text));
  return texts;
}

Result<Survey> survey_all(const TimelineSource& source, Instant now, unsigned threads) {
  const Vocabulary& vocabulary = source.vocabulary();
  std::vector<Survey> parts(source.share_count(), empty_survey(vocabulary));
  const auto walked = walk_all(source, now, threads, [&](std::size_t s, const Timeline& timeline) {
    survey_account(timeline, vocabulary, parts[s]);
  });
  if (!walked) return walked.error();
  Survey survey = empty_survey(vocabulary);
  for (const Survey& part : parts) merge(survey, part);
  // A deal that was opened before is no sign that the rest of its time is there.
  const Instant from = source.events_from();
  if (!survey.begins.is_missing() && !from.is_missing()) {
    survey.begins = std::max(survey.begins, from);
  }
  return survey;
}

Result<std::vector<std::string>> near_unique_attributes(const TimelineSource& source, Instant now,
                                                        unsigned threads) {
  const auto survey = survey_all(source, now, threads);
  if (!survey) return survey.error();
  std::vector<std::string> names;
  for (std::size_t a = 0; a < survey->texts.size(); ++a) {
    if (is_near_unique(survey->texts[a])) names.push_back(source.vocabulary().attributes[a].name);
  }
  return names;
}

}  // namespace upselld::scoring
