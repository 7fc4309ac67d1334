// SPDX-License-Identifier: Apache-2.0
#include "sandbox/generate.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "sandbox/emit.h"
#include "sandbox/observer.h"

namespace upselld::sandbox {
namespace {

Error refusal(const std::string& message) {
  return {ErrorKind::invalid_config, "generate: " + message, {}};
}

Result<void> check_options(const GenerateOptions& options) {
  const auto in_range = [](int value, int least, int most) {
    return value >= least && value <= most;
  };
  if (!in_range(options.accounts, 1, kAccountsMost))
    return refusal(fmt::format("accounts is {}; use 1 to {}", options.accounts, kAccountsMost));
  if (!in_range(options.months, kMonthsLeast, kMonthsMost))
    return refusal(
        fmt::format("months is {}; use {} to {}", options.months, kMonthsLeast, kMonthsMost));
  if (!in_range(options.horizon_days, 1, kHorizonDaysMost))
    return refusal(
        fmt::format("horizon is {} days; use 1 to {}", options.horizon_days, kHorizonDaysMost));
  if (options.end.day != 1 || !in_range(options.end.year, 1971, 2199))
    return refusal("end must be the first day of a month between 1971 and 2199");
  if (options.out.empty()) return refusal("no folder given to write into");
  if (!(options.holdout >= 0 && options.holdout <= kHoldoutMost))
    return refusal(fmt::format("holdout is {}; use 0 to {}", options.holdout, kHoldoutMost));
  if (options.holdout > 0 && !options.tasks.empty())
    return refusal("holdout is of the world's own policy; with tasks from a file it says nothing");
  return {};
}

// In a world without tasks there is nothing to hold out.
Result<TaskPolicy> policy_of(const GenerateOptions& options, const World& world,
                             const Calendar& calendar) {
  if (!world.has_tasks() && (options.holdout > 0 || !options.tasks.empty()))
    return refusal("world " + options.world + " has no tasks: use tasks-cause-orders");
  if (!options.tasks.empty()) return read_tasks(options.tasks, calendar);
  return TaskPolicy{.holdout = options.holdout};
}

struct NamedOut {
  const char* name;
  const char* header;
};
// In the order of OutputFiles.
constexpr std::array<NamedOut, 10> kFiles = {
    {{"accounts.csv",
      "id,name,parent,industry,region,plan,owner,created_at,currency,seats,opted_out,customer_no"},
     {"contacts.csv", "id,account,role,active,may_mail,may_call,may_profile,last_touch_at"},
     {"orders.csv", "id,account,placed_at,amount,currency,kind,status"},
     {"order_lines.csv", "order,account,at,product,quantity,unit_price"},
     {"activities.csv", "id,account,contact,thread,at,kind,value"},
     {"quota.csv", "account,day,share"},
     {"web_visits.csv.gz", "customer_no,seen_at,event"},
     {"changes.csv", "account,field,at,value"},
     {"truth/true_probabilities.csv", "account,date,probability"},
     {"truth/plants.csv",
      "account,filled_after,stage,last_amount,orders_ever,upselld_score,tier"}}};
constexpr const char* kBestForecasts = "truth/best_forecasts.csv";
constexpr const char* kTasks = "truth/tasks.csv";

Result<OutputFiles> create_files(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder + "/truth", failed);
  if (failed) {
    return Error{ErrorKind::io, fmt::format("make folder {}: {}", folder, failed.message()), {}};
  }
  std::vector<CsvOut> files;
  for (const NamedOut& file : kFiles) {
    auto created = CsvOut::create(folder + "/" + file.name, file.header);
    if (!created) return created.error();
    files.push_back(std::move(*created));
  }
  return OutputFiles{.accounts = std::move(files[0]),
                     .contacts = std::move(files[1]),
                     .orders = std::move(files[2]),
                     .order_lines = std::move(files[3]),
                     .activities = std::move(files[4]),
                     .quota = std::move(files[5]),
                     .web_visits = std::move(files[6]),
                     .changes = std::move(files[7]),
                     .truth = std::move(files[8]),
                     .plants = std::move(files[9])};
}

Result<void> close_files(OutputFiles& files, std::vector<WrittenFile>& written) {
  CsvOut* const in_order[] = {
      &files.accounts, &files.contacts,   &files.orders,  &files.order_lines, &files.activities,
      &files.quota,    &files.web_visits, &files.changes, &files.truth,       &files.plants};
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    if (const auto closed = in_order[i]->close(); !closed) return closed.error();
    written.push_back({kFiles[i].name, in_order[i]->rows()});
  }
  return {};
}

Result<WrittenFile> write_products(const std::string& folder) {
  auto out = CsvOut::create(folder + "/products.csv", "id,name,family,list_price,step");
  if (!out) return out.error();
  for (std::size_t family = 0; family < kFamilies.size(); ++family) {
    for (int step = 0; step < kSteps; ++step) {
      const auto& [name, prices] = kFamilies[family];
      out->text(product_id(family, step)).text(fmt::format("{} step {}", name, step + 1));
      out->text(name).cents(prices[static_cast<std::size_t>(step)]).integer(step + 1).end_row();
    }
  }
  const auto closed = out->close();
  if (!closed) return closed.error();
  return WrittenFile{"products.csv", out->rows()};
}

