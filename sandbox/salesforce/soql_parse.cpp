// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/soql.h"
#include "sandbox/salesforce/soql_tokens.h"
#include "sandbox/salesforce/value.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr int kDepthMax = 50;  // of parentheses
constexpr std::string_view kRelative[] = {"TODAY",      "YESTERDAY", "TOMORROW", "THIS_MONTH",
                                          "LAST_MONTH", "THIS_YEAR", "LAST_YEAR"};
constexpr std::string_view kRelativeCounted[] = {"LAST_N_DAYS", "NEXT_N_DAYS"};

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(soql_tokens(text)) {}

  Soql statement() {
    Soql soql;
    expect("SELECT");
    do {
      soql.select.push_back(selected());
    } while (take_symbol(","));
    expect("FROM");
    soql.from = name();
    if (take("WHERE")) soql.where = condition(0);
    if (take("GROUP")) group_by(soql);
    if (take("ORDER")) order_by(soql);
    if (take("LIMIT")) soql.limit = count();
    if (take("OFFSET")) soql.offset = count();
    expect_end();
    check(soql);
    return soql;
  }

  Condition condition_alone() {
    Condition out = condition(0);
    expect_end();
    return out;
  }

 private:
  const Token& here() const { return tokens_[at_]; }
  bool is_word(std::string_view word) const {
    return here().kind == Token::Kind::word && equal_without_case(here().text, word);
  }
  bool take(std::string_view word) {
    if (!is_word(word)) return false;
    ++at_;
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (here().kind != Token::Kind::symbol || here().text != symbol) return false;
    ++at_;
    return true;
  }
  [[noreturn]] void unexpected() const {
    if (here().kind == Token::Kind::end) malformed(text_, here().at, "unexpected token: <EOF>");
    const std::string shown =
        here().text.empty() ? std::string(text_.substr(here().at, 20)) : here().text;
    malformed(text_, here().at, fmt::format("unexpected token: '{}'", shown));
  }
  void expect(std::string_view word) {
    if (!take(word)) unexpected();
  }
  void expect_symbol(std::string_view symbol) {
    if (!take_symbol(symbol)) unexpected();
  }
  void expect_end() {
    if (here().kind != Token::Kind::end) unexpected();
  }

  std::string name() {
    if (here().kind != Token::Kind::word) unexpected();
    for (const char* reserved : {"FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "GROUP", "LIMIT"}) {
      if (is_word(reserved)) unexpected();
    }
    return tokens_[at_++].text;
  }

  long count() {
    const Token& token = here();
    const double number = token.literal.number;
    if (token.kind != Token::Kind::literal || token.literal.kind != Literal::Kind::number ||
        number < 0 || number > 1e9 || number != static_cast<double>(static_cast<long>(number))) {
      unexpected();
    }
    ++at_;
    return static_cast<long>(number);
  }

  Selected selected() {
    using Aggregate = Selected::Aggregate;
    constexpr std::pair<const char*, Aggregate> kAggregates[] = {{"COUNT", Aggregate::count},
                                                                 {"MAX", Aggregate::max},
                                                                 {"MIN", Aggregate::min},
                                                                 {"SUM", Aggregate::sum},
                                                                 {"AVG", Aggregate::avg}};
    Selected out;
    const std::string word = name();
    if (take_symbol("(")) {
      for (const auto& [known, aggregate] : kAggregates) {
        if (equal_without_case(word, known)) out.aggregate = aggregate;
      }
      if (out.aggregate == Aggregate::none) {
        --at_;
        unexpected();
      }
      if (!take_symbol(")")) {
        out.path = name();
        expect_symbol(")");
      } else if (out.aggregate != Aggregate::count) {
        --at_;
        unexpected();
      }
    } else {
      out.path = word;
    }
    if (here().kind == Token::Kind::word && !is_word("FROM")) out.alias = name();
    return out;
  }

  void group_by(Soql& soql) {
    expect("BY");
    do {
      soql.group_by.push_back(name());
    } while (take_symbol(","));
  }

  void order_by(Soql& soql) {
    expect("BY");
    do {
      OrderTerm term;
      term.path = name();
      if (take("DESC")) {
        term.descending = true;
      } else {
        take("ASC");
      }
      if (take("NULLS")) {
        term.nulls_last = take("LAST");
        if (!term.nulls_last) expect("FIRST");
      }
      soql.order_by.push_back(std::move(term));
    } while (take_symbol(","));
  }

  // One level: either all AND or all OR; a mixture needs parentheses.
  Condition condition(int depth) {
    if (depth > kDepthMax) malformed(text_, here().at, "too many parentheses");
    Condition first = term(depth);
    const bool is_all = is_word("AND");
    if (!is_all && !is_word("OR")) return first;
    Condition out;
    out.kind = is_all ? Condition::Kind::all : Condition::Kind::any;
    out.parts.push_back(std::move(first));
    while (take(is_all ? "AND" : "OR")) out.parts.push_back(term(depth));
    if (is_word(is_all ? "OR" : "AND")) unexpected();
    return out;
  }

  Condition term(int depth) {
    if (take("NOT")) {
      Condition out;
      out.kind = Condition::Kind::negation;
      if (depth > kDepthMax) malformed(text_, here().at, "too many parentheses");
      out.parts.push_back(term(depth + 1));
      return out;
    }
    if (take_symbol("(")) {
      Condition out = condition(depth + 1);
      expect_symbol(")");
      return out;
    }
    return comparison();
  }

  Condition comparison() {
    using Test = Condition::Test;
    constexpr std::pair<const char*, Test> kTests[] = {
        {"=", Test::equal},       {"!=", Test::unequal},       {"<", Test::less},
        {"<=", Test::less_equal}, {">=", Test::greater_equal}, {">", Test::greater}};
    Condition out;
    out.path = name();
    for (const auto& [symbol, test] : kTests) {
      if (!take_symbol(symbol)) continue;
      out.test = test;
      out.literals.push_back(literal());
      return out;
    }
    if (take("LIKE")) {
      out.test = Test::like;
      out.literals.push_back(literal());
      if (out.literals[0].kind != Literal::Kind::string) {
        --at_;
        unexpected();
      }
      return out;
    }
    out.test = take("NOT") ? Test::not_in : Test::in;
    expect("IN");
    expect_symbol("(");
    do {
      out.literals.push_back(literal());
    } while (take_symbol(","));
    expect_symbol(")");
    return out;
  }

  Literal literal() {
    const Token& token = here();
    if (token.kind == Token::Kind::literal) {
      ++at_;
      return token.literal;
    }
    if (token.kind != Token::Kind::word) unexpected();
    Literal out;
    const std::string word = upper(token.text);
    if (word == "NULL") {
      out.kind = Literal::Kind::null;
    } else if (word == "TRUE" || word == "FALSE") {
      out.kind = Literal::Kind::boolean;
      out.boolean = word == "TRUE";
    } else {
      return relative(word);
    }
    ++at_;
    return out;
  }

  Literal relative(const std::string& word) {
    Literal out;
    out.kind = Literal::Kind::relative;
    out.text = word;
    const auto is_in = [&](const auto& words) {
      return std::find(std::begin(words), std::end(words), word) != std::end(words);
    };
    const bool counted = is_in(kRelativeCounted);
    if (!counted && !is_in(kRelative)) unexpected();
    ++at_;
    if (counted) {
      expect_symbol(":");
      out.count = static_cast<int>(std::min(count(), 100'000L));
    }
    return out;
  }

  void check(const Soql& soql) const {
    if (soql.offset && *soql.offset > 2'000) {
      throw ApiError{400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000", {}};
    }
    if (soql.counts_only() && (!soql.order_by.empty() || !soql.group_by.empty())) {
      malformed(text_, 0, "COUNT() cannot be combined with ORDER BY or GROUP BY");
    }
    for (const Selected& each : soql.select) {
      const bool bare_count = each.aggregate == Selected::Aggregate::count && each.path.empty();
      if (bare_count && soql.select.size() > 1) malformed(text_, 7, "unexpected token: '('");
      if (!soql.aggregates() && !each.alias.empty()) {
        malformed(text_, 7, fmt::format("only aggregate expressions use field aliasing"));
      }
    }
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

bool Soql::aggregates() const {
  return !group_by.empty() || std::any_of(select.begin(), select.end(), [](const Selected& each) {
    return each.aggregate != Selected::Aggregate::none;
  });
}

Soql parse_soql(std::string_view text) {
  return Parser(text).statement();
}
Condition parse_condition(std::string_view text) {
  return Parser(text).condition_alone();
}

}  // namespace upselld::sandbox::salesforce
