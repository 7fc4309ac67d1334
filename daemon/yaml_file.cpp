// SPDX-License-Identifier: Apache-2.0
#include "daemon/yaml_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "core/file_io.h"
#include "core/page.h"

namespace upselld::daemon {

namespace {

// What we do not take although it is YAML. Thrown from inside the parser's callbacks, because they
// have no other way to stop it, and caught in this file.
struct Refusal {
  int line;
  std::string message;
};

// Builds our nodes from the parser's events. Events, not yaml-cpp's own tree: the tree keeps only
// the first of repeated keys and expands aliases.
class NodeBuilder : public YAML::EventHandler {
 public:
  explicit NodeBuilder(std::string file) : file_(std::move(file)) {}

  Node take_root() { return std::move(root_); }
  // Where the last quoted scalar begins; line 0: there is none.
  std::size_t last_quote() const { return last_quote_; }
  int last_quote_line() const { return last_quote_line_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Refusal{line_of(mark), "more than one document in a file"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = start(mark, Node::Kind::null, "", anchor);
    // The parser finds out that there was no value only where the next thing begins.
    if (!open_.empty() && open_.back().has_key) node.place = open_.back().key_place;
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{line_of(mark), "aliases (*name) are not supported; write the value again"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = start(mark, Node::Kind::scalar, tag, anchor);
    node.text = value;
    node.quoted = tag == "!";
    if (node.quoted) {
      last_quote_ = static_cast<std::size_t>(mark.pos);
      last_quote_line_ = line_of(mark);
    }
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(start(mark, Node::Kind::list, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(start(mark, Node::Kind::map, tag, anchor));
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or map whose end has not come yet, with the key that waits for its value.
  struct Open {
    Node node;
    bool has_key = false;
    std::string key;
    Place key_place;
  };

  static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

  Node start(const YAML::Mark& mark, Node::Kind kind, const std::string& tag,
             YAML::anchor_t anchor) {
    // "!" is how the parser tells a quoted scalar, "?" a plain one.
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refusal{line_of(mark), "tags (!name) are not supported"};
    }
    if (anchor != 0) throw Refusal{line_of(mark), "anchors (&name) are not supported"};
    if (++nodes_ > kYamlNodesMax) {
      throw Refusal{line_of(mark), "more than " + std::to_string(kYamlNodesMax) + " values"};
    }
    Node node;
    node.kind = kind;
    node.place = {file_, line_of(mark)};
    return node;
  }

  void open(Node node) {
    const int line = node.place.line;
    if (open_.size() >= static_cast<std::size_t>(kYamlDepthMax)) {
      throw Refusal{line, "nested deeper than " + std::to_string(kYamlDepthMax) + " levels"};
    }
    if (!open_.empty() && open_.back().node.kind == Node::Kind::map) {
      if (!open_.back().has_key) throw Refusal{line, "a key must be a text"};
      // People look for "crm:" itself, not for the first line below it.
      node.place = open_.back().key_place;
    }
    open_.push_back({std::move(node), false, "", {}});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.has_key) {
      parent.node.entries.push_back(
          {std::move(parent.key), std::move(parent.key_place), std::move(node)});
      parent.has_key = false;
    } else {
      if (node.kind != Node::Kind::scalar) throw Refusal{node.place.line, "a key must be a text"};
      parent.key = std::move(node.text);
      parent.key_place = std::move(node.place);
      parent.has_key = true;
    }
  }

  std::string file_;
  Node root_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
  std::size_t last_quote_ = 0;
  int last_quote_line_ = 0;
};

// yaml-cpp takes the end of the file for a closing quote, and so would swallow all lines below an
// opening one. The parser's positions count bytes after a byte order mark.
bool is_closed(std::string_view text, std::size_t begin) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::size_t at = begin;
  if (at >= text.size() || (text[at] != '"' && text[at] != '\'')) return true;  // a block scalar
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      const bool escaped = quote == '\'' && at + 1 < text.size() && text[at + 1] == quote;
      if (!escaped) return true;
      ++at;
    }
  }
  return false;
}

int line_at(std::string_view text, std::size_t offset) {
  int line = 1;
  for (std::size_t i = 0; i < offset; ++i) line += text[i] == '\n' ? 1 : 0;
  return line;
}

// Whether there is a tab in the indentation of that line, counted from 1. The parser tells of what
// it takes the line for then.
bool is_indented_with_tab(std::string_view text, int line) {
  std::size_t at = 0;
  for (int passed = 1; passed < line && at != std::string_view::npos; ++passed) {
    at = text.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
  if (at == std::string_view::npos) return false;
  const std::string_view rest = text.substr(at);
  return rest.substr(0, rest.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// Bytes that are no text. yaml-cpp would guess another encoding or put replacement characters.
std::optional<Error> check_bytes(std::string_view text, const std::string& file) {
  if (text.size() > kYamlBytesMax) {
    return error_at({file, 0},
                    "is larger than " + std::to_string(kYamlBytesMax / 1024 / 1024) + " MiB");
  }
  std::size_t line_start = 0;
  while (!is_utf8(text.substr(line_start))) {
    const std::size_t line_end = std::min(text.find('\n', line_start), text.size());
    if (!is_utf8(text.substr(line_start, line_end - line_start))) {
      return error_at({file, line_at(text, line_start)}, "is not UTF-8; save the file as UTF-8");
    }
    line_start = line_end + 1;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) {
      return error_at({file, line_at(text, i)}, "holds a control character; it is no text");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Node> parse_yaml(std::string_view text, const std::string& file) {
  if (auto error = check_bytes(text, file)) return *error;
  Node root;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    NodeBuilder builder(file);
    while (parser.HandleNextDocument(builder)) {
    }
    if (builder.last_quote_line() > 0 && !is_closed(text, builder.last_quote())) {
      throw Refusal{builder.last_quote_line(), "the quote that opens here is never closed"};
    }
    root = builder.take_root();
  } catch (const Refusal& refusal) {
    return error_at({file, refusal.line}, refusal.message);
  } catch (const YAML::Exception& error) {
    const int line = error.mark.line + 1;
    const char* remedy = is_indented_with_tab(text, line) ? "; indent with spaces, not tabs" : "";
    return error_at({file, line}, "is no YAML here: " + error.msg + remedy);
  } catch (const std::exception& error) {
    return error_at({file, 0}, std::string("could not be read: ") + error.what());
  }
  if (root.kind == Node::Kind::null) {
    root.kind = Node::Kind::map;
    root.place = {file, 1};
  }
  if (root.kind != Node::Kind::map) {
    return error_at(root.place, "the file must be a map of options (lines such as \"key: value\")");
  }
  return root;
}

Result<Node> read_yaml_file(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kYamlBytesMax);
  if (!bytes) {
    Error error = bytes.error();
    // Whatever is wrong with a settings file, a person must set it right.
    if (error.kind == ErrorKind::io) error.kind = ErrorKind::invalid_config;
    return error;
  }
  return parse_yaml(*bytes, path.string());
}

}  // namespace upselld::daemon
