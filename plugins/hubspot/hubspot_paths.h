// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace upselld::plugins::hubspot {

// Where things are in one version of the API: dated paths, or the older v3 and v4.
class Paths {
 public:
  explicit Paths(std::string version) : version_(std::move(version)) {}

  // "/batch/read" of companies; `rest` may be empty.
  std::string objects(const std::string& type, const std::string& rest) const {
    return at("/crm/objects/", "v3") + "/" + type + rest;
  }
  std::string associations(const std::string& from, const std::string& to,
                           const std::string& rest) const {
    return at("/crm/associations/", "v4") + "/" + from + "/" + to + rest;
  }
  std::string properties(const std::string& type, const std::string& rest) const {
    return at("/crm/properties/", "v3") + "/" + type + rest;
  }
  std::string pipelines(const std::string& type) const {
    return at("/crm/pipelines/", "v3") + "/" + type;
  }
  std::string owners() const { return at("/crm/owners/", "v3"); }
  std::string account() const { return at("/account-info/", "v3") + "/details"; }
  std::string usage() const { return at("/account-info/", "v3") + "/api-usage/daily/private-apps"; }
  std::string validations(const std::string& type_id) const {
    return at("/crm/property-validations/", "v3") + "/" + type_id;
  }
  std::string limits() const { return at("/crm/limits/", "v3") + "/custom-properties"; }
  std::string token() const { return at("/oauth/", "v3") + "/token"; }
  // Of a private app's token. One version is all there is; of service keys it may know nothing.
  static const char* token_facts() { return "/oauth/v2/private-apps/get/access-token-info"; }

 private:
  // Older paths have the version before the name: /crm/v3/objects.
  std::string at(const std::string& path, const char* legacy) const {
    if (version_ != "legacy") return path + version_;
    const std::size_t name = path.find('/', 1) + 1;
    if (path.size() == name) return path + legacy;  // /oauth/, /account-info/
    return path.substr(0, name) + legacy + "/" + path.substr(name, path.size() - name - 1);
  }

  const std::string version_;
};

}  // namespace upselld::plugins::hubspot
