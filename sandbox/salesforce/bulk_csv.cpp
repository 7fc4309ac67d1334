// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/bulk_jobs.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::size_t kFieldCharactersMax = 32'000, kRecordCharactersMax = 400'000;

class UploadReader {
 public:
  UploadReader(std::string_view text, char delimiter, bool crlf)
      : text_(text), delimiter_(delimiter), crlf_(crlf) {}

  std::vector<std::vector<std::string>> run(std::string& problem) {
    while (at_ < text_.size() && !wrong_line_end_) read_row();
    if (wrong_line_end_) {
      problem = std::string(
                    "ClientInputError : LineEnding is invalid on user data. Current "
                    "LineEnding setting is ") +
                (crlf_ ? "CRLF" : "LF");
    }
    return std::move(rows_);
  }

 private:
  void read_row() {
    std::vector<std::string> row;
    std::size_t characters = 0;
    bool broken = false;
    for (;;) {
      row.emplace_back();
      broken = !read_field(row.back()) || broken;
      characters += row.back().size();
      if (at_ < text_.size() && text_[at_] == delimiter_) {
        ++at_;
        continue;
      }
      break;
    }
    end_line();
    if (row.size() == 1 && row[0].empty()) return;  // an empty line
    if (broken || characters > kRecordCharactersMax) row = {std::string(kBrokenRow)};
    rows_.push_back(std::move(row));
  }

  // False: no field as the rules have it.
  bool read_field(std::string& out) {
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted(out);
    bool good = true;
    for (; at_ < text_.size() && text_[at_] != delimiter_ && !at_line_end(); ++at_) {
      good = good && text_[at_] != '"';
      out += text_[at_];
    }
    return good && out.size() <= kFieldCharactersMax;
  }

  bool read_quoted(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        out += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out += '"';
        ++at_;
      } else {
        ++at_;
        const bool ends = at_ == text_.size() || text_[at_] == delimiter_ || at_line_end();
        for (; at_ < text_.size() && text_[at_] != delimiter_ && !at_line_end(); ++at_) {
        }
        return ends && out.size() <= kFieldCharactersMax;
      }
    }
    return false;  // never closed
  }

  bool at_line_end() const {
    return text_[at_] == '\n' || (text_[at_] == '\r' && text_.substr(at_ + 1, 1) == "\n");
  }

  void end_line() {
    if (at_ >= text_.size()) return;
    const bool has_return = text_[at_] == '\r';
    wrong_line_end_ = has_return != crlf_;
    at_ += has_return ? 2 : 1;
  }

  std::string_view text_;
  char delimiter_;
  bool crlf_;
  std::size_t at_ = 0;
  bool wrong_line_end_ = false;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::vector<std::vector<std::string>> parse_upload(std::string_view text, char delimiter, bool crlf,
                                                   std::string& problem) {
  return UploadReader(text, delimiter, crlf).run(problem);
}

std::string csv_line(const std::vector<std::string>& cells, char delimiter) {
  std::string out;
  for (const std::string& cell : cells) {
    if (!out.empty()) out += delimiter;
    out += '"';
    for (const char c : cell) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out;
}

}  // namespace upselld::sandbox::salesforce
