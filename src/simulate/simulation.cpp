#include "facelex/simulate/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "facelex/face/model/mesh.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/simulate/movement.hpp"
#include "subject_streams.hpp"

namespace facelex {
namespace {

constexpr double max_identity_sd = 2;
/// The face stands a little below the picture's middle, so that head and shoulders fill it.
constexpr double below_middle_mm = 14;
constexpr double missing_run_s = 0.5;
constexpr Eigen::Index block_rows = 256;
/// Confidence of a simulated tracker.
constexpr double found_confidence = 0.95;

Eigen::VectorXd draw_identity(const MorphableModel& model, const Cohort& cohort, const CohortItem& item) {
  Random random = subject_stream(cohort, item, SubjectStream::identity);
  Eigen::VectorXd identity(model.identity.size());
  for (Eigen::Index k = 0; k < identity.size(); ++k)
    identity[k] = cohort.identity_sd * model.identity.scale[k] *
                  std::clamp(random.normal(), -max_identity_sd, max_identity_sd);
  return identity;
}

/// Faces are lost and found again in turn, for exponential times.
std::vector<bool> draw_visible(const Cohort& cohort, const Eigen::VectorXd& times_s, Random random) {
  std::vector<bool> visible(static_cast<std::size_t>(times_s.size()), true);
  if (cohort.missing_share <= 0) return visible;
  const double found_run_s = missing_run_s * (1 - cohort.missing_share) / cohort.missing_share;
  bool found = random.uniform() >= cohort.missing_share;
  double until = 0;
  for (std::size_t t = 0; t < visible.size(); ++t) {
    const double now = times_s[static_cast<Eigen::Index>(t)];
    bool first = t == 0;
    while (now >= until) {
      if (!first) found = !found;
      first = false;
      until += -(found ? found_run_s : missing_run_s) * std::log(1 - random.uniform());
    }
    visible[t] = found;
  }
  return visible;
}

double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit + 0.0;  // no −0
}

constexpr double steps_per_mm = 1000, steps_per_radian = 1e5, steps_per_unit = 1e5, steps_per_pixel = 1000;

/// The most points that a tracker gives and this face has.
const std::vector<int>& tracked_points(const MorphableModel& model) {
  for (auto scheme = all_landmark_schemes.rbegin(); scheme != all_landmark_schemes.rend(); ++scheme) {
    const std::vector<int>& numbers = ibug_numbers(*scheme);
    if (std::all_of(numbers.begin(), numbers.end(),
                    [&](int point) { return model.landmarks[static_cast<std::size_t>(point)] >= 0; }))
      return numbers;
  }
  throw usage_error(model.name + " lacks landmarks that every tracker gives",
                    "import it with the vertices of the points 17 to 59, 61 to 63 and 65 to 67");
}

std::vector<Column> truth_columns(const MorphableModel& model) {
  std::vector<Column> columns = pose_columns();
  for (Column& column : model.expression_columns()) columns.push_back(std::move(column));
  for (Column& column : displacement_columns(tracked_points(model))) columns.push_back(std::move(column));
  return columns;
}

std::vector<Column> seen_columns(const std::vector<int>& points) {
  std::vector<Column> columns = pose_columns();
  for (Column& column : picture_point_columns(points)) columns.push_back(std::move(column));
  return columns;
}

template <class Row>
void set_pose(Row&& row, const Eigen::VectorXd& pose) {
  for (Eigen::Index i = 0; i < 3; ++i) {
    row[i] = rounded(pose[i], steps_per_mm);
    row[3 + i] = rounded(pose[3 + i], steps_per_radian);
  }
}

/// Writes a row for every frame, in blocks. `fill` sets the values of a frame.
using RowFiller = std::function<void(Eigen::Index, Eigen::Ref<Eigen::RowVectorXd>)>;
StageResult write_rows(const SimulatedSession& session, const std::vector<bool>& success,
                       const std::vector<Column>& columns, SignalKind kind,
                       const std::filesystem::path& output, const RowFiller& fill, const Work& work) {
  RecordingWriter writer(output, columns, TableFormat::csv);
  FrameCounter counter;
  Recording block;
  block.columns = columns;
  block.kind = kind;
  for (Eigen::Index begin = 0; begin < session.frames(); begin += block_rows) {
    work.check_stop();
    const Eigen::Index size = std::min(block_rows, session.frames() - begin);
    block.frames.resize(static_cast<std::size_t>(size));
    block.values.resize(size, static_cast<Eigen::Index>(columns.size()));
    for (Eigen::Index i = 0; i < size; ++i) {
      const Eigen::Index t = begin + i;
      const bool good = success[static_cast<std::size_t>(t)];
      block.frames[static_cast<std::size_t>(i)] = {t + 1, good ? 0 : -1, rounded(session.times_s[t], 1e6),
                                                   good ? found_confidence : 0, good};
      fill(t, block.values.row(i));
    }
    writer.write(block);
    counter.add(block.frames);
    work.report(begin + size, session.frames());
  }
  StageResult result;
  result.kind = kind;
  result.columns = columns;
  result.counts = counter.counts();
  result.output_digest = writer.finish();
  return result;
}

void add_details(StageResult& result, const MorphableModel& model, const Cohort& cohort,
                 const SimulatedSession& session) {
  result.details["model"] = model.name;
  result.details["width"] = cohort.width;
  result.details["height"] = cohort.height;
  result.details["camera"] = {{"fx", session.camera.fx},
                              {"fy", session.camera.fy},
                              {"cx", session.camera.cx},
                              {"cy", session.camera.cy}};
  Json& identity = result.details["identity"] = Json::object();
  for (Eigen::Index k = 0; k < session.identity.size(); ++k)
    identity[model.identity.names[static_cast<std::size_t>(k)]] =
        rounded(session.identity[k], steps_per_unit);
}

}  // namespace

