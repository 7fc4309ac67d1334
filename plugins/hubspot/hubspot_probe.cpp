// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "plugins/crm/probe_lines.h"
#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_prepare.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

// What a version of the API is supported until.
struct Support {
  const char* version;
  const char* until;
};
constexpr Support kSupport[] = {{"2026-09", "March 2028"},
                                {"2026-03", "September 2027"},
                                {"legacy", "March 2027 (associations) and September 2027"}};

// What writing needs: any of the scopes.
struct Right {
  const char* scopes;
  const char* feature;
  const char* setting;
};
constexpr Right kWriting[] = {
    {"crm.objects.companies.write", "fields of companies", "write: nothing"},
    {"crm.objects.contacts.write", "tasks", "write: fields"}};
constexpr const char* kTasksListed = "crm.schemas.contacts.read|crm.schemas.tasks.read";
constexpr const char* kCompanySchema = "crm.schemas.companies.write";
constexpr const char* kTaskSchema = "crm.schemas.contacts.write|crm.schemas.tasks.write";

// "a|b".
std::vector<std::string> any_of_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  for (std::size_t bar; (bar = text.find('|')) != std::string_view::npos;) {
    scopes.emplace_back(text.substr(0, bar));
    text.remove_prefix(bar + 1);
  }
  scopes.emplace_back(text);
  return scopes;
}

std::string grant(std::string_view scopes) {
  return fmt::format("grant the scope {}", fmt::join(any_of_scopes(scopes), " or "));
}

class Probe : public ProbeLines {
 public:
  Probe(Client& client, Catalogue& catalogue, const HubspotSettings& settings,
        const ConnectorContext& context)
      : client_(client),
        catalogue_(catalogue),
        settings_(settings),
        context_(context),
        prepare_("run: upselld prepare " + context.connection) {}

  // False: nothing more can be asked.
  bool look_at_login() {
    const auto account = client_.account();
    if (!account) {
      add(Level::failure, account.error().message,
          "nothing else could be looked at: correct this first");
      return false;
    }
    add(Level::ok, fmt::format("account {} ({}), {}, currency {}", account->portal, account->kind,
                               account->zone_name, account->currency));
    granted_ = client_.granted_scopes();
    for (const Support& one : kSupport) {
      if (settings_.version != one.version) continue;
      add(std::string_view(one.version) == "legacy" ? Level::hint : Level::ok,
          fmt::format("API version {} is supported until {}", one.version, one.until),
          std::string_view(one.version) == "legacy" ? "set version: 2026-09" : "");
    }
    return true;
  }

  void look_at_clock() { add_clock(client_.clock_ahead(), "set this machine's clock"); }

  void look_at_calls() {
    const auto read =
        client_.fetch_json("look at the day's calls", {.path = client_.paths().usage()});
    const nlohmann::json* results = read ? member(*read, "results") : nullptr;
    if (results == nullptr || !results->is_array() || results->empty()) {
      return add(Level::hint, "the account does not tell how many of the day's calls are used",
                 "upselld counts its own");
    }
    const double most = number_in(results->at(0), "usageLimit").value_or(0);
    const double used = number_in(results->at(0), "currentUsage").value_or(0);
    add_quota("calls", "the account", most - used, most);
  }

  void look_at_stream(const StreamSpec& spec) {
    // Streams of one object need the same.
    if (!seen_.insert(spec.object).second) return;
    const std::string path =
        spec.shape == Shape::owner
            ? client_.paths().owners() + "?limit=1"
            : client_.paths().objects(spec.object, "?limit=1&properties=hs_object_id");
    const auto reply = client_.call("look at " + spec.object, {.path = path});
    if (!reply) return add(Level::failure, reply.error().message, "");
    if (!reply->fault) {
      return add(Level::ok, spec.name + ": " + spec.object + " can be read");
    }
    const bool is_needed = spec.shape == Shape::company || spec.shape == Shape::owner;
    std::string remedy = remedy_of(*reply->fault);
    if (remedy.empty() && !spec.scope.empty()) remedy = grant(spec.scope);
    if (!is_needed) remedy += ", or name " + spec.name + " in leave_out if it is not used";
    add(is_needed || spec.activity != nullptr ? Level::failure : Level::warning,
        error_of(spec.name + ": " + spec.object + " may not be read", *reply->fault).message,
        remedy);
  }

  void look_at_attributes() {
    const auto type = catalogue_.type("companies");
    if (!type) return add(Level::failure, type.error().message, "");
    if ((*type)->is_hidden) {
      return add(Level::warning,
                 "the properties of companies may not be listed: a misspelt one reads as empty",
                 "grant the scope crm.schemas.companies.read");
    }
    for (const AttributeField& attribute : settings_.attributes) {
      const Property* property = (*type)->property(attribute.field);
      const std::string name = "attribute " + attribute.spec.name + ": ";
      if (property == nullptr) {
        add(Level::failure, name + "companies have no property " + attribute.field,
            "correct its name");
        continue;
      }
      add_if_number_as_text(attribute.spec, attribute.field, property->type == "number");
      if (is_unstamped(*property)) {
        add(Level::hint,
            name + attribute.field + " may change unseen; all companies are read again once a day",
            "map the properties it is made of instead");
      }
    }
  }

