// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "plugins/http/transport.h"
#include "plugins/loader.h"
#include "tests/contract/cardbox_crm.h"
#include "tests/contract/subjects.h"
#include "tests/support/settings_node.h"

// The connector of docs/example-connector, as a stranger builds it: against the installed package,
// and loaded from the folder it was installed to.
namespace upselld::tests {
namespace {

class ClockPauser final : public plugins::Pauser {
 public:
  explicit ClockPauser(FakeClock& clock) : clock_(clock) {}
  bool pause(Duration time) override {
    clock_.time = clock_.time + time;
    return true;
  }

 private:
  FakeClock& clock_;
};

class CardboxSubject final : public Subject {
 public:
  explicit CardboxSubject(bool at_its_worst)
      : crm_(host().fake_clock, host().stop(), at_its_worst),
        pauser_(host().fake_clock),
        transport_(plugins::make_transport(crm_, {}, host().fake_clock, pauser_, host().fake_log,
                                           /*meter=*/nullptr)) {
    host().give(*transport_);
    folder().write("token", "cardbox-token");
    std::filesystem::permissions(folder() / "token", std::filesystem::perms::owner_read);
    node_ = placed(map({{"host", text("https://cardbox.example")},
                        {"token", map({{"file", text((folder() / "token").string())}})},
                        {"attributes", map({{"region", text("country")}})}}),
                   {(folder() / "upselld.yaml").string(), 1});
    furnish();
    pass_an_hour();
    const auto prepared = connect()->prepare({});
    INFO((prepared ? std::string() : prepared.error().message));
    REQUIRE(prepared);
  }

  std::unique_ptr<Connector> connect() override {
    const auto plugins = plugins::PluginSet::load(std::vector<std::filesystem::path>{
        std::filesystem::path(UPSELLD_OUTSIDE_PREFIX) / "cardbox"});
    INFO((plugins ? std::string() : plugins.error().message));
    REQUIRE(plugins);
    const ConnectorDescriptor* descriptor = plugins->find("cardbox");
    REQUIRE(descriptor != nullptr);
    const Settings settings(node_, *descriptor->settings);
    ConnectorContext context;
    context.connection = "crm";
    context.prefix = "upselld";
    context.attributes = *plugins::attributes_checked(*descriptor, settings);
    auto made = plugins::create_checked(*descriptor, host(), context, settings);
    INFO((made ? std::string() : made.error().message));
    REQUIRE(made);
    return std::move(*made);
  }
  void add_order(const std::string& id, const std::string& account) override {
    crm_.put("orders", id, order(account, 7));
    pass_an_hour();
  }
  void edit_field(const std::string& account, Field field, const std::string& value) override {
    crm_.edit_field(account, std::string("upselld_") + to_text(field), value);
  }
  void close_task(const std::string& key, const std::string& outcome) override {
    crm_.edit_task(key, {{"status", "closed"}, {"outcome", outcome}});
  }
  void delete_task(const std::string& key) override {
    crm_.edit_task(key, {{"status", "deleted"}});
  }

 private:
  // What people do is old enough to be read afterwards.
  void pass_an_hour() { host().fake_clock.time = host().fake_clock.time + hours(1); }
  CardboxCrm::Json order(const std::string& account, double amount) {
    return {{"account", account}, {"placed_at", host().fake_clock.time.ms},
            {"amount", amount},   {"currency", "EUR"},
            {"type", "renewal"},  {"status", "won"}};
  }
  void furnish() {
    crm_.put("reps", "r1", {{"name", "Rep One"}, {"email", "r1@acme.example"}});
    for (const auto& [id, name] :
         {std::pair{"a1", "Acme"}, std::pair{"a2", "Globex"}, std::pair{"a3", "Initech"}}) {
      crm_.put("accounts", id, {{"name", name}, {"owner", "r1"}, {"country", "NO"}});
    }
    crm_.put("contacts", "c1", {{"account", "a1"}, {"may_mail", true}});
    for (int i = 1; i <= 40; ++i) {
      crm_.put("orders", "o" + std::to_string(i), order("a" + std::to_string(1 + i % 3), i + 0.5));
    }
    const auto now = host().fake_clock.time.ms;
    crm_.put("activities", "e1", {{"account", "a1"}, {"at", now}, {"kind", "login"}});
    crm_.put("activities", "e2", {{"account", "a2"}, {"at", now}, {"kind", "nps"}, {"value", 9}});
  }

  CardboxCrm crm_;
  ClockPauser pauser_;
  std::unique_ptr<Transport> transport_;
  Node node_;
};

}  // namespace

std::unique_ptr<Subject> make_cardbox_subject(bool at_its_worst) {
  return std::make_unique<CardboxSubject>(at_its_worst);
}

}  // namespace upselld::tests
