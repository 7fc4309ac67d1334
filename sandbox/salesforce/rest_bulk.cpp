// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sandbox/salesforce/handlers.h"
#include "sandbox/salesforce/jwt.h"

// jobs/query and jobs/ingest.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;
using State = BulkJob::State;

constexpr std::size_t kResultRowsMost = 50'000;
constexpr std::size_t kUploadBytesMax = 100'000'000;
constexpr std::pair<const char*, char> kDelimiters[] = {{"COMMA", ','},     {"TAB", '\t'},
                                                        {"SEMICOLON", ';'}, {"PIPE", '|'},
                                                        {"CARET", '^'},     {"BACKQUOTE", '`'}};

Json job_json(const BulkJob& job, bool full) {
  const char* delimiter = "COMMA";
  for (const auto& [name, letter] : kDelimiters) {
    if (letter == job.delimiter) delimiter = name;
  }
  Json out = {{"id", job.id},
              {"operation", job.operation},
              {"object", job.object},
              {"createdById", job.user},
              {"createdDate", datetime_text(job.created, /*with_z=*/false)},
              {"systemModstamp", datetime_text(job.modified, /*with_z=*/false)},
              {"state", to_text(job.state)},
              {"concurrencyMode", "Parallel"},
              {"contentType", "CSV"},
              {"apiVersion", std::stod(job.version)},
              {"lineEnding", job.crlf ? "CRLF" : "LF"},
              {"columnDelimiter", delimiter}};
  if (!job.is_query) {
    if (!job.key_field.empty()) out["externalIdFieldName"] = job.key_field;
    if (job.state == State::open) {
      out["contentUrl"] =
          fmt::format("services/data/v{}/jobs/ingest/{}/batches", job.version, job.id);
    }
  }
  if (!full) return out;
  out["jobType"] = job.is_query ? "V2Query" : "V2Ingest";
  out["numberRecordsProcessed"] = job.processed;
  if (!job.is_query) {
    out["numberRecordsFailed"] = job.failures;
    out["apiActiveProcessingTime"] = 10;
    out["apexProcessingTime"] = 0;
  }
  out["retries"] = 0;
  out["totalProcessingTime"] = 10;
  if (job.is_query) out["isPkChunkingSupported"] = job.chunked;
  if (!job.error.empty()) out["errorMessage"] = job.error;
  return out;
}

void check_enabled(const Service& service) {
  if (service.org.switches.is_on("bulk_disabled")) {
    throw ApiError{403, "API_DISABLED_FOR_ORG", "Bulk API is not enabled for this org", {}};
  }
}

[[noreturn]] void invalid_job(const std::string& what) {
  throw ApiError{400, "INVALIDJOB", what, {}};
}

BulkJob job_of(const Call& call, const Json& body, std::initializer_list<const char*> keys) {
  for (const auto& item : body.items()) {
    const bool known =
        std::any_of(keys.begin(), keys.end(), [&](const char* each) { return item.key() == each; });
    if (!known || !item.value().is_string()) {
      throw ApiError{400, "JSON_PARSER_ERROR", "Unrecognized field \"" + item.key() + "\"", {}};
    }
  }
  BulkJob job;
  job.user = call.user;
  job.version = call.version;
  job.operation = body.value("operation", "");
  if (body.value("contentType", "CSV") != "CSV") invalid_job("contentType: only CSV is supported");
  const std::string ending = body.value("lineEnding", "LF");
  if (ending != "LF" && ending != "CRLF") invalid_job("lineEnding: LF or CRLF");
  job.crlf = ending == "CRLF";
  const std::string delimiter = body.value("columnDelimiter", "COMMA");
  const auto found = std::find_if(std::begin(kDelimiters), std::end(kDelimiters),
                                  [&](const auto& each) { return delimiter == each.first; });
  if (found == std::end(kDelimiters)) invalid_job("columnDelimiter is unknown: " + delimiter);
  job.delimiter = found->second;
  return job;
}

HttpAnswer csv_answer(std::string body) {
  HttpAnswer answer;
  answer.headers.set("Content-Type", "text/csv");
  answer.body = std::move(body);
  return answer;
}

std::string joined(const std::string& heading, const std::vector<std::string>& lines,
                   std::size_t from, std::size_t below, bool crlf) {
  const char* end = crlf ? "\r\n" : "\n";
  std::string out = heading + end;
  for (std::size_t i = from; i < below; ++i) out += lines[i] + end;
  return out;
}

// An unfinished job has no results yet; how that is said differs.
std::optional<HttpAnswer> too_early(const Service& service, const BulkJob& job) {
  if (job.state == State::job_complete || (!job.is_query && job.is_over())) return std::nullopt;
  if (service.org.switches.is_on("bulk_early_204")) return empty_answer(204);
  throw ApiError{
      412, "JOB_NOT_COMPLETE", fmt::format("job is in state {}", to_text(job.state)), {}};
}

