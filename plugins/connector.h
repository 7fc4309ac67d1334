// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/delivery.h"
#include "core/host.h"
#include "core/page.h"
#include "core/records.h"
#include "core/result.h"
#include "core/secret.h"
#include "core/settings.h"
#include "core/time_zone.h"

// THE contract between upselld and a CRM. A connector is a shared object that exports
// `upselld_connector`, a function that returns a ConnectorDescriptor. C++ types cross the border,
// so both sides must be built alike: see abi_tag() below. docs/adding-a-connector.md is the guide.

namespace upselld {

inline constexpr std::uint32_t kConnectorContract = 1;

enum class Walk : std::uint8_t {
  changes,  // what is new since the cursor
  full,     // everything, from nothing
  sweep,    // ids only: what is not named no longer exists
};

struct StreamInfo {
  std::string name;  // "orders": identity of records is (connection, name, id)
  std::string part;  // one file of a stream that has several; empty otherwise
  RecordKind kind = RecordKind::activity;
  bool keyed = true;  // false: rows have no id and are known by their place in the part
  bool offers_changes = true, offers_full = true, offers_sweep = false;
  // Streams with the same name here are read with the same requests: they are pulled in turn, a
  // page each, where the first of them stands, so that what one brought along need not be asked
  // for again. A hint: each must come out the same when it is pulled alone. Empty: none.
  std::string together = {};
};

struct PageLimits {
  std::size_t records_max = kPageRecordsMax;
  std::size_t text_bytes_max = kPageTextBytesMax;
};

// One line of what `probe` saw.
struct ProbeFinding {
  enum class Level : std::uint8_t { ok, hint, warning, failure } level = Level::ok;
  std::string what;    // "sees 3,214 of 3,214 accounts"
  std::string remedy;  // "assign permission set ...": empty when ok
};
struct ProbeReport {
  std::vector<ProbeFinding> findings;
};

struct PrepareRequest {
  bool dry_run = false;
  bool remove = false;
  // Of an admin, to make the fields with: used in this call and kept nowhere. Empty: only what
  // needs no admin is done, such as writing down what he has to bring in.
  Secret admin_session = {};
};
struct PrepareReport {
  std::vector<std::string> steps;       // what was done, or would be
  std::vector<std::string> left_to_do;  // by a person
};

// One connection to one CRM. Made by ConnectorDescriptor::create; called by one thread at a time.
// Opens no socket, reads no clock, starts no thread, sleeps for nothing: Host has all of these.
// Throws nothing; the loader's adaptor turns what escapes into an Error all the same.
class Connector {
 public:
  virtual ~Connector() = default;

  // Cheap reads that tell an admin whether this will work. Findings are not errors; an Error means
  // that not even that could be found out.
  virtual Result<ProbeReport> probe() = 0;
  // Makes our fields in the CRM. Idempotent. `unsupported` where there is nothing to make.
  virtual Result<PrepareReport> prepare(const PrepareRequest& request) = 0;

  // All streams and parts that exist now.
  virtual Result<std::vector<StreamInfo>> streams() = 0;
  // The page after `cursor`, in no promised order. May be empty and still move the cursor. May be
  // called with a cursor whose page is not yet durable. The same cursor gives the same records,
  // also in a new process, as long as the source has not changed.
  virtual Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                            const PageLimits& limits) = 0;
  // `cursor` is durable. May be called twice or never.
  virtual void settled(const StreamInfo& stream, const Cursor& cursor) = 0;

  // One state per account asked for, in that order.
  virtual Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) = 0;
  // Batches: each item is answered to `sink` exactly once, by index. A returned Error means that
  // nothing is known about the items that were not answered. `from` is empty, or what an earlier
  // call of the same batch gave to checkpoint.
  virtual Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                                     const Continuation& from) = 0;
  virtual Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                                    const Continuation& from) = 0;
  // Closes, never deletes, tasks of ours that nobody touched; a touched one is already_there.
  virtual Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                                      const Continuation& from) = 0;
  // Those of the keys that are taken, by a task that stands or is known to be deleted, in any
  // order. No crm_id: what is not found may stand all the same, so the pipeline never creates it
  // again.
  virtual Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) = 0;
  // Those of the keys that exist or are known to be deleted, in any order.
  virtual Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) = 0;
};

// What every connector gets besides its own settings.
struct ConnectorContext {
  std::string connection;  // the admin's name for it
  std::string prefix;      // of our field names
  TimeZone zone = TimeZone::utc();
  std::string currency;                   // reporting currency, for amounts without one
  std::vector<AttributeSpec> attributes;  // the attribute table of this connection
  // The CRM's own names of order types that are up-sells.
  std::vector<std::string> upsell_types = {};
};

// What an admin may write into a connection of this kind, besides the keys every connection has.
struct ConnectorDescriptor {
  std::uint32_t struct_size = sizeof(ConnectorDescriptor);
  const char* abi_tag = nullptr;
  // Nothing below is touched before the two above were compared.
  const char* name = nullptr;
  const char* summary = nullptr;
  const SettingTable* settings = nullptr;
  // Finds the attributes that these settings map, with their kinds. No network.
  Result<std::vector<AttributeSpec>> (*attributes)(const Settings& settings) = nullptr;
  // Checks the settings beyond their table. No network. `host` outlives the connector; `settings`
  // lives only during the call.
  Result<std::unique_ptr<Connector>> (*create)(Host& host, const ConnectorContext& context,
                                               const Settings& settings) = nullptr;
};

}  // namespace upselld

// upselld::abi::tag() and the symbol a plugin exports. Last, because it needs all types above.
#include "plugins/abi_tag.h"  // IWYU pragma: export
