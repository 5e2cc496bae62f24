#include "facelex/face/fit/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "camera.hpp"
#include "face/neutral/neutral_source.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/face/fit/observables.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "first_pass.hpp"
#include "head_share.hpp"
#include "outcome.hpp"
#include "persons.hpp"

namespace facelex {
namespace {

constexpr double max_turn_rad = 75 * std::numbers::pi / 180;
constexpr double max_error_mm = 9;
/// The columns before are pose and reprojection_error.
constexpr Eigen::Index signals_at = 7;
constexpr double share_steps = 1e4;
/// Rows at a time: each keeps its evidence, K² numbers.
constexpr Eigen::Index block_rows = 256;

/// A row of the input while it is fitted.
struct Row {
  Frame frame;
  FitOutcome outcome = FitOutcome::no_face;
  Landmarks68 points;
  const PersonalFace* face = nullptr;
  std::optional<FaceFit> fit;   ///< of the frame by itself
  ExpressionEvidence evidence;  ///< at that fit
};

/// A row when all that it depends on is known.
struct FinishedRow {
  const Row* row;
  FitOutcome outcome;
  std::optional<FaceFit> fit;
  Eigen::VectorXd observables;  ///< mm
};

FitOutcome judged(const std::optional<FaceFit>& fit, const Camera& camera) {
  if (!fit) return FitOutcome::no_pose;
  // The face looks along −z of its own axes; so does the camera's viewer.
  if (fit->rotation(2, 2) < std::cos(max_turn_rad)) return FitOutcome::profile;
  const double mm_per_px = fit->translation_mm.z() / camera.fx;
  return fit->reprojection_error_px * mm_per_px > max_error_mm ? FitOutcome::bad_fit : FitOutcome::fitted;
}

/// Both passes over one recording.
class RecordingFit {
 public:
  RecordingFit(const std::filesystem::path& input, const MorphableModel& model, const FitOptions& options,
               const Work& work, const std::filesystem::path& person = {})
      : input_(input),
        person_(person),
        model_(model),
        options_(options),
        work_(work),
        pool_(work.threads),
        landmarks_(recorded_landmarks(input, options)),
        fitter_(model, priors_of(options, landmarks_.bias)),
        observables_(fitter_.points()),
        output_columns_(fit_columns(model, options, !landmarks_.camera.fixed)),
        persons_(options.neutral_frame) {
    if (person_.empty() && std::filesystem::path(options.neutral_file).extension() == ".safetensors")
      person_ = options.neutral_file;
  }

  StageResult run(const std::filesystem::path& output, const std::string& model_name, TableFormat format) {
    find_persons();
    RecordingWriter writer(output, output_columns_, format);
    RecordingReader reader(input_);
    Recording block;
    while (reader.read(block, block_rows)) {
      work_.check_stop();
      add_rows(block);
      write_finished(writer, true);
      work_.report(counter_.counts().rows, 0);
    }
    write_finished(writer, false);
    return result(writer, model_name);
  }

 private:
  void find_persons() {
    read_candidates(input_, landmarks_, persons_, work_);
    if (!person_.empty())
      return persons_.finish(fitter_, read_person(person_, fitter_, model_), input_.string());
    std::vector<FaceView> rest;
    if (!options_.neutral_file.empty()) rest = views_of_neutral(options_, work_);
    persons_.finish(fitter_, model_, rest, person_estimate(options_, landmarks_.bias), input_.string(),
                    work_);
  }

  void add_rows(const Recording& block) {
    const std::size_t first = rows_.size();
    for (Eigen::Index r = 0; r < block.rows(); ++r) {
      Row row;
      row.frame = block.frames[static_cast<std::size_t>(r)];
      row.points = landmarks_.of(block, r);
      if (row.frame.success) row.outcome = usable(row);
      rows_.push_back(std::move(row));
    }
    pool_.for_each(rows_.size() - first, [&](std::size_t i) {
      work_.check_stop();
      fit_row(rows_[first + i]);
    });
  }

  /// Whether the row can be fitted (FitOutcome::fitted), and whose face it is.
  FitOutcome usable(Row& row) const {
    if (persons_.several_faces() && row.frame.face_id < 0) return FitOutcome::no_face_id;
    if (!is_complete(row.points, landmarks_.columns.scheme)) return FitOutcome::incomplete;
    row.face = persons_.of(row.frame);
    if (!row.face)
      throw data_error({input_.string(), 0, ""},
                       "frame " + std::to_string(row.frame.number) + " was not there at the first reading",
                       "the file changes while it is read");
    return FitOutcome::fitted;
  }

