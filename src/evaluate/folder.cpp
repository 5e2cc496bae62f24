#include "facelex/evaluate/folder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>
#include <utility>

#include "facelex/core/text.hpp"
#include "facelex/evaluate/metrics.hpp"
#include "facelex/evaluate/report.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/provenance/ownership.hpp"
#include "join.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

struct EvaluationTable {
  std::string file, text;
  std::vector<Column> columns;
};

const std::array<const char*, 6> all_tables = {"metrics.csv", "predictions.csv",
                                               "folds.csv",   "permutations.csv",
                                               "weights.csv", "component_weights.csv"};

EvaluationTable metrics_table(const EvaluationData& data, const EvaluationResult& result) {
  return {"metrics.csv",
          evaluation_metrics_csv(data, result),
          {{"metric", "docs/methods.md says what each is", ""},
           {"value", "over all videos that were judged", ""},
           {"low", "2.5 % of draws of subjects", ""},
           {"high", "97.5 % of draws of subjects", ""},
           {"p", "(1 + permutations at least as good) / (1 + permutations)", ""},
           {"chance", "mean of the permutations", ""},
           {"chance_low", "2.5 % of the permutations", ""},
           {"chance_high", "97.5 % of the permutations", ""}}};
}

EvaluationTable predictions_table(const EvaluationData& data, const EvaluationResult& result) {
  EvaluationTable table{"predictions.csv",
                        evaluation_predictions_csv(data, result),
                        {{"name", "video", ""},
                         {"subject", "whose video it is", ""},
                         {"fold", "outer fold that judged it", ""},
                         {"truth", data.label + " of the labels", ""},
                         {"predicted", "by the model that has not seen the subject", ""}}};
  for (const auto& name : data.classes)
    table.columns.push_back({"score_" + name, "the larger the likelier; folds differ in scale", ""});
  return table;
}

EvaluationTable folds_table(const EvaluationResult& result) {
  return {"folds.csv",
          evaluation_folds_csv(result),
          {{"fold", "subject left out, number, or given name", ""},
           {"train", "videos learnt from", "videos"},
           {"test", "videos judged", "videos"},
           {"c", "cost chosen by the inner folds", ""},
           {"gamma", "of the RBF kernel; 0 without", ""},
           {"epsilon", "half width of the tube, in units of the target; 0 without", ""},
           {"inner_score", "accuracy, or minus the mean squared error, of the inner folds", ""},
           {"features", "in use", "features"},
           {"converged", "1: to the tolerance", ""}}};
}

EvaluationTable permutations_table(const EvaluationData& data, const EvaluationResult& result) {
  EvaluationTable table{
      "permutations.csv", evaluation_permutations_csv(data, result), {{"permutation", "its number", ""}}};
  for (const auto& kind : metric_kinds(static_cast<int>(data.classes.size())))
    table.columns.push_back({kind.name, kind.description, ""});
  return table;
}

EvaluationTable weights_table(const EvaluationData& data, const EvaluationWeights& weights) {
  return {"weights.csv",
          evaluation_weights_csv(data, weights),
          {{"contrast", "what a positive weight speaks for, and against; or the target", ""},
           {"feature", "", ""},
           {"rank", "by the modulus of the weight, 1 the largest", ""},
           {"weight", "of the model learnt from all videos, for features as they are scaled", "score per SD"},
           {"unscaled_weight", "the same for features as they stand in the table", "score per unit"},
           {"mean", "of the weights (scaled) over subsamples of subjects; not in use counts as 0", ""},
           {"sd", "of the weights over subsamples (n − 1)", ""},
           {"same_sign", "share of subsamples whose weight has the sign of 'weight'", ""},
           {"used", "share of subsamples in which the feature was in use", ""},
           {"subsamples", "in which the contrast could be learnt", "subsamples"}}};
}

EvaluationTable component_table(const EvaluationWeights& weights) {
  return {"component_weights.csv",
          evaluation_component_weights_csv(weights),
          {{"contrast", "as in weights.csv", ""},
           {"component", "A and B of features A~B", ""},
           {"features", "that it is part of", "features"},
           {"rank", "1: the largest weight", ""},
           {"weight", "mean modulus of the weights (scaled) of its features, model of all videos", ""},
           {"mean", "of that over subsamples", ""},
           {"sd", "over subsamples (n − 1)", ""},
           {"low", "2.5 % over subsamples", ""},
           {"q1", "first quartile", ""},
           {"median", "", ""},
           {"q3", "third quartile", ""},
           {"high", "97.5 % over subsamples", ""}}};
}

std::vector<EvaluationTable> tables_of(const EvaluationData& data, const EvaluationResult& result,
                                       const std::optional<EvaluationWeights>& weights) {
  std::vector<EvaluationTable> tables = {predictions_table(data, result), folds_table(result)};
  if (result.permuted.rows() > 0) tables.push_back(permutations_table(data, result));
  if (weights) tables.push_back(weights_table(data, *weights));
  if (weights && !weights->components.empty()) tables.push_back(component_table(*weights));
  return tables;
}

