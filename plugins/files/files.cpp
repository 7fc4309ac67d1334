// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "core/our_field.h"
#include "plugins/files/files_connector.h"
#include "plugins/files/files_settings.h"

namespace upselld::plugins {

namespace {

Result<std::vector<AttributeSpec>> attributes(const Settings& settings) {
  auto mappings = files::read_mappings(settings);
  if (!mappings) return mappings.error();
  return files::attributes_of(*mappings);
}

// What besides a section decides how its rows are read.
std::string context_text(const ConnectorContext& context) {
  std::string text = context.zone.name() + context.zone.rules_digest();
  for (const AttributeSpec& spec : context.attributes) {
    text += fmt::format(";{}:{}", spec.name, static_cast<int>(spec.kind));
  }
  return text;
}

Result<std::unique_ptr<Connector>> create(Host& host, const ConnectorContext& context,
                                          const Settings& settings) {
  files::Reading reading;
  auto mappings = files::read_mappings(settings);
  if (!mappings) return mappings.error();
  auto specs = files::attributes_of(*mappings);
  if (!specs) return specs.error();
  for (const AttributeSpec& spec : *specs) {
    const bool is_known =
        std::any_of(context.attributes.begin(), context.attributes.end(),
                    [&](const AttributeSpec& known) { return known.name == spec.name; });
    if (!is_known) {
      return error_at(settings.map().place, "attribute " + spec.name + " is in no attribute table");
    }
  }
  for (const files::Mapping& mapping : *mappings) {
    for (const files::AttributeRule& rule : mapping.attributes) {
      auto good = refuse_our_field(mapping.place, rule.spec.name, rule.column, context.prefix);
      if (!good) return good.error();
    }
  }
  auto output = files::read_output(settings);
  if (!output) return output.error();
  reading.mappings = std::move(*mappings);
  for (files::Mapping& mapping : reading.mappings) {
    mapping.fingerprint += fmt::format("{:016x}", keyed_hash(0, context_text(context)));
  }
  reading.attributes = context.attributes;
  reading.zone = context.zone;
  reading.bad_rows_share = settings.share("bad_rows");
  reading.is_joined = settings.has("joins");
  reading.folder =
      std::filesystem::absolute(std::filesystem::path(settings.map().place.file).parent_path())
          .lexically_normal();
  return files::make_files_connector(std::move(reading), std::move(*output), host);
}

}  // namespace

Result<std::vector<std::filesystem::path>> files_written(const Settings& settings) {
  if (settings.has("joins")) return std::vector<std::filesystem::path>();
  const auto output = files::read_output(settings);
  if (!output) return output.error();
  return std::vector{output->scores, output->tasks};
}

const ConnectorDescriptor& files_descriptor() {
  static const std::string tag = abi::tag();
  static const ConnectorDescriptor descriptor = [] {
    ConnectorDescriptor made;
    made.abi_tag = tag.c_str();
    made.name = "files";
    made.summary = "CSV files in, CSV files out: run on an export, or beside any CRM";
    made.settings = &files::connection_settings();
    made.attributes = attributes;
    made.create = create;
    return made;
  }();
  return descriptor;
}

}  // namespace upselld::plugins
