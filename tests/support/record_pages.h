// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/page.h"
#include "store/records.h"

// Pages for tests of the store, a few rows at a time.
namespace upselld::store::test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "upselld-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::filesystem::path database() const { return path_ / "upselld.db"; }

 private:
  std::filesystem::path path_;
};

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kNoTime = Instant::kMissingMs;

struct AccountIn {
  std::string id, name;
  std::int64_t version = kNoTime;
  std::string plan = {};        // attribute 0
  double customer = kNoNumber;  // attribute 1
};
struct OrderIn {
  std::string id, account;
  std::int64_t at = 0;
  double amount = 0;
  std::int64_t version = kNoTime;
};
struct ActivityIn {
  std::string account, kind;
  std::int64_t at = 0;
  double value = kNoNumber;
  std::string contact = {};
  std::int64_t known_at = kNoTime;
};

inline RecordsSettings small_settings() {
  RecordsSettings settings;
  const std::vector<AttributeSpec> attributes = {{"plan", AttributeKind::text, {}, false},
                                                 {"customer", AttributeKind::number, {}, false}};
  settings.attributes = {{"crm", attributes}, {"web", attributes}};
  return settings;
}

inline Page account_page(const std::vector<AccountIn>& rows) {
  Page page;
  AccountColumns c;
  c.attributes.resize(2);
  c.attributes[1].attribute = 1;
  bool versions = false;
  for (const AccountIn& row : rows) {
    c.id.push_back(page.add(row.id));
    c.name.push_back(page.add(row.name));
    c.attributes[0].text.push_back(page.add(row.plan));
    c.attributes[1].number.push_back(row.customer);
    c.modified_at.push_back({row.version});
    versions = versions || row.version != kNoTime;
  }
  if (!versions) c.modified_at.clear();
  page.columns = std::move(c);
  return page;
}

inline Page order_page(const std::vector<OrderIn>& rows) {
  Page page;
  OrderColumns c;
  bool versions = false;
  for (const OrderIn& row : rows) {
    c.id.push_back(page.add(row.id));
    c.account.push_back(page.add(row.account));
    c.placed_at.push_back({row.at});
    c.amount.push_back(row.amount);
    c.modified_at.push_back({row.version});
    versions = versions || row.version != kNoTime;
  }
  if (!versions) c.modified_at.clear();
  page.columns = std::move(c);
  return page;
}

inline Page activity_page(const std::vector<ActivityIn>& rows, bool replaces = false) {
  Page page;
  page.replaces = replaces;
  ActivityColumns c;
  for (const ActivityIn& row : rows) {
    c.account.push_back(page.add(row.account));
    c.contact.push_back(page.add(row.contact));
    c.at.push_back({row.at});
    c.known_at.push_back({row.known_at});
    c.value.push_back(row.value);
    c.kind.push_back(static_cast<std::uint16_t>(c.kind_names.size()));
    c.kind_names.push_back(row.kind);
  }
  page.columns = std::move(c);
  return page;
}

// One contact.
inline Page contact_page(const std::string& id, const std::string& account, bool may_profile,
                         std::int64_t version = kNoTime) {
  Page page;
  ContactColumns c;
  c.id.push_back(page.add(id));
  c.account.push_back(page.add(account));
  c.may_profile.push_back(may_profile ? 1 : 0);
  if (version != kNoTime) c.modified_at.push_back({version});
  page.columns = std::move(c);
  return page;
}

inline Feed accounts_feed() {
  return {"crm", "accounts", "", RecordKind::account, true, {}};
}
inline Feed orders_feed() {
  return {"crm", "orders", "", RecordKind::order, true, {}};
}
inline Feed contacts_feed() {
  return {"crm", "contacts", "", RecordKind::contact, true, {}};
}
inline Feed activities_feed(const std::string& part) {
  return {"crm", "activities", part, RecordKind::activity, false, {}};
}
// Finds its accounts by attribute 1.
inline Feed website_feed() {
  return {"web", "visits", "log", RecordKind::activity, false, Join{"crm", "customer"}};
}

}  // namespace upselld::store::test
