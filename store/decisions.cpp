// SPDX-License-Identifier: Apache-2.0
#include "store/decisions.h"

#include "store/delivery_row.h"
#include "store/memory_codec.h"
#include "store/packed.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kPut =
    "INSERT INTO decisions (account, connection, crm_id, run, decision, decided_on, segment, band,"
    " decile, action, rule, held, status, model_version, probability, margin, base, rank_value,"
    " tags, reasons, field_values, task)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
    " ?20, ?21, ?22) ON CONFLICT (account) DO UPDATE SET connection = ?2, crm_id = ?3, run = ?4,"
    " decision = ?5, decided_on = ?6, segment = ?7, band = ?8, decile = ?9, action = ?10,"
    " rule = ?11, held = ?12, status = ?13, model_version = ?14, probability = ?15, margin = ?16,"
    " base = ?17, rank_value = ?18, tags = ?19, reasons = ?20, field_values = ?21, task = ?22";
constexpr const char* kColumns =
    "SELECT account, connection, crm_id, run, decision, decided_on, segment, band, decile, action,"
    " rule, held, status, model_version, probability, margin, base, rank_value, tags, reasons,"
    " field_values, task FROM decisions ";
constexpr const char* kRemember =
    "INSERT INTO account_memories (account, memory) VALUES (?1, ?2)"
    " ON CONFLICT (account) DO UPDATE SET memory = ?2";
constexpr const char* kMemory = "SELECT memory FROM account_memories WHERE account = ?";

std::string packed_reasons(const std::vector<Reason>& reasons) {
  PackedWriter out;
  for (const Reason& reason : reasons) {
    out.text(reason.group);
    out.text(reason.feature);
    out.number(reason.value);
    out.number(reason.contribution);
    out.text(reason.text);
  }
  return out.take();
}

std::vector<Reason> read_reasons(PackedReader& in) {
  std::vector<Reason> reasons;
  while (in.ok() && !in.at_end()) {
    Reason reason;
    reason.group = in.text();
    reason.feature = in.text();
    reason.value = in.number();
    reason.contribution = in.number();
    reason.text = in.text();
    reasons.push_back(std::move(reason));
  }
  return reasons;
}

std::string packed_tags(const std::vector<std::string>& tags) {
  PackedWriter out;
  out.texts(tags);
  return out.take();
}

std::string packed_values(const FieldValues& values) {
  PackedWriter out;
  for (const auto& value : values) out.maybe_text(value);
  return out.take();
}

void bind_decision(SQLite::Statement& put, const StoredDecision& decision) {
  put.bind(1, decision.account.number);
  put.bindNoCopy(2, decision.account.connection);
  put.bindNoCopy(3, decision.account.id);
  put.bindNoCopy(4, decision.run);
  put.bindNoCopy(5, decision.id);
  put.bind(6, decision.decided_on.number);
  put.bindNoCopy(7, decision.segment);
  if (decision.band) put.bind(8, static_cast<int>(*decision.band));
  put.bind(9, decision.decile);
  put.bindNoCopy(10, decision.action);
  put.bindNoCopy(11, decision.rule);
  put.bindNoCopy(12, decision.held);
  put.bindNoCopy(13, decision.status);
  put.bindNoCopy(14, decision.score.model_version);
  if (decision.score.has_probability) put.bind(15, or_zero(decision.score.probability));
  put.bind(16, or_zero(decision.score.margin));
  put.bind(17, or_zero(decision.score.base));
  put.bind(18, or_zero(decision.score.rank_value));
}

// The columns that queries look at.
StoredDecision read_plain(SQLite::Statement& row) {
  StoredDecision decision;
  decision.account.number = row.getColumn(0).getUInt();
  decision.account.connection = text_at(row, 1);
  decision.account.id = text_at(row, 2);
  decision.run = text_at(row, 3);
  decision.id = text_at(row, 4);
  decision.decided_on.number = row.getColumn(5).getInt();
  decision.segment = text_at(row, 6);
  if (!row.isColumnNull(7)) decision.band = static_cast<Band>(row.getColumn(7).getInt());
  decision.decile = static_cast<std::uint8_t>(row.getColumn(8).getInt());
  decision.action = text_at(row, 9);
  decision.rule = text_at(row, 10);
  decision.held = text_at(row, 11);
  decision.status = text_at(row, 12);
  decision.score.model_version = text_at(row, 13);
  decision.score.has_probability = !row.isColumnNull(14);
  if (decision.score.has_probability) decision.score.probability = row.getColumn(14).getDouble();
  decision.score.margin = row.getColumn(15).getDouble();
  decision.score.base = row.getColumn(16).getDouble();
  decision.score.rank_value = row.getColumn(17).getDouble();
  return decision;
}

