// SPDX-License-Identifier: Apache-2.0
#include "core/stored_form.h"

#include <catch2/catch.hpp>

using namespace upselld;  // NOLINT: a test reads better so

TEST_CASE("stored form: which other form of a value a CRM may keep") {
  struct Case {
    Field field;
    const char* sent;
    const char* read;
    bool may;
  };
  const Case cases[] = {{Field::score, "18.3", "18.3", true},
                        {Field::score, "18.3", "18.0", true},
                        {Field::score, "18.5", "19.0", true},
                        {Field::score, "18.3", "18.4", false},
                        {Field::score, "18.3", "19.0", false},
                        {Field::score, "18.3", "", false},
                        {Field::change, "-0.4", "0.0", true},
                        {Field::band, "High", "high", true},
                        {Field::band, "High", "Highest", false},
                        {Field::band, "", "", true},
                        {Field::band, "", "Low", false},
                        {Field::reasons, "a\nb", " a b", true},
                        {Field::reasons, "a b", "ab", false},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "2026-11-22T06:58:00Z", true},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "2026-11-22T06:59:00Z", false},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "soon", false}};
  for (const Case& one : cases) {
    INFO(one.sent << " -> " << one.read);
    CHECK(may_be_stored_as(one.field, one.sent, one.read) == one.may);
  }
}
