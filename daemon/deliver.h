// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/host.h"
#include "core/instant.h"
#include "core/result.h"
#include "daemon/ledger.h"
#include "daemon/run_report.h"
#include "daemon/settings.h"
#include "plugins/connector.h"

namespace upselld::daemon {

// What delivering needs. All outlive the object.
struct DeliverySite {
  Ledger& ledger;
  Connector& connector;
  const Clock& clock;
  std::string connection;
  std::string run;
  std::string settings;  // their hash: what a refusal depends on, besides the account
  WriteLevel write = WriteLevel::fields_and_tasks;
  bool only_own = false;  // nothing that earlier runs left
};

// The CRM refused a task as the second of its key, and where the first is no look shows: it is
// looked for, never sent again, and in the end told as refused.
bool is_said_to_stand(const Receipt& receipt);

inline constexpr std::size_t kDeliveryBatchMax = 5'000;

// Brings due deliveries of one connection to its CRM: reads what stands there, leaves what people
// edited, sends, and stores every answer before the next batch. Used by one thread.
class Deliverer {
 public:
  Deliverer(DeliverySite site, ConnectionReport& report, std::stop_token stop);

  // First finds out what became of deliveries of which nothing is known, then sends what is due, in
  // the order fields, tasks, withdrawals. A pause or a stop ends it between two batches; that is no
  // error. Errors are the connection's or the disk's.
  Result<void> deliver_all();

 private:
  struct Batch {
    store::DeliveryKind kind = store::DeliveryKind::fields;
    std::vector<store::Delivery> deliveries;
    std::vector<FieldValues> before;  // of fields: what stood there right before the write
    std::vector<Receipt> receipts;    // `unknown` until answered
    std::vector<std::size_t> unsent;  // indices of what the connector has yet to do
  };
  Result<void> count_due();
  bool may_go_on();
  Result<void> settle_unknown();
  Result<std::vector<store::Delivery>> unknown_of(store::DeliveryKind kind) const;
  enum class Unfound : std::uint8_t { send_again, look_on, give_up, refuse };
  // `may_stand`: the look itself is not sure.
  Result<Unfound> unfound(const store::Delivery& delivery, bool may_stand) const;
  Result<void> settle_unknown_tasks();
  Result<void> settle_unknown_withdrawals();
  Result<void> give_up(const std::vector<store::Delivery>& deliveries);
  Result<void> settle_unknown_fields();
  Result<void> send_again(const std::vector<store::DeliveryId>& deliveries);
  Result<void> deliver_kind(store::DeliveryKind kind);
  Result<void> leave_edited_fields(Batch& batch);
  Result<void> send(Batch& batch);
  Result<void> hand_over(Batch& batch, std::int64_t batch_id);
  Result<void> store_answers(const Batch& batch, const std::vector<Receipt>& receipts);
  Result<void> note(store::Transaction& transaction, const store::Delivery& delivery,
                    const FieldValues& before, const Receipt& receipt);
  Result<void> note_kept(store::Transaction& transaction, const store::Delivery& withdrawal);
  void count(const store::Delivery& delivery, const Receipt& receipt);

  DeliverySite site_;
  ConnectionReport& report_;
  std::stop_token stop_;
  bool is_due_ = false;  // something is, or may be
};

}  // namespace upselld::daemon
