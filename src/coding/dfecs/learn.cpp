#include "facelex/coding/dfecs/learn.hpp"

#include <algorithm>
#include <utility>

#include "coding/column_names.hpp"
#include "coding/learn_signal.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/core/version.hpp"
#include "facelex/face/pose/registration.hpp"
#include "search.hpp"

namespace facelex {
namespace {

std::vector<Eigen::Index> columns_of_parts(const Recording& header, const std::string& file) {
  require_movement(header, file);
  std::vector<Eigen::Index> columns;
  for (const FacialFeature& part : facial_features(FeatureDivision::dfecs)) {
    const auto own = feature_columns(part, header.columns);
    columns.insert(columns.end(), own.begin(), own.end());
  }
  if (columns.empty())
    throw data_error({file, 1, {}},
                     "no column is the movement of a point of the face: expected dx_0 … or dX_0 …, the file "
                     "holds " +
                         std::string(kind_name(header.kind)) + ": " + some_names(header.columns),
                     "learn from keypoint motion (facelex standardize) or displacement (facelex fit)");
  std::sort(columns.begin(), columns.end());
  return columns;
}

double scale_of(const DfecsOptions& options, SignalKind kind) {
  if (options.scale > 0) return options.scale;
  return kind == SignalKind::displacement ? template_eye_distance / adult_eye_distance_mm : 1;
}

std::string scaled_unit_of(const DfecsOptions& options, const TrainingData& data) {
  if (options.scale == 0 && data.kind == SignalKind::displacement) return "template unit";
  SignalOptions signal;
  signal.scale = scale_of(options, data.kind);
  return signal.scaled_unit(data.kind, unit_of(data));
}

/// What the cells of a search depend on.
Json search_identity(const TrainingData& data, const DfecsOptions& options) {
  Sha256 digest;
  for (const Column& column : data.columns) digest.update(column.name + "\n");
  for (const TrainingSource& source : data.sources)
    digest.update(source.name + "\n" + std::to_string(source.used) + "\n");
  digest.update(data.values.data(), static_cast<std::size_t>(data.values.size()) * sizeof(double));
  return {{"stage", "search dfecs"},
          {"version", version},
          {"data", digest.hex()},
          {"options", options_json(options)}};
}

FaceSignal face_signal(const TrainingData& data, const std::vector<DfecsPart>& parts,
                       const std::vector<PartSettings>& settings, double scale) {
  FaceSignal signal;
  for (std::size_t p = 0; p < parts.size(); ++p)
    if (settings[p].units > 0)
      signal.columns.insert(signal.columns.end(), parts[p].moving.begin(), parts[p].moving.end());
  std::sort(signal.columns.begin(), signal.columns.end());
  signal.samples = data.values(Eigen::all, signal.columns) * scale;
  signal.squares = signal.samples.squaredNorm();
  return signal;
}

/// `work` whose progress goes on from one computation to the next.
class IterationCount {
 public:
  explicit IterationCount(const Work& work) : work_(work) {
    work_.progress = [this, &work](std::int64_t done, std::int64_t) {
      if (done < last_) before_ += last_;
      last_ = done;
      work.report(before_ + done, 0);
    };
  }
  const Work& work() const { return work_; }

 private:
  Work work_;
  std::int64_t before_ = 0, last_ = 0;
};

}  // namespace

LearnResult learn_dfecs(const std::vector<NamedFile>& inputs, const DfecsOptions& options,
                        const std::filesystem::path& search_log, const Work& work) {
  options.check();
  const TrainingData data = read_training_data(inputs, columns_of_parts, options.training, work);
  const ObservedColumns observed(data);
  const double scale = scale_of(options, data.kind);
  std::vector<Message> warnings = data.warnings();
  const auto parts = moving_parts(data, scale, options.precision, warnings, work);

  const Json identity = options.search ? search_identity(data, options) : Json();
  SearchLog log(options.search ? search_log : std::filesystem::path(), identity);
  DfecsSearch search(options, observed, log, work);
  IterationCount iterations(work);
  Work inner = iterations.work();
  if (options.search) inner.progress = nullptr;

  std::vector<PartSettings> settings;
  for (const DfecsPart& part : parts) {
    const PartSettings given = part_settings(options, part.feature.name);
    settings.push_back(options.search && given.units > 0 ? search.find_part(part) : given);
  }
  if (std::all_of(settings.begin(), settings.end(), [](const PartSettings& one) { return one.units == 0; }))
    throw option_error("part-units", "no part that moves has any units");
  PartLevel level = learn_parts(parts, settings, scaled_unit_of(options, data), data.values.cols(), options,
                                observed, inner);
  if (level.codes.isZero(0))
    throw data_error(
        {}, "the penalties of the parts leave no code in any frame",
        options.search ? "try smaller " + field("search-alphas") : "lower " + field("part-alpha"));
  const FaceSignal signal = face_signal(data, parts, settings, scale);
  DfecsSearch::FaceSettings face{options.units, options.alpha_a, options.alpha_b};
  if (options.search) face = search.find_face(level, signal);
  const Eigen::Index max_units = std::min(level.codes.cols(), level.codes.rows());
  if (face.units > max_units)
    throw option_error("units",
                       std::to_string(face.units) + " units of the whole face are more than the " +
                           std::to_string(max_units) + " units of its parts",
                       "ask for at most as many, or for more " + field("part-units"));
  const FullFaceFit fit =
      fit_face(level, signal, face.units, face.alpha_a, face.alpha_b, options, observed, inner);

  LinearModel model;
  model.input_kind = data.kind;
  model.input_columns = data.columns;
  model.scale = scale;
  model.mean = Eigen::VectorXd::Zero(data.values.cols());
  model.options = options_json(options);
  model.training = data.summary();
  if (options.search) model.training["search"] = search.summary();
  LearnResult result =
      finished_dfecs(fit, std::move(level), signal, std::move(model), options, observed, inner);
  warnings.insert(warnings.end(), search.warnings().begin(), search.warnings().end());
  result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
  return result;
}

}  // namespace facelex
