// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/salesforce/service.h"
#include "sandbox/salesforce/write.h"

namespace upselld::sandbox::salesforce {

// One function per resource; paths are listed in routes.cpp. All throw ApiError.
using Handler = HttpAnswer (*)(Service&, const Call&);

HttpAnswer get_query(Service& service, const Call& call);
HttpAnswer get_query_page(Service& service, const Call& call);
HttpAnswer get_tooling_query(Service& service, const Call& call);

HttpAnswer get_limits(Service& service, const Call& call);
HttpAnswer get_record_count(Service& service, const Call& call);

HttpAnswer get_objects(Service& service, const Call& call);
HttpAnswer get_object(Service& service, const Call& call);
HttpAnswer get_describe(Service& service, const Call& call);
HttpAnswer get_updated(Service& service, const Call& call);
HttpAnswer get_deleted(Service& service, const Call& call);
std::string describe_json(const Org& org, const std::string& user, const ObjectType& type);

HttpAnswer post_record(Service& service, const Call& call);
HttpAnswer get_record(Service& service, const Call& call);
HttpAnswer patch_record(Service& service, const Call& call);
HttpAnswer delete_record(Service& service, const Call& call);
HttpAnswer get_record_by_key(Service& service, const Call& call);
HttpAnswer patch_record_by_key(Service& service, const Call& call);

HttpAnswer post_collection(Service& service, const Call& call);
HttpAnswer patch_collection(Service& service, const Call& call);
HttpAnswer delete_collection(Service& service, const Call& call);
HttpAnswer read_collection(Service& service, const Call& call);
HttpAnswer upsert_collection(Service& service, const Call& call);

HttpAnswer post_composite(Service& service, const Call& call);
HttpAnswer post_composite_batch(Service& service, const Call& call);

HttpAnswer post_query_job(Service& service, const Call& call);
HttpAnswer list_query_jobs(Service& service, const Call& call);
HttpAnswer get_query_job(Service& service, const Call& call);
HttpAnswer patch_query_job(Service& service, const Call& call);
HttpAnswer delete_query_job(Service& service, const Call& call);
HttpAnswer get_query_results(Service& service, const Call& call);
HttpAnswer post_ingest_job(Service& service, const Call& call);
HttpAnswer list_ingest_jobs(Service& service, const Call& call);
HttpAnswer get_ingest_job(Service& service, const Call& call);
HttpAnswer put_ingest_data(Service& service, const Call& call);
HttpAnswer patch_ingest_job(Service& service, const Call& call);
HttpAnswer delete_ingest_job(Service& service, const Call& call);
HttpAnswer get_ingest_results(Service& service, const Call& call);

HttpAnswer post_deploy(Service& service, const Call& call);
HttpAnswer get_deploy(Service& service, const Call& call);

}  // namespace upselld::sandbox::salesforce
