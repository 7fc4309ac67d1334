// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/hubspot/portal.h"

// How values are kept, checked and shown. Kept: datetimes as milliseconds in a text, dates as
// 2026-11-22, numbers as decimal text, all else as it is.
namespace upselld::sandbox::hubspot {

struct BadValue {
  std::string code, message;
};

// What is kept of a value that is written; a BadValue where it is refused. "" clears. `before` is
// the current value: ";c" appends to a list.
struct Kept {
  std::string value;
  std::optional<BadValue> bad;
};
Kept kept_value(const Portal& portal, const Property& property, const std::string& written,
                const std::string& before);
// As answers show it.
std::string shown_value(const Property& property, const std::string& kept);
// "2026-11-22T01:02:03.004Z"; without a fraction on whole seconds.
std::string time_text(Instant at);

double number_of(std::string_view text);  // what is no number: 0
std::optional<double> number_in(std::string_view text);
std::string number_text(double value);
std::int64_t instant_ms(std::string_view kept);  // what is none: 0
// Epoch milliseconds or ISO 8601.
std::optional<std::int64_t> time_ms(const std::string& text);
std::optional<RecordId> record_id(std::string_view text);

}  // namespace upselld::sandbox::hubspot
