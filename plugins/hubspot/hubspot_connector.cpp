// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_connector.h"

#include <utility>

#include "plugins/hubspot/hubspot_prepare.h"
#include "plugins/hubspot/hubspot_probe.h"
#include "plugins/hubspot/hubspot_pull.h"
#include "plugins/hubspot/hubspot_tasks.h"
#include "plugins/hubspot/hubspot_write.h"

namespace upselld::plugins::hubspot {

namespace {

class HubspotConnector final : public Connector {
 public:
  HubspotConnector(Host& host, ConnectorContext context, HubspotSettings settings)
      : context_(std::move(context)),
        settings_(std::move(settings)),
        client_(settings_, host),
        catalogue_(client_),
        reader_(client_),
        puller_(client_, catalogue_, reader_, settings_, context_),
        fields_(client_, catalogue_, reader_, context_.prefix),
        tasks_(client_, catalogue_, reader_, settings_, context_.prefix) {}

  Result<ProbeReport> probe() override {
    return probe_account(client_, catalogue_, settings_, context_, puller_.specs());
  }
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    auto report = Result<PrepareReport>(PrepareReport{});
    if (request.admin_session.empty()) {
      report = prepare_account(client_, settings_.task_keys, context_.prefix, request);
    } else {
      HubspotSettings as_admin = settings_;
      as_admin.credentials = {};
      as_admin.credentials.host = settings_.credentials.host;
      as_admin.credentials.token = request.admin_session;
      Client admin(as_admin, client_.host());
      report = prepare_account(admin, settings_.task_keys, context_.prefix, request);
    }
    for (const char* object : {"companies", "tasks"}) catalogue_.forget(object);
    return report;
  }
  Result<std::vector<StreamInfo>> streams() override { return puller_.streams(); }
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override {
    return puller_.pull(stream, walk, cursor, limits);
  }
  // A place in a stream is a window and an id: nothing is kept open for it.
  void settled(const StreamInfo&, const Cursor&) override {}

  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override {
    return fields_.current(accounts);
  }
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation&) override {
    return fields_.update(batch, sink);
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
  const HubspotSettings settings_;
  Client client_;
  Catalogue catalogue_;
  Reader reader_;
  Puller puller_;
  FieldWriter fields_;
  TaskWriter tasks_;
};

}  // namespace

std::unique_ptr<Connector> make_connector(Host& host, const ConnectorContext& context,
                                          HubspotSettings settings) {
  return std::make_unique<HubspotConnector>(host, context, std::move(settings));
}

}  // namespace upselld::plugins::hubspot
