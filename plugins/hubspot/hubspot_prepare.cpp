// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

using Json = nlohmann::ordered_json;

const char* field_type_of(const OurField& field) {
  const std::string_view type = field.type;
  if (type == "Number") return "number";
  if (type == "Picklist") return "select";
  if (type == "LongTextArea") return "textarea";
  if (type == "Text") return "text";
  return "date";
}

Json options_of(const std::vector<std::string>& values) {
  Json options = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    options.push_back(
        Json({{"label", values[i]}, {"value", values[i]}, {"displayOrder", i}, {"hidden", false}}));
  }
  return options;
}

// One type of object, and what is done with our properties of it.
class Preparing {
 public:
  Preparing(Client& client, TaskKeys keys, std::string prefix, const PrepareRequest& request,
            PrepareReport& report)
      : client_(client),
        keys_(keys),
        prefix_(std::move(prefix)),
        request_(request),
        report_(report) {}

  Result<void> make(const std::string& object, std::span<const OurField> fields) {
    Catalogue catalogue(client_);
    const auto type = catalogue.type(object);
    if (!type) return type.error();
    if ((*type)->is_hidden) {
      return Error{ErrorKind::forbidden,
                   "prepare: the properties of " + object +
                       " may not be listed; grant the scopes to read and write the schema of " +
                       (object == "tasks" ? "contacts or tasks" : object),
                   {}};
    }
    const bool is_whole = std::all_of(fields.begin(), fields.end(), [&](const OurField& field) {
      return (*type)->property(name_of(field)) != nullptr;
    });
    // The group matters only to what is not there yet.
    if (!is_whole) {
      if (auto made = make_group(object); !made) return made;
    }
    for (const OurField& field : fields) {
      const Property* there = (*type)->property(name_of(field));
      // At most once, a plain property will do.
      const bool is_unique =
          object == "tasks" && &field == &fields.front() && keys_ == TaskKeys::unique;
      if (there == nullptr) {
        if (const auto made = make_property(object, field, is_unique); !made) return made;
        continue;
      }
      const auto adapted = adapt_property(object, field, is_unique, *there);
      if (!adapted) return adapted.error();
      if (!*adapted) {
        report_.steps.push_back("property " + there->name + " of " + object + " is there already");
      }
    }
    return {};
  }

  Result<void> remove(const std::string& object, std::span<const OurField> fields) {
    Catalogue catalogue(client_);
    const auto type = catalogue.type(object);
    if (!type) return type.error();
    bool is_empty = true;
    for (const OurField& field : fields) {
      const std::string name = name_of(field);
      if ((*type)->property(name) == nullptr) continue;
      auto gone = take_away("property " + name + " of " + object,
                            client_.paths().properties(object, "/" + name));
      if (!gone) return gone.error();
      is_empty &= *gone;
    }
    if (!is_empty) return {};
    const auto gone = take_away("group " + group() + " of " + object,
                                client_.paths().properties(object, "/groups/" + group()));
    return gone ? Result<void>() : Result<void>(gone.error());
  }

 private:
  std::string name_of(const OurField& field) const { return property_name(prefix_, field.name); }
  std::string group() const { return in_lower_case(prefix_); }

  Result<std::optional<Fault>> fault_of_sending(const std::string& doing, const std::string& method,
                                                const std::string& path, const Json& body) {
    Call call = {.method = method, .path = path, .body = body.dump()};
    call.is_write = true;
    auto reply = client_.call(doing, call);
    if (!reply) return reply.error();
    // Somebody was faster: it is there.
    if (reply->fault && class_of(*reply->fault) == FaultClass::duplicate) reply->fault.reset();
    return std::move(reply->fault);
  }

  Result<void> send(const std::string& doing, const std::string& method, const std::string& path,
                    const Json& body) {
    const auto fault = fault_of_sending(doing, method, path, body);
    if (!fault) return fault.error();
    return *fault ? Result<void>(error_of(doing, **fault)) : Result<void>();
  }

  Result<void> make_group(const std::string& object) {
    const std::string path = client_.paths().properties(object, "/groups");
    const auto groups = client_.fetch_json("list the property groups of " + object, {.path = path});
    if (!groups) return groups.error();
    const nlohmann::json* all = member(*groups, "results");
    if (all != nullptr && all->is_array()) {
      for (const auto& one : *all) {
        if (text_in(one, "name") == group() && !flag_in(one, "archived")) return {};
      }
    }
    const std::string what = "group " + group() + " of " + object;
    report_.steps.push_back((request_.dry_run ? "would make " : "made ") + what);
    if (request_.dry_run) return {};
    return send("make " + what, "POST", path,
                {{"name", group()}, {"label", group()}, {"displayOrder", -1}});
  }

  Json body_of(const OurField& field, bool is_unique) const {
    Json body = {
        {"groupName", group()},
        {"name", name_of(field)},
        {"label", field.label},
        {"type", type_of(field)},
        {"fieldType", field_type_of(field)},
        {"description", std::string(field.help) +
                            (field.is_for_people ? " Read by upselld." : " Written by upselld.")},
        {"hidden", false},
        {"formField", false}};
    if (is_unique) body["hasUniqueValue"] = true;
    const std::vector<std::string> values(field.values.begin(), field.values.end());
    if (!values.empty()) body["options"] = options_of(values);
    return body;
  }

