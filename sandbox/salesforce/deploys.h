// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox/salesforce/org.h"
#include "sandbox/salesforce/xml.h"

namespace upselld::sandbox::salesforce {

// What became of one field, permission set or list view of a package.
struct DeployedComponent {
  std::string type, full_name, file;
  bool created = false, changed = false, deleted = false;
  std::string problem = {};  // empty: good
};

struct Deploy {
  std::string id;
  bool check_only = false, is_done = false;
  int polls = 0;
  Instant started;
  std::map<std::string, std::string> files;  // by path in the package
  std::vector<DeployedComponent> components;

  bool is_good() const;
};

// Packages on their way into the org's setup, as deployRequest takes them: custom fields and list
// views in objects/, permission sets, and destructiveChanges.xml. All or nothing.
class Deploys {
 public:
  explicit Deploys(Org& org) : org_(org) {}

  int polls_needed = 1;  // so many looks before it is done

  Deploy& add(std::map<std::string, std::string> files, bool check_only);
  // Looks at it, which moves it on. Null: none.
  Deploy* poll(const std::string& id);

 private:
  void run(Deploy& deploy);
  void look_at_object(Deploy& deploy, const std::string& file, const XmlElement& object,
                      bool may_change);
  void look_at_field(Deploy& deploy, const std::string& file, const std::string& object,
                     const XmlElement& field, bool may_change);
  void look_at_permission_set(Deploy& deploy, const std::string& file, const XmlElement& set,
                              bool may_change);
  void look_at_removals(Deploy& deploy, const XmlElement& package, bool may_change);
  void put_permissions(const std::string& set_id, const XmlElement& set);
  bool is_field(const std::string& name, const Deploy& deploy) const;

  Org& org_;
  std::map<std::string, Deploy> deploys_;
  std::uint64_t made_ = 0;
};

}  // namespace upselld::sandbox::salesforce
