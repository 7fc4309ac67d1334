// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_mapping.h"

#include <limits>

#include "core/settings.h"

namespace upselld::plugins::salesforce {

Record::Record(const std::vector<std::string>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) places_.emplace(columns[i], i);
}

std::string_view Record::text(std::string_view column) const {
  const auto place = places_.find(column);
  if (place == places_.end() || row_ == nullptr || place->second >= row_->size()) return {};
  return (*row_)[place->second];
}

bool Record::has(std::string_view column) const {
  return places_.find(column) != places_.end();
}

double Record::number(std::string_view column) const {
  return parse_number(text(column)).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::unique_ptr<Mapper> make_mapper(const StreamPlan& plan, const SalesforceSettings& settings,
                                    const ConnectorContext& context) {
  switch (plan.spec->kind) {
    case RecordKind::account:
    case RecordKind::attribute_change:
      return make_account_mapper(plan, settings, context);
    case RecordKind::order:
    case RecordKind::order_line:
      return make_order_mapper(plan, settings, context);
    case RecordKind::product:
    case RecordKind::contact:
    case RecordKind::rep:
      return make_people_mapper(plan, settings, context);
    case RecordKind::activity:
      break;
  }
  return make_activity_mapper(plan, context);
}

}  // namespace upselld::plugins::salesforce