std::string rounded_text(double value, double scale) {
  return number_text(std::round(value * scale) / scale);
}

}  // namespace

void write_evaluation(const fs::path& folder, const EvaluationData& data, const EvaluationOptions& options,
                      const EvaluationResult& result, const std::optional<EvaluationWeights>& weights,
                      const Provenance& made) {
  std::error_code ignored;
  fs::remove(sidecar_path(folder / "metrics.csv"), ignored);  // not complete until it is there again
  StageResult written;
  const auto write = [&](const EvaluationTable& table) {
    AtomicFile file(folder / table.file);
    file.write(table.text);
    written.output_digest = file.commit();
    written.columns = table.columns;
    write_sidecar(folder / table.file, sidecar_of(made, written));
  };
  Json files = Json::array({"metrics.csv"});
  for (const EvaluationTable& table : tables_of(data, result, weights)) {
    write(table);
    files.push_back(table.file);
  }
  for (const std::string name : all_tables)
    if (std::find(files.begin(), files.end(), name) == files.end()) {
      fs::remove(folder / name, ignored);
      fs::remove(sidecar_path(folder / name), ignored);
    }
  const std::string report = evaluation_markdown(data, options, result) +
                             (weights ? evaluation_weights_markdown(data, *weights) : std::string());
  write_file_atomically(folder / "report.md", report);
  written.details = evaluation_details(data, result);
  if (weights) written.details["weights"] = {{"c", weights->cost}, {"epsilon", weights->epsilon}};
  written.details["files"] = files;
  write(metrics_table(data, result));
}

bool evaluation_is_complete(const fs::path& folder, const Provenance& made) {
  std::error_code ignored;
  if (!is_complete(folder / "metrics.csv", made) || !fs::is_regular_file(folder / "report.md", ignored))
    return false;
  const Json files = read_sidecar(folder / "metrics.csv")->result.details.value("files", Json::array());
  return !files.empty() && std::all_of(files.begin(), files.end(), [&](const Json& file) {
    return is_complete(folder / file.get<std::string>(), made);
  });
}

void require_evaluation_folder(const fs::path& folder, const std::vector<NamedFile>& sources, bool force) {
  // An evaluation that was killed leaves tables without a sidecar beside others that have one.
  bool begun = begins_with(folder / "predictions.csv", "name,subject,fold,truth,predicted");
  for (const std::string name : all_tables) {
    require_replaceable(folder / name, sources, true);
    std::error_code error;
    const fs::path sidecar = sidecar_path(folder / name);
    begun |= fs::exists(sidecar, error) && is_ours(sidecar);
  }
  for (const std::string name : all_tables) {
    require_ours(folder / name, begun || is_ours(folder / name), force);
    require_ours(sidecar_path(folder / name), is_ours(sidecar_path(folder / name)), force);
  }
  require_ours(folder / "report.md", begun, force);
}

std::string evaluation_headline(const EvaluationData& data, const EvaluationResult& result) {
  const MetricResult& first = result.metrics.front();
  std::string text =
      metric_kinds(static_cast<int>(data.classes.size())).front().name + " " + rounded_text(first.value, 1e3);
  if (!std::isnan(first.low))
    text += " [" + rounded_text(first.low, 1e3) + ", " + rounded_text(first.high, 1e3) + "]";
  if (!std::isnan(first.p)) text += ", p = " + rounded_text(first.p, 1e4);
  return text;
}

std::string evaluation_left_out_text(const EvaluationData& data, const std::string& sidecar) {
  const auto part = [](const std::vector<LeftOutOfEvaluation>& left_out, const char* noun) {
    std::vector<std::pair<const LeftOutOfEvaluation*, std::size_t>> reasons;  // with its first, and how many
    for (const auto& one : left_out) {
      const auto known = std::find_if(reasons.begin(), reasons.end(),
                                      [&](const auto& other) { return other.first->reason == one.reason; });
      if (known == reasons.end())
        reasons.emplace_back(&one, 1);
      else
        ++known->second;
    }
    std::string text;
    for (const auto& [first, count] : reasons) {
      text += text.empty() ? "; " + count_text(left_out.size(), noun) + " left out (" : "; ";
      if (left_out.size() == 1)
        text += first->name + ": " + first->text();
      else
        text += std::to_string(count) + ": " + first->reason + (count > 1 ? ", for example " : ", ") +
                first->name;
    }
    return text.empty() ? text : text + ")";
  };
  const std::string text = part(data.videos_left_out, "video") + part(data.features_left_out, "feature");
  const bool all_named = data.videos_left_out.size() < 2 && data.features_left_out.size() < 2;
  return all_named ? text : text + "; report.md and " + sidecar + " name each";
}

}  // namespace facelex
