// SPDX-License-Identifier: Apache-2.0
#include <cctype>

#include "tests/tidy/tidy.h"

namespace upselld::tidy {

namespace {

// Turns comments, texts and preprocessor lines into blanks, so that only real braces are left.
class Blanker {
 public:
  std::string blank(const std::string& line) {
    if (state_ == State::code && !line.empty() && line[0] == '#') return {};
    std::string out(line.size(), ' ');
    for (std::size_t i = 0; i < line.size(); ++i) i = step(line, i, out);
    return out;
  }

 private:
  enum class State { code, block_comment, raw_text };

  // Handles what begins at `i` and gives the index of its last character.
  std::size_t step(const std::string& line, std::size_t i, std::string& out) {
    switch (state_) {
      case State::block_comment:
        return leave_at(line, "*/", i);
      case State::raw_text:
        return leave_at(line, raw_end_, i);
      case State::code:
        break;
    }
    if (line.compare(i, 2, "//") == 0) return line.size();
    if (line.compare(i, 2, "/*") == 0) {
      state_ = State::block_comment;
      return i + 1;
    }
    if (line.compare(i, 2, "R\"") == 0) {
      const std::size_t open = line.find('(', i);
      raw_end_ = ")" + line.substr(i + 2, open - i - 2) + "\"";
      state_ = State::raw_text;
      return open;
    }
    if (line[i] == '"') return end_of_literal(line, i);
    // 60'000 holds a separator, not a character.
    const bool is_separator = i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
    if (line[i] == '\'' && !is_separator) return end_of_literal(line, i);
    out[i] = line[i];
    return i;
  }

  std::size_t leave_at(const std::string& line, const std::string& end, std::size_t i) {
    const std::size_t at = line.find(end, i);
    if (at == std::string::npos) return line.size();
    state_ = State::code;
    return at + end.size() - 1;
  }

  static std::size_t end_of_literal(const std::string& line, std::size_t i) {
    for (std::size_t at = i + 1; at < line.size(); ++at) {
      if (line[at] == '\\') {
        ++at;
      } else if (line[at] == line[i]) {
        return at;
      }
    }
    return line.size();
  }

  State state_ = State::code;
  std::string raw_end_;
};

enum class Scope { holder, function, other };  // holder: a namespace or class

// What a brace opens, from the text of the statement before it.
Scope scope_of(const std::string& statement, bool inside_function) {
  if (inside_function) return Scope::other;
  if (statement.find('(') != std::string::npos) {
    // `x = f([] {`: an initialiser, whatever it calls.
    const std::size_t equals = statement.find(" = ");
    const bool is_value = equals != std::string::npos && equals < statement.find('(');
    return is_value ? Scope::other : Scope::function;
  }
  for (const char* word : {"namespace", "class", "struct", "union", "enum", "extern"}) {
    if (statement.find(word) != std::string::npos) return Scope::holder;
  }
  return Scope::other;
}

// Follows the braces of a file.
class Tracker {
 public:
  explicit Tracker(std::vector<FunctionSpan>& out) : out_(out) {}

  void read(const std::string& code, std::size_t line) {
    for (const char c : code) {
      if (statement_.empty() && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
      if (statement_.empty()) first_line_ = line;
      if (c == '{') {
        open();
      } else if (c == '}') {
        close(line);
      } else if (c == ';') {
        statement_.clear();
      } else {
        statement_ += c;
      }
    }
    if (!statement_.empty()) statement_ += ' ';
    // "public:" begins no declaration.
    if (statement_ == "public: " || statement_ == "private: " || statement_ == "protected: ") {
      statement_.clear();
    }
  }

 private:
  struct Open {
    Scope scope;
    std::size_t first_line;
  };

  void open() {
    bool inside = false;
    for (const Open& open : open_) inside = inside || open.scope != Scope::holder;
    open_.push_back({scope_of(statement_, inside), first_line_});
    statement_.clear();
  }
  void close(std::size_t line) {
    statement_.clear();
    if (open_.empty()) return;
    if (open_.back().scope == Scope::function) out_.push_back({open_.back().first_line, line});
    open_.pop_back();
  }

  std::vector<FunctionSpan>& out_;
  std::vector<Open> open_;
  std::string statement_;
  std::size_t first_line_ = 0;
};

}  // namespace

std::vector<FunctionSpan> functions_of(const File& file) {
  std::vector<FunctionSpan> functions;
  Blanker blanker;
  Tracker tracker(functions);
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    tracker.read(blanker.blank(file.lines[i]), i + 1);
  }
  return functions;
}

}  // namespace upselld::tidy