  void fit_row(Row& row) const {
    if (row.outcome != FitOutcome::fitted) return;
    const Camera camera = landmarks_.camera.of(row.points);
    row.fit = fitter_.fit({row.points, camera}, *row.face, &row.evidence);
    row.outcome = judged(row.fit, camera);
  }

  /// Writes the rows whose neighbours in time are all there. With `more_to_come` the last ones wait, and as many
  /// before them stay to be neighbours.
  void write_finished(RecordingWriter& writer, bool more_to_come) {
    std::size_t end = rows_.size();
    while (more_to_come && end > written_ && is_near(rows_[end - 1], rows_.back())) --end;
    std::vector<FinishedRow> finished(end - written_);
    pool_.for_each(finished.size(), [&](std::size_t i) {
      work_.check_stop();
      finished[i] = finish(written_ + i);
    });
    write(writer, finished);
    std::size_t begin = end;
    while (begin > 0 && end < rows_.size() && is_near(rows_[begin - 1], rows_[end])) --begin;
    rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(begin));
    written_ = end - begin;
  }

  /// Whether two rows may speak of one moment; those of one frame always.
  bool is_near(const Row& a, const Row& b) const {
    return a.frame.number == b.frame.number || weight(a, b) > 0;
  }

  /// What `other` counts in the mean for `row`, relative to the row itself.
  double weight(const Row& row, const Row& other) const {
    if (&row == &other) return 1;
    if (!(options_.smooth > 0)) return 0;
    const double apart = std::abs(row.frame.timestamp - other.frame.timestamp);
    return apart < options_.smooth ? 1 - apart / options_.smooth : 0;  // 0 too without a time stamp
  }

  /// The row as all that is near it in time has it.
  FinishedRow finish(std::size_t at) const {
    const Row& row = rows_[at];
    FinishedRow finished{&row, row.outcome, std::nullopt, {}};
    if (row.outcome != FitOutcome::fitted) return finished;
    ExpressionEvidence mean{row.evidence.matrix, row.evidence.right_side};
    double sum = 1, squares = 1;
    const auto add = [&](const Row& other) {
      if (!is_near(row, other)) return false;
      const double w = weight(row, other);
      if (w == 0 || other.outcome != FitOutcome::fitted || other.face != row.face) return true;
      mean.matrix += w * other.evidence.matrix;
      mean.right_side += w * other.evidence.right_side;
      sum += w;
      squares += w * w;
      return true;
    };
    for (std::size_t i = at; i > 0 && add(rows_[i - 1]); --i) {
    }
    for (std::size_t i = at + 1; i < rows_.size() && add(rows_[i]); ++i) {
    }
    mean.matrix /= sum;
    mean.right_side /= sum;
    const Camera camera = landmarks_.camera.of(row.points);
    // Errors that last are no smaller in the mean.
    const double variance = landmarks_.bias ? 1 : squares / (sum * sum);
    finished.fit =
        fitter_.posed({row.points, camera}, *row.face, *row.fit, fitter_.decoded(mean, variance, *row.face));
    finished.outcome = judged(finished.fit, camera);
    if (has_signal(options_.signals, "observables")) {
      const Eigen::MatrixXd moved = fitter_.displacement(fitter_.measured(mean, variance, *row.face));
      finished.observables = observables_.of(Eigen::Map<const Eigen::VectorXd>(moved.data(), moved.size()));
    }
    return finished;
  }

  void write(RecordingWriter& writer, const std::vector<FinishedRow>& finished) {
    Recording block;
    block.kind = fit_kind(options_.signals);
    block.columns = output_columns_;
    block.values.setConstant(static_cast<Eigen::Index>(finished.size()),
                             static_cast<Eigen::Index>(output_columns_.size()),
                             std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < finished.size(); ++i) {
      block.frames.push_back(finished[i].row->frame);
      block.frames.back().success = finished[i].outcome == FitOutcome::fitted;
      outcomes_.add(finished[i].outcome);
      if (finished[i].outcome != FitOutcome::fitted) continue;
      if (options_.smooth > 0 && std::isnan(block.frames.back().timestamp)) ++without_time_;
      const Eigen::RowVectorXd values = values_of(finished[i]);
      block.values.row(static_cast<Eigen::Index>(i)) = values;
      const int face = persons_.several_faces() ? block.frames.back().face_id : 0;
      head_shares_[face].add(values.segment<3>(3).transpose(), values.tail(values.size() - signals_at));
    }
    writer.write(block);
    counter_.add(block.frames);
  }

