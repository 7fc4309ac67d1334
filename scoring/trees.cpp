// SPDX-License-Identifier: Apache-2.0
#include "scoring/trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/assertions.h"
#include "scoring/tree_grower.h"

namespace upselld::scoring {
namespace {

// XGBoost refuses a whole number where it expects one with a point.
std::string text_of(float value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// One member of a tree: an array with a value for each node.
template <typename Value>
void write_member(const char* name, const GrownTree& tree, const Value& value, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\"{}\":[", name);
  for (const GrownNode& node : tree) {
    if constexpr (std::is_same_v<decltype(value(node)), float>) {
      out += text_of(value(node));
    } else {
      fmt::format_to(std::back_inserter(out), "{}", value(node));
    }
    out += ',';
  }
  out.back() = ']';
  out += ',';
}

void write_tree(const GrownTree& tree, std::size_t id, std::size_t columns, std::string& out) {
  constexpr int kNoParent = 2'147'483'647;
  const auto is_leaf = [](const GrownNode& node) { return node.left < 0; };
  out += '{';
  write_member(
      "base_weights", tree, [](const GrownNode& n) { return n.leaf; }, out);
  out += R"("categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],)";
  write_member(
      "default_left", tree, [](const GrownNode& n) { return n.missing_left ? 1 : 0; }, out);
  fmt::format_to(std::back_inserter(out), "\"id\":{},", id);
  write_member(
      "left_children", tree, [](const GrownNode& n) { return n.left; }, out);
  write_member(
      "loss_changes", tree, [](const GrownNode& n) { return n.gain; }, out);
  write_member(
      "parents", tree, [](const GrownNode& n) { return n.parent < 0 ? kNoParent : n.parent; }, out);
  write_member(
      "right_children", tree, [](const GrownNode& n) { return n.right; }, out);
  write_member(
      "split_conditions", tree, [&](const GrownNode& n) { return is_leaf(n) ? n.leaf : n.split; },
      out);
  write_member(
      "split_indices", tree, [](const GrownNode& n) { return n.column; }, out);
  write_member(
      "split_type", tree, [](const GrownNode&) { return 0; }, out);
  write_member(
      "sum_hessian", tree, [](const GrownNode& n) { return n.cover; }, out);
  fmt::format_to(std::back_inserter(out),
                 R"("tree_param":{{"num_deleted":"0","num_feature":"{}","num_nodes":"{}",)"
                 R"("size_leaf_vector":"0"}}}})",
                 columns, tree.size());
}

}  // namespace

std::string fit_trees(const RowReader& rows, std::span<const std::uint8_t> positive,
                      const std::vector<std::string>& names, const LearnerSettings& settings) {
  UPSELLD_ASSERT(rows.count == positive.size() && names.size() == rows.width);
  const auto positives = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  const double rate = positives / static_cast<double>(positive.size());
  UPSELLD_ASSERT(rate > 0 && rate < 1);
  const BinnedRows binned = bin_rows(rows, static_cast<std::size_t>(settings.bins));
  const std::string share = fmt::format("{:.9g}", rate);
  TreeGrower grower(binned, positive, std::stod(share), settings);
  const auto count = static_cast<std::size_t>(settings.rounds * settings.parallel_trees);
  const nlohmann::json texts = names;
  std::string out =
      fmt::format(R"({{"learner":{{"attributes":{{}},"feature_names":{},)", texts.dump());
  out += R"("feature_types":[)";
  for (std::size_t i = 0; i < names.size(); ++i) out += i == 0 ? R"("float")" : R"(,"float")";
  fmt::format_to(
      std::back_inserter(out),
      R"(],"gradient_booster":{{"model":{{"gbtree_model_param":{{"num_parallel_tree":"{}",)"
      R"("num_trees":"{}","size_leaf_vector":"0"}},"tree_info":[)",
      settings.parallel_trees, count);
  for (std::size_t i = 0; i < count; ++i) out += i == 0 ? "0" : ",0";
  out += R"(],"trees":[)";
  std::size_t id = 0;
  for (int round = 0; round < settings.rounds; ++round) {
    for (const GrownTree& tree : grower.round()) {
      if (id > 0) out += ',';
      write_tree(tree, id++, names.size(), out);
    }
  }
  fmt::format_to(
      std::back_inserter(out),
      R"(]}},"name":"gbtree"}},"learner_model_param":{{"base_score":"{}","num_class":"0",)"
      R"("num_feature":"{}","num_target":"1"}},"objective":{{"name":"binary:logistic",)"
      R"("reg_loss_param":{{"scale_pos_weight":"1"}}}}}},"version":[1,7,4]}})",
      share, names.size());
  return out;
}

}  // namespace upselld::scoring
