#include "facelex/analysis/evaluation_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "evaluation_tables.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

bool natural_order(const std::string& a, const std::string& b) {
  return natural_less(a, b);
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string a_few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 5; ++i) text += (i ? ", " : "") + names[i];
  return text + (names.size() > 5 ? " …" : "");
}

/// The labels' columns that count.
struct LabelColumns {
  int label = -1, subject = -1, fold = -1;
};

LabelColumns find_columns(const NamedTexts& labels, EvaluationTask task,
                          const EvaluationDataOptions& options) {
  LabelColumns columns;
  const auto need = [&](const std::string& name, const char* option) {
    const int at = labels.column(name);
    if (at < 0)
      throw usage_error(std::string(option) + ": " + labels.file + " has no column " + in_quotes(name),
                        "it has " + a_few(labels.header));
    return at;
  };
  if (!options.label.empty()) {
    columns.label = need(options.label, "--label");
  } else {
    for (const auto& name : default_label_columns(task))
      if (columns.label < 0) columns.label = labels.column(name);
    if (columns.label < 0)
      throw usage_error(labels.file + " has none of the columns " + a_few(default_label_columns(task)),
                        "name the column to learn with --label; it has " + a_few(labels.header));
  }
  columns.subject = labels.column("subject");
  if (!options.fold_column.empty()) columns.fold = need(options.fold_column, "--fold-column");
  return columns;
}

/// Joined rows before anything is a matrix.
struct JoinedRow {
  std::string name, subject, label, fold;
  long long line = 0;
};

std::vector<JoinedRow> join_rows(const std::vector<FeatureTable>& tables, const NamedTexts& labels,
                                 const LabelColumns& columns, const EvaluationDataOptions& options,
                                 EvaluationData& data) {
  std::vector<JoinedRow> rows;
  std::set<std::string> labelled;
  const auto name_at = static_cast<std::size_t>(labels.column("name"));
  for (std::size_t i = 0; i < labels.rows.size(); ++i) {
    const auto& fields = labels.rows[i];
    JoinedRow row{fields[name_at],
                  fields[name_at],
                  fields[static_cast<std::size_t>(columns.label)],
                  {},
                  labels.lines[i]};
    labelled.insert(row.name);
    const auto leave_out = [&](const std::string& reason) {
      data.videos_left_out.push_back({row.name, reason});
    };
    const auto lacking = std::find_if(tables.begin(), tables.end(),
                                      [&](const FeatureTable& t) { return !t.row_of.contains(row.name); });
    if (is_missing_value(row.label)) {
      leave_out("no " + data.label + " in " + labels.file);
      continue;
    }
    if (!options.classes.empty() &&
        std::find(options.classes.begin(), options.classes.end(), row.label) == options.classes.end()) {
      leave_out(data.label + " " + in_quotes(row.label) + " is not among --classes");
      continue;
    }
    if (lacking != tables.end()) {
      leave_out("no features in " + lacking->file);
      continue;
    }
    if (columns.subject >= 0) {
      row.subject = fields[static_cast<std::size_t>(columns.subject)];
      if (row.subject.empty())
        throw data_error({labels.file, row.line, "subject"}, "a subject is missing",
                         "videos of one person must not be in training and test; say whose video it is");
    }
    if (columns.fold >= 0) {
      row.fold = fields[static_cast<std::size_t>(columns.fold)];
      if (is_missing_value(row.fold)) {
        leave_out("no " + options.fold_column + " in " + labels.file);
        continue;
      }
    }
    rows.push_back(std::move(row));
  }
  for (const auto& table : tables)
    for (const auto& [name, at] : table.row_of)
      if (labelled.insert(name).second) data.videos_left_out.push_back({name, "no line in " + labels.file});
  if (rows.empty())
    throw data_error({labels.file, 0, {}}, "no video has both features and a label",
                     "names must be the same in both: the labels have " +
                         a_few({labels.rows.front()[name_at]}) + ", " + tables.front().file + " has " +
                         tables.front().row_of.begin()->first);
  std::sort(rows.begin(), rows.end(),
            [](const JoinedRow& a, const JoinedRow& b) { return natural_less(a.name, b.name); });
  return rows;
}

void take_subjects(const std::vector<JoinedRow>& rows, EvaluationData& data) {
  for (const auto& row : rows) data.subject_names.push_back(row.subject);
  std::sort(data.subject_names.begin(), data.subject_names.end(), natural_order);
  data.subject_names.erase(std::unique(data.subject_names.begin(), data.subject_names.end()),
                           data.subject_names.end());
  std::map<std::string, int> index;
  for (std::size_t i = 0; i < data.subject_names.size(); ++i)
    index[data.subject_names[i]] = static_cast<int>(i);
  for (const auto& row : rows) {
    data.names.push_back(row.name);
    data.subject.push_back(index[row.subject]);
  }
}

