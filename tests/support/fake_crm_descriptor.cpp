// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "tests/support/fake_crm.h"

namespace upselld::tests {

namespace {

const SettingTable& fault_settings() {
  static const SettingTable table = {{
      {.name = "seed", .kind = SettingKind::integer, .default_text = "1"},
      {.name = "lost_answers", .kind = SettingKind::share, .default_text = "0"},
      {.name = "rejected", .kind = SettingKind::share, .default_text = "0"},
      {.name = "deferred", .kind = SettingKind::share, .default_text = "0"},
      {.name = "not_ready", .kind = SettingKind::integer, .default_text = "0"},
      {.name = "lose_cursor", .kind = SettingKind::yes_no, .default_text = "no"},
      {.name = "drop_connection", .kind = SettingKind::yes_no, .default_text = "no"},
      {.name = "calls_max", .kind = SettingKind::integer, .default_text = "0"},
  }};
  return table;
}

const SettingTable& settings_table() {
  static const SettingTable table = {{
      {.name = "data",
       .kind = SettingKind::path,
       .required = true,
       .help = "The folder with accounts.csv, orders.csv, activities.csv, contacts.csv, reps.csv."},
      {.name = "attributes",
       .kind = SettingKind::text_list,
       .help = "Columns of accounts.csv that are attributes, as text."},
      {.name = "numbers", .kind = SettingKind::text_list, .help = "The same, as numbers."},
      {.name = "faults",
       .kind = SettingKind::group,
       .help = "How it misbehaves.",
       .group = &fault_settings()},
  }};
  return table;
}

// The connector together with the state it works on.
class OwningFakeCrm final : public Connector {
 public:
  OwningFakeCrm(FakeCrmState state, const FakeFaults& faults, Host& host,
                const ConnectorContext& context)
      : state_(std::move(state)), inner_(make_fake_crm(state_, faults, host, context)) {}

  Result<ProbeReport> probe() override { return inner_->probe(); }
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    return inner_->prepare(request);
  }
  Result<std::vector<StreamInfo>> streams() override { return inner_->streams(); }
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override {
    return inner_->pull(stream, walk, cursor, limits);
  }
  void settled(const StreamInfo& stream, const Cursor& cursor) override {
    inner_->settled(stream, cursor);
  }
  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override {
    return inner_->current_fields(accounts);
  }
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation& from) override {
    return inner_->update_fields(batch, sink, from);
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation& from) override {
    return inner_->create_tasks(batch, sink, from);
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation& from) override {
    return inner_->withdraw_tasks(batch, sink, from);
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override {
    return inner_->find_tasks(keys);
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override {
    return inner_->task_states(keys);
  }

 private:
  FakeCrmState state_;
  std::unique_ptr<Connector> inner_;
};

Result<std::vector<AttributeSpec>> attributes(const Settings& settings) {
  std::vector<AttributeSpec> specs;
  for (const std::string& name : settings.texts("attributes")) {
    specs.push_back({name, AttributeKind::text, {}, false});
  }
  for (const std::string& name : settings.texts("numbers")) {
    specs.push_back({name, AttributeKind::number, {}, false});
  }
  return specs;
}

FakeFaults read_faults(const Settings& settings) {
  FakeFaults faults;
  const auto group = settings.group("faults");
  if (!group) return faults;
  faults.seed = static_cast<std::uint64_t>(group->integer("seed"));
  faults.lost_answers = group->share("lost_answers");
  faults.rejected = group->share("rejected");
  faults.deferred = group->share("deferred");
  faults.not_ready = static_cast<int>(group->integer("not_ready"));
  faults.lose_cursor = group->yes("lose_cursor");
  faults.drop_connection = group->yes("drop_connection");
  faults.calls_max = group->integer("calls_max");
  return faults;
}

Result<std::unique_ptr<Connector>> create(Host& host, const ConnectorContext& context,
                                          const Settings& settings) {
  auto state = FakeCrmState::open(settings.path("data"));
  if (!state) return state.error();
  return std::unique_ptr<Connector>(
      new OwningFakeCrm(std::move(*state), read_faults(settings), host, context));
}

}  // namespace

const ConnectorDescriptor& fake_crm_descriptor() {
  static const std::string tag = abi::tag();
  static const ConnectorDescriptor descriptor = [] {
    ConnectorDescriptor made;
    made.abi_tag = tag.c_str();
    made.name = "fake_crm";
    made.summary = "a made-up CRM that behaves as badly as the contract allows; for tests";
    made.settings = &settings_table();
    made.attributes = attributes;
    made.create = create;
    return made;
  }();
  return descriptor;
}

}  // namespace upselld::tests
