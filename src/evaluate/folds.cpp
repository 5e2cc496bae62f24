#include "facelex/evaluate/folds.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "join.hpp"

namespace facelex {
namespace {

using FoldRows = std::vector<Eigen::Index>;

/// Where the labels say what is wrong with a fold: the column, and the line of a row.
Place fold_place(const EvaluationData& data, std::size_t row = static_cast<std::size_t>(-1)) {
  return {data.labels_file, row < data.lines.size() ? data.lines[row] : 0,
          data.folds.empty() ? data.label : data.fold_column};
}

int subject_of(const EvaluationData& data, Eigen::Index row) {
  return data.subject[static_cast<std::size_t>(row)];
}

FoldRows all_rows(const EvaluationData& data) {
  FoldRows rows(static_cast<std::size_t>(data.rows()));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  return rows;
}

/// What subjects are balanced by: the class that most of their videos have, or the mean of their targets.
std::vector<double> subject_values(const EvaluationData& data, const Eigen::VectorXd& y,
                                   const FoldRows& rows) {
  const std::size_t subjects = data.subject_names.size();
  std::vector<double> values(subjects, 0);
  if (data.classifies()) {
    std::vector<std::vector<int>> counts(subjects, std::vector<int>(data.classes.size(), 0));
    for (const auto row : rows)
      ++counts[static_cast<std::size_t>(subject_of(data, row))][static_cast<std::size_t>(y(row))];
    for (std::size_t s = 0; s < subjects; ++s)
      values[s] =
          static_cast<double>(std::max_element(counts[s].begin(), counts[s].end()) - counts[s].begin());
  } else {
    std::vector<double> count(subjects, 0);
    for (const auto row : rows) {
      values[static_cast<std::size_t>(subject_of(data, row))] += y(row);
      ++count[static_cast<std::size_t>(subject_of(data, row))];
    }
    for (std::size_t s = 0; s < subjects; ++s) values[s] /= std::max(1.0, count[s]);
  }
  return values;
}

/// The rows whose subject's number is `fold` against the others.
RowSplit split_at(const EvaluationData& data, const FoldRows& rows, const std::vector<int>& number,
                  int fold) {
  RowSplit split;
  for (const auto row : rows)
    (number[static_cast<std::size_t>(subject_of(data, row))] == fold ? split.test : split.train)
        .push_back(row);
  return split;
}

std::vector<RowSplit> inner_splits(const EvaluationData& data, const Eigen::VectorXd& y,
                                   const FoldRows& train, int folds, std::uint64_t seed) {
  std::set<int> subjects;
  for (const auto row : train) subjects.insert(subject_of(data, row));
  if (static_cast<int>(subjects.size()) < folds)
    throw usage_error(field("inner-folds") + " " + std::to_string(folds) + ": only " +
                          std::to_string(subjects.size()) + " subjects are left to learn from",
                      "take fewer inner folds, or more subjects");
  const auto number = balanced_folds(data, y, train, folds, seed);
  std::vector<RowSplit> inner;
  inner.reserve(static_cast<std::size_t>(folds));
  for (int fold = 0; fold < folds; ++fold) inner.push_back(split_at(data, train, number, fold));
  return inner;
}

bool is_development(const std::string& name) {
  return name == "dev" || name == "val" || name == "validation" || name == "devel" || name == "development";
}

/// train, dev and test.
OuterFold given_split(const EvaluationData& data) {
  OuterFold fold;
  fold.name = "test";
  RowSplit development;
  for (const auto row : all_rows(data)) {
    const auto& name = data.folds[static_cast<std::size_t>(row)];
    if (name == "test") {
      fold.rows.test.push_back(row);
      continue;
    }
    fold.rows.train.push_back(row);
    (name == "train" ? development.train : development.test).push_back(row);
  }
  if (development.train.empty())
    throw data_error(fold_place(data), "has no video of split 'train'",
                     "the model needs videos to learn from");
  if (!development.test.empty()) fold.inner.push_back(std::move(development));
  return fold;
}

std::vector<OuterFold> given_folds(const EvaluationData& data) {
  std::vector<std::string> names(data.folds);
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> fold_of(data.subject_names.size());
  for (std::size_t i = 0; i < data.folds.size(); ++i) {
    std::string& known = fold_of[static_cast<std::size_t>(data.subject[i])];
    if (known.empty()) known = data.folds[i];
    if (known != data.folds[i])
      throw data_error(
          fold_place(data, i),
          "subject " + in_quotes(data.subject_names[static_cast<std::size_t>(data.subject[i])]) +
              " is in folds " + in_quotes(known) + " and " + in_quotes(data.folds[i]) + " (" + data.names[i] +
              ")",
          "what is learnt from a person must not be judged on the same person: correct the fold column");
  }
  const bool is_split = std::find(names.begin(), names.end(), "test") != names.end() &&
                        std::all_of(names.begin(), names.end(), [](const std::string& name) {
                          return name == "test" || name == "train" || is_development(name);
                        });
  if (is_split) return {given_split(data)};
  if (names.size() < 2)
    throw data_error(fold_place(data), "all videos are in the one fold " + in_quotes(names.front()),
                     "the fold column needs two values or more");
  std::vector<OuterFold> folds;
  for (const auto& name : names) {
    OuterFold fold;
    fold.name = name;
    for (const auto row : all_rows(data))
      (data.folds[static_cast<std::size_t>(row)] == name ? fold.rows.test : fold.rows.train).push_back(row);
    folds.push_back(std::move(fold));
  }
  return folds;
}

std::vector<OuterFold> subject_folds(const EvaluationData& data, const Eigen::VectorXd& y,
                                     const FoldOptions& options, std::uint64_t seed) {
  const int subjects = static_cast<int>(data.subject_names.size());
  const bool each = options.protocol == FoldProtocol::leave_one_out;
  if (each ? subjects < 3 : subjects < options.folds)
    throw usage_error(
        each ? "leaving one subject out needs three subjects or more, but there are " +
                   std::to_string(subjects)
             : field("folds") + " " + std::to_string(options.folds) + ": there are only " +
                   std::to_string(subjects) + " subjects",
        each ? "" : "take fewer folds, or leave one subject out (" + field("protocol") + " leave-one-out)");
  std::vector<int> number(data.subject_names.size());
  std::iota(number.begin(), number.end(), 0);
  if (!each) number = balanced_folds(data, y, all_rows(data), options.folds, seed);
  std::vector<OuterFold> folds;
  for (int f = 0; f < (each ? subjects : options.folds); ++f) {
    OuterFold fold;
    fold.name = each ? data.subject_names[static_cast<std::size_t>(f)] : std::to_string(f + 1);
    fold.rows = split_at(data, all_rows(data), number, f);
    folds.push_back(std::move(fold));
  }
  return folds;
}

/// A class of one subject is either learnt from or tested on, never both: its videos are told wrong whatever
/// the features say.
void require_two_subjects(const EvaluationData& data) {
  std::vector<std::set<int>> subjects(data.classes.size());
  for (const auto row : all_rows(data))
    subjects[static_cast<std::size_t>(data.y(row))].insert(subject_of(data, row));
  std::vector<std::string> rare, others;
  for (std::size_t k = 0; k < subjects.size(); ++k)
    (subjects[k].size() < 2 ? rare : others).push_back(data.classes[k]);
  if (rare.empty()) return;
  const std::string one = data.has_subjects ? "one subject" : "one video";
  const bool numbers = data.classes.size() > 2 &&
                       std::all_of(data.classes.begin(), data.classes.end(),
                                   [](const std::string& name) { return parse_double(name).has_value(); });
  Message remedy = numbers ? "numbers are predicted by facelex evaluate regress " + field("label") + " " +
                                 data.label + "; for classes "
                           : "";
  if (data.classes.size() == 2)
    remedy += "add people of it, or choose another " + field("label");
  else
    remedy += "merge rare ones in the labels";
  constexpr std::size_t max_named = 10;
  if (others.size() > 1 && others.size() <= max_named) {
    remedy += ", or leave them out: " + field("classes") + " ";
    for (std::size_t k = 0; k < others.size(); ++k) remedy += (k > 0 ? "," : "") + others[k];
  }
  throw data_error(
      {data.labels_file, 0, data.label},
      (rare.size() == 1 ? "class " + in_quotes(rare.front()) + " has " + one
                        : std::to_string(rare.size()) + " of " + std::to_string(data.classes.size()) +
                              " classes (" + few_names(rare) + ") have " + one + " each") +
          ", too few to learn from and to test on",
      remedy);
}

}  // namespace

void FoldOptions::describe(OptionList& options) {
  options.choice("protocol", protocol,
                 {{"leave-one-out", FoldProtocol::leave_one_out}, {"k-fold", FoldProtocol::k_fold}},
                 "Leave each subject out once, or divide the subjects into " + field("folds") + "; " +
                     field("fold-column") + " wins over both");
  options.integer("folds", folds, Bounds::at_least(2), "Number of folds of " + field("protocol") + " k-fold");
  options.integer("inner-folds", inner_folds, Bounds::at_least(2),
                  "Folds within the training subjects that choose C, gamma and epsilon");
}

std::vector<int> balanced_folds(const EvaluationData& data, const Eigen::VectorXd& y, const FoldRows& rows,
                                int count, std::uint64_t seed) {
  const auto values = subject_values(data, y, rows);
  std::vector<int> subjects, number(data.subject_names.size(), -1);
  for (const auto row : rows) subjects.push_back(subject_of(data, row));
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  Random random(seed);
  random.shuffle(std::span<int>(subjects));
  std::stable_sort(subjects.begin(), subjects.end(), [&](int a, int b) {
    return values[static_cast<std::size_t>(a)] < values[static_cast<std::size_t>(b)];
  });
  // One round of folds after another, each in an order of its own: a class, or a stretch of targets, is
  // spread evenly.
  std::vector<int> round(static_cast<std::size_t>(count));
  std::iota(round.begin(), round.end(), 0);
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const auto place = i % static_cast<std::size_t>(count);
    if (place == 0) random.shuffle(std::span<int>(round));
    number[static_cast<std::size_t>(subjects[i])] = round[place];
  }
  return number;
}