  Eigen::RowVectorXd values_of(const FinishedRow& finished) const {
    const FaceFit& fit = *finished.fit;
    Eigen::RowVectorXd values(static_cast<Eigen::Index>(output_columns_.size()));
    values.head<3>() = place_of(finished).transpose();
    values.segment<3>(3) = angles_from_rotation(fit.rotation).transpose();
    values[6] = fit.reprojection_error_px;
    Eigen::Index at = signals_at;
    if (has_signal(options_.signals, "expression")) {
      values.segment(at, fit.expression.size()) = fit.expression.transpose();
      at += fit.expression.size();
    }
    if (has_signal(options_.signals, "displacement")) {
      const Eigen::MatrixXd moved = fitter_.displacement(fit.expression);
      values.segment(at, moved.size()) = Eigen::Map<const Eigen::RowVectorXd>(moved.data(), moved.size());
    }
    values.tail(finished.observables.size()) = finished.observables.transpose();
    return values;
  }

  Eigen::Vector3d place_of(const FinishedRow& finished) const {
    const Eigen::Vector3d& translation = finished.fit->translation_mm;
    if (landmarks_.camera.fixed) return translation;
    const Camera camera = landmarks_.camera.of(finished.row->points);
    const double px_per_mm = camera.fx / translation.z();
    return {translation.x() + camera.cx / px_per_mm, translation.y() + camera.cy / px_per_mm, px_per_mm};
  }

  StageResult result(RecordingWriter& writer, const std::string& model_name) {
    StageResult result;
    result.kind = fit_kind(options_.signals);
    result.columns = output_columns_;
    result.counts = counter_.counts();
    result.message = outcomes_.message();
    if (result.counts.with_face == 0 && result.message.empty()) result.message = "no frame has a face";
    const auto add_message = [&](const std::string& text) {
      if (!text.empty()) result.message += (result.message.empty() ? "" : "; ") + text;
    };
    // Of a person, it is said once.
    if (person_.empty() && result.counts.with_face > 0) add_message(persons_.message());
    if (without_time_ > 0)
      add_message(std::to_string(without_time_) +
                  " rows with a face have no time stamp: each says by itself what the face does");
    if (landmarks_.camera.size_unknown)
      add_message(
          "the picture's size is not known, so the camera is scaled orthographic and the head's "
          "distance is not given (the option image-size gives it)");
    result.details["model"] = model_name;
    result.details["camera"] = landmarks_.camera.json();
    result.details["bias"] = landmarks_.bias ? Json(landmarks_.bias->landmark_model_digest()) : Json();
    result.details["points"] = fitter_.points();
    result.details["identity"] = persons_.details();
    for (Json& person : result.details["identity"]) add_head_share(person);
    result.details["rows_without_values"] = outcomes_.json();
    result.output_digest = writer.finish();
    return result;
  }

  void add_head_share(Json& person) const {
    const auto found = head_shares_.find(person.value("face_id", 0));
    if (found == head_shares_.end()) return;
    const Eigen::VectorXd shares = found->second.shares();
    Json& named = person["head_linear_share"] = Json::object();
    for (Eigen::Index k = 0; k < shares.size(); ++k)
      named[output_columns_[static_cast<std::size_t>(signals_at + k)].name] =
          std::round(shares[k] * share_steps) / share_steps;
  }

  std::filesystem::path input_, person_;
  const MorphableModel& model_;
  FitOptions options_;
  const Work& work_;
  ThreadPool pool_;
  RecordedLandmarks landmarks_;
  FaceFitter fitter_;
  ObservableMeasure observables_;
  std::vector<Column> output_columns_;
  FitPersons persons_;
  std::vector<Row> rows_;  ///< that wait, after `written_` ones that only stand as neighbours
  std::size_t written_ = 0;
  std::int64_t without_time_ = 0;  ///< fitted rows
  FitOutcomeCounts outcomes_;
  FrameCounter counter_;
  std::map<int, HeadShare> head_shares_;  ///< by face_id; 0 when there is one face
};

}  // namespace