Result<StoredDecision> read_decision(SQLite::Statement& row) {
  StoredDecision decision = read_plain(row);
  const std::string tags = text_at(row, 18);
  const std::string reasons = text_at(row, 19);
  const std::string values = text_at(row, 20);
  PackedReader tags_in(tags), reasons_in(reasons), values_in(values);
  decision.tags = tags_in.texts();
  decision.score.reasons = read_reasons(reasons_in);
  for (auto& value : decision.values) value = values_in.maybe_text();
  bool good = tags_in.at_end() && reasons_in.at_end() && values_in.at_end();
  if (good && !row.isColumnNull(21)) {
    Result<TaskDraft> task = task_from_json(text_at(row, 21));
    good = static_cast<bool>(task);
    if (good) decision.task = std::move(*task);
  }
  if (good) return decision;
  return Error{ErrorKind::corrupt,
               "store: the decision about account " + decision.account.connection + ":" +
                   decision.account.id + " is damaged; restore a backup",
               {}};
}

// The index that has all columns that the filter looks at, and its own condition literally.
const char* source_of(const DecisionFilter& filter) {
  if (!filter.accounts.empty()) return " WHERE 1";
  if (filter.band && *filter.band != Band::low)
    return " INDEXED BY decisions_by_band WHERE band >= 1";
  return " INDEXED BY decisions_by_rank WHERE 1";
}

std::string condition_of(const DecisionFilter& filter) {
  std::string sql = source_of(filter);
  if (!filter.connection.empty()) sql += " AND connection = :connection";
  if (!filter.segment.empty()) sql += " AND segment = :segment";
  if (filter.band) sql += " AND band = :band";
  if (!filter.held.empty()) sql += " AND held = :held";
  if (filter.any_held) sql += " AND held <> ''";
  if (!filter.action.empty()) sql += " AND action = :action";
  if (filter.accounts.empty()) return sql;
  std::string numbers;
  for (const std::uint32_t number : filter.accounts) {
    numbers += (numbers.empty() ? "" : ",") + std::to_string(number);
  }
  return sql + " AND account IN (" + numbers + ")";
}

void bind_filter(SQLite::Statement& query, const DecisionFilter& filter) {
  if (!filter.connection.empty()) query.bind(":connection", filter.connection);
  if (!filter.segment.empty()) query.bind(":segment", filter.segment);
  if (filter.band) query.bind(":band", static_cast<int>(*filter.band));
  if (!filter.held.empty()) query.bind(":held", filter.held);
  if (!filter.action.empty()) query.bind(":action", filter.action);
}

std::string order_of(const DecisionFilter& filter) {
  const std::string last = "rank_value DESC, account";
  const std::string down = filter.is_reversed ? " DESC" : "";
  switch (filter.order) {
    case DecisionOrder::rank:
      return filter.is_reversed ? " ORDER BY rank_value, account DESC" : " ORDER BY " + last;
    case DecisionOrder::segment:
      return " ORDER BY segment" + down + ", " + last;
    case DecisionOrder::band:
      return " ORDER BY band" + down + ", " + last;
    case DecisionOrder::action:
      return " ORDER BY action" + down + ", " + last;
    case DecisionOrder::held:
      return " ORDER BY held" + down + ", " + last;
  }
  UPSELLD_ASSERT(false);
  return {};
}

}  // namespace

Decisions::Decisions(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
Decisions::~Decisions() = default;

Result<void> Decisions::put(Transaction& transaction, const StoredDecision& decision,
                            const AccountMemory& memory) {
  const Result<void> remembered = remember(transaction, decision.account.number, memory);
  if (!remembered) return remembered;
  return guarded("store: put a decision", [&] {
    const std::string tags = packed_tags(decision.tags);
    const std::string reasons = packed_reasons(decision.score.reasons);
    const std::string values = packed_values(decision.values);
    auto put = statements_->use(kPut);
    bind_decision(*put, decision);
    bind_blob(*put, 19, tags);
    bind_blob(*put, 20, reasons);
    bind_blob(*put, 21, values);
    if (decision.task) put->bind(22, task_to_json(*decision.task));
    put->exec();
  });
}

Result<void> Decisions::remember(Transaction&, std::uint32_t account, const AccountMemory& memory) {
  return guarded("store: remember an account", [&] {
    const std::string bytes = encode_memory(memory);
    auto remember = statements_->use(kRemember);
    remember->bind(1, account);
    bind_blob(*remember, 2, bytes);
    remember->exec();
  });
}

Result<void> Decisions::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove a decision", [&] {
    for (const char* table : {"decisions", "account_memories"}) {
      SQLite::Statement remove(raw(database_),
                               std::string("DELETE FROM ") + table + " WHERE account = ?");
      remove.bind(1, account);
      remove.exec();
    }
  });
}