std::vector<OuterFold> evaluation_folds(const EvaluationData& data, const Eigen::VectorXd& y,
                                        const FoldOptions& options, std::uint64_t seed) {
  auto folds = data.folds.empty() ? subject_folds(data, y, options, seed) : given_folds(data);
  const Random streams(seed);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (folds[f].inner.empty())
      folds[f].inner =
          inner_splits(data, y, folds[f].rows.train, options.inner_folds, streams.stream(f).next());
  }
  return folds;
}

void require_learnable(const EvaluationData& data, const std::vector<OuterFold>& folds) {
  if (data.classifies()) require_two_subjects(data);
  for (const OuterFold& fold : folds) {
    const auto& train = fold.rows.train;
    if (train.empty())
      throw data_error(fold_place(data), "fold " + in_quotes(fold.name) + ": no video is left to learn from");
    const auto first = data.y(train.front());
    if (data.classifies() &&
        std::all_of(train.begin(), train.end(), [&](Eigen::Index row) { return data.y(row) == first; }))
      throw data_error(fold_place(data),
                       "without fold " + in_quotes(fold.name) + " all videos are of class " +
                           in_quotes(data.classes[static_cast<std::size_t>(first)]),
                       "every class needs videos of two subjects in different folds");
  }
}

}  // namespace facelex
