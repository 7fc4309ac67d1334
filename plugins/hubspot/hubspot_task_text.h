// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace upselld::plugins::hubspot {

// A task's text as HTML. `key` is put at its end where nothing else can hold it; empty: not.
std::string html_body(const std::string& text, const std::string& key);
// With the line that tells a task that we closed from one that a rep did.
std::string withdrawn_body(const std::string& body, const std::string& why);
// True where the body holds that key, however HubSpot has rewritten its HTML.
bool holds_key(std::string_view body, const std::string& key);
// Of any key, or of our closing it.
bool holds_mark(std::string_view body);

// The company's id in a key: the part before action and date. Empty: the key is none of ours.
std::string company_of_key(const std::string& key);

}  // namespace upselld::plugins::hubspot