  void look_at_consent() {
    if (settings_.leaves_out("contacts") || consent_properties(settings_).empty()) return;
    const auto type = catalogue_.type("contacts");
    if (!type) return add(Level::failure, type.error().message, "");
    for (const auto& [option, property] : consent_properties(settings_)) {
      if ((*type)->may_have(property)) continue;
      add(Level::failure, fmt::format("{}: contacts have no property {}", option, property),
          "correct its name");
    }
  }

  void look_at_ours() {
    look_at_fields("companies", account_fields(), kCompanySchema);
    look_at_fields("tasks", task_fields(), kTaskSchema);
    const auto tasks = catalogue_.type("tasks");
    if (!tasks || settings_.task_keys != TaskKeys::unique) return;
    const Property* key = (*tasks)->property(key_property(context_.prefix));
    if (key != nullptr && !key->is_unique) {
      add(Level::failure, "property " + key->name + " of tasks is not unique; no task is created",
          "delete it for good and prepare again, or set task_keys: at_most_once");
    }
  }

  void look_at_writing() {
    if (!granted_) {
      return add(Level::hint,
                 "the account does not tell which scopes to write with are granted: "
                 "crm.objects.companies.write for fields, crm.objects.contacts.write for tasks",
                 "look that both are granted before write: is set to more than nothing");
    }
    for (const Right& right : kWriting) {
      if (may(right.scopes)) {
        add(Level::ok, fmt::format("{} may be written", right.feature));
      } else {
        add(Level::warning, fmt::format("{} may not be written", right.feature),
            fmt::format("{}, or set no more than {}", grant(right.scopes), right.setting));
      }
    }
  }

  // Rules for people hold for programs too, from 2026-09 on.
  void look_at_rules() {
    if (settings_.version != "2026-09") return;
    for (const auto& [type_id, name] : {std::pair{"0-2", "companies"}, {"0-27", "tasks"}}) {
      const auto reply = client_.call("look at the rules of " + std::string(name),
                                      {.path = client_.paths().validations(type_id)});
      if (!reply || reply->fault) continue;
      const auto read = parse_json(reply->response.body, "look at rules");
      const nlohmann::json* results = read ? member(*read, "results") : nullptr;
      if (results == nullptr || !results->is_array() || results->empty()) continue;
      add(Level::hint,
          fmt::format("{} have {} validation rules, which may refuse what upselld writes", name,
                      results->size()),
          "records that are refused are listed by: upselld rejected");
    }
  }

 private:
  // True also where the account does not tell.
  bool may(std::string_view scopes) const {
    if (!granted_) return true;
    const std::vector<std::string> any = any_of_scopes(scopes);
    return std::find_first_of(granted_->begin(), granted_->end(), any.begin(), any.end()) !=
           granted_->end();
  }

  void look_at_fields(const char* object, std::span<const OurField> fields, const char* schema) {
    const std::string prepare = may(schema) ? prepare_ : grant(schema) + ", then " + prepare_;
    const auto type = catalogue_.type(object);
    if (!type) return add(Level::failure, type.error().message, "");
    if ((*type)->is_hidden) {
      if (std::string_view(object) != "tasks") return;
      return add(Level::failure,
                 "the properties of tasks may not be listed: no task is made, none is read",
                 grant(kTasksListed));
    }
    std::size_t there = 0;
    for (const OurField& field : fields) {
      there += (*type)->property(property_name(context_.prefix, field.name)) != nullptr ? 1 : 0;
    }
    if (there == 0) {
      return add(Level::failure, fmt::format("none of our properties is on {}", object), prepare);
    }
    for (const OurField& field : fields) {
      const std::string name = property_name(context_.prefix, field.name);
      const Property* property = (*type)->property(name);
      if (property == nullptr) {
        add(Level::failure, fmt::format("property {} of {} is missing", name, object), prepare);
      } else if (property->type != type_of(field)) {
        add(Level::failure,
            fmt::format("property {} of {} is of type {} and not {}", name, object, property->type,
                        type_of(field)),
            "archive it in the account, then " + prepare);
      }
    }
  }

  Client& client_;
  Catalogue& catalogue_;
  const HubspotSettings& settings_;
  const ConnectorContext& context_;
  const std::string prepare_;
  std::optional<std::vector<std::string>> granted_;
  std::set<std::string> seen_;
};

}  // namespace

Result<ProbeReport> probe_account(Client& client, Catalogue& catalogue,
                                  const HubspotSettings& settings, const ConnectorContext& context,
                                  const std::vector<StreamSpec>& specs) {
  Probe probe(client, catalogue, settings, context);
  if (!probe.look_at_login()) return probe.take();
  probe.look_at_clock();
  probe.look_at_calls();
  for (const StreamSpec& spec : specs) probe.look_at_stream(spec);
  probe.look_at_attributes();
  probe.look_at_consent();
  probe.look_at_ours();
  probe.look_at_rules();
  probe.look_at_writing();
  return probe.take();
}

}  // namespace upselld::plugins::hubspot