SimulatedSession simulate_session(const MorphableModel& model, const Cohort& cohort, const CohortItem& item) {
  SimulatedSession session;
  session.camera = openface_camera(cohort.width, cohort.height);
  session.identity = draw_identity(model, cohort, item);
  session.look = subject_stream(cohort, item, SubjectStream::look);
  session.times_s = Eigen::VectorXd::LinSpaced(cohort.frames(), 0, cohort.frames() - 1) / cohort.fps;
  Random traits = subject_stream(cohort, item, SubjectStream::behaviour);
  const Behaviour subject = cohort.groups[behaving_group(cohort, item)].behaviour.of_subject(traits);
  Random random = subject_stream(cohort, item, SubjectStream::events);
  session.pose = head_course(subject.head, session.times_s, random);
  session.pose.col(1).array() += below_middle_mm;
  session.pose.col(2).array() += cohort.distance_mm;
  const std::vector<UnitEvent> events =
      draw_events(subject, model.expression.names, cohort.frames() / cohort.fps, random);
  session.expression = expression_course(events, session.times_s, model.expression.upper);
  session.visible =
      draw_visible(cohort, session.times_s, subject_stream(cohort, item, SubjectStream::noise).stream(0));
  return session;
}

LandmarkProjector::LandmarkProjector(const MorphableModel& model, const Eigen::VectorXd& identity) {
  std::map<std::int32_t, Eigen::Index> rows;
  const auto row_of = [&](std::int32_t vertex) {
    return rows.try_emplace(vertex, static_cast<Eigen::Index>(rows.size())).first->second;
  };
  for (std::size_t i = 0; i < row_.size(); ++i)
    row_[i] = model.landmarks[i] < 0 ? -1 : row_of(model.landmarks[i]);
  for (std::size_t i = 0; i < line_.size(); ++i)
    for (const std::int32_t vertex : model.contour[i]) line_[i].push_back(row_of(vertex));
  const Vertices shape = model.shape(identity, {});
  const Vertices normals = vertex_normals(shape, model.triangles);
  const auto count = static_cast<Eigen::Index>(rows.size());
  neutral_.resize(3, count);
  normals_.resize(3, count);
  modes_.resize(3 * count, model.expression.size());
  for (const auto& [vertex, row] : rows) {
    neutral_.col(row) = shape.row(vertex).transpose().cast<double>();
    normals_.col(row) = normals.row(vertex).transpose().cast<double>();
    modes_.middleRows<3>(3 * row) = model.expression.modes.middleRows<3>(3 * vertex).cast<double>();
  }
}

Eigen::Matrix<double, 68, 3> LandmarkProjector::displacement(const Eigen::VectorXd& expression) const {
  Eigen::Matrix<double, 68, 3> displacement = Eigen::Matrix<double, 68, 3>::Zero();
  for (Eigen::Index i = 0; i < displacement.rows(); ++i)
    if (const Eigen::Index row = row_[static_cast<std::size_t>(i)]; row >= 0)
      for (Eigen::Index k = 0; k < expression.size(); ++k)
        if (expression[k] != 0)
          displacement.row(i) += expression[k] * modes_.col(k).segment<3>(3 * row).transpose();
  return displacement;
}

