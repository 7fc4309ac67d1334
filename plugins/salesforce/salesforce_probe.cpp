// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "plugins/crm/probe_lines.h"
#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_soql.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr double kUnseenShareMax = 0.05;

class Probe : public ProbeLines {
 public:
  Probe(Client& client, Describe& describe, const SalesforceSettings& settings,
        const ConnectorContext& context)
      : client_(client),
        describe_(describe),
        settings_(settings),
        context_(context),
        assign_("assign the permission set " + context.prefix +
                "_Integration to this user, or run: upselld prepare " + context.connection) {}

  // False: nothing more can be asked.
  bool look_at_login() {
    const auto session = client_.session();
    if (!session) {
      add(Level::failure, session.error().message,
          "nothing else could be looked at: correct this first");
      return false;
    }
    look_at_versions();
    const auto org = query(client_, "look at the org",
                           "SELECT Id, OrganizationType, IsSandbox FROM Organization",
                           {"Id", "OrganizationType", "IsSandbox"}, false);
    if (org && !org->rows.empty()) {
      const auto& row = org->rows[0];
      add(Level::ok, fmt::format("{} in {} org {} ({})", settings_.credentials.username,
                                 row[2] == "true" ? "sandbox" : "production", row[0], row[1]));
    } else if (!org && org.error().kind == ErrorKind::unauthorized) {
      add(Level::failure, org.error().message, "give the user API Enabled");
      return false;
    } else {
      add(Level::ok, "logged in to org " + session->org);
    }
    return true;
  }

  void look_at_clock() {
    add_clock(client_.clock_ahead(),
              "set this machine's clock; logins fail when it is minutes off");
  }

  void look_at_limits() {
    const auto limits = client_.fetch_json("look at limits", {.path = "/limits"});
    if (!limits) {
      return add(Level::hint, "limits are not told: " + limits.error().message,
                 "give the user View Setup and Configuration to see them here");
    }
    for (const auto& [name, what] : {std::pair{"DailyApiRequests", "API calls"},
                                     {"DailyBulkV2QueryJobs", "Bulk query jobs"}}) {
      const nlohmann::json* limit = member(*limits, name);
      if (limit == nullptr) continue;
      const double most = number_in(*limit, "Max").value_or(0);
      const double left = number_in(*limit, "Remaining").value_or(0);
      add_quota(what, "the org", left, most);
    }
  }

  void look_at_stream(const StreamSpec& spec) {
    const auto object = describe_.object(spec.object);
    if (!object) return add(Level::failure, object.error().message, "");
    if (*object == nullptr) {
      const bool is_needed = spec.shape == Shape::account || spec.shape == Shape::custom;
      return add(
          is_needed ? Level::failure : Level::hint,
          fmt::format("{}: the org has no {}, or this user may not see it", spec.name, spec.object),
          is_needed
              ? assign_
              : "give read access to it, or name " + spec.name + " in leave_out if it is not used");
    }
    const auto missing = missing_wishes(spec, describe_);
    if (!missing) return add(Level::failure, missing.error().message, "");
    bool is_told = false;
    for (const Wish& wish : spec.wishes) {
      const bool is_missing =
          std::find(missing->begin(), missing->end(), wish.path) != missing->end();
      is_told |= is_missing && tell_missing(spec, wish);
    }
    if (!is_told) add(Level::ok, spec.name + ": all fields of " + spec.object);
  }

  void look_at_attributes() {
    const auto account = describe_.object("Account");
    if (!account || *account == nullptr) return;
    for (const AttributeField& attribute : settings_.attributes) {
      const FieldInfo* field = (*account)->field(attribute.field);
      if (field == nullptr) continue;
      const bool is_number = field->type == "double" || field->type == "currency" ||
                             field->type == "percent" || field->type == "int";
      add_if_number_as_text(attribute.spec, "Account." + field->name, is_number);
      if (field->calculated) {
        add(Level::hint,
            fmt::format("attribute {}: Account.{} is a formula, which changes unseen; all accounts "
                        "are read again once a day",
                        attribute.spec.name, field->name),
            "map the fields it is made of instead");
      }
    }
  }

  void look_at_sharing() {
    const auto seen =
        query_page(client_, "count accounts", "SELECT COUNT() FROM Account", {}, false);
    const auto counts =
        client_.fetch_json("count records", {.path = "/limits/recordCount?sObjects=Account"});
    if (!seen) return add(Level::failure, seen.error().message, assign_);
    const nlohmann::json* objects = counts ? member(*counts, "sObjects") : nullptr;
    if (objects == nullptr || !objects->is_array() || objects->empty()) {
      return add(Level::ok, fmt::format("sees {} accounts", seen->total));
    }
    const double all = number_in(objects->at(0), "count").value_or(0);
    const bool is_short = static_cast<double>(seen->total) < all * (1 - kUnseenShareMax);
    add(is_short ? Level::warning : Level::ok,
        fmt::format("sees {} of {:.0f} accounts", seen->total, all),
        is_short ? "give the user View All on Account: sharing hides rows without an error" : "");
  }

