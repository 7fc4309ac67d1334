// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_prepare.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "core/file_io.h"
#include "plugins/salesforce/salesforce_fields.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr const char* kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr const char* kSpace = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";
constexpr std::size_t kFileBytesMax = 1024 * 1024;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string tag(const char* name, const std::string& text, int depth) {
  return fmt::format("{:{}}<{}>{}</{}>\n", "", depth * 4, name, escaped(text), name);
}

std::string full_name(const std::string& prefix, const OurField& field) {
  return prefix + "_" + field.name + "__c";
}

std::string field_xml(const std::string& prefix, const OurField& field) {
  const std::string type = field.type;
  const bool is_key = std::string_view(field.name) == "Key";
  std::string xml = "    <fields>\n" + tag("fullName", full_name(prefix, field), 2);
  if (is_key) xml += tag("caseSensitive", "true", 2);
  xml += tag("description", field.is_for_people ? "Read by upselld." : "Written by upselld.", 2);
  if (is_key) xml += tag("externalId", "true", 2);
  xml += tag("inlineHelpText", field.help, 2);
  xml += tag("label", field.label, 2);
  if (field.length > 0) xml += tag("length", std::to_string(field.length), 2);
  if (type == "Number") xml += tag("precision", "4", 2);
  if (type != "LongTextArea") xml += tag("required", "false", 2);
  if (type == "Number") xml += tag("scale", "1", 2);
  xml += tag("trackTrending", "false", 2);
  xml += tag("type", type, 2);
  if (type == "Number" || type == "Text") xml += tag("unique", is_key ? "true" : "false", 2);
  if (type == "Picklist") {
    xml += "        <valueSet>\n" + tag("restricted", "true", 3);
    xml += "            <valueSetDefinition>\n" + tag("sorted", "false", 4);
    for (const char* value : field.values) {
      xml += "                <value>\n" + tag("fullName", value, 5) + tag("default", "false", 5) +
             tag("label", value, 5) + "                </value>\n";
    }
    xml += "            </valueSetDefinition>\n        </valueSet>\n";
  }
  if (type == "LongTextArea") xml += tag("visibleLines", "6", 2);
  return xml + "    </fields>\n";
}

std::string list_view_xml(const std::string& prefix) {
  std::string xml = "    <listViews>\n" + tag("fullName", prefix + "_High", 2);
  for (const std::string& column :
       {std::string("ACCOUNT.NAME"), field_name(prefix, Field::score),
        field_name(prefix, Field::next_action), field_name(prefix, Field::top_reason),
        std::string("CORE.USERS.ALIAS")}) {
    xml += tag("columns", column, 2);
  }
  xml += tag("filterScope", "Everything", 2);
  xml += "        <filters>\n" + tag("field", field_name(prefix, Field::band), 3) +
         tag("operation", "equals", 3) + tag("value", "High", 3) + "        </filters>\n";
  return xml + tag("label", "Upsell: high", 2) + "    </listViews>\n";
}

std::string object_xml(const std::string& prefix, std::span<const OurField> fields,
                       const std::string& more) {
  std::string xml = std::string(kHead) + "<CustomObject " + kSpace + ">\n";
  for (const OurField& field : fields) xml += field_xml(prefix, field);
  return xml + more + "</CustomObject>\n";
}

std::string field_permission(const std::string& field, bool may_edit) {
  return "    <fieldPermissions>\n" + tag("editable", may_edit ? "true" : "false", 2) +
         tag("field", field, 2) + tag("readable", "true", 2) + "    </fieldPermissions>\n";
}

std::string object_permission(const std::string& object, bool may_edit) {
  return "    <objectPermissions>\n" + tag("allowCreate", "false", 2) +
         tag("allowDelete", "false", 2) + tag("allowEdit", may_edit ? "true" : "false", 2) +
         tag("allowRead", "true", 2) + tag("modifyAllRecords", "false", 2) +
         tag("object", object, 2) + tag("viewAllRecords", "true", 2) + "    </objectPermissions>\n";
}

bool is_custom(const std::string& name) {
  return name.ends_with("__c");
}

// Objects that have permissions of their own; the others follow their parents or the user's tasks.
std::set<std::string> objects_read(const std::vector<StreamSpec>& specs) {
  static const std::set<std::string> own = {"Contact", "Opportunity", "Case", "Order", "Product2"};
  std::set<std::string> objects;
  for (const StreamSpec& spec : specs) {
    if (own.count(spec.object) > 0 || is_custom(spec.object)) objects.insert(spec.object);
    if (spec.shape == Shape::campaign_member) objects.insert("Campaign");
  }
  return objects;
}

