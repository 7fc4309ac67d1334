// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include "sandbox/salesforce/xml.h"
#include "sandbox/salesforce/zip.h"
#include "tests/unit/salesforce_org.h"

namespace upselld::sandbox::salesforce {
namespace {

void put(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(compressBound(bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string archive(const std::map<std::string, std::string>& files, bool deflates) {
  std::string out, directory;
  for (const auto& [name, bytes] : files) {
    const std::string packed = deflates ? deflated(bytes) : bytes;
    std::string facts;
    put(facts, 0, 2);
    put(facts, deflates ? 8 : 0, 2);
    put(facts, 0, 4);
    put(facts,
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
    put(facts, packed.size(), 4);
    put(facts, bytes.size(), 4);
    put(facts, name.size(), 2);
    put(facts, 0, 2);
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    put(directory, 20, 2);
    directory += facts;
    directory.append(10, '\0');
    put(directory, out.size(), 4);
    directory += name;
    put(out, 0x04034b50, 4);
    put(out, 20, 2);
    out += facts + name + packed;
  }
  const std::size_t begin = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, 0, 2);
  return out;
}

std::string text_field(const std::string& name, const std::string& more = {}) {
  return "<fields><fullName>" + name + "</fullName><label>L</label><type>Text</type>" +
         "<length>80</length>" + more + "</fields>";
}

const std::string kSet =
    "<PermissionSet><label>rep</label><fieldPermissions><editable>false</editable>"
    "<field>Task.Key__c</field><readable>true</readable></fieldPermissions></PermissionSet>";

std::map<std::string, std::string> package(const std::string& field) {
  return {{"package.xml", "<Package/>"},
          {"objects/Activity.object", "<CustomObject>" + field + "</CustomObject>"},
          {"permissionsets/rep.permissionset", kSet}};
}

// The end of a deployment.
Json deploy(TestOrg& org, const std::map<std::string, std::string>& files, bool check_only = false,
            bool deflates = false) {
  HttpRequest request = org.data_request("POST", "metadata/deployRequest");
  request.headers.set("Content-Type", "multipart/form-data; boundary=b");
  request.headers.set("Authorization", "Bearer " + org.admin_token);
  request.body = "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n" +
                 Json{{"deployOptions", {{"checkOnly", check_only}}}}.dump() +
                 "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" +
                 archive(files, deflates) + "\r\n--b--\r\n";
  const Said begun = org.send(request);
  INFO(begun.answer.body);
  REQUIRE(begun.status == 201);
  HttpRequest look =
      org.data_request("GET", "metadata/deployRequest/" + begun.body["id"].get<std::string>() +
                                  "?includeDetails=true");
  look.headers.set("Authorization", "Bearer " + org.admin_token);
  for (int i = 0; i < 5; ++i) {
    const Said said = org.send(look);
    if (said.body["deployResult"]["done"] == true) return said.body["deployResult"];
  }
  FAIL("it never ends");
  return {};
}

bool sees_key(TestOrg& org) {
  return org.get("sobjects/Task/describe").answer.body.find("\"Key__c\"") != std::string::npos;
}

}  // namespace

TEST_CASE("sandbox salesforce: archives are read stored and deflated, and damage is found") {
  const std::map<std::string, std::string> files = {{"a/b.xml", std::string(1000, 'x')}, {"c", ""}};
  for (const bool deflates : {false, true}) {
    std::string bytes = archive(files, deflates);
    CHECK(unzipped(bytes, 2000) == files);
    CHECK_FALSE(unzipped(bytes, 900));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(unzipped(std::string_view(bytes).substr(0, size), 2000));
    }
  }
  std::string bytes = archive(files, false);
  bytes[bytes.find("xxx")] = 'y';
  CHECK_FALSE(unzipped(bytes, 2000));
}

TEST_CASE("sandbox salesforce: metadata is read with its entities, and what is broken is refused") {
  const auto xml = parse_xml("<?xml version=\"1.0\"?><!-- x --><A b=\"c\"><d>1 &lt; 2</d><e/></A>");
  REQUIRE(xml);
  CHECK(xml->name == "A");
  CHECK(xml->get("d") == "1 < 2");
  CHECK(xml->children.size() == 2);
  for (const char* broken :
       {"", "<a>", "<a></b>", "<a>&x;</a>", "<a/><b/>", "a", "<!DOCTYPE a><a/>", "<a><!-- </a>"}) {
    INFO(broken);
    CHECK_FALSE(parse_xml(broken));
  }
}

TEST_CASE("sandbox salesforce: a deployed field is seen by whom a permission set lets see it") {
  TestOrg org;
  const Json checked = deploy(org, package(text_field("Key__c")), /*check_only=*/true);
  CHECK(checked["success"] == true);
  CHECK(org.service.org.schema.find("Task")->column("Key__c") < 0);
  const Json done = deploy(org, package(text_field("Key__c")), false, /*deflates=*/true);
  INFO(done.dump());
  CHECK(done["status"] == "Succeeded");
  CHECK(done["details"]["componentSuccesses"][0]["created"] == true);
  CHECK(org.service.org.schema.find("Event")->column("Key__c") >= 0);
  CHECK_FALSE(sees_key(org));
  const std::string set = org.service.org.table("PermissionSet").rows().front().id();
  org.service.org.put("PermissionSetAssignment",
                      {{"PermissionSetId", set}, {"AssigneeId", org.service.org.integration_id}});
  org.service.org.permissions_changed();
  CHECK(sees_key(org));
  const Json again = deploy(org, package(text_field("Key__c")));
  CHECK(again["details"]["componentSuccesses"][0]["created"] == false);
}

TEST_CASE("sandbox salesforce: one bad component, and nothing of a package is deployed") {
  TestOrg org;
  const Json failed =
      deploy(org, package(text_field("Key__c") + "<fields><fullName>Bad__c</fullName>"
                                                 "<label>L</label><type>Magic</type></fields>"));
  CHECK(failed["success"] == false);
  CHECK(failed["details"]["componentFailures"][0]["fullName"] == "Activity.Bad__c");
  CHECK(org.service.org.schema.find("Task")->column("Key__c") < 0);
  CHECK(org.service.org.table("PermissionSet").rows().empty());
  deploy(org, package(text_field("Key__c")));
  const Json retyped = deploy(org, package("<fields><fullName>Key__c</fullName><label>L</label>"
                                           "<type>Date</type></fields>"));
  CHECK(retyped["details"]["componentFailures"][0]["problem"].get<std::string>().find(
            "Cannot change field type") == 0);
}

TEST_CASE("sandbox salesforce: deploying needs rights, and removal takes all away") {
  TestOrg org;
  HttpRequest request = org.data_request("POST", "metadata/deployRequest");
  CHECK(code_of(org.send(request)) == "INSUFFICIENT_ACCESS");
  deploy(org, package(text_field("Key__c")));
  HttpRequest look = org.data_request("GET", "tooling/query");
  look.query = {{"q", "SELECT DeveloperName FROM CustomField"}};
  CHECK(code_of(org.send(look)) == "INSUFFICIENT_ACCESS");
  look.headers.set("Authorization", "Bearer " + org.admin_token);
  CHECK(org.send(look).body["totalSize"] == 1);
  deploy(org, {{"package.xml", "<Package/>"},
               {"destructiveChanges.xml",
                "<Package><types><members>Activity.Key__c</members><name>CustomField</name></types>"
                "<types><members>rep</members><name>PermissionSet</name></types></Package>"}});
  CHECK(org.send(look).body["totalSize"] == 0);
  CHECK(org.service.org.schema.find("Task")->column("Key__c") < 0);
  // The name is free again.
  CHECK(deploy(org, package(text_field("Key__c")))["success"] == true);
}

}  // namespace upselld::sandbox::salesforce
