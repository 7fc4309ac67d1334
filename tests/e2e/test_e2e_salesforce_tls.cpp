// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "tests/e2e/salesforce_run.h"

namespace upselld::e2e {
namespace {

using sandbox::ServerCertificate;

constexpr HistorySize kSmall = {.accounts = 20, .months = 6, .seed = 7};

// Each command that goes to the org says what is wrong, with which host, and what to do; and asks
// only once, for the same certificate would come again.
void check_refused(const SalesforceRun& crm, const std::string& wanted) {
  const std::string host = crm.url();
  const auto says = [&](const Ended& ended, int code) {
    INFO("exit " << ended.code << "\n" << ended.out << ended.err);
    CHECK(ended.code == code);
    const std::string said = ended.out + ended.err;
    CHECK(said.find(host) != std::string::npos);
    CHECK(said.find(wanted) != std::string::npos);
  };
  says(crm.upselld({"check"}), 2);
  says(crm.upselld({"probe"}), 2);
  says(crm.prepare(), 2);
  says(crm.upselld({"sync"}), 1);
  const Ended synced = crm.upselld({"--json", "sync"});
  CHECK(synced.json().at("status") == "failed");
  CHECK(synced.json().at("api_calls") == 1);
  CHECK(synced.err.find("again in") == std::string::npos);
  // The admin's login of the test itself, and nothing else, arrived.
  CHECK(crm.counters().at("calls").dump() == R"({"token":1})");
}

}  // namespace

TEST_CASE("salesforce: over TLS with the authority of ca_file all is well") {
  const SalesforceRun crm(kSmall);
  REQUIRE(crm.url().starts_with("https://"));
  REQUIRE(crm.prepare().code == 0);
  const Ended checked = crm.upselld({"check"});
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
  CHECK(crm.answer({"sync"}).at("delivered").at("fields") == kSmall.accounts);
}

TEST_CASE("salesforce: a certificate that is past its time is refused with its remedy") {
  const SalesforceRun crm(kSmall, ServerCertificate::expired);
  check_refused(crm,
                "the server's certificate is not valid today; is this machine's clock right, and "
                "the certificate renewed?");
}

TEST_CASE("salesforce: a certificate of another host is refused with its remedy") {
  const SalesforceRun crm(kSmall, ServerCertificate::other_host);
  check_refused(crm, "the server's certificate is that of another host; is the address right?");
}

}  // namespace upselld::e2e
