// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/salesforce/query.h"

namespace upselld::sandbox::salesforce {

// Queries whose pages are still being fetched. Which rows belong to a cursor is fixed when it is
// opened; their values are read when a page is.
class Cursors {
 public:
  explicit Cursors(Org& org) : org_(org) {}

  // The first page. `page_size` is what the client asked for.
  std::string open(Query query, std::size_t page_size);
  // The page at `locator` ("0r8...-2000"). Throws ApiError INVALID_QUERY_LOCATOR for one that is
  // unknown, too old, or of another user.
  std::string page(const std::string& locator, const std::string& user);
  void lose_all() { cursors_.clear(); }

 private:
  struct Cursor {
    Query query;
    std::vector<std::string> ids;
    std::size_t page_size;
    Instant opened, used;
  };
  std::string render(const std::string& locator, Cursor& cursor, std::size_t from);

  Org& org_;
  std::map<std::string, Cursor> cursors_;
  std::uint64_t opened_ = 0;
};

}  // namespace upselld::sandbox::salesforce
