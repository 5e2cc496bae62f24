#include "facelex/evaluate/data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "join.hpp"
#include "names.hpp"
#include "spelling.hpp"
#include "tables.hpp"

namespace facelex {
namespace {

bool natural_order(const std::string& a, const std::string& b) {
  return natural_less(a, b);
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
      throw option_error(option, labels.file + " has no column " + in_quotes(name),
                         columns_found(labels.header, name));
    return at;
  };
  if (!options.label.empty()) {
    columns.label = need(options.label, "label");
  } else {
    for (const auto& name : default_label_columns(task))
      if (columns.label < 0) columns.label = labels.column(name);
    if (columns.label < 0)
      throw usage_error(labels.file + " has none of the columns " + few_names(default_label_columns(task)),
                        "name the column to learn with " + field("label") + "; " +
                            columns_found(labels.header, default_label_columns(task).front()));
  }
  columns.subject = labels.column("subject");
  if (!options.fold_column.empty()) columns.fold = need(options.fold_column, "fold-column");
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
  NearLabels near(tables, labels);
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
      leave_out(data.label + " " + in_quotes(row.label) + " is not among the classes that were asked for");
      continue;
    }
    if (lacking != tables.end()) {
      data.videos_left_out.push_back(
          {row.name, "no features in " + lacking->file, near.in_table(*lacking, row.name)});
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
      if (labelled.insert(name).second)
        data.videos_left_out.push_back({name, "no line in " + labels.file, near.in_labels(name)});
  if (rows.empty())
    throw data_error({labels.file, 0, {}}, "no video has both features and a label",
                     near.any()
                         ? near.text()
                         : "names must be the same in both: the labels have " + labels.rows.front()[name_at] +
                               ", " + tables.front().file + " has " + tables.front().row_of.begin()->first);
  if (near.any()) data.warnings.push_back(near.text());
  std::sort(rows.begin(), rows.end(),
            [](const JoinedRow& a, const JoinedRow& b) { return natural_less(a.name, b.name); });
  return rows;
}

void take_subjects(const std::vector<JoinedRow>& rows, const std::string& file,
                   const EvaluationDataOptions& options, EvaluationData& data) {
  for (const auto& row : rows) data.subject_names.push_back(row.subject);
  std::sort(data.subject_names.begin(), data.subject_names.end(), natural_order);
  data.subject_names.erase(std::unique(data.subject_names.begin(), data.subject_names.end()),
                           data.subject_names.end());
  if (data.has_subjects && !options.subjects_as_spelt)
    require_one_spelling(
        data.subject_names, file,
        "spell one person in one way, or, if they are different people, give " + field("subjects-as-spelt"));
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
      throw option_error("classes", "no video with features is of class " + in_quotes(name),
                         "column " + data.label + " has " + few_names({found.begin(), found.end()}));
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
                       "give " +
                           field("per-video"));
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

}  // namespace

void EvaluationDataOptions::describe(OptionList& options, EvaluationTask task) {
  options.text("label", label,
               task == EvaluationTask::classify
                   ? "Column of the labels that holds the class; default: label, group or class"
                   : "Column of the labels that holds the number; default: target, label or score");
  if (task == EvaluationTask::classify) {
    options.texts(
        "classes", classes,
        "Only videos of these classes; the last is the positive one. Default: all, in natural order");
    options.flag("per-video", per_video,
                 "The class belongs to the video: a subject may have videos of several classes");
  }
  options.text("fold-column", fold_column,
               "Column of the labels with given splits: train, dev (or validation) and test; or any names of "
               "folds, each of which is left out once");
  options.flag(
      "subjects-as-spelt", subjects_as_spelt,
      "Subjects that differ in letter case, leading zeros or spaces alone (S01, s1) are different people");
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
  if (features.empty()) throw usage_error("no table of features", "give " + field("features") + " FILE");
  std::set<std::string> asked;
  for (const auto& name : options.classes)
    if (!asked.insert(name).second) throw option_error("classes", in_quotes(name) + " occurs twice");
  if (asked.size() == 1)
    throw option_error("classes", "one class alone cannot be told apart", "name two or more, or none");
  std::vector<FeatureTable> tables;
  tables.reserve(features.size());
  for (const auto& file : features) tables.push_back(read_feature_table(file));
  const NamedTexts texts = read_named_texts(labels);
  const LabelColumns columns = find_columns(texts, task, options);
  EvaluationData data;
  data.label = texts.header[static_cast<std::size_t>(columns.label)];
  data.has_subjects = columns.subject >= 0;
  const auto rows = join_rows(tables, texts, columns, options, data);
  take_subjects(rows, texts.file, options, data);
  data.y.resize(static_cast<Eigen::Index>(rows.size()));
  if (task == EvaluationTask::classify)
    take_classes(rows, texts.file, options, data);
  else
    take_targets(rows, texts.file, data);
  if (columns.fold >= 0)
    for (const auto& row : rows) data.folds.push_back(row.fold);
  data.labels_file = texts.file;
  data.fold_column = options.fold_column;
  for (const auto& row : rows) data.lines.push_back(row.line);
  take_features(tables, options, data);
  if (!data.has_subjects)
    data.warnings.push_back(texts.file + " has no column subject: every video counts as another person's");
  warn_of_copies(data);
  return data;
}

}  // namespace facelex
