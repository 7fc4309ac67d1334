// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace upselld::sandbox::salesforce {

// An element of a metadata file. Attributes are passed over: metadata says nothing with them.
struct XmlElement {
  std::string name;
  std::string text;  // its own, entities replaced
  std::vector<XmlElement> children;

  // The text of the first child of that name; empty: none.
  std::string get(std::string_view child) const;
  bool is_true(std::string_view child) const { return get(child) == "true"; }
  std::vector<const XmlElement*> all(std::string_view child) const;
};

// The outermost element; nothing where the text is not well-formed. Knows elements, the five
// entities, comments and the declaration; a DOCTYPE is refused.
std::optional<XmlElement> parse_xml(std::string_view text);

}  // namespace upselld::sandbox::salesforce
