// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_settings.h"

#include <array>

#include "core/assertions.h"

namespace upselld::plugins::files {

namespace {

const SettingTable& number_settings() {
  static const SettingTable table = {{
      {.name = "decimal",
       .kind = SettingKind::word,
       .default_text = ".",
       .help = "The sign before the decimals.",
       .words = {".", ","}},
      {.name = "thousands",
       .kind = SettingKind::text,
       .default_text = "",
       .help = "The sign between thousands, if there is one."},
  }};
  return table;
}

const SettingTable& cancelled_settings() {
  static const SettingTable table = {{
      {.name = "column",
       .kind = SettingKind::text,
       .required = true,
       .help = "The column that tells a cancellation."},
      {.name = "starts_with",
       .kind = SettingKind::text,
       .help = "A row is a cancellation when the column begins like this."},
      {.name = "equals",
       .kind = SettingKind::text_list,
       .help = "A row is a cancellation when the column is one of these."},
  }};
  return table;
}

const SettingTable& joins_settings() {
  static const SettingTable table = {{
      {.name = "connection",
       .kind = SettingKind::text,
       .required = true,
       .help = "The connection that brings the accounts."},
      {.name = "by",
       .kind = SettingKind::text,
       .required = true,
       .help = "The field of its accounts that holds what these files call the account."},
  }};
  return table;
}

// What a section needs to find and read its file, whatever is in it.
std::vector<Setting> source_settings() {
  return {
      {.name = "path",
       .kind = SettingKind::path,
       .required = true,
       .help =
           "The file, or several with * and ? in the name, plain or gzip. Relative to this file."},
      {.name = "format",
       .kind = SettingKind::text,
       .default_text = "iso",
       .help =
           "How dates are written: iso (2026-11-22 06:58), epoch_s, epoch_ms, or a pattern such "
           "as \"%d/%m/%Y %H:%M\"."},
      {.name = "delimiter",
       .kind = SettingKind::text,
       .default_text = ",",
       .help = "The sign between fields; \"tab\" for a tab."},
      {.name = "id_number",
       .kind = SettingKind::yes_no,
       .default_text = "no",
       .help = "Yes: ids were exported as numbers, so 17850.0 is read as 17850."},
      {.name = "number",
       .kind = SettingKind::group,
       .help = "How numbers are written, where not as 1234.5.",
       .group = &number_settings()},
  };
}

Setting field_setting(const FieldSpec& field) {
  const SettingKind kind = field.type == FieldType::instant ? SettingKind::text_list
                           : field.type == FieldType::word  ? SettingKind::node
                                                            : SettingKind::text;
  return {.name = field.name, .kind = kind, .help = field.help};
}

std::vector<Setting> attribute_settings() {
  return {{.name = "attributes",
           .kind = SettingKind::free_map,
           .help =
               "Your columns for the model and for rules, each under a name of yours: a column, or "
               "{column: C, kind: number | text | instant | boolean, order: [low, high], static: "
               "yes}. Static: it never changes, so today's value also held in the past."}};
}

std::vector<Setting> order_extras() {
  return {
      {.name = "cancelled",
       .kind = SettingKind::group,
       .help = "Which rows are cancellations.",
       .group = &cancelled_settings()},
      {.name = "ignore",
       .kind = SettingKind::free_map,
       .help = "Rows to leave out: a column, and the values in it: {StockCode: [POST, M]}."},
  };
}

void append(std::vector<Setting>& to, const std::vector<Setting>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

SettingTable make_section(Section section) {
  SettingTable table{source_settings()};
  for (const FieldSpec& field : fields_of(section)) table.settings.push_back(field_setting(field));
  const bool is_order = section == Section::orders || section == Section::order_lines;
  if (is_order) append(table.settings, order_extras());
  if (is_order || section == Section::accounts) append(table.settings, attribute_settings());
  if (section == Section::accounts) {
    append(table.settings,
           {{.name = "region", .help = "Column of the attribute region."},
            {.name = "industry", .help = "Column of the attribute industry."},
            {.name = "plan",
             .kind = SettingKind::node,
             .help = "Column of the attribute plan, or {column: C, order: [Basic, Pro]}."}});
  }
  table.settings.push_back(
      {.name = "only",
       .kind = SettingKind::free_map,
       .help = section == Section::accounts
                   ? "Accounts that are ours: a column, and its values. All others are left alone."
                   : "Rows to read: a column, and its values: {deal_stage: [Won, Lost]}."});
  return table;
}

Setting section_setting(Section section, const char* help) {
  return {.name = to_text(section),
          .kind = SettingKind::node,
          .help = help,
          .group = &section_settings(section)};
}

SettingTable make_connection() {
  return {{
      section_setting(Section::accounts,
                      "The accounts. Without this section they are taken from the orders."),
      section_setting(Section::orders, "Orders, deals or opportunities, one a row."),
      section_setting(Section::order_lines,
                      "Lines of orders, one product a row. Enough on its own."),
      section_setting(Section::products, "The products that order lines name."),
      section_setting(Section::activities, "What accounts did; one map, or a list of maps."),
      section_setting(Section::contacts, "People at the accounts, without names and addresses."),
      section_setting(Section::reps, "Who gets tasks."),
      section_setting(Section::changes, "The history of attributes: what became what, and when."),
      section_setting(Section::outcomes, "Offers made in the past and what came of them."),
      {.name = "joins",
       .kind = SettingKind::group,
       .help = "These files bring events of another connection's accounts, and no accounts.",
       .group = &joins_settings()},
      {.name = "bad_rows",
       .kind = SettingKind::share,
       .default_text = "1%",
       .help =
           "More unreadable rows than this in one file, of at least 100, and nothing more of it "
           "is taken."},
      {.name = "output",
       .kind = SettingKind::node,
       .help = "Where results go: a folder, or {scores: FILE, tasks: FILE}. Default: the folder "
               "of this file."},
      {.name = "output_mode",
       .kind = SettingKind::text,
       .default_text = "0640",
       .help = "Permissions of the files written, in octal."},
  }};
}

}  // namespace

const SettingTable& section_settings(Section section) {
  // Built once; made by index because a static per section would be nine functions.
  static const std::array<SettingTable, std::size(kSections)> tables = [] {
    std::array<SettingTable, std::size(kSections)> made;
    for (const Section each : kSections) made[static_cast<std::size_t>(each)] = make_section(each);
    return made;
  }();
  return tables[static_cast<std::size_t>(section)];
}

const SettingTable& connection_settings() {
  static const SettingTable table = make_connection();
  return table;
}

}  // namespace upselld::plugins::files