Result<void> Decisions::each_memory(const MemoryVisitor& visit) const {
  return guarded("store: read memories", [&]() -> Result<void> {
    SQLite::Statement query(raw(database_),
                            "SELECT account, memory FROM account_memories ORDER BY account");
    while (query.executeStep()) {
      const SQLite::Column bytes = query.getColumn(1);
      Result<AccountMemory> memory = decode_memory(std::string_view(
          static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())));
      if (!memory) return in_context("store: read memories", memory.error());
      visit(query.getColumn(0).getUInt(), std::move(*memory));
    }
    return {};
  });
}

Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> Decisions::merged_away() const {
  return guarded("store: find merged accounts", [&] {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> merged;
    SQLite::Statement query(raw(database_),
                            "SELECT number, root FROM accounts INDEXED BY accounts_by_number"
                            " WHERE merged_into <> 0 AND root <> number AND EXISTS"
                            " (SELECT 1 FROM account_memories WHERE account = number)"
                            " ORDER BY number");
    while (query.executeStep()) {
      merged.emplace_back(query.getColumn(0).getUInt(), query.getColumn(1).getUInt());
    }
    return merged;
  });
}

Result<AccountMemory> Decisions::memory(std::uint32_t account) const {
  return guarded("store: read a memory", [&]() -> Result<AccountMemory> {
    auto query = statements_->use(kMemory);
    query->bind(1, account);
    if (!query->executeStep()) return AccountMemory();
    return decode_memory(text_at(*query, 0));
  });
}

Result<std::optional<StoredDecision>> Decisions::latest(std::uint32_t account) const {
  return guarded("store: read a decision", [&]() -> Result<std::optional<StoredDecision>> {
    SQLite::Statement query(raw(database_), std::string(kColumns) + "WHERE account = ?");
    query.bind(1, account);
    if (!query.executeStep()) return std::optional<StoredDecision>();
    Result<StoredDecision> decision = read_decision(query);
    if (!decision) return decision.error();
    return std::optional<StoredDecision>(std::move(*decision));
  });
}

Result<std::vector<StoredDecision>> Decisions::list(const DecisionFilter& filter) const {
  std::vector<StoredDecision> decisions;
  const Result<void> read =
      each(filter, [&](StoredDecision&& decision) { decisions.push_back(std::move(decision)); });
  if (!read) return read.error();
  return decisions;
}

Result<void> Decisions::each(const DecisionFilter& filter,
                             const std::function<void(StoredDecision&& decision)>& visit) const {
  return guarded("store: list decisions", [&]() -> Result<void> {
    const std::string order = order_of(filter);
    SQLite::Statement query(
        raw(database_), std::string(kColumns) + "JOIN (SELECT account AS chosen FROM decisions" +
                            condition_of(filter) + order +
                            " LIMIT :count_max OFFSET :offset) ON account = chosen" + order);
    bind_filter(query, filter);
    query.bind(":count_max", static_cast<std::int64_t>(filter.count_max));
    query.bind(":offset", static_cast<std::int64_t>(filter.offset));
    while (query.executeStep()) {
      Result<StoredDecision> decision = read_decision(query);
      if (!decision) return decision.error();
      visit(std::move(*decision));
    }
    return {};
  });
}

Result<std::uint64_t> Decisions::count(const DecisionFilter& filter) const {
  return guarded("store: count decisions", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT count(*) FROM decisions" + condition_of(filter));
    bind_filter(query, filter);
    query.executeStep();
    return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
  });
}

Result<void> Decisions::each(const std::function<void(StoredDecision&& decision)>& visit) const {
  return guarded("store: read decisions", [&]() -> Result<void> {
    SQLite::Statement query(raw(database_), std::string(kColumns) + "ORDER BY account");
    while (query.executeStep()) {
      Result<StoredDecision> decision = read_decision(query);
      if (!decision) return decision.error();
      visit(std::move(*decision));
    }
    return {};
  });
}

Result<DecisionCounts> Decisions::counts(const std::string& connection) const {
  return guarded("store: count decisions", [&] {
    SQLite::Statement query(
        raw(database_),
        "SELECT segment, band, held, action, count(*), count(probability) FROM decisions"
        " WHERE ?1 = '' OR connection = ?1 GROUP BY segment, band, held, action");
    query.bind(1, connection);
    DecisionCounts counts;
    while (query.executeStep()) {
      const auto count = static_cast<std::uint64_t>(query.getColumn(4).getInt64());
      counts.accounts += count;
      counts.with_probability += static_cast<std::uint64_t>(query.getColumn(5).getInt64());
      counts.segments[text_at(query, 0)] += count;
      if (!query.isColumnNull(1)) {
        counts.bands[to_text(static_cast<Band>(query.getColumn(1).getInt()))] += count;
      }
      if (const std::string held = text_at(query, 2); !held.empty()) counts.held[held] += count;
      if (const std::string action = text_at(query, 3); !action.empty()) {
        counts.actions[action] += count;
      }
    }
    return counts;
  });
}

}  // namespace upselld::store
