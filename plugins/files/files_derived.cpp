// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_derived.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "core/digest.h"
#include "plugins/files/files_part.h"

namespace upselld::plugins::files {

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using FirstSeen = std::unordered_map<std::string, Instant, TextHash, std::equal_to<>>;

std::uint64_t mix(std::uint64_t digest, std::string_view bytes) {
  return keyed_hash(digest, bytes);
}
std::uint64_t mix(std::uint64_t digest, std::uint64_t number) {
  return keyed_hash(digest, {reinterpret_cast<const char*>(&number), sizeof number});
}

bool is_source(const Mapping& mapping) {
  return mapping.section == Section::orders || mapping.section == Section::order_lines;
}

// Adds the accounts of one page of orders or order lines.
template <typename OrderLike>
void note(const Page& page, const OrderLike& columns, const std::vector<Instant>& at,
          FirstSeen& seen) {
  for (std::size_t row = 0; row < columns.account.size(); ++row) {
    const std::string_view id = page[columns.account[row]];
    const auto found = seen.find(id);
    if (found == seen.end()) {
      seen.emplace(id, at[row]);
    } else {
      found->second = std::min(found->second, at[row]);
    }
  }
}

std::string fingerprint_of(const Reading& reading) {
  std::uint64_t digest = 0;
  for (const Mapping& mapping : reading.mappings) {
    if (is_source(mapping)) digest = mix(digest, mapping.fingerprint);
  }
  return std::to_string(digest);
}

}  // namespace

Result<DerivedAccounts::Files> DerivedAccounts::look() const {
  Files files;
  const Instant now = host_.clock().now();
  for (const Mapping& mapping : reading_.mappings) {
    if (!is_source(mapping)) continue;
    auto parts = parts_of(reading_, mapping);
    if (!parts) return parts.error();
    for (Part& part : *parts) {
      auto stamp = stamp_of(part.path);
      if (!stamp) return stamp.error();
      files.stamps = mix(files.stamps, part.name);
      files.stamps = mix(files.stamps, stamp->size);
      files.stamps = mix(files.stamps, stamp->inode);
      files.stamps = mix(files.stamps, static_cast<std::uint64_t>(stamp->modified_ns));
      files.is_settled = files.is_settled && is_stamp_safe(*stamp, now);
      files.parts.push_back(std::move(part));
    }
  }
  return files;
}

Result<void> DerivedAccounts::read(const Files& files) {
  FirstSeen seen;
  PartPull pull(reading_, host_);
  for (const Part& part : files.parts) {
    Cursor cursor;
    while (true) {
      auto page = pull.pull(part, Yield::records, /*keyed=*/false, cursor, {});
      if (!page) return page.error();
      if (const auto* orders = std::get_if<OrderColumns>(&page->columns)) {
        note(*page, *orders, orders->placed_at, seen);
      } else if (const auto* lines = std::get_if<OrderLineColumns>(&page->columns)) {
        note(*page, *lines, lines->at, seen);
      }
      if (page->end) break;
      cursor = page->next;
    }
  }
  accounts_.clear();
  for (const auto& [id, created_at] : seen) accounts_.push_back({id, created_at});
  std::sort(accounts_.begin(), accounts_.end(),
            [](const Account& a, const Account& b) { return a.id < b.id; });
  content_ = 0;
  for (const Account& account : accounts_) {
    content_ = mix(mix(content_, account.id), static_cast<std::uint64_t>(account.created_at.ms));
  }
  stamps_ = files.stamps;
  return {};
}

Page DerivedAccounts::page_from(DerivedCursor cursor, const PageLimits& limits) const {
  Page page;
  auto& to = page.columns.emplace<AccountColumns>();
  std::size_t given = 0;
  std::size_t text_bytes = 0;
  while (cursor.position < accounts_.size() && given < limits.records_max) {
    const Account& account = accounts_[cursor.position];
    if (given > 0 && text_bytes + account.id.size() > limits.text_bytes_max) break;
    text_bytes += account.id.size();
    if (cursor.is_sweep) {
      page.named.push_back(account.id);
    } else {
      to.id.push_back(page.add(account.id));
      to.created_at.push_back(account.created_at);
    }
    ++given;
    ++cursor.position;
  }
  cursor.at_end = cursor.position == accounts_.size();
  page.next = to_cursor(cursor);
  page.end = cursor.at_end;
  return page;
}

Result<Page> DerivedAccounts::pull(bool is_sweep, const Cursor& cursor, const PageLimits& limits) {
  DerivedCursor from;
  from.fingerprint = fingerprint_of(reading_);
  from.is_sweep = is_sweep;
  const bool is_first = cursor.bytes.empty();
  if (!is_first) {
    const auto parsed = derived_cursor_of(cursor);
    if (!parsed || parsed->fingerprint != from.fingerprint || parsed->is_sweep != is_sweep) {
      return Error{
          ErrorKind::cursor_lost, "take accounts from orders: the mapping has changed", {}};
    }
    from = *parsed;
  }
  auto files = look();
  if (!files) return files.error();
  if (from.at_end && from.is_settled && from.stamps == files->stamps) {
    Page page;
    page.next = cursor;
    page.end = true;
    return page;
  }
  if (accounts_.empty() || stamps_ != files->stamps || !files->is_settled) {
    if (auto done = read(*files); !done)
      return in_context("take accounts from orders", done.error());
  }
  if (!is_first && from.content != content_) {
    if (is_sweep)
      return Error{ErrorKind::cursor_lost, "sweep accounts: the orders have changed", {}};
    from.position = 0;
  }
  from.content = content_;
  from.stamps = files->stamps;
  from.is_settled = files->is_settled;
  Page page = page_from(from, limits);
  if (page.end) accounts_ = {};
  return page;
}

}  // namespace upselld::plugins::files
