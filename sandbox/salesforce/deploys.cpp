// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/deploys.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr const char* kPermissionSets = "permissionsets/";

int number_of(const std::string& text) {
  int out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// Where the fields of an object of the package are seen.
std::vector<std::string> seen_on(const std::string& object) {
  if (object == "Activity") return {"Task", "Event"};
  return {object};
}

std::string stem(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string file = path.substr(slash == std::string::npos ? 0 : slash + 1);
  return file.substr(0, file.find('.'));
}

// Nothing: a type that the sandbox does not make.
std::optional<Field> field_of(const XmlElement& xml) {
  const std::string type = xml.get("type");
  Field field;
  field.name = xml.get("fullName");
  field.label = xml.get("label");
  field.help = xml.get("inlineHelpText");
  field.description = xml.get("description");
  field.custom = true;
  field.granted = false;
  field.length = number_of(xml.get("length"));
  field.unique = xml.is_true("unique");
  field.external_id = xml.is_true("externalId");
  field.case_sensitive = xml.is_true("caseSensitive");
  field.required = xml.is_true("required");
  field.tracked = xml.is_true("trackHistory");
  if (type == "Text") {
    field.type = FieldType::string;
  } else if (type == "LongTextArea") {
    field.type = FieldType::textarea;
    field.long_text = true;
  } else if (type == "Number") {
    field.type = FieldType::number;
    field.precision = number_of(xml.get("precision"));
    field.scale = number_of(xml.get("scale"));
  } else if (type == "Date") {
    field.type = FieldType::date;
  } else if (type == "DateTime") {
    field.type = FieldType::datetime;
  } else if (type == "Picklist") {
    field.type = FieldType::picklist;
    field.length = 255;
    for (const XmlElement* set : xml.all("valueSet")) {
      field.restricted = set->is_true("restricted");
      for (const XmlElement* definition : set->all("valueSetDefinition")) {
        for (const XmlElement* value : definition->all("value")) {
          field.values.push_back(value->get("fullName"));
        }
      }
    }
  } else {
    return std::nullopt;
  }
  return field;
}

std::string problem_of(const Field& field, const std::string& type) {
  if (!field.name.ends_with("__c")) return "a custom field's name ends with __c";
  if (field.label.empty()) return "Required field is missing: label";
  if (field.type == FieldType::string && (field.length < 1 || field.length > 255)) {
    return "Text length must be 1 to 255";
  }
  if (field.long_text && field.length < 256) return "LongTextArea length must be at least 256";
  if (field.type == FieldType::number && (field.precision < 1 || field.scale > field.precision)) {
    return "Must specify a precision of at least 1 and a scale not above it";
  }
  if (field.type == FieldType::picklist && field.values.empty()) return "no value: " + type;
  return {};
}

}  // namespace

bool Deploy::is_good() const {
  return std::all_of(components.begin(), components.end(),
                     [](const DeployedComponent& each) { return each.problem.empty(); });
}

Deploy& Deploys::add(std::map<std::string, std::string> files, bool check_only) {
  Deploy deploy;
  deploy.id = make_id("0Af", ++made_);
  deploy.check_only = check_only;
  deploy.started = org_.now();
  deploy.files = std::move(files);
  return deploys_[deploy.id] = std::move(deploy);
}

Deploy* Deploys::poll(const std::string& id) {
  const auto found = deploys_.find(canonical_id(id).value_or(id));
  if (found == deploys_.end()) return nullptr;
  Deploy& deploy = found->second;
  if (!deploy.is_done && ++deploy.polls > polls_needed) run(deploy);
  return &deploy;
}

// Twice: to see whether all of it is good, and then for good.
void Deploys::run(Deploy& deploy) {
  deploy.is_done = true;
  for (const bool may_change : {false, true}) {
    if (may_change && (deploy.check_only || !deploy.is_good())) break;
    deploy.components.clear();
    // Objects come before the permission sets that name their fields, by the order of paths.
    for (const auto& [path, text] : deploy.files) {
      const auto xml = parse_xml(text);
      if (!xml) {
        deploy.components.push_back({"", path, path, false, false, false, "not well-formed XML"});
      } else if (path == "destructiveChanges.xml") {
        look_at_removals(deploy, *xml, may_change);
      } else if (path.starts_with("objects/")) {
        look_at_object(deploy, path, *xml, may_change);
      } else if (path.starts_with(kPermissionSets)) {
        look_at_permission_set(deploy, path, *xml, may_change);
      } else if (path != "package.xml") {
        deploy.components.push_back(
            {"", path, path, false, false, false, "the sandbox does not know this metadata"});
      }
    }
    if (!deploy.files.contains("package.xml")) {
      deploy.components.push_back(
          {"", "package.xml", "package.xml", false, false, false, "No package.xml found"});
    }
  }
  org_.permissions_changed();
}

