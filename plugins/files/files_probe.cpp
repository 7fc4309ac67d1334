// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "plugins/files/files_connector.h"
#include "plugins/files/files_part.h"

namespace upselld::plugins::files {

namespace {

constexpr std::size_t kRowsLookedAt = 20'000;
constexpr std::size_t kProblemsShown = 3;
using Level = ProbeFinding::Level;

// The times at which the page's records happened; nullptr for kinds without one.
const std::vector<Instant>* times_of(const Page& page) {
  if (const auto* orders = std::get_if<OrderColumns>(&page.columns)) return &orders->placed_at;
  if (const auto* lines = std::get_if<OrderLineColumns>(&page.columns)) return &lines->at;
  if (const auto* events = std::get_if<ActivityColumns>(&page.columns)) return &events->at;
  if (const auto* changes = std::get_if<AttributeChangeColumns>(&page.columns)) return &changes->at;
  return nullptr;
}

class Probe {
 public:
  Probe(const Reading& reading, Host& host) : reading_(reading), host_(host) {}

  void look_at(const Mapping& mapping) {
    auto parts = parts_of(reading_, mapping);
    if (!parts)
      return add(Level::failure, parts.error().message, "correct path, or bring the file");
    if (parts->empty()) {
      return add(Level::failure,
                 error_at(mapping.place,
                          fmt::format("{}: no file matches {}", mapping.stream, mapping.path))
                     .message,
                 "correct path, or bring a file");
    }
    add(Level::ok,
        fmt::format("{}: {} file{}", mapping.stream, parts->size(), parts->size() == 1 ? "" : "s"));
    // By name: files that are named by date end with the newest one.
    look_at(parts->back());
  }

  void look_at_folder(const std::filesystem::path& file) {
    // A folder that is not there yet is made with the first write.
    std::filesystem::path folder = file.parent_path();
    std::error_code ignored;
    while (folder.has_relative_path() && !std::filesystem::exists(folder, ignored)) {
      folder = folder.parent_path();
    }
    if (::access(folder.c_str(), W_OK | X_OK) == 0) {
      return add(Level::ok, "output: " + file.string() + " can be written");
    }
    add(Level::failure, "output: " + folder.string() + " cannot be written",
        "make the folder and give it to the service's user");
  }

  ProbeReport take() { return std::move(report_); }

 private:
  void add(Level level, std::string what, std::string remedy = {}) {
    report_.findings.push_back({level, std::move(what), std::move(remedy)});
  }

  void look_at(const Part& part) {
    auto reader = open_part(part, host_.clock().now());
    if (!reader) return add(Level::failure, reader.error().message, "correct the file or path");
    auto columns = bind_columns(*part.mapping, reader->header(), part.name);
    if (!columns) return add(Level::failure, columns.error().message, "correct the mapping");
    tell_kind(*part.mapping, *columns);
    PartPull pull(reading_, host_);
    PageLimits limits;
    limits.records_max = kRowsLookedAt;
    const auto page = pull.pull(part, Yield::records, /*keyed=*/true, {}, limits);
    if (!page) return add(Level::failure, page.error().message, "correct the file or the mapping");
    tell_rows(part, *page);
    tell_times(part, *page);
  }

  void tell_kind(const Mapping& mapping, const BoundColumns& columns) {
    if (columns.kind.fixed.empty() || !mapping.kind.fixed.empty()) return;
    add(Level::hint,
        fmt::format("{}: there is no column {}, so every row is of that kind", mapping.stream,
                    columns.kind.fixed),
        fmt::format("write kind: {{is: {}}} to say so", columns.kind.fixed));
  }

  void tell_rows(const Part& part, const Page& page) {
    const std::uint64_t good = count_of(page);
    const std::uint64_t all = good + page.row_problem_count + page.rows_without_account;
    add(good == 0 ? Level::warning : Level::ok,
        fmt::format("{}: {} of the first {} rows can be used", part.name, good, all),
        good == 0 ? "look at only, ignore and the columns" : "");
    if (page.rows_without_account > 0) {
      add(Level::hint, fmt::format("{}: {} of {} rows name no account and are not kept", part.name,
                                   page.rows_without_account, all));
    }
    for (std::size_t i = 0; i < page.row_problems.size() && i < kProblemsShown; ++i) {
      add(Level::warning, page.row_problems[i].place + ": " + page.row_problems[i].message,
          "correct the row or the mapping");
    }
  }

  void tell_times(const Part& part, const Page& page) {
    const std::vector<Instant>* times = times_of(page);
    if (times == nullptr || times->empty()) return;
    add(Level::ok, fmt::format("{}: newest of them {}", part.name,
                               to_text(*std::max_element(times->begin(), times->end()))));
    const Instant now = host_.clock().now();
    const auto later =
        std::count_if(times->begin(), times->end(), [&](Instant at) { return at > now; });
    if (later == 0) return;
    add(Level::hint,
        fmt::format("{}: {} of the rows lie in the future and are not used yet", part.name, later),
        "check format and time_zone if that is not so");
  }

  const Reading& reading_;
  Host& host_;
  ProbeReport report_;
};

}  // namespace

Result<ProbeReport> probe_files(const Reading& reading, const OutputPaths& output, Host& host) {
  Probe probe(reading, host);
  for (const Mapping& mapping : reading.mappings) probe.look_at(mapping);
  probe.look_at_folder(output.scores);
  if (output.tasks.parent_path() != output.scores.parent_path()) probe.look_at_folder(output.tasks);
  return probe.take();
}

}  // namespace upselld::plugins::files
