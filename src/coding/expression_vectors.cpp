#include "facelex/coding/expression_vectors.hpp"

#include "facelex/core/error.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/fit/observables.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "vector_source.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

/// Expression modes at the landmarks: rows all X, all Y, all Z, as displacement_columns.
Eigen::MatrixXd landmark_modes(const MorphableModel& model) {
  std::vector<Eigen::Index> rows;
  for (int axis = 0; axis < 3; ++axis)
    for (const int point : model.landmark_points())
      rows.push_back(3 * static_cast<Eigen::Index>(model.landmarks[static_cast<std::size_t>(point)]) + axis);
  if (rows.empty())
    throw data_error({model.name, 0, ""}, "the mesh has no landmarks, so their displacement is not known",
                     "give " + field("signals") + " expression, or landmarks at facelex model import " +
                         field("landmarks"));
  return model.expression.modes(rows, Eigen::all).cast<double>();
}

std::vector<Column> foreign_pose_columns() {
  std::vector<Column> columns;
  for (Eigen::Index i = 0; i < vector_pose_numbers; ++i)
    columns.push_back({"pose_" + std::to_string(i),
                       "head pose as the other system writes it, number " + std::to_string(i), ""});
  return columns;
}

}  // namespace

StageResult expression_vectors(const fs::path& input, const fs::path& output, const MorphableModel& model,
                               const std::vector<std::string>& signals, TableFormat format,
                               const Work& work) {
  const auto source = open_vector_source(input, model);
  const bool with_expression = has_signal(signals, "expression");
  const bool with_displacement = has_signal(signals, "displacement");
  const bool with_observables = has_signal(signals, "observables");
  const Eigen::MatrixXd modes = with_displacement || with_observables
                                    ? landmark_modes(model)
                                    : Eigen::MatrixXd(0, model.expression.size());
  const ObservableMeasure observables(model.landmark_points());
  const Eigen::Index expressions = model.expression.size();
  StageResult result;
  result.kind = fit_kind(signals);
  const auto append = [&](const std::vector<Column>& columns) {
    result.columns.insert(result.columns.end(), columns.begin(), columns.end());
  };
  if (source->has_pose()) append(foreign_pose_columns());
  if (with_expression) append(model.expression_columns());
  if (with_displacement) append(displacement_columns(model.landmark_points()));
  if (with_observables) append(observables.columns());

  RecordingWriter writer(output, result.columns, format);
  FrameCounter counter;
  std::int64_t incomplete = 0, no_face = 0;
  Recording vectors, block;
  block.kind = result.kind;
  block.columns = result.columns;
  while (source->read(vectors)) {
    work.check_stop();
    block.frames = vectors.frames;
    block.values.resize(vectors.values.rows(), std::ssize(result.columns));
    for (Eigen::Index row = 0; row < vectors.values.rows(); ++row) {
      Frame& frame = block.frames[static_cast<std::size_t>(row)];
      if (!frame.success) ++no_face;
      if (frame.success && !vectors.values.row(row).allFinite()) {
        frame.success = false;
        ++incomplete;
      }
      const Eigen::VectorXd expression = vectors.values.row(row).head(expressions).transpose();
      auto values = block.values.row(row);
      const Eigen::Index pose = vectors.values.cols() - expressions;
      values.head(pose) = vectors.values.row(row).tail(pose);
      if (with_expression) values.segment(pose, expressions) = expression.transpose();
      const Eigen::VectorXd moved = modes * expression;
      if (with_displacement)
        values.segment(pose + (with_expression ? expressions : 0), moved.size()) = moved.transpose();
      if (with_observables) {
        const Eigen::VectorXd measured = observables.of(moved);
        values.tail(measured.size()) = measured.transpose();
      }
    }
    writer.write(block);
    counter.add(block.frames);
    work.report(counter.counts().rows, 0);
  }
  result.counts = counter.counts();
  if (incomplete > 0)
    result.message = std::to_string(incomplete) + " rows lack coefficients, and have no values";
  if (result.counts.with_face == 0 && result.message.empty()) result.message = "no frame has values";
  result.details["model"] = model.name;
  result.details["rows_without_values"] = {{"no_face", no_face}, {"incomplete", incomplete}};
  result.output_digest = writer.finish();
  return result;
}

}  // namespace facelex
