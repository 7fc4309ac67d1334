// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_connector.h"

#include <utility>

#include "plugins/salesforce/salesforce_deploy.h"
#include "plugins/salesforce/salesforce_prepare.h"
#include "plugins/salesforce/salesforce_probe.h"
#include "plugins/salesforce/salesforce_pull.h"
#include "plugins/salesforce/salesforce_tasks.h"
#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

namespace {

class SalesforceConnector final : public Connector {
 public:
  SalesforceConnector(Host& host, ConnectorContext context, SalesforceSettings settings)
      : context_(std::move(context)),
        settings_(std::move(settings)),
        client_(settings_, host),
        describe_(client_),
        puller_(client_, describe_, settings_, context_),
        fields_(client_, describe_, settings_, context_.prefix),
        tasks_(client_, describe_, settings_, context_.prefix, context_.zone) {}

  Result<ProbeReport> probe() override {
    return probe_org(client_, describe_, settings_, context_, puller_.specs());
  }
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    if (request.admin_session.empty()) {
      return write_package(settings_, context_.prefix, puller_.specs(), request);
    }
    const auto files = request.remove ? removal_files(settings_, context_.prefix)
                                      : package_files(settings_, context_.prefix, puller_.specs());
    return deploy_package(settings_, client_.host(), context_.prefix, files, request);
  }
  Result<std::vector<StreamInfo>> streams() override { return puller_.streams(); }
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override {
    return puller_.pull(stream, walk, cursor, limits);
  }
  void settled(const StreamInfo&, const Cursor& cursor) override { puller_.settled(cursor); }

  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override {
    return fields_.current(accounts);
  }
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation& from) override {
    return fields_.update(batch, sink, from);
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation&) override {
    return tasks_.create(batch, sink);
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation&) override {
    return tasks_.withdraw(batch, sink);
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override {
    return tasks_.find(keys);
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override {
    return tasks_.states(keys);
  }

 private:
  const ConnectorContext context_;
  const SalesforceSettings settings_;
  Client client_;
  Describe describe_;
  Puller puller_;
  FieldWriter fields_;
  TaskWriter tasks_;
};

}  // namespace

std::unique_ptr<Connector> make_connector(Host& host, const ConnectorContext& context,
                                          SalesforceSettings settings) {
  return std::make_unique<SalesforceConnector>(host, context, std::move(settings));
}

}  // namespace upselld::plugins::salesforce