void FitOptions::describe(OptionList& options) {
  options
      .choice("camera", camera,
              {{"perspective", CameraModel::perspective}, {"orthographic", CameraModel::orthographic}},
              "A pinhole camera, or scaled orthographic projection, which gives no distance")
      .text("image-size", image_size,
            "Size of the picture in pixels, as 1280x720; default: what the sidecar of extract says, without "
            "one the camera is scaled orthographic")
      .number("focal", focal, Bounds::at_least(0),
              "Focal length in pixels; 0: 500 for a picture of 640x480, in proportion for others")
      .number("noise", noise, Bounds::at_least(0),
              "Usual error of a landmark in millimetres on the face, which draws the coefficients to 0; 0: "
              "estimated for each face of a recording, between 1 and 3")
      .choice(
          "bias", bias, {{"known", Bias::known}, {"none", Bias::none}},
          "Whether the errors that facelex knows of a landmark detector, which go with the head's pose, are "
          "taken off its landmarks")
      .number(
          "offsets", offsets, Bounds::at_least(0),
          "How far a person's landmarks usually lie from where the model's identity modes can put them, in "
          "millimetres; 0: the model's identity alone")
      .number("regularization", regularization, Bounds::above(0),
              "Weight of what holds the coefficients to 0 at that noise")
      .number(
          "smooth", smooth, Bounds::between(0, 1),
          "Seconds before and after a frame whose frames say with it, the less the farther, what the face "
          "does; 0: each frame by itself")
      .integer("identity-frames", identity_frames, Bounds::between(1, 256),
               "Frames that a person's own face is estimated from")
      .texts("signals", signals,
             "What is written besides the head pose: expression, displacement, observables")
      .choice(
          "neutral", neutral,
          {{"estimated", NeutralSource::estimated},
           {"model", NeutralSource::model},
           {"frame", NeutralSource::frame},
           {"file", NeutralSource::file}},
          "The face that expressions are measured from: what it mostly looks like, the face model's own for "
          "this person's shape, a frame by number, or a file")
      .integer("neutral-frame", neutral_frame, Bounds::at_least(0),
               "Number of the neutral frame, counted from 1, with " + field("neutral") + " frame")
      .text("neutral-file", neutral_file,
            "A person's file (persons/NAME.safetensors of " + field("subjects") +
                "), or a recording of the subject's neutral face, with " + field("neutral") + " file");
}

void FitOptions::check() const {
  check_bounds(*this);
  if (!image_size.empty()) parse_picture_size(image_size);
  if (camera == CameraModel::orthographic && (focal > 0 || !image_size.empty()))
    throw usage_error(field("camera") + " orthographic has neither focal length nor principal point",
                      "leave " + field("focal") + " and " + field("image-size") + " out, or the camera");
  const std::string known = "known: expression, displacement, observables";
  if (signals.empty()) throw usage_error(field("signals") + " names no signal", known);
  for (const std::string& signal : signals)
    if (signal != "expression" && signal != "displacement" && signal != "observables")
      throw option_error("signals", in_quotes(signal) + " is not a signal", known);
  check_neutral({neutral == NeutralSource::frame, neutral == NeutralSource::file, neutral_frame, neutral_file,
                 "a file", "FILE"});
}

bool has_signal(const std::vector<std::string>& signals, std::string_view name) {
  return std::find(signals.begin(), signals.end(), name) != signals.end();
}

SignalKind fit_kind(const std::vector<std::string>& signals) {
  const bool moved = has_signal(signals, "displacement"), measured = has_signal(signals, "observables");
  if (has_signal(signals, "expression")) return moved || measured ? SignalKind::fit : SignalKind::expression;
  if (moved) return measured ? SignalKind::fit : SignalKind::displacement;
  return SignalKind::observables;
}

std::vector<Column> fit_columns(const MorphableModel& model, const FitOptions& options, bool orthographic) {
  std::vector<Column> columns = fitted_pose_columns(orthographic);
  columns.push_back(
      {"reprojection_error", "root mean square distance of the points 17 to 67 from the fit", "px"});
  const auto append = [&](const std::vector<Column>& more) {
    columns.insert(columns.end(), more.begin(), more.end());
  };
  if (has_signal(options.signals, "expression")) append(model.expression_columns());
  if (has_signal(options.signals, "displacement")) append(displacement_columns(model.landmark_points()));
  if (has_signal(options.signals, "observables"))
    append(ObservableMeasure(model.landmark_points()).columns());
  return columns;
}

StageResult fit(const std::filesystem::path& input, const std::filesystem::path& output,
                const MorphableModel& model, const FitOptions& options, TableFormat format, const Work& work,
                const std::filesystem::path& person) {
  options.check();
  return RecordingFit(input, model, options, work, person).run(output, model.name, format);
}

}  // namespace facelex
