// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "cardbox_connector.h"
#include "core/activity_name.h"
#include "plugins/connector.h"

// What an admin may write, and the way from there to a connector. Nothing here touches the network.
namespace upselld::cardbox {

namespace {

const SettingTable& setting_table() {
  static const SettingTable table = {{
      {.name = "host", .required = true, .help = "Where your Cardbox is."},
      {.name = "token",
       .kind = SettingKind::secret,
       .required = true,
       .help = "Made in Cardbox under Settings, Access; a file that only the service's user may "
               "read."},
      {.name = "attributes",
       .kind = SettingKind::free_map,
       .help = "Columns of accounts that the model may learn from, each under a name of yours."},
  }};
  return table;
}

Result<std::vector<Attribute>> read_attributes(const Settings& settings) {
  std::vector<Attribute> attributes;
  const Node* node = settings.node("attributes");
  if (node == nullptr) return attributes;
  for (const Node::Entry& entry : node->entries) {
    if (!is_activity_name(entry.key)) {
      return error_at(entry.place, fmt::format("attribute \"{:.60}\": a name has small letters, "
                                               "digits and _",
                                               entry.key));
    }
    if (entry.value.kind != Node::Kind::scalar || entry.value.text.empty()) {
      return error_at(entry.place, fmt::format("attribute {}: write a column's name", entry.key));
    }
    attributes.push_back({entry.key, entry.value.text});
  }
  return attributes;
}

Result<std::vector<AttributeSpec>> attributes(const Settings& settings) {
  auto read = read_attributes(settings);
  if (!read) return read.error();
  std::vector<AttributeSpec> specs;
  for (const Attribute& attribute : *read) {
    specs.push_back({attribute.name, AttributeKind::text, {}, false});
  }
  return specs;
}

Result<std::unique_ptr<Connector>> create(Host& host, const ConnectorContext& context,
                                          const Settings& settings) {
  auto token = settings.secret("token");
  if (!token) return token.error();
  auto read = read_attributes(settings);
  if (!read) return read.error();
  Mapping mapping;
  mapping.upsell_types = context.upsell_types;
  for (Attribute& attribute : *read) {
    // Their places in a page are those of the table that everybody knows.
    const auto place =
        std::find_if(context.attributes.begin(), context.attributes.end(),
                     [&](const AttributeSpec& spec) { return spec.name == attribute.name; });
    attribute.index = static_cast<std::uint16_t>(place - context.attributes.begin());
    mapping.attributes.push_back(std::move(attribute));
  }
  return make_connector(host, settings.text("host"), std::move(*token), context.prefix,
                        std::move(mapping));
}

}  // namespace

}  // namespace upselld::cardbox

UPSELLD_EXPORT_CONNECTOR {
  static const std::string tag = upselld::abi::tag();
  static const upselld::ConnectorDescriptor descriptor = {
      .abi_tag = tag.c_str(),
      .name = "cardbox",
      .summary = "Cardbox, a CRM that does not exist",
      .settings = &upselld::cardbox::setting_table(),
      .attributes = upselld::cardbox::attributes,
      .create = upselld::cardbox::create,
  };
  return &descriptor;
}
