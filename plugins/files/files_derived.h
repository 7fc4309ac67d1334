// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/host.h"
#include "plugins/files/files_cursor.h"
#include "plugins/files/files_sources.h"

namespace upselld::plugins::files {

// Accounts where no file lists them: one for every account that an order or order line names, known
// since its earliest row. Nothing of a later row changes an account. Used by one thread.
class DerivedAccounts {
 public:
  DerivedAccounts(const Reading& reading, Host& host) : reading_(reading), host_(host) {}

  // See Connector::pull, for the stream "accounts". Reads all files of orders whenever one of them
  // has changed; a sweep names the ids.
  Result<Page> pull(bool is_sweep, const Cursor& cursor, const PageLimits& limits);

 private:
  struct Account {
    std::string id;
    Instant created_at;
  };
  struct Files {
    std::vector<Part> parts;
    std::uint64_t stamps = 0;
    bool is_settled = true;
  };

  Result<Files> look() const;
  Result<void> read(const Files& files);
  Page page_from(DerivedCursor cursor, const PageLimits& limits) const;

  const Reading& reading_;
  Host& host_;
  std::vector<Account> accounts_;  // by id; kept while its pages are given out
  std::uint64_t stamps_ = 0;       // of the files it was read from
  std::uint64_t content_ = 0;
};

}  // namespace upselld::plugins::files
