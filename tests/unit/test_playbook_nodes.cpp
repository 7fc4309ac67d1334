// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/test_playbook_nodes.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

using upselld::Node;
using upselld::Place;

namespace {

struct Line {
  std::size_t indent = 0;
  std::string text;  // without indent and comment
  std::string raw;
  int number = 0;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" ");
  const auto last = text.find_last_not_of(" ");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

std::string without_comment(const std::string& text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ')) {
      return text.substr(0, i);
    }
  }
  return text;
}

class Reader {
 public:
  Reader(const std::string& text, std::string file) : file_(std::move(file)) {
    std::istringstream in(text);
    std::string raw;
    for (int number = 1; std::getline(in, raw); ++number) {
      const std::string bare = without_comment(raw);
      const auto first = bare.find_first_not_of(' ');
      const bool is_empty = first == std::string::npos;
      lines_.push_back({is_empty ? 0 : first, is_empty ? "" : trimmed(bare), raw, number});
    }
  }

  Node document() {
    skip_empty();
    if (at_ >= lines_.size()) return {};
    return block(lines_[at_].indent);
  }

 private:
  Place place(int line) const { return {file_, line}; }
  void skip_empty() {
    while (at_ < lines_.size() && lines_[at_].text.empty()) ++at_;
  }

  Node block(std::size_t indent) {
    Node node;
    node.place = place(lines_[at_].number);
    const bool is_list = is_item(lines_[at_].text);
    node.kind = is_list ? Node::Kind::list : Node::Kind::map;
    for (skip_empty(); at_ < lines_.size() && lines_[at_].indent == indent; skip_empty()) {
      if (is_item(lines_[at_].text) != is_list) break;
      if (is_list) {
        node.items.push_back(item(indent));
      } else {
        node.entries.push_back(entry(indent));
      }
    }
    return node;
  }

  static bool is_item(const std::string& text) { return text == "-" || text.rfind("- ", 0) == 0; }

  Node item(std::size_t indent) {
    Line& line = lines_[at_];
    const std::string rest = trimmed(line.text.substr(1));
    if (key_length(rest) == std::string::npos) {
      ++at_;
      return value(rest, place(line.number));
    }
    line.indent = indent + 2;
    line.text = rest;
    return block(indent + 2);
  }

  // Length of the key when the text is "key: ..." in block style.
  static std::size_t key_length(const std::string& text) {
    if (text.empty() || text[0] == '{' || text[0] == '[' || text[0] == '"') {
      return std::string::npos;
    }
    const auto colon = text.find(": ");
    if (colon != std::string::npos) return colon;
    return !text.empty() && text.back() == ':' ? text.size() - 1 : std::string::npos;
  }

  Node::Entry entry(std::size_t indent) {
    const Line line = lines_[at_++];
    const std::size_t length = key_length(line.text);
    if (length == std::string::npos) throw std::runtime_error("no key: " + line.text);
    Node::Entry made{line.text.substr(0, length), place(line.number), {}};
    const std::string rest = trimmed(line.text.substr(length + 1));
    if (rest == "|") {
      made.value = literal(indent, line.number);
    } else if (!rest.empty()) {
      made.value = value(rest, place(line.number));
    } else {
      skip_empty();
      const bool is_deeper =
          at_ < lines_.size() && (lines_[at_].indent > indent ||
                                  (lines_[at_].indent == indent && is_item(lines_[at_].text)));
      made.value.place = place(line.number);
      if (is_deeper) made.value = block(lines_[at_].indent);
    }
    return made;
  }

  Node literal(std::size_t indent, int number) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.place = place(number);
    std::size_t deep = 0;
    for (; at_ < lines_.size(); ++at_) {
      const std::string& raw = lines_[at_].raw;
      const auto first = raw.find_first_not_of(' ');
      if (first == std::string::npos) break;
      if (deep == 0) deep = first;
      if (first <= indent || first < deep) break;
      node.text += raw.substr(deep) + "\n";
    }
    return node;
  }

  Node value(const std::string& text, const Place& where) {
    std::size_t at = 0;
    return flow(text, at, where, /*inside=*/false);
  }

  Node flow(const std::string& text, std::size_t& at, const Place& where, bool inside) {
    Node node;
    node.place = where;
    skip(text, at);
    const char first = at < text.size() ? text[at] : '\0';
    if (first == '{' || first == '[') {
      node.kind = first == '{' ? Node::Kind::map : Node::Kind::list;
      const char last = first == '{' ? '}' : ']';
      for (++at, skip(text, at); at < text.size() && text[at] != last; skip(text, at)) {
        if (first == '{') {
          const auto colon = text.find(':', at);
          const std::string key = trimmed(text.substr(at, colon - at));
          at = colon + 1;
          node.entries.push_back({key, where, flow(text, at, where, true)});
        } else {
          node.items.push_back(flow(text, at, where, true));
        }
      }
      ++at;
      return node;
    }
    return scalar(text, at, where, inside);
  }

  static Node scalar(const std::string& text, std::size_t& at, const Place& where, bool inside) {
    Node node;
    node.place = where;
    node.kind = Node::Kind::scalar;
    if (text[at] == '"' || text[at] == '\'') {
      const auto end = text.find(text[at], at + 1);
      node.text = text.substr(at + 1, end - at - 1);
      node.quoted = true;
      at = end + 1;
      return node;
    }
    const auto end = inside ? text.find_first_of(",}]", at) : std::string::npos;
    node.text = trimmed(text.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? text.size() : end;
    if (node.text.empty() || node.text == "~") node.kind = Node::Kind::null;
    return node;
  }

  static void skip(const std::string& text, std::size_t& at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == ',')) ++at;
  }

  std::string file_;
  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

}  // namespace

Node node_of(const std::string& text, const std::string& file) {
  return Reader(text, file).document();
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return in ? text.str() : "";
}

std::string golden(const std::string& name) {
  return text_of_file(std::string(UPSELLD_SOURCE_DIR) + "/tests/golden/" + name);
}
