// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sandbox/hubspot/schema.h"

// Definitions of properties as the API shows and takes them.
namespace upselld::sandbox::hubspot {

nlohmann::ordered_json property_json(const Property& property);
nlohmann::ordered_json group_json(const Group& group);
// Throws ApiError 400 for what no property may be.
Property property_from(const nlohmann::ordered_json& body);
// Takes over what may change after creation. A list of options replaces the whole list.
void change_property(Property& property, const nlohmann::ordered_json& body);

}  // namespace upselld::sandbox::hubspot
