// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/hubspot/hubspot_batch_write.h"
#include "plugins/hubspot/hubspot_catalogue.h"
#include "plugins/hubspot/hubspot_cursor.h"
#include "plugins/hubspot/hubspot_faults.h"
#include "plugins/hubspot/hubspot_reading.h"
#include "tests/support/fake_host.h"

namespace hs = upselld::plugins::hubspot;
using namespace upselld;

namespace {

// What a person reads of an error, whatever HubSpot put into it.
constexpr std::size_t kMessageMax = 2'000;
constexpr int kRequestsMax = 100;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

// Says the same to everybody, and goes away when it is asked for ever.
class OneAnswer final : public Transport {
 public:
  OneAnswer(const HttpResponse& response, tests::FakeClock& clock)
      : response_(response), clock_(clock) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    must(++requests_ <= kRequestsMax);
    clock_.time = clock_.time + request.wait_before;
    return response_;
  }

 private:
  const HttpResponse& response_;
  tests::FakeClock& clock_;
  int requests_ = 0;
};

std::string line_of(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string line(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

// "429", lines of headers, an empty line, the body.
HttpResponse response_of(std::string_view text) {
  HttpResponse response;
  for (const char c : line_of(text)) {
    if (c >= '0' && c <= '9') response.status = (response.status * 10 + (c - '0')) % 1'000;
  }
  for (std::string line = line_of(text); !line.empty(); line = line_of(text)) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      response.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  response.body = text;
  return response;
}

void look_at_fault(const HttpResponse& response) {
  const hs::Fault fault = hs::fault_of(response);
  must(fault.status == response.status);
  for (const std::string& message :
       {hs::error_of("fuzz", fault).message, hs::rejected(fault).message}) {
    must(is_utf8(message) && message.size() <= kMessageMax);
  }
}

void look_at_rows(const std::vector<hs::Row>& rows) {
  for (const hs::Row& row : rows) {
    must(!row.id.empty());
    must(std::find(row.merged.begin(), row.merged.end(), row.id) == row.merged.end());
    for (const auto& [name, value] : row.values) must(!value.empty());
  }
}

void read_by(hs::Client& client) {
  hs::Reader reader(client);
  const std::vector<std::string> ids = {"1", "2", "30"};
  if (const auto page = reader.list({"deals", {"amount"}, {"dealstage"}}, "1", 100)) {
    look_at_rows(page->rows);
    must(page->after != "1");
  }
  if (const auto page = reader.batch_read({"deals", {"amount"}}, ids)) look_at_rows(page->rows);
  if (const auto page = reader.read_each({"deals", {"amount"}}, ids)) look_at_rows(page->rows);
  const auto found = reader.search({"deals", "hs_lastmodifieddate", {0}, {1}, "7"});
  if (found) {
    must(std::is_sorted(found->ids.begin(), found->ids.end(), hs::is_before));
    must(found->ids.empty() || hs::is_before("7", found->ids.front()));
  }
  if (const auto links = reader.associations("deals", "companies", ids)) {
    for (const auto& [id, all] : *links) must(!hs::chosen(all).empty());
  }
}

void write_by(hs::Client& client, bool is_create) {
  const std::vector<hs::BatchItem> items = {{"k1", "1", "{}"}, {"k2", "2", "{}"}, {"k3", "", "{}"}};
  hs::Catalogue catalogue(client);
  const auto results =
      hs::send_batch(client, catalogue, {"fuzz", "tasks", is_create, {"upselld_key"}}, items);
  if (!results) return;
  must(results->size() == items.size());
  for (const hs::ItemResult& result : *results) must(result.id.empty() || !result.fault);
}

void look_at_cursor(std::string_view text) {
  const auto read = hs::read_cursor({std::string(text)});
  if (!read) return;
  const Cursor written = hs::to_cursor(*read);
  const auto again = hs::read_cursor(written);
  must(again && hs::to_cursor(*again) == written);
}

}  // namespace

// Whatever HubSpot answers is taken or refused in words that a person can read; nothing is asked
// for without end, and no item of a batch is both done and refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static tests::FakeHost host(std::filesystem::temp_directory_path());
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  look_at_cursor(text);
  const HttpResponse response = response_of(text);
  look_at_fault(response);
  hs::HubspotSettings settings;
  settings.version = "2026-09";
  settings.credentials.host = "https://hubspot.example";
  settings.credentials.token = Secret("token");
  for (const bool is_create : {false, true}) {
    OneAnswer transport(response, host.fake_clock);
    host.give(transport);
    hs::Client client(settings, host);
    write_by(client, is_create);
  }
  OneAnswer transport(response, host.fake_clock);
  host.give(transport);
  hs::Client client(settings, host);
  read_by(client);
  return 0;
}
