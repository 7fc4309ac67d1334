// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sandbox/hubspot/handlers.h"

namespace upselld::sandbox::hubspot {
namespace {

// The first that fits is taken: fixed parts stand before '*'.
constexpr Route kRoutes[] = {
    {"GET", "crm/objects/*", list_records},
    {"POST", "crm/objects/*", create_record},
    {"POST", "crm/objects/*/search", search_records},
    {"POST", "crm/objects/*/merge", merge_records},
    {"POST", "crm/objects/contacts/gdpr-delete", forget_contact},
    {"POST", "crm/objects/*/batch/read", batch_read},
    {"POST", "crm/objects/*/batch/create", batch_create},
    {"POST", "crm/objects/*/batch/update", batch_update},
    {"POST", "crm/objects/*/batch/upsert", batch_upsert},
    {"POST", "crm/objects/*/batch/archive", batch_archive},
    {"GET", "crm/objects/*/*", read_record},
    {"PATCH", "crm/objects/*/*", update_record},
    {"DELETE", "crm/objects/*/*", archive_record},
    {"GET", "crm/objects/*/*/associations/*", list_associations},
    {"PUT", "crm/objects/*/*/associations/default/*/*", put_default_association},
    {"PUT", "crm/objects/*/*/associations/*/*", put_association},
    {"DELETE", "crm/objects/*/*/associations/*/*", delete_association},
    {"POST", "crm/associations/*/*/batch/read", batch_read_associations},
    {"POST", "crm/associations/*/*/batch/create", batch_create_associations},
    {"POST", "crm/associations/*/*/batch/associate/default", batch_default_associations},
    {"POST", "crm/associations/*/*/batch/archive", batch_archive_associations},
    {"POST", "crm/associations/*/*/batch/labels/archive", batch_archive_labels},
    {"GET", "crm/associations/*/*/labels", list_labels},
    {"POST", "crm/associations/*/*/labels", create_label},
    {"GET", "crm/properties/*", list_properties},
    {"POST", "crm/properties/*", create_property},
    {"GET", "crm/properties/*/groups", list_groups},
    {"POST", "crm/properties/*/groups", create_group},
    {"GET", "crm/properties/*/groups/*", read_group},
    {"PATCH", "crm/properties/*/groups/*", update_group},
    {"DELETE", "crm/properties/*/groups/*", archive_group},
    {"POST", "crm/properties/*/batch/read", batch_read_properties},
    {"POST", "crm/properties/*/batch/create", batch_create_properties},
    {"POST", "crm/properties/*/batch/archive", batch_archive_properties},
    {"GET", "crm/properties/*/*", read_property},
    {"PATCH", "crm/properties/*/*", update_property},
    {"DELETE", "crm/properties/*/*", archive_property},
    {"GET", "crm/property-validations/*", list_validations},
    {"GET", "crm/owners", list_owners},
    {"GET", "crm/owners/*", read_owner},
    {"GET", "crm/pipelines/*", list_pipelines},
    {"GET", "crm/pipelines/*/*", read_pipeline},
    {"GET", "crm/limits/custom-properties", custom_property_limits},
    {"GET", "crm-object-schemas/schemas", list_schemas},
    {"POST", "crm-object-schemas/schemas", create_schema},
    {"GET", "crm-object-schemas/schemas/*", read_schema},
    {"GET", "account-info/details", account_details},
    {"GET", "account-info/api-usage/daily/private-apps", daily_usage},
    {"GET", "settings/currencies/exchange-rates/current", exchange_rates},
};

bool fits(const Route& route, const std::vector<std::string>& parts) {
  const std::vector<std::string> wanted = split(route.path, '/');
  return wanted.size() == parts.size() &&
         std::equal(wanted.begin(), wanted.end(), parts.begin(),
                    [](const std::string& a, const std::string& b) { return a == "*" || a == b; });
}

}  // namespace

const Route* route_of(const std::string& method, const std::vector<std::string>& parts,
                      bool& path_exists) {
  for (const Route& route : kRoutes) {
    if (!fits(route, parts)) continue;
    path_exists = true;
    if (method == route.method) return &route;
  }
  return nullptr;
}

}  // namespace upselld::sandbox::hubspot
