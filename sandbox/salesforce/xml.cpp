// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/xml.h"

#include <utility>

#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr int kDepthMax = 32;
constexpr std::pair<std::string_view, char> kEntities[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<XmlElement> document() {
    if (!skip_prologue()) return std::nullopt;
    XmlElement root;
    if (!element(root, 0) || !skip_prologue() || at_ != text_.size()) return std::nullopt;
    return root;
  }

 private:
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool skip_past(std::string_view what) {
    const std::size_t found = text_.find(what, at_);
    if (found == text_.npos) return false;
    at_ = found + what.size();
    return true;
  }
  bool skip_prologue() {
    for (;;) {
      skip_blanks();
      if (starts("<?")) {
        if (!skip_past("?>")) return false;
      } else if (starts("<!--")) {
        if (!skip_past("-->")) return false;
      } else {
        return true;
      }
    }
  }
  bool character(std::string& out) {
    if (text_[at_] != '&') {
      out += text_[at_++];
      return true;
    }
    for (const auto& [entity, meant] : kEntities) {
      if (!starts(entity)) continue;
      out += meant;
      at_ += entity.size();
      return true;
    }
    return false;
  }
  bool element(XmlElement& out, int depth) {
    if (depth > kDepthMax || !starts("<")) return false;
    const std::size_t close = text_.find('>', at_);
    if (close == text_.npos) return false;
    std::string_view tag = text_.substr(at_ + 1, close - at_ - 1);
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    out.name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (out.name.empty() || out.name[0] == '!' || out.name[0] == '/') return false;
    at_ = close + 1;
    const std::string end = "</" + out.name + ">";
    while (!is_empty) {
      if (at_ >= text_.size()) return false;
      if (starts(end)) {
        at_ += end.size();
        break;
      }
      if (starts("<!--")) {
        if (!skip_past("-->")) return false;
      } else if (text_[at_] == '<') {
        if (!element(out.children.emplace_back(), depth + 1)) return false;
      } else if (!character(out.text)) {
        return false;
      }
    }
    if (!out.children.empty()) out.text.clear();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string XmlElement::get(std::string_view child) const {
  for (const XmlElement& each : children) {
    if (each.name == child) return std::string(trimmed(each.text));
  }
  return {};
}

std::vector<const XmlElement*> XmlElement::all(std::string_view child) const {
  std::vector<const XmlElement*> out;
  for (const XmlElement& each : children) {
    if (each.name == child) out.push_back(&each);
  }
  return out;
}

std::optional<XmlElement> parse_xml(std::string_view text) {
  return Parser(text).document();
}

}  // namespace upselld::sandbox::salesforce