void abort_or_refuse(BulkJob& job, const Service& service) {
  if (job.is_over()) invalid_job("Aborting already completed Job not allowed");
  job.state = State::aborted;
  job.modified = service.org.now();
}

HttpAnswer list_jobs(Service& service, const Call& call, bool queries) {
  Json records = Json::array();
  for (const auto& [id, job] : service.jobs.all()) {
    if (job.is_query == queries && job.user == call.user) records.push_back(job_json(job, true));
  }
  return json_answer(
      200, Json{{"done", true}, {"nextRecordsUrl", nullptr}, {"records", records}}.dump());
}

}  // namespace

HttpAnswer post_query_job(Service& service, const Call& call) {
  check_enabled(service);
  const Json body = json_body(call);
  BulkJob job =
      job_of(call, body, {"operation", "query", "contentType", "columnDelimiter", "lineEnding"});
  job.is_query = true;
  if (job.operation != "query" && job.operation != "queryAll") invalid_job("operation is unknown");
  Soql soql = parse_soql(body.value("query", ""));
  const ObjectType* type = service.org.schema.find(soql.from);
  if (type != nullptr && !type->bulk) {
    throw ApiError{400,
                   "INVALIDENTITY",
                   fmt::format("Entity '{}' is not supported by the Bulk API.", type->name),
                   {}};
  }
  if (soql.aggregates() || soql.offset || !soql.group_by.empty()) {
    invalid_job("GROUP BY, OFFSET and aggregate functions are not supported in Bulk queries");
  }
  job.chunked = soql.order_by.empty() && !soql.limit;
  job.query.emplace(service.org, std::move(soql),
                    QueryScope{call.user, call.version, job.operation == "queryAll"});
  job.object = job.query->type().name;
  if (!service.limits.take_query_job(service.org.now())) {
    throw ApiError{400, "LIMIT_EXCEEDED", "Max number of query jobs per 24 hours exceeded", {}};
  }
  BulkJob& added = service.jobs.add(std::move(job));
  service.jobs.start(added);
  return json_answer(200, job_json(added, /*full=*/false).dump());
}

HttpAnswer list_query_jobs(Service& service, const Call& call) {
  return list_jobs(service, call, true);
}
HttpAnswer list_ingest_jobs(Service& service, const Call& call) {
  return list_jobs(service, call, false);
}

HttpAnswer get_query_job(Service& service, const Call& call) {
  const BulkJob& job =
      service.jobs.find(call.path[2], call.user, /*is_query=*/true, /*is_poll=*/true);
  return json_answer(200, job_json(job, /*full=*/true).dump());
}

HttpAnswer patch_query_job(Service& service, const Call& call) {
  BulkJob& job = service.jobs.find(call.path[2], call.user, /*is_query=*/true, /*is_poll=*/false);
  if (json_body(call).value("state", "") != "Aborted")
    invalid_job("state: only Aborted can be set");
  abort_or_refuse(job, service);
  return json_answer(200, job_json(job, /*full=*/false).dump());
}

HttpAnswer delete_query_job(Service& service, const Call& call) {
  const BulkJob& job =
      service.jobs.find(call.path[2], call.user, /*is_query=*/true, /*is_poll=*/false);
  if (!job.is_over()) invalid_job("the job is still being processed");
  service.jobs.erase(job.id);
  return empty_answer(204);
}

HttpAnswer get_query_results(Service& service, const Call& call) {
  BulkJob& job = service.jobs.find(call.path[2], call.user, /*is_query=*/true, /*is_poll=*/false);
  if (job.version != call.version) {
    throw ApiError{
        409, "API_VERSION_MISMATCH", "the job was created with version " + job.version, {}};
  }
  if (auto early = too_early(service, job)) return *early;
  std::size_t from = 0, count = kResultRowsMost;
  if (const std::string* most = call.request.parameter("maxRecords")) {
    std::from_chars(most->data(), most->data() + most->size(), count);
    count = std::clamp<std::size_t>(count, 1, kResultRowsMost);
  }
  if (const std::string* locator = call.request.parameter("locator")) {
    const std::string text = from_base64(*locator, /*url_alphabet=*/true).value_or("");
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), from);
    if (code != std::errc() || end != text.data() + text.size() || from >= job.lines.size()) {
      throw ApiError{400, "INVALID_QUERY_LOCATOR", "invalid query locator", {}};
    }
  }
  const std::size_t below = std::min(job.lines.size(), from + count);
  const bool bodiless = job.lines.empty() && service.org.switches.is_on("bulk_empty_body");
  HttpAnswer answer = csv_answer(bodiless ? std::string()
                                          : joined(csv_line(job.query->headings(), job.delimiter),
                                                   job.lines, from, below, job.crlf));
  std::string locator = base64(std::to_string(below));
  locator.erase(locator.find_last_not_of('=') + 1);
  answer.headers.set("Sforce-NumberOfRecords", std::to_string(below - from));
  answer.headers.set("Sforce-Locator", below == job.lines.size() ? "null" : locator);
  answer.chunked = true;
  return answer;
}

