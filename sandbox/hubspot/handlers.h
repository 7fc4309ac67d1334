// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/hubspot/record_json.h"
#include "sandbox/hubspot/service.h"
#include "sandbox/hubspot/write.h"

namespace upselld::sandbox::hubspot {

// One function per operation; paths are listed in routes.cpp. All throw ApiError.
using Handler = HttpAnswer (*)(Service&, const Call&);

struct Route {
  const char* method;
  const char* path;  // without the version; '*' is any one part
  Handler handler;
};
// Null: none; `path_exists` when another method has one.
const Route* route_of(const std::string& method, const std::vector<std::string>& parts,
                      bool& path_exists);

HttpAnswer list_records(Service& service, const Call& call);
HttpAnswer create_record(Service& service, const Call& call);
HttpAnswer read_record(Service& service, const Call& call);
HttpAnswer update_record(Service& service, const Call& call);
HttpAnswer archive_record(Service& service, const Call& call);
HttpAnswer search_records(Service& service, const Call& call);
HttpAnswer merge_records(Service& service, const Call& call);
HttpAnswer forget_contact(Service& service, const Call& call);

HttpAnswer batch_read(Service& service, const Call& call);
HttpAnswer batch_create(Service& service, const Call& call);
HttpAnswer batch_update(Service& service, const Call& call);
HttpAnswer batch_upsert(Service& service, const Call& call);
HttpAnswer batch_archive(Service& service, const Call& call);

HttpAnswer list_associations(Service& service, const Call& call);
HttpAnswer put_association(Service& service, const Call& call);
HttpAnswer put_default_association(Service& service, const Call& call);
HttpAnswer delete_association(Service& service, const Call& call);
HttpAnswer batch_read_associations(Service& service, const Call& call);
HttpAnswer batch_create_associations(Service& service, const Call& call);
HttpAnswer batch_default_associations(Service& service, const Call& call);
HttpAnswer batch_archive_associations(Service& service, const Call& call);
HttpAnswer batch_archive_labels(Service& service, const Call& call);
HttpAnswer list_labels(Service& service, const Call& call);
HttpAnswer create_label(Service& service, const Call& call);

HttpAnswer list_properties(Service& service, const Call& call);
HttpAnswer read_property(Service& service, const Call& call);
HttpAnswer create_property(Service& service, const Call& call);
HttpAnswer update_property(Service& service, const Call& call);
HttpAnswer archive_property(Service& service, const Call& call);
HttpAnswer batch_read_properties(Service& service, const Call& call);
HttpAnswer batch_create_properties(Service& service, const Call& call);
HttpAnswer batch_archive_properties(Service& service, const Call& call);
HttpAnswer list_groups(Service& service, const Call& call);
HttpAnswer read_group(Service& service, const Call& call);
HttpAnswer create_group(Service& service, const Call& call);
HttpAnswer update_group(Service& service, const Call& call);
HttpAnswer archive_group(Service& service, const Call& call);

HttpAnswer list_owners(Service& service, const Call& call);
HttpAnswer read_owner(Service& service, const Call& call);
HttpAnswer list_pipelines(Service& service, const Call& call);
HttpAnswer read_pipeline(Service& service, const Call& call);
HttpAnswer list_validations(Service& service, const Call& call);
HttpAnswer custom_property_limits(Service& service, const Call& call);
HttpAnswer account_details(Service& service, const Call& call);
HttpAnswer daily_usage(Service& service, const Call& call);
HttpAnswer exchange_rates(Service& service, const Call& call);
HttpAnswer list_schemas(Service& service, const Call& call);
HttpAnswer read_schema(Service& service, const Call& call);
HttpAnswer create_schema(Service& service, const Call& call);

// How a batch ends: what was done, and an entry for what was not.
struct BatchOutcome {
  Json results = Json::array();
  Json errors = Json::array();
};
HttpAnswer batch_answer(Service& service, int status, BatchOutcome outcome);
// Throws ApiError 400 naming the first that stands there twice.
void refuse_duplicates(const std::vector<std::string>& ids);
// A property that tells records apart. Throws ApiError 400.
int unique_column(const ObjectType& type, const std::string& property);

}  // namespace upselld::sandbox::hubspot
