// SPDX-License-Identifier: Apache-2.0
#include "cardbox_connector.h"

#include <algorithm>
#include <utility>

#include "cardbox_client.h"
#include "cardbox_cursor.h"
#include "cardbox_fields.h"
#include "cardbox_tasks.h"

namespace upselld::cardbox {

namespace {

constexpr std::size_t kRowsMax = 500;  // of one request
// What is younger may still be on its way into Cardbox's lists: it is read the next time.
constexpr Duration kSettling = minutes(1);
constexpr const char* kRights[] = {"read", "write_fields", "write_tasks"};

const std::vector<StreamInfo>& all_streams() {
  static const std::vector<StreamInfo> streams = {
      {.name = "reps", .part = {}, .kind = RecordKind::rep, .offers_sweep = true},
      {.name = "accounts", .part = {}, .kind = RecordKind::account, .offers_sweep = true},
      {.name = "contacts", .part = {}, .kind = RecordKind::contact, .offers_sweep = true},
      {.name = "orders", .part = {}, .kind = RecordKind::order, .offers_sweep = true},
      {.name = "activities", .part = {}, .kind = RecordKind::activity, .offers_sweep = true},
  };
  return streams;
}

class CardboxConnector final : public Connector {
 public:
  CardboxConnector(Host& host, std::string url, Secret token, std::string prefix, Mapping mapping)
      : host_(host),
        client_(host, std::move(url), std::move(token)),
        mapping_(std::move(mapping)),
        fields_(client_, std::move(prefix)),
        tasks_(client_) {}

  Result<ProbeReport> probe() override;
  Result<PrepareReport> prepare(const PrepareRequest& request) override {
    return fields_.prepare(request);
  }
  Result<std::vector<StreamInfo>> streams() override { return all_streams(); }
  Result<Page> pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                    const PageLimits& limits) override;
  // Nothing waits in Cardbox for a page to be durable.
  void settled(const StreamInfo&, const Cursor&) override {}
  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) override {
    return fields_.current(accounts);
  }
  // No step of a batch is dangerous to repeat but the request itself: nobody needs a continuation.
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                             const Continuation&) override {
    return fields_.update(batch, sink);
  }
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink,
                            const Continuation&) override {
    return tasks_.create(batch, sink);
  }
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink,
                              const Continuation&) override {
    return tasks_.withdraw(batch, sink);
  }
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) override {
    return tasks_.find(keys);
  }
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) override {
    return tasks_.states(keys);
  }

 private:
  Host& host_;
  Client client_;
  Mapping mapping_;
  Fields fields_;
  Tasks tasks_;
};

Result<ProbeReport> CardboxConnector::probe() {
  using Level = ProbeFinding::Level;
  ProbeReport report;
  const auto me = client_.get("/me");
  if (!me && me.error().kind == ErrorKind::unauthorized) {
    report.findings.push_back({Level::failure, "the token is refused", "store a new token"});
    return report;
  }
  if (!me) return me.error();
  const Json& rights = rows_of(*me, "rights");
  for (const std::string right : kRights) {
    const bool is_there = std::find(rights.begin(), rights.end(), right) != rights.end();
    report.findings.push_back({is_there ? Level::ok : Level::failure,
                               "right " + right + (is_there ? " is there" : " is missing"),
                               is_there ? "" : "give the token the right " + right});
  }
  const auto missing = fields_.missing();
  if (!missing) return missing.error();
  report.findings.push_back(missing->empty() ? ProbeFinding{Level::ok, "our fields are there", ""}
                                             : ProbeFinding{Level::warning,
                                                            std::to_string(missing->size()) +
                                                                " of our fields are missing",
                                                            "run upselld prepare"});
  return report;
}

Result<Page> CardboxConnector::pull(const StreamInfo& stream, Walk walk, const Cursor& cursor,
                                    const PageLimits& limits) {
  const std::string fingerprint = mapping_.fingerprint();
  auto window = window_of(cursor, fingerprint);
  if (!window) return window.error();
  if (window->before.is_missing()) {
    window->before = std::max(host_.clock().now() - kSettling, window->from);
  }
  const auto answer =
      client_.read("/" + stream.name + "/list", {{"from", window->from.ms},
                                                 {"before", window->before.ms},
                                                 {"after", window->after},
                                                 {"limit", std::min(limits.records_max, kRowsMax)},
                                                 {"only_ids", walk == Walk::sweep}});
  if (!answer) return answer.error();
  Page page = page_for(stream.kind, mapping_);
  bool has_more = answer->value("more", Json()) == true;
  for (const Json& row : rows_of(*answer)) {
    // A page has a limit, however long the texts are: the next one goes on behind this row.
    if (page.text.size() + row_bytes_max(mapping_) > limits.text_bytes_max) {
      has_more = true;
      break;
    }
    const std::string id = text_of(row, "id");
    const bool is_usable = !id.empty() && id.size() <= kIdBytesMax;
    // What a sweep does not name counts as deleted, so it names all or fails.
    const bool is_in_place = is_usable ? id > window->after : walk != Walk::sweep;
    if (!is_in_place) {
      return Error{ErrorKind::corrupt, "rows are not sorted by id", {}};
    }
    if (is_usable) window->after = id;
    if (walk == Walk::sweep) {
      page.named.push_back(id);
    } else {
      add_row(page, row, mapping_);
    }
  }
  page.end = !has_more;
  if (page.end) *window = {window->before, Instant::missing(), {}};
  page.next = cursor_of(*window, fingerprint);
  return page;
}

}  // namespace

std::unique_ptr<Connector> make_connector(Host& host, std::string url, Secret token,
                                          std::string prefix, Mapping mapping) {
  return std::make_unique<CardboxConnector>(host, std::move(url), std::move(token),
                                            std::move(prefix), std::move(mapping));
}

}  // namespace upselld::cardbox
