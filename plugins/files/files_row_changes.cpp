// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>

#include "plugins/files/files_rows.h"

namespace upselld::plugins::files {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

// The section `changes`: one row, one change.
class ChangeRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  void reset(Page& page) override { page.columns.emplace<AttributeChangeColumns>(); }
  RowOutcome put() override {
    auto& to = std::get<AttributeChangeColumns>(page().columns);
    const AttributeTarget* target = find(trimmed(cell(field_)));
    // A history names more fields than an admin maps.
    if (target == nullptr) return RowOutcome::left_out;
    double number = kNaN;
    std::string_view words;
    const bool good = read_attribute(*target->rule, cell(value_), number, words) &&
                      put_id(account_, to.account, true) && put_instant(at_, to.at, true) &&
                      put_known_at(known_at_, to.at.back(), to.known_at);
    if (!good) return RowOutcome::bad;
    to.attribute.push_back(target->index);
    to.text.push_back(add_text(words, to.text));
    to.number.push_back(number);
    return RowOutcome::taken;
  }
  const AttributeTarget* find(std::string_view name) const {
    for (const AttributeTarget& target : parts().all) {
      if (target.rule->spec.name == name || target.rule->column == name) return &target;
    }
    return nullptr;
  }
  const std::size_t account_ = field("account"), field_ = field("field"), at_ = field("at"),
                    value_ = field("value"), known_at_ = field("known_at");
};

// Attributes that order rows carry. A change is given out when the value differs from the one the
// account's newest row so far had. What was seen is forgotten with each page, so that a page
// depends on nothing but its own rows; the change that is then said twice changes nothing.
class OrderAttributeRows final : public RowReader {
 public:
  using RowReader::RowReader;

 private:
  struct Newest {
    Instant at = Instant::missing();
    std::string value;
  };

  void reset(Page& page) override {
    page.columns.emplace<AttributeChangeColumns>();
    newest_.clear();
  }
  RowOutcome put() override {
    Instant at, known_at;
    if (!read_instant(at_, at) || !read_instant(known_at_, known_at)) return RowOutcome::bad;
    // The same row is told as bad where it is read as an order.
    if (at.is_missing()) return RowOutcome::left_out;
    const std::string_view account = parts().cells.id(cell(account_));
    if (account.size() > kIdBytesMax) return RowOutcome::left_out;
    auto seen = newest_.find(account);
    if (seen == newest_.end()) {
      seen = newest_.emplace(account, std::vector<Newest>(parts().own.size())).first;
    }
    const std::size_t before = size();
    for (std::size_t i = 0; i < parts().own.size(); ++i) {
      if (!look_at(i, account, std::max(at, known_at), seen->second[i])) return RowOutcome::bad;
    }
    set_count(size());
    return size() == before ? RowOutcome::left_out : RowOutcome::taken;
  }

  bool look_at(std::size_t i, std::string_view account, Instant at, Newest& newest) {
    const std::string_view value = trimmed(cell_at(parts().columns.attributes[i]));
    if (value.empty()) return true;
    const bool is_newest = newest.at.is_missing() || at >= newest.at;
    if (is_newest && !newest.at.is_missing() && newest.value == value) {
      newest.at = at;
      return true;
    }
    if (!put_change(i, account, at, value)) return false;
    // A row out of order must not outlive the newer value that was not repeated.
    if (!is_newest) return newest.value == value || put_change(i, account, newest.at, newest.value);
    newest.at = at;
    newest.value = std::string(value);
    return true;
  }

  bool put_change(std::size_t i, std::string_view account, Instant at, std::string_view value) {
    auto& to = std::get<AttributeChangeColumns>(page().columns);
    double number = kNaN;
    std::string_view words;
    if (!read_attribute(*parts().own[i].rule, value, number, words)) return false;
    to.account.push_back(add_text(account, to.account));
    to.text.push_back(add_text(words, to.text));
    to.attribute.push_back(parts().own[i].index);
    to.at.push_back(at);
    to.number.push_back(number);
    return true;
  }
  std::size_t size() { return std::get<AttributeChangeColumns>(page().columns).at.size(); }

  const std::size_t account_ = field("account"),
                    at_ = field(parts().mapping->section == Section::orders ? "placed_at" : "at"),
                    known_at_ = field("known_at");
  std::unordered_map<std::string, std::vector<Newest>, TextHash, std::equal_to<>> newest_;
};

}  // namespace

std::unique_ptr<RowReader> make_change_reader(RowReaderParts parts) {
  return std::make_unique<ChangeRows>(std::move(parts));
}

std::unique_ptr<RowReader> make_attribute_reader(RowReaderParts parts) {
  return std::make_unique<OrderAttributeRows>(std::move(parts));
}

}  // namespace upselld::plugins::files