std::string integration_xml(const SalesforceSettings& settings, const std::string& prefix,
                            const std::vector<StreamSpec>& specs) {
  std::string xml = std::string(kHead) + "<PermissionSet " + kSpace + ">\n";
  xml += tag("description", "For the user that upselld logs in as.", 1);
  std::set<std::string> read;
  for (const AttributeField& attribute : settings.attributes) {
    if (is_custom(attribute.field)) read.insert("Account." + attribute.field);
  }
  for (const FieldValuesWanted& scope : settings.scope) {
    if (is_custom(scope.field)) read.insert("Account." + scope.field);
  }
  if (is_custom(settings.opted_out_field)) read.insert("Account." + settings.opted_out_field);
  for (const ActivityObject& activity : settings.activities) {
    for (const std::string& field :
         {activity.account, activity.at, activity.value, activity.kind_field}) {
      if (is_custom(field)) read.insert(activity.object + "." + field);
    }
  }
  for (const OurField& field : account_fields()) {
    read.erase("Account." + full_name(prefix, field));
    xml += field_permission("Account." + full_name(prefix, field), true);
  }
  for (const OurField& field : task_fields()) {
    xml += field_permission("Task." + full_name(prefix, field), true);
  }
  for (const std::string& field : read) xml += field_permission(field, false);
  xml += tag("hasActivationRequired", "false", 1) + tag("label", prefix + " integration", 1);
  xml += object_permission("Account", true);
  for (const std::string& object : objects_read(specs)) xml += object_permission(object, false);
  // View Setup tells a field that is hidden from one that is missing, and the limits left.
  for (const char* permission : {"ApiEnabled", "EditTask", "ViewSetup"}) {
    xml += "    <userPermissions>\n" + tag("enabled", "true", 2) + tag("name", permission, 2) +
           "    </userPermissions>\n";
  }
  return xml + "</PermissionSet>\n";
}

std::string rep_xml(const std::string& prefix) {
  std::string xml = std::string(kHead) + "<PermissionSet " + kSpace + ">\n";
  xml += tag("description", "For people who work with what upselld suggests.", 1);
  for (const OurField& field : account_fields()) {
    xml += field_permission("Account." + full_name(prefix, field), field.is_for_people);
  }
  for (const OurField& field : task_fields()) {
    xml += field_permission("Task." + full_name(prefix, field), field.is_for_people);
  }
  return xml + tag("hasActivationRequired", "false", 1) + tag("label", prefix + " rep", 1) +
         "</PermissionSet>\n";
}

std::string members_xml(const SalesforceSettings& settings, const std::string& prefix) {
  std::string xml = "    <types>\n";
  for (const OurField& field : account_fields()) {
    xml += tag("members", "Account." + full_name(prefix, field), 2);
  }
  for (const OurField& field : task_fields()) {
    xml += tag("members", "Activity." + full_name(prefix, field), 2);
  }
  xml += tag("name", "CustomField", 2) + "    </types>\n    <types>\n" +
         tag("members", "Account." + prefix + "_High", 2) + tag("name", "ListView", 2) +
         "    </types>\n    <types>\n" + tag("members", prefix + "_Integration", 2) +
         tag("members", prefix + "_Rep", 2) + tag("name", "PermissionSet", 2) + "    </types>\n";
  return xml + tag("version", settings.version, 1);
}

std::string package_xml(const std::string& inner) {
  return std::string(kHead) + "<Package " + kSpace + ">\n" + inner + "</Package>\n";
}

}  // namespace

std::map<std::string, std::string> package_files(const SalesforceSettings& settings,
                                                 const std::string& prefix,
                                                 const std::vector<StreamSpec>& specs) {
  return {{"package.xml", package_xml(members_xml(settings, prefix))},
          {"objects/Account.object", object_xml(prefix, account_fields(), list_view_xml(prefix))},
          {"objects/Activity.object", object_xml(prefix, task_fields(), "")},
          {"permissionsets/" + prefix + "_Integration.permissionset",
           integration_xml(settings, prefix, specs)},
          {"permissionsets/" + prefix + "_Rep.permissionset", rep_xml(prefix)}};
}

std::map<std::string, std::string> removal_files(const SalesforceSettings& settings,
                                                 const std::string& prefix) {
  std::string members = members_xml(settings, prefix);
  members.resize(members.find("    <version>"));
  return {{"package.xml", package_xml(tag("version", settings.version, 1))},
          {"destructiveChanges.xml", package_xml(members)}};
}

void add_steps_for_people(const std::string& prefix, PrepareReport& report) {
  report.left_to_do.push_back("assign the permission set " + prefix +
                              "_Rep to everybody who gets tasks");
  report.left_to_do.push_back(
      "add the fields to the Account page and the Task layout: no API does "
      "that; the README's \"Show it to reps\" names them");
  report.left_to_do.push_back("look whether all is right: upselld probe");
}

Result<PrepareReport> write_package(const SalesforceSettings& settings, const std::string& prefix,
                                    const std::vector<StreamSpec>& specs,
                                    const PrepareRequest& request) {
  const auto files =
      request.remove ? removal_files(settings, prefix) : package_files(settings, prefix, specs);
  const std::filesystem::path folder =
      request.remove ? std::filesystem::path(settings.package_folder) / "remove"
                     : std::filesystem::path(settings.package_folder);
  PrepareReport report;
  for (const auto& [name, bytes] : files) {
    const std::filesystem::path path = folder / name;
    const auto there = read_file(path, kFileBytesMax);
    if (there && *there == bytes) {
      report.steps.push_back(path.string() + " is there already");
      continue;
    }
    report.steps.push_back((request.dry_run ? "would write " : "wrote ") + path.string());
    if (request.dry_run) continue;
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) {
      return Error{ErrorKind::io,
                   "prepare: make " + path.parent_path().string() + ": " + failed.message(),
                   {}};
    }
    if (auto written = write_file_atomically(path, bytes, 0644); !written) return written.error();
  }
  report.left_to_do.push_back("deploy it as an admin: sf project deploy start --metadata-dir " +
                              folder.string());
  if (request.remove) {
    report.left_to_do.push_back("the values in our fields are lost with them");
    return report;
  }
  report.left_to_do.push_back("assign the permission set " + prefix + "_Integration to " +
                              settings.credentials.username);
  add_steps_for_people(prefix, report);
  return report;
}

}  // namespace upselld::plugins::salesforce