  void look_at_our_fields() {
    if (none_is_there()) {
      return add(Level::failure, "none of our fields is there, or this user may not see them",
                 assign_);
    }
    const auto account = describe_.object("Account");
    if (account && *account != nullptr) {
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        look_at_field(**account, field_name(context_.prefix, static_cast<Field>(i)),
                      static_cast<Field>(i) != Field::pause_until);
      }
    }
    const auto task = describe_.object("Task");
    if (!task || *task == nullptr) return;
    for (const OurField& field : task_fields()) {
      const std::string name = task_field_name(context_.prefix, field.name);
      look_at_field(**task, name, !field.is_for_people);
      const FieldInfo* info = (*task)->field(name);
      if (info != nullptr && name == task_field_name(context_.prefix, "Key") && !info->is_unique) {
        add(Level::failure, "field " + name + " on Task is not unique; no task is created",
            "delete the field and run: upselld prepare " + context_.connection);
      }
    }
  }

 private:
  bool none_is_there() {
    const auto account = describe_.object("Account");
    const auto task = describe_.object("Task");
    if (!account || *account == nullptr || !task || *task == nullptr) return false;
    const auto is_missing = [&](const ObjectInfo& object, std::span<const OurField> fields) {
      return std::none_of(fields.begin(), fields.end(), [&](const OurField& field) {
        return object.field(task_field_name(context_.prefix, field.name)) != nullptr;
      });
    };
    return is_missing(**account, account_fields()) && is_missing(**task, task_fields());
  }

  void look_at_versions() {
    const auto all = client_.fetch_json("list API versions", {.path = "/services/data/"});
    if (!all || !all->is_array()) return;
    bool is_there = false;
    std::string newest;
    for (const auto& one : *all) {
      newest = text_in(one, "version");
      is_there |= newest == settings_.version;
    }
    if (is_there || newest.empty()) return;
    add(Level::failure, fmt::format("the org has no API version {}", settings_.version),
        "set version to one it has, such as " + newest);
  }

  // False: that it is missing is nothing to speak of.
  bool tell_missing(const StreamSpec& spec, const Wish& wish) {
    const std::string what = fmt::format("{}: {}.{} is missing, or this user may not see it",
                                         spec.name, spec.object, wish.path);
    // Fields that only some editions and settings have.
    static constexpr const char* kUsuallyAbsent[] = {"CurrencyIsoCode", "Individual.",
                                                     "CompletedDateTime", "IsReductionOrder"};
    for (const char* usual : kUsuallyAbsent) {
      if (wish.path.starts_with(usual)) return false;
    }
    // Ours have findings of their own.
    if (wish.path.starts_with(context_.prefix + "_")) return false;
    if (wish.is_needed) {
      add(Level::failure, what, assign_);
    } else {
      add(Level::warning, what + "; it is read as empty", assign_);
    }
    return true;
  }

  void look_at_field(const ObjectInfo& object, const std::string& name, bool is_written) {
    const FieldInfo* field = object.field(name);
    if (field != nullptr && (field->updateable || !is_written)) return;
    if (field != nullptr) {
      return add(Level::failure,
                 fmt::format("field {} on {} may not be edited by this user", name, object.name),
                 assign_);
    }
    const auto exists = is_defined(name);
    add(Level::failure,
        exists
            ? fmt::format("field {} on {} exists, but this user may not see it", name, object.name)
            : fmt::format("field {} on {} is not there, or this user may not see it", name,
                          object.name),
        assign_);
  }

  // By the definitions, which few users may read: false says nothing.
  bool is_defined(const std::string& name) {
    if (!definitions_) {
      definitions_.emplace();
      const std::string soql =
          "SELECT DeveloperName FROM CustomField WHERE TableEnumOrId IN ('Account','Activity',"
          "'Task')";
      std::string encoded;
      for (const char c : soql) {
        if (c == ' ')
          encoded += '+';
        else if (c == '\'')
          encoded += "%27";
        else if (c == ',')
          encoded += "%2C";
        else
          encoded += c;
      }
      const auto read =
          client_.fetch_json("look at field definitions", {.path = "/tooling/query?q=" + encoded});
      const nlohmann::json* records = read ? member(*read, "records") : nullptr;
      if (records != nullptr && records->is_array()) {
        for (const auto& one : *records) definitions_->push_back(text_in(one, "DeveloperName"));
      }
    }
    const std::string developer = name.substr(0, name.size() - 3);
    return std::find(definitions_->begin(), definitions_->end(), developer) != definitions_->end();
  }

  Client& client_;
  Describe& describe_;
  const SalesforceSettings& settings_;
  const ConnectorContext& context_;
  const std::string assign_;  // the remedy for what is hidden
  std::optional<std::vector<std::string>> definitions_;
};

}  // namespace

Result<ProbeReport> probe_org(Client& client, Describe& describe,
                              const SalesforceSettings& settings, const ConnectorContext& context,
                              const std::vector<StreamSpec>& specs) {
  Probe probe(client, describe, settings, context);
  if (!probe.look_at_login()) return probe.take();
  probe.look_at_clock();
  probe.look_at_limits();
  probe.look_at_sharing();
  for (const StreamSpec& spec : specs) probe.look_at_stream(spec);
  probe.look_at_attributes();
  probe.look_at_our_fields();
  return probe.take();
}

}  // namespace upselld::plugins::salesforce
