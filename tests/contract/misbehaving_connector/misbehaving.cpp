// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "plugins/connector.h"

// Breaks the contract: throws, and leaves a batch without answers. Loads all the same.
namespace {

using namespace upselld;  // NOLINT: a test reads better so

Error read_only() {
  return {ErrorKind::unsupported, "misbehaving: it only reads", {}};
}

class Misbehaving final : public Connector {
 public:
  Result<ProbeReport> probe() override { return ProbeReport{}; }
  Result<PrepareReport> prepare(const PrepareRequest&) override { return read_only(); }
  Result<std::vector<StreamInfo>> streams() override {
    return std::vector<StreamInfo>{{"accounts", "", RecordKind::account}};
  }
  Result<Page> pull(const StreamInfo&, Walk, const Cursor& cursor, const PageLimits&) override {
    Page page;
    auto& accounts = page.columns.emplace<AccountColumns>();
    if (cursor.bytes.empty()) accounts.id.push_back(page.add("a1"));
    page.next = {"done"};
    page.end = true;
    return page;
  }
  void settled(const StreamInfo&, const Cursor&) override { throw 1; }
  Result<std::vector<FieldState>> current_fields(std::span<const std::string>) override {
    throw std::string("a fault, to see who catches it");
  }
  Result<void> update_fields(std::span<const FieldUpdate>, ReceiptSink&,
                             const Continuation&) override {
    return {};
  }
  Result<void> create_tasks(std::span<const TaskDraft>, ReceiptSink&,
                            const Continuation&) override {
    return read_only();
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal>, ReceiptSink&,
                              const Continuation&) override {
    return read_only();
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string>) override {
    return read_only();
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string>) override {
    return read_only();
  }
};

Result<std::unique_ptr<Connector>> create(Host&, const ConnectorContext&, const Settings&) {
  return std::unique_ptr<Connector>(new Misbehaving);
}

}  // namespace

UPSELLD_EXPORT_CONNECTOR {
  static const std::string tag = upselld::abi::tag();
  static const upselld::SettingTable settings;
  static const upselld::ConnectorDescriptor descriptor{sizeof(upselld::ConnectorDescriptor),
                                                       tag.c_str(),
                                                       "misbehaving",
                                                       "one account",
                                                       &settings,
                                                       nullptr,
                                                       create};
  return &descriptor;
}