  Result<void> make_property(const std::string& object, const OurField& field, bool is_unique) {
    const std::string name = name_of(field);
    const std::string what = "property " + name + " of " + object;
    if (request_.dry_run) {
      report_.steps.push_back("would make " + what);
      return {};
    }
    const std::string doing = "make " + what;
    const auto fault = fault_of_sending(doing, "POST", client_.paths().properties(object, ""),
                                        body_of(field, is_unique));
    if (!fault) return fault.error();
    if (*fault) {
      const Error error = error_of(doing, **fault);
      // An account has so many unique properties and no more; the others are made all the same.
      if (!is_unique || class_of(**fault) != FaultClass::data) return error;
      report_.left_to_do.push_back(error.message +
                                   "; free a unique property of tasks, or set task_keys: "
                                   "at_most_once; then prepare again");
      return {};
    }
    report_.steps.push_back("made " + what);
    // A name that was archived comes back as it was, whatever was asked for.
    const auto read = client_.fetch_json("look at " + what,
                                         {.path = client_.paths().properties(object, "/" + name)});
    if (!read) return read.error();
    const auto adapted = adapt_property(object, field, is_unique, read_property(*read));
    return adapted ? Result<void>() : Result<void>(adapted.error());
  }

  // False: there was nothing to do.
  Result<bool> adapt_property(const std::string& object, const OurField& field, bool is_unique,
                              const Property& there) {
    const std::string what = "property " + there.name + " of " + object;
    if (there.type != type_of(field)) {
      tell_other_type(what, there.type);
      return true;
    }
    if (is_unique && !there.is_unique) tell_not_unique(what);
    const auto has = [&](const char* value) {
      return std::find(there.options.begin(), there.options.end(), value) != there.options.end();
    };
    if (std::all_of(field.values.begin(), field.values.end(), has)) return false;
    report_.steps.push_back((request_.dry_run ? "would add options to " : "added options to ") +
                            what);
    if (request_.dry_run) return true;
    const auto added = add_options(object, there.name, what, field);
    return added ? Result<bool>(true) : Result<bool>(added.error());
  }

  // A list of options is replaced as a whole: theirs go back as they were.
  Result<void> add_options(const std::string& object, const std::string& name,
                           const std::string& what, const OurField& field) {
    const std::string path = client_.paths().properties(object, "/" + name);
    const auto read = client_.fetch_json("look at " + what, {.path = path});
    if (!read) return read.error();
    Json options = Json::array();
    std::vector<std::string> known;
    if (const auto* theirs = member(*read, "options"); theirs != nullptr && theirs->is_array()) {
      for (const auto& option : *theirs) {
        options.push_back(Json::parse(option.dump()));
        known.push_back(text_in(option, "value"));
      }
    }
    for (const char* value : field.values) {
      if (std::find(known.begin(), known.end(), value) != known.end()) continue;
      Json option = options_of({value})[0];
      option["displayOrder"] = options.size();
      options.push_back(std::move(option));
    }
    return send("add options to " + what, "PATCH", path, {{"options", options}});
  }

  // False: it is used somewhere, and stays.
  Result<bool> take_away(const std::string& what, const std::string& path) {
    if (request_.dry_run) {
      report_.steps.push_back("would remove " + what);
      return true;
    }
    Call call = {.method = "DELETE", .path = path};
    call.is_write = true;
    auto reply = client_.call("remove " + what, call);
    if (!reply) return reply.error();
    if (!reply->fault) {
      report_.steps.push_back("removed " + what);
      return true;
    }
    if (class_of(*reply->fault) == FaultClass::gone) return true;
    if (reply->fault->status != 400) return error_of("remove " + what, *reply->fault);
    report_.left_to_do.push_back(what +
                                 " is used in a list, workflow or formula: take it out "
                                 "there, then remove it again");
    return false;
  }

  void tell_other_type(const std::string& what, const std::string& type) {
    report_.left_to_do.push_back(fmt::format(
        "{} is of type {} and was left as it is; archive it in the account, then prepare again",
        what, type));
  }
  void tell_not_unique(const std::string& what) {
    report_.left_to_do.push_back(what +
                                 " is not unique, which cannot be changed later; delete it for "
                                 "good in the account and prepare again, or set task_keys: "
                                 "at_most_once");
  }

  Client& client_;
  const TaskKeys keys_;
  const std::string prefix_;
  const PrepareRequest& request_;
  PrepareReport& report_;
};

}  // namespace

std::string type_of(const OurField& field) {
  const std::string_view type = field.type;
  if (type == "Number") return "number";
  if (type == "Picklist") return "enumeration";
  if (type == "DateTime") return "datetime";
  if (type == "Date") return "date";
  return "string";
}

Result<PrepareReport> prepare_account(Client& client, TaskKeys keys, const std::string& prefix,
                                      const PrepareRequest& request) {
  PrepareReport report;
  Preparing preparing(client, keys, prefix, request, report);
  for (const auto& [object, fields] : {std::pair{std::string("companies"), account_fields()},
                                       std::pair{std::string("tasks"), task_fields()}}) {
    const auto done =
        request.remove ? preparing.remove(object, fields) : preparing.make(object, fields);
    if (!done) return in_context("prepare", done.error());
  }
  if (request.remove) {
    report.left_to_do.push_back("the values in our properties are lost with them");
    return report;
  }
  report.left_to_do.push_back(
      "show the properties on the company's and the task's page: no API "
      "does that; the README's \"Show it to reps\" names them");
  report.left_to_do.push_back("look whether all is right: upselld probe");
  return report;
}

}  // namespace upselld::plugins::hubspot
