// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "core/score.h"

namespace upselld::scoring {

// A model's parts by file name: manifest.json names the others and their digests.
using ModelFiles = std::map<std::string, std::string>;

// Texts of each category feature in code order: a text's code is its position + 1.
using Dictionaries = std::map<std::string, std::vector<std::string>>;

// Where the features a model reads stand in the rows of one feature table.
struct RowLayout {
  std::vector<std::uint32_t> columns;
  std::size_t width = 0;
};

struct Effect;

// A trained model. Immutable: any number of threads may ask it at once.
class Model {
 public:
  // Checks every digest. Damaged, incomplete or made by other feature code: corrupt.
  static Result<std::unique_ptr<Model>> load(const ModelFiles& files);
  ~Model();

  const std::string& version() const;
  const std::string& learner() const;  // line, trees, both
  const Dictionaries& dictionaries() const;
  // The features it reads.
  const std::vector<std::string>& features() const;
  // invalid_config when `row_names` lacks a feature of the model.
  Result<RowLayout> layout(const std::vector<std::string>& row_names) const;

  // Log-odds of each row of `layout.width` values.
  std::vector<double> margins(std::span<const float> rows, const RowLayout& layout) const;
  // The margin's split by feature group, largest first, with texts as of `day`. With base() the
  // contributions sum to the margin within 1e-5. A group under 5 % of the total has no text: it is
  // not to be shown.
  std::vector<Reason> explain(std::span<const float> row, const RowLayout& layout, Day day) const;
  // One contribution per entry of features(): what explain() groups.
  std::vector<double> contributions(std::span<const float> row, const RowLayout& layout) const;
  double base() const;
  // Whether up-sells had amounts to learn from: then accounts are ranked by likelihood x gain.
  bool has_gains() const;
  // What contacts were found to do when it was trained: status and share.
  const Effect& effect() const;

  // The score of one row: the same bits for the same bits. Reasons only when asked for.
  Score score(std::span<const float> row, const RowLayout& layout, Day day,
              bool with_reasons) const;

 private:
  struct Parts;
  explicit Model(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// A score again from what an audit kept: the row's float bits and the names of its columns.
Result<Score> replay(std::span<const float> row, const std::vector<std::string>& row_names,
                     const Model& model, Day day);

}  // namespace upselld::scoring