Result<WrittenFile> write_reps(const std::string& folder, int reps) {
  auto out = CsvOut::create(folder + "/reps.csv", "id,name,email,region,manager,active");
  if (!out) return out.error();
  for (int rep = 1; rep <= reps; ++rep) {
    const std::size_t region = rep_region(rep);
    const int lead = static_cast<int>(region) + 1;
    out->text(rep_id(rep)).text(fmt::format("Rep {:02}", rep));
    out->text(fmt::format("rep{:02}@reps.example", rep)).text(kRegions[region]);
    out->text(rep == lead ? "" : rep_id(lead)).yes_no(rep_active(rep)).end_row();
  }
  const auto closed = out->close();
  if (!closed) return closed.error();
  return WrittenFile{"reps.csv", out->rows()};
}

// Files of the truth that not every history has.
struct MoreTruth {
  std::optional<CsvOut> best, tasks;
};

Result<MoreTruth> create_truth(const GenerateOptions& options, const World& world) {
  MoreTruth more;
  if (options.observer) {
    auto created = CsvOut::create(options.out + "/" + kBestForecasts, "account,date,probability");
    if (!created) return created.error();
    more.best = std::move(*created);
  }
  if (world.has_tasks()) {
    auto created =
        CsvOut::create(options.out + "/" + kTasks, "account,date,is_withheld,with_task,without");
    if (!created) return created.error();
    more.tasks = std::move(*created);
  }
  return more;
}

Result<void> close_truth(MoreTruth& more, std::vector<WrittenFile>& written) {
  const auto close = [&](std::optional<CsvOut>& out, const char* name) -> Result<void> {
    if (!out) return {};
    if (const auto closed = out->close(); !closed) return closed.error();
    written.push_back({name, out->rows()});
    return {};
  };
  if (const auto closed = close(more.best, kBestForecasts); !closed) return closed;
  return close(more.tasks, kTasks);
}

void write_truth(const World& world, const Calendar& calendar, const GenerateOptions& options,
                 const History& history, const OrderTraces& orders, MoreTruth& more) {
  const std::string id = account_id(history.account);
  if (more.best) {
    for (const TruePoint& point :
         best_forecasts(world, calendar, history, orders, options.horizon_days)) {
      more.best->text(id).day(point.date).decimal(point.probability, 6).end_row();
    }
  }
  if (!more.tasks) return;
  for (const TrueTask& task : true_tasks(world, calendar, history, options.horizon_days)) {
    more.tasks->text(id).day(task.date).yes_no(task.is_withheld);
    more.tasks->decimal(task.with_task, 6).decimal(task.without, 6).end_row();
  }
}

void write_account(const World& world, const Calendar& calendar, const GenerateOptions& options,
                   const History& history, OutputFiles& files, MoreTruth& more) {
  OrderTraces orders = emit_orders(calendar, options.seed, history, files);
  std::vector<ContactDraw> contacts = draw_contacts(options.seed, history);
  emit_activities(calendar, options.seed, history, orders, contacts, files);
  emit_account(options.seed, rep_count(options.accounts), history, orders, contacts, files);
  const std::string id = account_id(history.account);
  double today = 0;
  for (const TruePoint& point :
       true_probabilities(world, calendar, history, options.horizon_days)) {
    today = point.probability;
    files.truth.text(id).day(point.date).decimal(point.probability, 6).end_row();
  }
  emit_plants(options.seed, history, orders, today, files);
  write_truth(world, calendar, options, history, orders, more);
}

}  // namespace

Result<std::vector<WrittenFile>> generate(const GenerateOptions& options) {
  if (const auto good = check_options(options); !good) return good.error();
  const auto world = make_world(options.world, options.months);
  if (!world) return world.error();
  const Calendar calendar(options.end, options.months);
  const auto policy = policy_of(options, **world, calendar);
  if (!policy) return policy.error();
  auto files = create_files(options.out);
  if (!files) return files.error();
  auto more = create_truth(options, **world);
  if (!more) return more.error();
  const int reps = rep_count(options.accounts);
  const auto products = write_products(options.out);
  if (!products) return products.error();
  const auto people = write_reps(options.out, reps);
  if (!people) return people.error();
  for (int account = 1; account <= options.accounts; ++account) {
    const History history = simulate(**world, calendar, options.seed, account, *policy);
    write_account(**world, calendar, options, history, *files, *more);
  }
  std::vector<WrittenFile> written = {*products, *people};
  if (const auto closed = close_files(*files, written); !closed) return closed.error();
  if (const auto closed = close_truth(*more, written); !closed) return closed.error();
  return written;
}

}  // namespace upselld::sandbox