void Deploys::look_at_object(Deploy& deploy, const std::string& file, const XmlElement& object,
                             bool may_change) {
  const std::string name = stem(file);
  for (const XmlElement* field : object.all("fields")) {
    look_at_field(deploy, file, name, *field, may_change);
  }
  for (const XmlElement* view : object.all("listViews")) {
    DeployedComponent done = {"ListView", name + "." + view->get("fullName"), file};
    if (view->get("label").empty()) done.problem = "Required field is missing: label";
    done.created = org_.list_views.count(done.full_name) == 0;
    if (may_change) org_.list_views.insert(done.full_name);
    deploy.components.push_back(std::move(done));
  }
}

void Deploys::look_at_field(Deploy& deploy, const std::string& file, const std::string& object,
                            const XmlElement& xml, bool may_change) {
  DeployedComponent done = {"CustomField", object + "." + xml.get("fullName"), file};
  const auto wanted = field_of(xml);
  done.problem = wanted ? problem_of(*wanted, xml.get("type")) : "unknown type " + xml.get("type");
  if (object == "Task" || object == "Event") done.problem = "custom fields belong to Activity";
  for (const std::string& seen : seen_on(object)) {
    if (!done.problem.empty()) break;
    ObjectType* type = org_.schema.find(seen);
    if (type == nullptr) {
      done.problem = "Entity of type CustomObject named " + object + " cannot be found";
      break;
    }
    const int column = type->column(wanted->name);
    done.created = column < 0;
    if (column >= 0) {
      Field& there = type->fields[static_cast<std::size_t>(column)];
      if (there.type != wanted->type) done.problem = "Cannot change field type of " + wanted->name;
      done.changed = there.length != wanted->length || there.values != wanted->values ||
                     there.label != wanted->label || there.help != wanted->help;
      if (may_change && done.problem.empty()) there = *wanted;
    } else if (may_change) {
      type->add(*wanted);
    }
  }
  if (may_change && done.problem.empty() && done.created) {
    const std::string developer = wanted->name.substr(0, wanted->name.size() - 3);
    org_.put("CustomField", {{"DeveloperName", developer}, {"TableEnumOrId", object}});
  }
  deploy.components.push_back(std::move(done));
}

bool Deploys::is_field(const std::string& name, const Deploy& deploy) const {
  const std::size_t dot = name.find('.');
  const std::string object = name.substr(0, dot);
  const ObjectType* type = org_.schema.find(object);
  if (type != nullptr && dot != std::string::npos && type->column(name.substr(dot + 1)) >= 0) {
    return true;
  }
  // One that this very package brings.
  return std::any_of(deploy.components.begin(), deploy.components.end(), [&](const auto& each) {
    if (each.type != "CustomField") return false;
    const std::size_t point = each.full_name.find('.');
    const std::vector<std::string> on = seen_on(each.full_name.substr(0, point));
    return std::find(on.begin(), on.end(), object) != on.end() &&
           each.full_name.substr(point) == name.substr(dot);
  });
}

void Deploys::look_at_permission_set(Deploy& deploy, const std::string& file, const XmlElement& set,
                                     bool may_change) {
  const std::string name = stem(file);
  DeployedComponent done = {"PermissionSet", name, file};
  if (set.get("label").empty()) done.problem = "Required field is missing: label";
  for (const XmlElement* field : set.all("fieldPermissions")) {
    if (is_field(field->get("field"), deploy)) continue;
    done.problem = "In field: field - no CustomField named " + field->get("field") + " found";
  }
  for (const XmlElement* object : set.all("objectPermissions")) {
    if (org_.schema.find(object->get("object")) != nullptr) continue;
    done.problem = "In field: object - no CustomObject named " + object->get("object") + " found";
  }
  const ObjectType& type = *org_.schema.find("PermissionSet");
  std::string id;
  for (const Row& row : org_.table("PermissionSet").rows()) {
    if (!row.is_deleted() && as_text(cell(row, type.column("Name"))) == name) id = row.id();
  }
  done.created = id.empty();
  done.changed = true;
  if (may_change && done.problem.empty()) {
    if (id.empty()) {
      id = org_.put("PermissionSet", {{"Name", name}, {"Label", set.get("label")}}).id();
    }
    put_permissions(id, set);
  }
  deploy.components.push_back(std::move(done));
}