HttpAnswer post_ingest_job(Service& service, const Call& call) {
  check_enabled(service);
  const Json body = json_body(call);
  BulkJob job = job_of(call, body,
                       {"object", "operation", "externalIdFieldName", "contentType",
                        "columnDelimiter", "lineEnding"});
  const std::string& operation = job.operation;
  const bool known = operation == "insert" || operation == "update" || operation == "upsert" ||
                     operation == "delete";
  if (!known) {
    throw ApiError{400,
                   operation == "hardDelete" ? "FEATURENOTENABLED" : "INVALIDJOB",
                   "operation is not enabled: " + operation,
                   {}};
  }
  const ObjectType* type = service.org.schema.find(body.value("object", ""));
  if (type == nullptr || type->tooling || !service.org.sees_object(call.user, *type) ||
      !type->bulk) {
    throw ApiError{
        400,
        "INVALIDENTITY",
        fmt::format("Entity '{}' is not supported by the Bulk API.", body.value("object", "")),
        {}};
  }
  job.object = type->name;
  job.key_field = body.value("externalIdFieldName", "");
  const int key = type->column(job.key_field);
  const bool has_key = key >= 0 && type->fields[static_cast<std::size_t>(key)].external_id;
  if (operation == "upsert" && !has_key && !equal_without_case(job.key_field, "Id")) {
    invalid_job("InvalidBatch : Field name provided, " + job.key_field +
                " does not match an External "
                "ID, Salesforce Id, or indexed field for " +
                type->name);
  }
  if (!service.limits.take_batch(service.org.now())) {
    throw ApiError{400, "LIMIT_EXCEEDED", "Max number of batches per 24 hours exceeded", {}};
  }
  return json_answer(200, job_json(service.jobs.add(std::move(job)), /*full=*/false).dump());
}

HttpAnswer get_ingest_job(Service& service, const Call& call) {
  const BulkJob& job =
      service.jobs.find(call.path[2], call.user, /*is_query=*/false, /*is_poll=*/true);
  return json_answer(200, job_json(job, /*full=*/true).dump());
}

HttpAnswer put_ingest_data(Service& service, const Call& call) {
  BulkJob& job = service.jobs.find(call.path[2], call.user, /*is_query=*/false, /*is_poll=*/false);
  if (!call.request.headers.has_token("Content-Type", "text/csv")) {
    throw ApiError{415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be text/csv", {}};
  }
  if (job.state != State::open || job.upload) {
    invalid_job("Found multiple contents for job: <" + job.id +
                ">, please 'Close' / 'Abort' / "
                "'Delete' the current Job then create a new Job");
  }
  if (call.request.body.size() > kUploadBytesMax) {
    throw ApiError{413, "REQUEST_LIMIT_EXCEEDED", "the upload is larger than 100 MB", {}};
  }
  job.upload = call.request.body;
  return empty_answer(201);
}

HttpAnswer patch_ingest_job(Service& service, const Call& call) {
  BulkJob& job = service.jobs.find(call.path[2], call.user, /*is_query=*/false, /*is_poll=*/false);
  const std::string state = json_body(call).value("state", "");
  if (state == "Aborted") {
    abort_or_refuse(job, service);
  } else if (state == "UploadComplete" && job.state == State::open) {
    service.jobs.start(job);
  } else {
    invalid_job(fmt::format("a job in state {} cannot become '{}'", to_text(job.state), state));
  }
  return json_answer(200, job_json(job, /*full=*/false).dump());
}

HttpAnswer delete_ingest_job(Service& service, const Call& call) {
  const BulkJob& job =
      service.jobs.find(call.path[2], call.user, /*is_query=*/false, /*is_poll=*/false);
  if (!job.is_over() && job.state != State::upload_complete) invalid_job("the job is not over");
  service.jobs.erase(job.id);
  return empty_answer(204);
}

HttpAnswer get_ingest_results(Service& service, const Call& call) {
  BulkJob& job = service.jobs.find(call.path[2], call.user, /*is_query=*/false, /*is_poll=*/false);
  const std::string kind = lower(call.path[3]);
  if (kind != "successfulresults" && kind != "failedresults" && kind != "unprocessedrecords") {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  if (auto early = too_early(service, job)) return *early;
  std::vector<std::string> heading = job.columns;
  const std::vector<std::string>* lines = &job.unprocessed;
  if (kind == "successfulresults") {
    heading.insert(heading.begin(), {"sf__Id", "sf__Created"});
    lines = &job.successful;
  } else if (kind == "failedresults") {
    heading.insert(heading.begin(), {"sf__Id", "sf__Error"});
    lines = &job.failed;
  }
  if (lines->empty() && service.org.switches.is_on("bulk_empty_body")) return csv_answer("");
  return csv_answer(joined(csv_line(heading, job.delimiter), *lines, 0, lines->size(), job.crlf));
}

}  // namespace upselld::sandbox::salesforce
