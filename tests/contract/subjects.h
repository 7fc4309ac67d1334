// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "tests/support/fake_host.h"

namespace upselld::tests {

// A connector as the contract suite sees it: three accounts a1, a2, a3, a contact c1, a rep r1, 40
// orders and some activities, and people who can be made to do things. One suite for all; a
// connector that needs an exception shows a fault of the contract.
class Subject {
 public:
  virtual ~Subject() = default;

  // As a new process would, on the same CRM. Checked by the loader's adaptor.
  virtual std::unique_ptr<Connector> connect() = 0;
  // What the CRM itself calls the suite's "a1" or "o99".
  virtual std::string id(const std::string& name) const { return name; }
  // Names of accounts from here on are the CRM's own.
  virtual void add_order(const std::string& id, const std::string& account) = 0;
  virtual void edit_field(const std::string& account, Field field, const std::string& value) = 0;
  // Closes the task with that outcome.
  virtual void close_task(const std::string& key, const std::string& outcome) = 0;
  virtual void delete_task(const std::string& key) = 0;

  FakeHost& host() { return host_; }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
  FakeHost host_{folder_.path()};
};

// "files", "fake_crm", "salesforce", "hubspot", "cardbox", and the last four at their worst.
std::vector<std::string> subject_names();
std::unique_ptr<Subject> make_subject(const std::string& name);
// In front of a sandbox of its own; `at_its_worst`: answers are lost, pages small and unordered.
std::unique_ptr<Subject> make_salesforce_subject(bool at_its_worst);
std::unique_ptr<Subject> make_hubspot_subject(bool at_its_worst);
// The connector of docs/example-connector, built and installed outside the tree, in front of a CRM
// in memory.
std::unique_ptr<Subject> make_cardbox_subject(bool at_its_worst);

}  // namespace upselld::tests
