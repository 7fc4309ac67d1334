// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plugins/crm/streams.h"
#include "plugins/hubspot/hubspot_pull.h"

namespace upselld::plugins::hubspot {

namespace {

using Phase = PullCursor::Phase;

constexpr std::size_t kRowsMax = 1'000;

}  // namespace

std::size_t Puller::Step::rows_max() const {
  const std::size_t each = is_shared ? stream.records_per_row : spec().records_per_row;
  const std::size_t most = std::clamp<std::size_t>(limits.records_max / each, 1, kRowsMax);
  // No part of a page of the account's is read in vain.
  const std::size_t whole = most < kSearchMax ? page_max() : kSearchMax;
  return most < whole ? most : most / whole * whole;
}

std::size_t Puller::Step::page_max() const {
  return wanted().history.empty() ? kListMax : kHistoryMax;
}

Wanted Puller::Step::own() const {
  if (walk == Walk::sweep) return {spec().object, {"hs_object_id"}};
  return {spec().object, plan().properties, plan().history};
}

Wanted Puller::Step::wanted() const {
  return is_shared ? *stream.together : own();
}

Result<std::vector<StreamInfo>> Puller::streams() {
  std::vector<StreamInfo> infos;
  for (const StreamSpec& spec : specs_) {
    infos.push_back(info_of(spec));
    if (other_of(spec) != nullptr) infos.back().together = spec.object;
  }
  return infos;
}

Result<Puller::Stream*> Puller::stream(const std::string& name) {
  if (const auto known = streams_.find(name); known != streams_.end()) return &known->second;
  const auto named = spec_named(specs_, name);
  if (!named) return named.error();
  const auto made = make_stream(**named);
  if (made) join(**made);
  return made;
}

const StreamSpec* Puller::other_of(const StreamSpec& spec) const {
  const auto found = std::find_if(specs_.begin(), specs_.end(), [&](const StreamSpec& each) {
    return each.object == spec.object && each.name != spec.name;
  });
  return found == specs_.end() ? nullptr : &*found;
}

// Both ask in the same words: else neither would find what the other was given.
void Puller::join(Stream& stream) {
  const StreamSpec& spec = *stream.plan.spec;
  const StreamSpec* other = other_of(spec);
  if (other == nullptr) return;
  // What is wrong with the other one its own pull says.
  const auto plan = plan_stream(*other, settings_, catalogue_);
  if (!plan) return;
  Wanted both = {spec.object, stream.plan.properties, stream.plan.history};
  for (const auto& [names, more] :
       {std::pair{&both.properties, &plan->properties}, std::pair{&both.history, &plan->history}}) {
    names->insert(names->end(), more->begin(), more->end());
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  stream.together = std::move(both);
  stream.records_per_row = std::max(spec.records_per_row, other->records_per_row);
  stream.other_refresh_periods = plan->refresh_periods;
}

bool Puller::is_shared(const Step& step, const PullCursor& at) const {
  if (!step.stream.together || step.walk == Walk::sweep) return false;
  switch (at.phase) {
    case Phase::fast:
    case Phase::slow:
      return true;
    case Phase::list:
      // Read whole again, the one may be due and the other not.
      return (at.listed_at.is_missing() ||
              step.plan().refresh_periods == step.stream.other_refresh_periods) &&
             shared_.is_awaited(step.spec().object);
    case Phase::archived:
    case Phase::none:
      break;
  }
  return false;
}

Result<Puller::Stream*> Puller::make_stream(const StreamSpec& spec) {
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
  Stream& made = streams_[spec.name];
  made.plan = std::move(*plan);
  made.mapper = make_mapper({made.plan, settings_, context_, account->currency, stages});
  return &made;
}

}  // namespace upselld::plugins::hubspot
