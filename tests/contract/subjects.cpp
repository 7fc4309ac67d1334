// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/subjects.h"

#include <catch2/catch.hpp>
#include <utility>

#include "plugins/adaptor.h"
#include "plugins/files/files.h"
#include "plugins/files/files_table.h"
#include "plugins/loader.h"
#include "tests/support/fake_crm.h"
#include "tests/support/settings_node.h"

namespace upselld::tests {

namespace {

void write_crm(const TempFolder& folder) {
  folder.write(
      "accounts.csv",
      "id,name,owner,region,created_at\na1,Acme,r1,NO,2023-01-01\na2,Globex,r1,SE,2023-01-01\n"
      "a3,Initech,r2,NO,2023-01-01\n");
  std::string orders = "id,account,placed_at,amount,kind,status\n";
  for (int i = 1; i <= 40; ++i) {
    orders += "o" + std::to_string(i) + ",a" + std::to_string(1 + i % 3) + ",2024-01-0" +
              std::to_string(1 + i % 9) + "," + std::to_string(i) + ".5,new_business,won\n";
  }
  folder.write("orders.csv", orders);
  folder.write("activities.csv",
               "id,account,at,kind,value\ne1,a1,2024-02-01 10:00,login,\ne2,a2,2024-02-02,nps,9\n");
  folder.write("contacts.csv", "id,account,may_mail\nc1,a1,yes\n");
  folder.write("reps.csv", "id,name,email,active\nr1,Rep One,r1@acme.example,yes\n");
}

class FilesSubject final : public Subject {
 public:
  FilesSubject() {
    write_crm(folder());
    node_ = map({{"accounts", map({{"path", text("accounts.csv")}, {"region", text("region")}})},
                 {"orders", map({{"path", text("orders.csv")}})},
                 {"activities", map({{"path", text("activities.csv")}})},
                 {"contacts", map({{"path", text("contacts.csv")}})},
                 {"reps", map({{"path", text("reps.csv")}})}});
    node_ = placed(std::move(node_), {(folder() / "upselld.yaml").string(), 1});
  }
  std::unique_ptr<Connector> connect() override {
    const Settings settings(node_, *plugins::files_descriptor().settings);
    ConnectorContext context;
    context.attributes = *plugins::attributes_checked(plugins::files_descriptor(), settings);
    auto made = plugins::create_checked(plugins::files_descriptor(), host(), context, settings);
    REQUIRE(made);
    return std::move(*made);
  }
  void add_order(const std::string& id, const std::string& account) override {
    folder().append("orders.csv", id + "," + account + ",2024-03-01,7,renewal,won\n");
  }
  void edit_field(const std::string& account, Field field, const std::string& value) override {
    edit("scores.csv", "account", account, to_text(field), value);
  }
  void close_task(const std::string& key, const std::string& outcome) override {
    edit("tasks.csv", "key", key, "outcome", outcome);
  }
  void delete_task(const std::string& key) override {
    std::string bytes = folder().read("tasks.csv");
    const std::size_t begin = bytes.find("\n" + key + ",") + 1;
    // The test's bodies have one line.
    bytes.erase(begin, bytes.find('\n', begin) + 1 - begin);
    folder().write("tasks.csv", bytes);
  }

 private:
  void edit(const char* file, const char* key_column, const std::string& key, const char* column,
            const std::string& value) {
    auto table = plugins::files::SharedTable::load(folder() / file, {{key_column}, {column}});
    REQUIRE(table);
    table->set(*table->find(key), {std::nullopt, value});
    REQUIRE(table->save(0600));
  }
  Node node_;
};

class FakeSubject final : public Subject {
 public:
  explicit FakeSubject(const FakeFaults& faults) : faults_(faults) {
    write_crm(folder());
    reopen();
  }
  std::unique_ptr<Connector> connect() override {
    reopen();
    ConnectorContext context;
    context.attributes = {{"region", AttributeKind::text, {}, false}};
    return plugins::make_checked("fake_crm",
                                 make_fake_crm(*states_.back(), faults_, host(), context));
  }
  void add_order(const std::string& id, const std::string& account) override {
    reopen();
    states_.back()->put(
        "orders", id,
        {{"id", id}, {"account", account}, {"placed_at", "2024-03-01"}, {"amount", "7"}});
  }
  void edit_field(const std::string& account, Field field, const std::string& value) override {
    reopen();
    states_.back()->set_our_fields(account, {{to_text(field), value}});
  }
  void close_task(const std::string& key, const std::string& outcome) override {
    reopen();
    states_.back()->set_task(key, "done", outcome, "");
  }
  void delete_task(const std::string& key) override {
    reopen();
    states_.back()->delete_task(key);
  }

 private:
  // Always from disk: what a process did not write down did not happen.
  void reopen() {
    auto state = FakeCrmState::open(folder().path());
    REQUIRE(state);
    states_.push_back(std::make_unique<FakeCrmState>(std::move(*state)));
  }
  FakeFaults faults_;
  std::vector<std::unique_ptr<FakeCrmState>> states_;
};

}  // namespace

std::vector<std::string> subject_names() {
  return {"files",
          "fake_crm",
          "fake_crm at its worst",
          "salesforce",
          "hubspot",
          "cardbox",
          "salesforce at its worst",
          "hubspot at its worst",
          "cardbox at its worst"};
}

std::unique_ptr<Subject> make_subject(const std::string& name) {
  if (name == "files") return std::make_unique<FilesSubject>();
  if (name.starts_with("salesforce")) return make_salesforce_subject(name != "salesforce");
  if (name.starts_with("hubspot")) return make_hubspot_subject(name != "hubspot");
  if (name.starts_with("cardbox")) return make_cardbox_subject(name != "cardbox");
  FakeFaults faults;
  if (name == "fake_crm at its worst") {
    faults.lost_answers = 0.4;
    faults.not_ready = 2;
    faults.lose_cursor = true;
    faults.drop_connection = true;
  }
  return std::make_unique<FakeSubject>(faults);
}

}  // namespace upselld::tests
