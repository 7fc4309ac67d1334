// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/page.h"
#include "core/time_zone.h"

// A CRM's texts on their way into pages.
namespace upselld::plugins {

// ASCII letters only: names of fields and types.
std::string in_lower_case(std::string_view text);
bool is_same_text(std::string_view a, std::string_view b);

// Ids and texts cut to what a page allows.
TextRef add_text(Page& page, std::string_view text);
TextRef add_id(Page& page, std::string_view text);
// The same for the ids of records that a mapper names.
void add_problem(Page& page, std::string_view id, const std::string& message);

// True for kinds that are kept as text.
bool is_text(AttributeKind kind);
// NaN where the text is no such value.
double number_of(AttributeKind kind, std::string_view text, const TimeZone& zone);

// When a record came to be known: not before it happened, not before it was there.
Instant known_since(Instant at, Instant created);

// At most `length` characters, cut between two of them.
std::string cut_to(const std::string& text, std::size_t length);

}  // namespace upselld::plugins