void take_classes(const std::vector<JoinedRow>& rows, const std::string& file,
                  const EvaluationDataOptions& options, EvaluationData& data) {
  std::set<std::string> found;
  for (const auto& row : rows) found.insert(row.label);
  data.classes = options.classes;
  for (const auto& name : options.classes)
    if (!found.contains(name))
      throw usage_error("--classes: no video with features is of class " + in_quotes(name),
                        "column " + data.label + " has " + a_few({found.begin(), found.end()}));
  if (data.classes.empty()) {
    data.classes.assign(found.begin(), found.end());
    std::sort(data.classes.begin(), data.classes.end(), natural_order);
  }
  if (data.classes.size() < 2)
    throw data_error({file, 0, data.label},
                     "all videos with features are of one class, " + in_quotes(data.classes.front()),
                     "there is nothing to tell apart");
  if (data.classes.size() > 50)
    throw data_error({file, 0, data.label}, std::to_string(data.classes.size()) + " different classes",
                     "for numbers use facelex evaluate regress");
  std::map<int, std::size_t> row_of_subject;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = std::find(data.classes.begin(), data.classes.end(), rows[i].label) - data.classes.begin();
    data.y(static_cast<Eigen::Index>(i)) = static_cast<double>(at);
    const auto [first, is_new] = row_of_subject.emplace(data.subject[i], i);
    if (!is_new && !options.per_video && rows[first->second].label != rows[i].label)
      throw data_error({file, rows[i].line, data.label},
                       "subject " + in_quotes(rows[i].subject) + " is " +
                           in_quotes(rows[first->second].label) + " in video " + rows[first->second].name +
                           " and " + in_quotes(rows[i].label) + " in " + rows[i].name,
                       "correct the labels, or, if the class belongs to the video and not to the person, "
                       "give --per-video");
  }
}

void take_targets(const std::vector<JoinedRow>& rows, const std::string& file, EvaluationData& data) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto number = parse_double(rows[i].label);
    if (!number || !std::isfinite(*number))
      throw data_error({file, rows[i].line, data.label}, in_quotes(rows[i].label) + " is not a number",
                       "for classes use facelex evaluate classify");
    data.y(static_cast<Eigen::Index>(i)) = *number;
  }
  if (data.y.minCoeff() == data.y.maxCoeff())
    throw data_error({file, 0, data.label},
                     "all videos with features have the value " + number_text(data.y(0)),
                     "there is nothing to predict");
}

/// The columns of all tables side by side; those that never vary are left out.
void take_features(const std::vector<FeatureTable>& tables, const EvaluationDataOptions& options,
                   EvaluationData& data) {
  std::map<std::string, std::string> file_of;
  Eigen::Index width = 0;
  for (const auto& table : tables)
    for (const auto& column : table.columns) {
      const auto [other, is_new] = file_of.emplace(column, table.file);
      if (!is_new)
        throw data_error({table.file, 1, column}, "a column of this name is in " + other->second + " too",
                         "rename one, or give the tables one at a time");
      ++width;
    }
  const auto rows = static_cast<Eigen::Index>(data.names.size());
  data.x.resize(rows, width);
  Eigen::Index used = 0;
  std::vector<std::string> with_gaps;
  std::set<Eigen::Index> rows_with_gaps;
  Eigen::VectorXd column(rows);
  for (const auto& table : tables)
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      double low = std::numeric_limits<double>::infinity(), high = -low;
      bool gap = false;
      for (Eigen::Index i = 0; i < rows; ++i) {
        column(i) = table.values(table.row_of.at(data.names[static_cast<std::size_t>(i)]),
                                 static_cast<Eigen::Index>(c));
        if (std::isnan(column(i))) {
          gap = true;
          if (options.missing == MissingFeatures::refuse) rows_with_gaps.insert(i);
        } else {
          low = std::min(low, column(i));
          high = std::max(high, column(i));
        }
      }
      const auto& name = table.columns[c];
      if (low > high) {
        data.features_left_out.push_back({name, "has no value in any video"});
      } else if (gap && options.missing == MissingFeatures::leave_out) {
        data.features_left_out.push_back({name, "has missing values"});
      } else if (low == high) {
        data.features_left_out.push_back({name, "is " + number_text(low) + " in all videos"});
      } else {
        if (gap) with_gaps.push_back(name);
        data.x.col(used++) = column;
        data.features.push_back(name);
      }
    }
  data.x.conservativeResize(Eigen::NoChange, used);
  if (!with_gaps.empty() && options.missing == MissingFeatures::refuse)
    throw data_error({tables.front().file, 0, {}},
                     counted(with_gaps.size(), "feature") + " (" + a_few(with_gaps) + ") " +
                         (with_gaps.size() == 1 ? "lacks" : "lack") + " values in some of " +
                         counted(rows_with_gaps.size(), "video") + ", for example " +
                         data.names[static_cast<std::size_t>(*rows_with_gaps.begin())],
                     "give --missing impute (the mean of the training videos stands in) or --missing "
                     "leave-out (without these features)");
  if (used == 0)
    throw data_error({tables.front().file, 0, {}}, "no feature varies between the videos",
                     data.features_left_out.empty()
                         ? ""
                         : data.features_left_out.front().name + " " + data.features_left_out.front().reason);
  if (!with_gaps.empty())
    data.warnings.push_back(counted(with_gaps.size(), "feature") + " (" + a_few(with_gaps) +
                            ") with missing values: the mean of the training videos stands in");
}

