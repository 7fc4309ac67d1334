// SPDX-License-Identifier: Apache-2.0
#include "sandbox/answers.h"

#include <fmt/format.h>

namespace upselld::sandbox {

HttpAnswer json_answer(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/json;charset=UTF-8");
  answer.body = std::move(body);
  return answer;
}

HttpAnswer empty_answer(int status) {
  HttpAnswer answer;
  answer.status = status;
  return answer;
}

std::string http_date(Instant at) {
  constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day{static_cast<std::int32_t>(at.ms / 86'400'000)};
  const Civil civil = civil_of(day);
  const std::int64_t second = at.ms / 1000 - static_cast<std::int64_t>(day.number) * 86'400;
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[day.number % 7], civil.day,
                     kMonths[civil.month - 1], civil.year, second / 3600, second / 60 % 60,
                     second % 60);
}

}  // namespace upselld::sandbox