namespace {

/// Where the line of a jaw point leaves sight, in the camera's axes: the place between the two neighbouring
/// vertices, nearest to `own`, of which one faces the camera and the other does not.
Eigen::Vector3d edge_of_sight(const std::vector<Eigen::Vector3d>& line, const std::vector<double>& facing,
                              std::size_t own) {
  std::size_t best = line.size();
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const auto distance = [own](std::size_t at) { return at > own ? at - own : own - at; };
    if ((facing[i] > 0) != (facing[i + 1] > 0) && (best == line.size() || distance(i) < distance(best)))
      best = i;
  }
  if (best == line.size())
    return line[static_cast<std::size_t>(std::max_element(facing.begin(), facing.end()) - facing.begin())];
  const double share = facing[best] / (facing[best] - facing[best + 1]);
  return line[best] + share * (line[best + 1] - line[best]);
}

}  // namespace

Landmarks68 LandmarkProjector::project(const Eigen::VectorXd& expression, const Eigen::VectorXd& pose,
                                       const Camera& camera) const {
  Points at = neutral_;
  for (Eigen::Index k = 0; k < expression.size(); ++k)
    if (expression[k] != 0) at.reshaped() += expression[k] * modes_.col(k);
  const Eigen::Matrix3d rotation = rotation_from_angles(pose.tail<3>());
  at = (rotation * at).colwise() + Eigen::Vector3d(pose.head<3>());
  const auto facing = [&](Eigen::Index row) { return -at.col(row).dot(rotation * normals_.col(row)); };
  Landmarks68 landmarks;
  for (Eigen::Index i = 0; i < landmarks.rows(); ++i) {
    const auto point = static_cast<std::size_t>(i);
    const Eigen::Index row = row_[point];
    if (row < 0) {
      landmarks.row(i).setConstant(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    Eigen::Vector3d place = at.col(row);
    if (point < line_.size() && line_[point].size() > 1 && facing(row) <= 0) {
      std::vector<Eigen::Vector3d> line;
      std::vector<double> seen;
      std::size_t own = 0;
      for (const Eigen::Index vertex : line_[point]) {
        if (vertex == row) own = line.size();
        line.emplace_back(at.col(vertex));
        seen.push_back(facing(vertex));
      }
      place = edge_of_sight(line, seen, own);
    }
    landmarks.row(i) = camera.project(place);
  }
  return landmarks;
}

StageResult write_simulated_truth(const MorphableModel& model, const Cohort& cohort, const CohortItem& item,
                                  const std::filesystem::path& output, const Work& work) {
  const SimulatedSession session = simulate_session(model, cohort, item);
  const LandmarkProjector projector(model, session.identity);
  const Eigen::Index units = model.expression.size();
  const std::vector<int>& shown = tracked_points(model);
  const auto count = static_cast<Eigen::Index>(shown.size());
  const auto fill = [&](Eigen::Index t, Eigen::Ref<Eigen::RowVectorXd> row) {
    set_pose(row, session.pose.row(t));
    for (Eigen::Index k = 0; k < units; ++k) row[6 + k] = rounded(session.expression(t, k), steps_per_unit);
    const Eigen::Matrix<double, 68, 3> moved = projector.displacement(session.expression.row(t));
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      for (Eigen::Index i = 0; i < count; ++i)
        row[6 + units + axis * count + i] =
            rounded(moved(shown[static_cast<std::size_t>(i)], axis), steps_per_mm);
  };
  StageResult result = write_rows(session, std::vector<bool>(session.visible.size(), true),
                                  truth_columns(model), SignalKind::fit, output, fill, work);
  add_details(result, model, cohort, session);
  return result;
}

StageResult write_simulated_landmarks(const MorphableModel& model, const Cohort& cohort,
                                      const CohortItem& item, bool noisy, const std::filesystem::path& output,
                                      const Work& work) {
  const SimulatedSession session = simulate_session(model, cohort, item);
  const LandmarkProjector projector(model, session.identity);
  Random random = subject_stream(cohort, item, SubjectStream::noise);
  const std::vector<int>& shown = tracked_points(model);
  const auto count = static_cast<Eigen::Index>(shown.size());
  const auto fill = [&](Eigen::Index t, Eigen::Ref<Eigen::RowVectorXd> row) {
    set_pose(row, session.pose.row(t));
    Landmarks68 landmarks = projector.project(session.expression.row(t), session.pose.row(t), session.camera);
    if (noisy) {
      const double sd = cohort.noise_percent / 100 * (landmarks.row(45) - landmarks.row(36)).norm();
      for (double& value : landmarks.reshaped()) value += sd * random.normal();
    }
    for (Eigen::Index axis = 0; axis < 2; ++axis)
      for (Eigen::Index i = 0; i < count; ++i)
        row[6 + axis * count + i] =
            rounded(landmarks(shown[static_cast<std::size_t>(i)], axis), steps_per_pixel);
  };
  StageResult result =
      write_rows(session, noisy ? session.visible : std::vector<bool>(session.visible.size(), true),
                 seen_columns(shown), SignalKind::landmarks, output, fill, work);
  add_details(result, model, cohort, session);
  return result;
}

}  // namespace facelex