/// Equal rows of different subjects are one video under two names, and a leak when one is trained on.
void warn_of_copies(EvaluationData& data) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(data.rows()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Eigen::Index>(i);
  const auto bytes = static_cast<std::size_t>(data.x.cols()) * sizeof(double);
  const auto compared = [&](Eigen::Index a, Eigen::Index b) {  // as bytes: missing values have no order
    return std::memcmp(data.x.row(a).data(), data.x.row(b).data(), bytes);
  };
  const auto less = [&](Eigen::Index a, Eigen::Index b) { return compared(a, b) < 0; };
  std::stable_sort(order.begin(), order.end(), less);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto a = static_cast<std::size_t>(order[i - 1]), b = static_cast<std::size_t>(order[i]);
    if (compared(order[i - 1], order[i]) == 0 && data.subject[a] != data.subject[b])
      data.warnings.push_back(
          data.names[a] + " and " + data.names[b] +
          " of different subjects have the same features: is it one video under two names?");
  }
}

}  // namespace

void EvaluationDataOptions::describe(OptionList& options, EvaluationTask task) {
  options.text("label", label,
               task == EvaluationTask::classify
                   ? "Column of the labels that holds the class; without: label, group or class"
                   : "Column of the labels that holds the number; without: target, label or score");
  if (task == EvaluationTask::classify) {
    options.texts(
        "classes", classes,
        "Only videos of these classes; the last is the positive one. Without: all, in natural order");
    options.flag("per-video", per_video,
                 "The class belongs to the video: a subject may have videos of several classes");
  }
  options.text("fold-column", fold_column,
               "Column of the labels with given splits: train, dev (or validation) and test; or any names of "
               "folds, each of which is left out once");
  options.choice("missing", missing,
                 {{"refuse", MissingFeatures::refuse},
                  {"leave-out", MissingFeatures::leave_out},
                  {"impute", MissingFeatures::impute}},
                 "What to do with features that lack values: say so and stop, leave the feature out, or let "
                 "the mean of each fold's training videos stand in");
}

const std::vector<std::string>& default_label_columns(EvaluationTask task) {
  static const std::vector<std::string> of_class = {"label", "group", "class"},
                                        of_number = {"target", "label", "score"};
  return task == EvaluationTask::classify ? of_class : of_number;
}

EvaluationData read_evaluation_data(const std::vector<std::filesystem::path>& features,
                                    const std::filesystem::path& labels, EvaluationTask task,
                                    const EvaluationDataOptions& options) {
  if (features.empty()) throw usage_error("no table of features", "give --features FILE");
  std::set<std::string> asked;
  for (const auto& name : options.classes)
    if (!asked.insert(name).second)
      throw usage_error("--classes: " + in_quotes(name) + " stands there twice");
  if (asked.size() == 1)
    throw usage_error("--classes: one class alone cannot be told apart", "name two or more, or none");
  std::vector<FeatureTable> tables;
  tables.reserve(features.size());
  for (const auto& file : features) tables.push_back(read_feature_table(file));
  const NamedTexts texts = read_named_texts(labels);
  const LabelColumns columns = find_columns(texts, task, options);
  EvaluationData data;
  data.label = texts.header[static_cast<std::size_t>(columns.label)];
  data.has_subjects = columns.subject >= 0;
  const auto rows = join_rows(tables, texts, columns, options, data);
  take_subjects(rows, data);
  data.y.resize(static_cast<Eigen::Index>(rows.size()));
  if (task == EvaluationTask::classify)
    take_classes(rows, texts.file, options, data);
  else
    take_targets(rows, texts.file, data);
  if (columns.fold >= 0)
    for (const auto& row : rows) data.folds.push_back(row.fold);
  take_features(tables, options, data);
  if (!data.has_subjects)
    data.warnings.push_back(texts.file + " has no column subject: every video counts as another person's");
  warn_of_copies(data);
  return data;
}

}  // namespace facelex