// A permission set of a package replaces what it held of the same kind before.
void Deploys::put_permissions(const std::string& set_id, const XmlElement& set) {
  for (const char* object : {"FieldPermissions", "ObjectPermissions"}) {
    const int parent = org_.schema.find(object)->column("ParentId");
    std::vector<std::string> old;
    for (const Row& row : org_.table(object).rows()) {
      if (as_text(cell(row, parent)) == set_id) old.push_back(row.id());
    }
    for (const std::string& id : old) org_.table(object).erase(id);
  }
  for (const XmlElement* field : set.all("fieldPermissions")) {
    const std::string name = field->get("field");
    org_.put("FieldPermissions", {{"ParentId", set_id},
                                  {"SobjectType", name.substr(0, name.find('.'))},
                                  {"Field", name},
                                  {"PermissionsRead", field->is_true("readable")},
                                  {"PermissionsEdit", field->is_true("editable")}});
  }
  for (const XmlElement* object : set.all("objectPermissions")) {
    org_.put("ObjectPermissions",
             {{"ParentId", set_id},
              {"SobjectType", object->get("object")},
              {"PermissionsCreate", object->is_true("allowCreate")},
              {"PermissionsRead", object->is_true("allowRead")},
              {"PermissionsEdit", object->is_true("allowEdit")},
              {"PermissionsDelete", object->is_true("allowDelete")},
              {"PermissionsViewAllRecords", object->is_true("viewAllRecords")},
              {"PermissionsModifyAllRecords", object->is_true("modifyAllRecords")}});
  }
  ObjectType& type = *org_.schema.find("PermissionSet");
  Row* row = org_.find_row(set_id);
  for (const XmlElement* user : set.all("userPermissions")) {
    const int column = type.column("Permissions" + user->get("name"));
    if (column >= 0) org_.table("PermissionSet").set(*row, column, user->is_true("enabled"), type);
  }
}

void Deploys::look_at_removals(Deploy& deploy, const XmlElement& package, bool may_change) {
  for (const XmlElement* kind : package.all("types")) {
    for (const XmlElement* member : kind->all("members")) {
      DeployedComponent done = {kind->get("name"), member->text, "destructiveChanges.xml"};
      done.deleted = true;
      const std::size_t dot = done.full_name.find('.');
      if (may_change && done.type == "CustomField") {
        for (const std::string& seen : seen_on(done.full_name.substr(0, dot))) {
          ObjectType* type = org_.schema.find(seen);
          if (type != nullptr) type->lose(done.full_name.substr(dot + 1));
        }
        const ObjectType& fields = *org_.schema.find("CustomField");
        std::string gone;
        for (const Row& row : org_.table("CustomField").rows()) {
          const bool is_it = as_text(cell(row, fields.column("TableEnumOrId"))) + "." +
                                 as_text(cell(row, fields.column("DeveloperName"))) + "__c" ==
                             done.full_name;
          if (is_it) gone = row.id();
        }
        if (!gone.empty()) org_.table("CustomField").erase(gone);
      } else if (may_change && done.type == "ListView") {
        org_.list_views.erase(done.full_name);
      } else if (may_change && done.type == "PermissionSet") {
        const ObjectType& sets = *org_.schema.find("PermissionSet");
        for (Row& row : org_.table("PermissionSet").rows()) {
          if (as_text(cell(row, sets.column("Name"))) != done.full_name) continue;
          org_.table("PermissionSet").set(row, kIsDeleted, true, sets);
          row.deleted_at = org_.now();
        }
      }
      deploy.components.push_back(std::move(done));
    }
  }
}

}  // namespace upselld::sandbox::salesforce
