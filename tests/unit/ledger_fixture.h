// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "store/account_ref.h"
#include "store/database.h"
#include "store/sql.h"

namespace upselld::store {

// A store in a folder of its own that vanishes with it.
class LedgerFixture {
 public:
  LedgerFixture() : folder_(make_folder()), database_(open()) {}
  ~LedgerFixture() {
    { const Database closed = std::move(database_); }
    std::filesystem::remove_all(folder_);
  }

  Database& database() { return database_; }
  std::filesystem::path path() const { return folder_ / "upselld.db"; }

  // A second connection beside this one.
  Database open() const {
    auto opened = Database::open(path(), OpenMode::create_or_upgrade);
    REQUIRE(opened);
    return std::move(*opened);
  }
  Database open_reader() const {
    auto opened = Database::open(path(), OpenMode::read_only);
    REQUIRE(opened);
    return std::move(*opened);
  }

  Transaction begin() { return begin(database_); }
  static Transaction begin(Database& database) {
    auto transaction = Transaction::begin(database, "test", Durability::full);
    REQUIRE(transaction);
    return std::move(*transaction);
  }

  // `work(transaction)` and commit.
  template <typename Work>
  void committed(const Work& work) {
    Transaction transaction = begin();
    work(transaction);
    REQUIRE(transaction.commit());
  }

  // Behind the store's back, as a person with an SQL shell would.
  void tamper(const std::string& sql) { raw(database_).exec(sql); }

 private:
  static std::filesystem::path make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upselld-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    return pattern;
  }

  std::filesystem::path folder_;
  Database database_;
};

inline AccountRef account(std::uint32_t number, const std::string& connection = "crm") {
  return {number, connection, "A" + std::to_string(number)};
}

constexpr Instant kNoon = Instant{1'795'000'000'000};

}  // namespace upselld::store
