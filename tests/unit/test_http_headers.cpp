// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plugins/http/headers.h"
#include "plugins/http/url.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;

HttpResponse with(const char* name, const std::string& value) {
  HttpResponse response;
  response.headers = {{name, value}};
  return response;
}

}  // namespace

TEST_CASE("url: https anywhere, http only to this machine, nothing else") {
  CHECK(parse_url("https://acme.example/a?b=c", "host")->target == "/a?b=c");
  CHECK(parse_url("https://acme.example", "host")->origin() == "https://acme.example");
  CHECK(parse_url("http://127.0.0.1:8080/x", "host")->origin() == "http://127.0.0.1:8080");
  CHECK(parse_url("http://[::1]:8080", "host")->origin() == "http://[::1]:8080");
  for (const char* bad :
       {"http://acme.example", "http://127.0.0.1.acme.example", "ftp://acme.example",
        "acme.example", "https://", "https://user@acme.example", "https://acme.example:0",
        "https://acme.example:99999", "https://acme.example/#x", "https://a b"}) {
    INFO(bad);
    const auto url = parse_url(bad, "host");
    REQUIRE_FALSE(url);
    CHECK(url.error().kind == ErrorKind::invalid_config);
  }
}

TEST_CASE("url: what is encoded holds no sign with a meaning") {
  CHECK(percent_encoded("a b+c'd&e=%") == "a%20b%2Bc%27d%26e%3D%25");
  CHECK(form_encoded({{"a", "1 2"}, {"b", "x&y"}}) == "a=1%202&b=x%26y");
}

TEST_CASE("headers: the day's usage is found among pairs nobody knows") {
  const auto usage = [](const char* value) {
    return reported_usage(with("sforce-limit-info", value));
  };
  CHECK(usage("api-usage=10018/100000")->used == 10'018);
  CHECK(usage("api-usage=25/5000; per-app-api-usage=17/250(appName=sample)")->limit == 5'000);
  CHECK(usage("api-bursts=1/750; api-usage=7/9")->used == 7);
  CHECK_FALSE(usage("api-usage=many"));
  CHECK_FALSE(usage(""));
  CHECK_FALSE(reported_usage({}));
}

TEST_CASE("headers: a daily limit and what is left of it are a usage") {
  HttpResponse response;
  response.headers = {{"x-hubspot-ratelimit-daily", "250000"},
                      {"x-hubspot-ratelimit-daily-remaining", "249000"}};
  const auto usage = reported_usage(response);
  REQUIRE(usage);
  CHECK(usage->used == 1'000);
  CHECK(usage->limit == 250'000);
  response.headers.pop_back();
  CHECK_FALSE(reported_usage(response));
}

TEST_CASE("headers: Retry-After is seconds or a date, and at most a day") {
  const Instant now{1'795'348'800'000};  // 2026-11-22T12:00:00Z
  CHECK(retry_after(with("retry-after", "7"), now) == seconds(7));
  CHECK(retry_after(with("retry-after", "Sun, 22 Nov 2026 12:01:00 GMT"), now) == minutes(1));
  CHECK(retry_after(with("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT"), now) == Duration{});
  CHECK(retry_after(with("retry-after", "99999999999"), now) == days(1));
  CHECK_FALSE(retry_after(with("retry-after", "soon"), now));
  CHECK(server_date(with("date", "Sun, 22 Nov 2026 12:00:00 GMT")) == now);
}

TEST_CASE("headers: no secret of a message is shown, and no control character") {
  CHECK(redacted("Bearer 00Dx!AQc.x was refused") == "Bearer <secret> was refused");
  CHECK(redacted("sent 00D000000000001!AQcAQ_x. and more").find("AQcAQ") == std::string::npos);
  CHECK(redacted("POST a=b&client_secret=hush&x=1").find("hush") == std::string::npos);
  CHECK(redacted("refresh_token=5Aep861") == "refresh_token=<secret>");
  CHECK(redacted("key pat-eu1-0000-1111 was refused") == "key <secret> was refused");
  CHECK(redacted("line\nbreak\x1b[31m") == "line break [31m");
  CHECK(redacted("an ordinary sentence, nothing more") == "an ordinary sentence, nothing more");
  CHECK(redacted(std::string(600, 'a')).size() == 503);
  CHECK(redacted("\xC3\xA4\xC3\xA4", 3) == "\xC3\xA4...");
}
