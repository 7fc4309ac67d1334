// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/soql_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/time_zone.h"
#include "sandbox/salesforce/value.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::size_t kStatementCharactersMax = 100'000;
constexpr std::size_t kShownAround = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    if (text_.size() > kStatementCharactersMax) {
      throw ApiError{400,
                     "QUERY_TOO_COMPLICATED",
                     "SOQL statements cannot be longer than 100000 "
                     "characters.",
                     {}};
    }
    while (skip_blanks()) tokens_.push_back(next());
    Token end;
    end.at = text_.size();
    tokens_.push_back(end);
    return std::move(tokens_);
  }

 private:
  bool skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  Token next() {
    Token token;
    token.at = at_;
    const char c = text_[at_];
    if (c == '\'') return string_literal(token);
    if (is_digit(c) ||
        ((c == '-' || c == '+') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      return number_or_date(token);
    }
    if (is_letter(c)) return word(token);
    token.kind = Token::Kind::symbol;
    for (const std::string_view two : {"!=", "<>", "<=", ">="}) {
      if (text_.substr(at_, 2) == two) token.text = two == "<>" ? "!=" : std::string(two);
    }
    if (!token.text.empty()) {
      at_ += 2;
      return token;
    }
    if (std::string_view("=<>(),:").find(c) == std::string_view::npos) {
      malformed(text_, at_, fmt::format("unexpected token: '{}'", c));
    }
    token.text = c;
    ++at_;
    return token;
  }

  Token word(Token token) {
    const std::size_t first = at_;
    while (at_ < text_.size() &&
           (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.')) {
      ++at_;
    }
    token.kind = Token::Kind::word;
    token.text = text_.substr(first, at_ - first);
    if (token.text.ends_with('.') || token.text.find("..") != std::string::npos) {
      malformed(text_, first, "unexpected token: '.'");
    }
    return token;
  }

  Token string_literal(Token token) {
    token.kind = Token::Kind::literal;
    token.literal.kind = Literal::Kind::string;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\'') {
        ++at_;
        return token;
      }
      if (c == '\\') {
        take_escape(token.literal);
      } else if (c == '\n' || c == '\r') {
        break;
      } else {
        token.literal.text += c;
        token.literal.pattern += c;
      }
    }
    malformed(text_, token.at, "line breaks not allowed in string literals, or a quote is missing");
  }

  // Stands on the backslash, and on the last character of the escape when it returns.
  void take_escape(Literal& literal) {
    constexpr std::string_view kLetters = "nrtbf", kMeanings = "\n\r\t\b\f";
    const char c = ++at_ < text_.size() ? text_[at_] : '\0';
    char meant = c;
    const std::size_t letter = kLetters.find(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    if (letter != std::string_view::npos && c != '\0') {
      meant = kMeanings[letter];
    } else if (c == '%' || c == '_') {
      literal.pattern += kPlainMark;
    } else if (c != '\'' && c != '"' && c != '\\') {
      malformed(text_, at_ - 1, "Illegal escape sequence in string literal");
    }
    literal.text += meant;
    literal.pattern += meant;
  }

  Token number_or_date(Token token) {
    const std::size_t first = at_++;
    while (at_ < text_.size() &&
           (is_digit(text_[at_]) || is_letter(text_[at_]) ||
            std::string_view(".:+-").find(text_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    const std::string_view text = text_.substr(first, at_ - first);
    token.kind = Token::Kind::literal;
    Literal& literal = token.literal;
    if (parse_datetime(text, literal.at)) {
      literal.kind = Literal::Kind::datetime;
      return token;
    }
    if (const auto day = parse_day(text)) {
      literal.kind = Literal::Kind::date;
      literal.day = *day;
      return token;
    }
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), literal.number);
    if (code != std::errc() || end != digits.data() + digits.size()) {
      malformed(text_, first, fmt::format("unexpected token: '{}'", text.substr(0, kShownAround)));
    }
    literal.kind = Literal::Kind::number;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> soql_tokens(std::string_view text) {
  return Lexer(text).run();
}

void malformed(std::string_view text, std::size_t at, const std::string& what) {
  const std::size_t first = at > kShownAround ? at - kShownAround : 0;
  std::string shown(text.substr(first, 2 * kShownAround));
  std::replace(shown.begin(), shown.end(), '\n', ' ');
  throw ApiError{400,
                 "MALFORMED_QUERY",
                 fmt::format("\n{}\n{}^\nERROR at Row:1:Column:{}\n{}", shown,
                             std::string(at - first, ' '), at + 1, what),
                 {}};
}

}  // namespace upselld::sandbox::salesforce
