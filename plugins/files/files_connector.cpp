// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_connector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "plugins/files/files_derived.h"
#include "plugins/files/files_part.h"

namespace upselld::plugins::files {

namespace {

constexpr const char* kDerivedStream = "accounts";

bool brings(const Reading& reading, Section section) {
  return std::any_of(reading.mappings.begin(), reading.mappings.end(),
                     [section](const Mapping& mapping) { return mapping.section == section; });
}

bool derives_accounts(const Reading& reading) {
  return !reading.is_joined && !brings(reading, Section::accounts);
}

// One stream and where it comes from. No part: the accounts taken from orders.
struct Source {
  StreamInfo info;
  std::optional<Part> part;
  Yield yield = Yield::records;
};

class FilesConnector final : public Connector {
 public:
  FilesConnector(Reading reading, OutputPaths output, Host& host)
      : reading_(std::move(reading)),
        output_(std::move(output)),
        host_(host),
        parts_(reading_, host),
        derived_(reading_, host) {}

  Result<ProbeReport> probe() override { return probe_files(reading_, output_.paths(), host_); }
  Result<PrepareReport> prepare(const PrepareRequest&) override {
    return Error{ErrorKind::unsupported, "prepare: files need no preparation", {}};
  }
  Result<std::vector<StreamInfo>> streams() override;
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override;
  void settled(const StreamInfo&, const Cursor&) override {}

  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override {
    return output_.current_fields(accounts);
  }
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation&) override {
    return output_.update_fields(batch, sink);
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation&) override {
    return output_.create_tasks(batch, sink);
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation&) override {
    return output_.withdraw_tasks(batch, sink);
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override {
    return output_.find_tasks(keys);
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override {
    return output_.task_states(keys);
  }

 private:
  Result<void> look();
  void add_part(const Part& part);
  bool is_keyed(const Part& part) const;
  const Source* find(const StreamInfo& stream) const;

  const Reading reading_;
  const Output output_;
  Host& host_;
  PartPull parts_;
  DerivedAccounts derived_;
  std::vector<Source> sources_;
};

// Rows of these sections have ids only where the file has a column for them.
bool FilesConnector::is_keyed(const Part& part) const {
  switch (part.mapping->section) {
    case Section::accounts:
    case Section::products:
    case Section::contacts:
    case Section::reps:
      return true;
    case Section::changes:
      return false;
    case Section::orders:
    case Section::order_lines:
    case Section::activities:
    case Section::outcomes:
      break;
  }
  const std::size_t id = index_of(part.mapping->section, "id");
  if (!part.mapping->columns[id].empty()) return true;
  const auto reader = open_part(part, host_.clock().now());
  // What is wrong with the file is told when it is pulled, and only that stream fails.
  if (!reader) return false;
  const std::vector<std::string>& header = reader->header();
  return std::find(header.begin(), header.end(), "id") != header.end();
}

void FilesConnector::add_part(const Part& part) {
  Source source;
  source.part = part;
  source.info.name = part.mapping->stream;
  source.info.part = part.name;
  source.info.kind = kind_of(*part.mapping, Yield::records);
  source.info.keyed = is_keyed(part);
  // With a pattern, a file that is not there today may be back tomorrow.
  source.info.offers_sweep = source.info.keyed && !is_pattern(part.mapping->path);
  sources_.push_back(source);
  const bool is_order =
      part.mapping->section == Section::orders || part.mapping->section == Section::order_lines;
  if (!is_order || part.mapping->attributes.empty()) return;
  source.yield = Yield::attributes;
  source.info.name += "_attributes";
  source.info.kind = RecordKind::attribute_change;
  source.info.keyed = false;
  source.info.offers_sweep = false;
  sources_.push_back(source);
}

Result<void> FilesConnector::look() {
  sources_.clear();
  if (derives_accounts(reading_)) {
    Source source;
    source.info = {kDerivedStream, "", RecordKind::account, true, true, true, true};
    sources_.push_back(source);
  }
  for (const Mapping& mapping : reading_.mappings) {
    auto parts = parts_of(reading_, mapping);
    if (!parts) return parts.error();
    for (const Part& part : *parts) add_part(part);
  }
  return {};
}

Result<std::vector<StreamInfo>> FilesConnector::streams() {
  if (auto done = look(); !done) return done.error();
  std::vector<StreamInfo> streams;
  for (const Source& source : sources_) streams.push_back(source.info);
  return streams;
}

const Source* FilesConnector::find(const StreamInfo& stream) const {
  for (const Source& source : sources_) {
    if (source.info.name == stream.name && source.info.part == stream.part) return &source;
  }
  return nullptr;
}

Result<Page> FilesConnector::pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                                  const PageLimits& limits) {
  if (find(stream) == nullptr) {
    if (auto done = look(); !done) return done.error();
  }
  const Source* source = find(stream);
  if (source == nullptr) {
    return Error{
        ErrorKind::unavailable, "read " + stream.name + ": " + stream.part + " is gone", {}};
  }
  const bool is_sweep = walk == Walk::sweep;
  if (is_sweep && !source->info.offers_sweep) {
    return Error{ErrorKind::unsupported, "sweep " + stream.name + ": it cannot be swept", {}};
  }
  if (!source->part) return derived_.pull(is_sweep, cursor, limits);
  return parts_.pull(*source->part, is_sweep ? Yield::ids : source->yield, source->info.keyed,
                     cursor, limits);
}

}  // namespace

std::unique_ptr<Connector> make_files_connector(Reading reading, OutputPaths output, Host& host) {
  return std::make_unique<FilesConnector>(std::move(reading), std::move(output), host);
}

}  // namespace upselld::plugins::files
