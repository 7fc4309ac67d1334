// SPDX-License-Identifier: Apache-2.0
#include "daemon/account_lookup.h"

#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kHitsShown = 10;

// "https://x.example/lightning/r/Account/001A/view" -> "001A": the longest part that has digits.
std::string id_of_link(const std::string& link) {
  std::string best, part;
  for (const char c : link.substr(link.find("://") + 3) + "/") {
    const bool ends = c == '/' || c == '?' || c == '&' || c == '=';
    if (!ends) {
      part += c;
      continue;
    }
    const bool has_digit = part.find_first_of("0123456789") != std::string::npos;
    if (has_digit && part.find('.') == std::string::npos && part.size() >= best.size()) best = part;
    part.clear();
  }
  return best;
}

}  // namespace

Result<store::AccountHit> one_account(App& app, const std::string& text) {
  const bool is_link = text.find("://") != std::string::npos;
  const std::string wanted = is_link ? id_of_link(text) : text;
  const auto reader = app.record_reader();
  auto hits = reader->find_exactly(wanted);
  // A name that begins like an id must not stand in its way.
  if (hits && hits->empty()) hits = reader->find_account(wanted, kHitsShown + 1);
  if (!hits) return hits.error();
  if (hits->empty()) {
    return Error{
        ErrorKind::not_found,
        "no account " + printable(text, 80) + ": give an id, connection:id, a CRM link or a name",
        {}};
  }
  if (hits->size() == 1) return hits->front();
  std::string list = "several accounts match " + printable(text, 80) + "; name one by its id:";
  for (std::size_t i = 0; i < hits->size() && i < kHitsShown; ++i) {
    list += "\n  " + (*hits)[i].connection + ":" + (*hits)[i].id + "  " +
            printable((*hits)[i].name, 60);
  }
  return Error{ErrorKind::invalid_config, list, {}};
}

}  // namespace upselld::daemon
