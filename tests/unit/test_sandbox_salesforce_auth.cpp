// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "sandbox/http_tls.h"
#include "sandbox/salesforce/jwt.h"
#include "tests/unit/salesforce_org.h"

namespace upselld::sandbox::salesforce {
namespace {

std::string url_base64(const std::string& bytes) {
  std::string out = base64(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  out.erase(out.find_last_not_of('=') + 1);
  return out;
}

std::string signed_jwt(const std::string& key_pem, const Json& claims) {
  const std::string text = url_base64(R"({"alg":"RS256"})") + "." + url_base64(claims.dump());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bytes(
      BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), &BIO_free_all);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bytes.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  signature.resize(size);
  return text + "." + url_base64(signature);
}

Said post_form(TestOrg& org, const std::string& form, bool on_login_host = false) {
  HttpRequest request = TestOrg::made("POST", "/services/oauth2/token");
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = form;
  Said said;
  said.answer = on_login_host ? org.service.login(request) : org.service.answer(request);
  said.status = said.answer.status;
  said.body = Json::parse(said.answer.body);
  return said;
}

}  // namespace

TEST_CASE("sandbox salesforce: the JWT flow verifies every claim and the signature") {
  TestOrg org;
  const auto key = make_signed_key("test"), other = make_signed_key("other");
  REQUIRE(key);
  org.service.auth.apps[0].certificate_pem = key->certificate_pem;
  const double now = static_cast<double>(org.clock.now().ms) / 1000;
  const Json good = {{"iss", "app"},
                     {"sub", "upselld@sandbox.example"},
                     {"aud", "https://login.salesforce.com"},
                     {"exp", now + 180}};
  const auto said = [&](const char* claim, const Json& value, const std::string& pem) {
    Json claims = good;
    claims[claim] = value;
    return post_form(org,
                     "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                         signed_jwt(pem, claims),
                     /*on_login_host=*/true);
  };
  const auto why = [&](const char* claim, const Json& value) {
    const Said refused = said(claim, value, key->private_key_pem);
    CHECK(refused.status == 400);
    return refused.body.value("error_description", "");
  };
  const Said token = said("iss", "app", key->private_key_pem);
  REQUIRE(token.status == 200);
  CHECK(token.body["instance_url"] == "http://127.0.0.1:1");
  CHECK(token.body["access_token"] == org.token);  // the same user and app
  CHECK_FALSE(token.body.contains("expires_in"));
  CHECK(why("exp", now - 1) == "expired authorization code");
  CHECK(why("exp", now + 600) == "invalid assertion");
  CHECK(why("exp", (now + 100) * 1000) == "invalid assertion");  // milliseconds
  CHECK(why("aud", "https://test.salesforce.com") == "audience is invalid");
  CHECK(why("sub", "nobody@sandbox.example") == "user hasn't approved this consumer");
  CHECK(why("iss", "unknown") == "client identifier invalid");
  CHECK(said("iss", "app", other->private_key_pem).body["error_description"] ==
        "invalid assertion");
}

TEST_CASE("sandbox salesforce: client credentials work on the org's own address only") {
  TestOrg org;
  const std::string form = "grant_type=client_credentials&client_id=app&client_secret=secret";
  CHECK(post_form(org, form).status == 200);
  CHECK(post_form(org, form, /*on_login_host=*/true).body["error"] == "invalid_grant");
  CHECK(
      post_form(org, "grant_type=client_credentials&client_id=app&client_secret=x").body["error"] ==
      "invalid_client");
  CHECK(post_form(org, "grant_type=password&username=x").body["error"] == "unsupported_grant_type");
}

TEST_CASE("sandbox salesforce: a rotated refresh token works once, and its reuse ends the family") {
  TestOrg org;
  org.control("switches", {{"rotate_refresh_tokens", true}});
  const std::string first =
      org.control("auth", {{"grant_refresh_token", "upselld@sandbox.example"}})["refresh_token"];
  const auto refresh = [&](const std::string& token) {
    return post_form(
        org, "grant_type=refresh_token&client_id=app&client_secret=secret&refresh_token=" + token);
  };
  const Said second = refresh(first);
  REQUIRE(second.status == 200);
  const std::string next = second.body["refresh_token"];
  CHECK(next != first);
  CHECK(refresh(first).body["error_description"] == "expired access/refresh token");
  CHECK(refresh(next).status == 400);
}

TEST_CASE("sandbox salesforce: a session ends after idle time or by order, and calls prolong it") {
  TestOrg org;
  org.service.auth.idle = minutes(15);
  org.clock.step(minutes(14));
  CHECK(org.get("limits").status == 200);
  org.clock.step(minutes(14));
  CHECK(org.get("limits").status == 200);
  org.clock.step(minutes(15));
  const Said said = org.get("limits");
  CHECK(said.status == 401);
  CHECK(code_of(said) == "INVALID_SESSION_ID");
  const std::string old = org.token;
  org.token = org.login("app");
  CHECK(org.token != old);
  org.control("faults", {{"add", {{{"path", "query"}, {"before", "expire_sessions"}}}}});
  CHECK(org.query("SELECT Id FROM Account").status == 401);
  org.token = org.login("app");
  org.control("auth", {{"refuse_next", 1}, {"message", "Connected app is not attached to Agent"}});
  CHECK(org.get("limits").body[0]["message"] == "Connected app is not attached to Agent");
  CHECK(org.get("limits").status == 200);
  CHECK(org.control("auth", Json::object())["logins"] == 4);
}

TEST_CASE("sandbox salesforce: the day's allocation rolls, and is shared") {
  TestOrg org;
  org.service.auth.idle = days(3);
  org.control("limits", {{"requests_max", 10}, {"used_by_others", 7}});
  for (int i = 0; i < 3; ++i) {
    CHECK(org.get("limits").answer.headers.get("Sforce-Limit-Info") ==
          "api-usage=" + std::to_string(8 + i) + "/10");
    org.clock.step(hours(1));
  }
  const Said refused = org.get("limits");
  CHECK(refused.status == 403);
  CHECK(refused.body[0]["message"] == "TotalRequests Limit exceeded.");
  org.clock.step(hours(21));
  CHECK(org.get("limits").status == 200);
  CHECK(org.get("limits").status == 403);
  org.clock.step(hours(1));
  const Said again = org.get("limits");
  CHECK(again.body["DailyApiRequests"]["Max"] == 10);
}

TEST_CASE("sandbox salesforce: versions and paths") {
  TestOrg org;
  HttpRequest list = TestOrg::made("GET", "/services/data/");
  const HttpAnswer versions = org.service.answer(list);
  CHECK(versions.status == 200);
  CHECK(versions.headers.find("Sforce-Limit-Info") == nullptr);
  CHECK(versions.body.find(
            R"({"label":"Winter '25","url":"/services/data/v62.0","version":"62.0"})") !=
        std::string::npos);
  org.version = "30.0";
  CHECK(org.get("limits").status == 410);
  org.version = "99.0";
  CHECK(org.get("limits").status == 404);
  org.version = "62.0";
  CHECK(org.get("sobjects//Account").status == 404);
  CHECK(org.get("nothing").status == 404);
  CHECK(org.call("DELETE", "limits").status == 405);
  HttpRequest untyped = org.data_request("POST", "sobjects/Account");
  untyped.body = "{}";
  CHECK(org.send(untyped).status == 415);
}

}  // namespace upselld::sandbox::salesforce
