#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/random.hpp"
#include "facelex/face/pose/rotation.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/face/schemes/mirror.hpp"
#include "facelex/face/standardize/frontalization.hpp"

namespace facelex {
namespace {

constexpr double radians_per_degree = std::numbers::pi / 180;

/// Points on which the jaw line has its end on the subject's right, at the chin, and on the left.
constexpr std::size_t chin = 8;

Landmarks68 mirrored(const Landmarks68& points) {
  Landmarks68 result = points(mirrored_points, Eigen::all);
  result.col(0) *= -1;
  return result;
}

Eigen::VectorXd draw_identity(const ShapeBasis& basis, Random& random) {
  Eigen::VectorXd coefficients(basis.scale.size());
  for (Eigen::Index k = 0; k < coefficients.size(); ++k)
    coefficients[k] = std::clamp(basis.scale[k] * random.normal(), basis.lower[k], basis.upper[k]);
  return coefficients;
}

Eigen::VectorXd draw_expression(const ShapeBasis& basis, double share, Random& random) {
  Eigen::VectorXd coefficients(basis.scale.size());
  for (Eigen::Index k = 0; k < coefficients.size(); ++k) {
    const bool shown = random.uniform() < share;
    const double value = random.uniform(basis.lower[k], basis.upper[k]);
    coefficients[k] = shown ? value : 0;
  }
  return coefficients;
}

ShapeBasis without_modes(const ShapeBasis& basis) {
  ShapeBasis bounds;
  bounds.scale = basis.scale;
  bounds.lower = basis.lower;
  bounds.upper = basis.upper;
  return bounds;
}

using Design = Eigen::MatrixXd;  ///< a row per view: [posed, 1, frontal]

/// The designs of x and y.
struct Designs {
  Design x, y;
};

/// Both views of each pair in the standard place, and their mirror images.
Designs designs_of(const std::vector<FaceViews::View>& views, LandmarkScheme scheme) {
  const std::vector<int>& numbers = ibug_numbers(scheme);
  const auto n = static_cast<Eigen::Index>(numbers.size());
  const auto rows = 2 * static_cast<Eigen::Index>(views.size());
  Designs designs{Design::Ones(rows + n, 2 * n + 1), Design::Ones(rows + n, 2 * n + 1)};
  for (Eigen::Index row = 0; row < rows; ++row) {
    const FaceViews::View& view = views[static_cast<std::size_t>(row / 2)];
    const bool mirror = row % 2 == 1;
    Landmarks68 posed, frontal;
    if (standard_place(mirror ? mirrored(view.posed) : view.posed, scheme, posed) !=
            RegistrationOutcome::ok ||
        standard_place(mirror ? mirrored(view.frontal) : view.frontal, scheme, frontal) !=
            RegistrationOutcome::ok)
      throw data_error({}, "a face drawn from the model has coincident landmarks",
                       "check the model's landmarks and scales");
    for (Eigen::Index i = 0; i < n; ++i) {
      const int point = numbers[static_cast<std::size_t>(i)];
      designs.x(row, i) = posed(point, 0);
      designs.y(row, i) = posed(point, 1);
      designs.x(row, n + 1 + i) = frontal(point, 0);
      designs.y(row, n + 1 + i) = frontal(point, 1);
    }
  }
  return designs;
}

/// Replaces the last n rows by those of the noise: the sum of squares that independent errors add on average.
void set_noise(Design& design, Eigen::Index n, double noise) {
  const Eigen::Index rows = design.rows() - n;
  design.bottomRows(n).setZero();
  design.bottomLeftCorner(n, n).diagonal().setConstant(noise * std::sqrt(static_cast<double>(rows)));
}

/// Rounds to multiples of 2⁻¹⁶.
double on_grid(double value) {
  constexpr double steps = 65536;
  return std::round(value * steps) / steps + 0.0;  // no −0, whose sign a processor decides
}

/// The n×(n+1) map of one axis. The QR reduces the design to its triangle, which has the same least squares.
Eigen::MatrixXd solve(Design design, Eigen::Index n, double noise) {
  set_noise(design, n, noise);
  const Eigen::Index unknowns = n + 1;
  const Eigen::HouseholderQR<Eigen::Ref<Design>> qr(design);
  const Eigen::MatrixXd triangle = design.topRows(unknowns).triangularView<Eigen::Upper>();
  const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> decomposition(triangle.leftCols(unknowns));
  return decomposition.solve(triangle.rightCols(n)).transpose().unaryExpr(&on_grid);
}

/// Root mean square error over the design's views, in the RMS radius.
double rms_error(const Design& design, const Eigen::MatrixXd& map) {
  const Eigen::Index n = map.rows();
  const auto views = design.topRows(design.rows() - n);
  return std::sqrt((views.leftCols(n + 1) * map.transpose() - views.rightCols(n)).squaredNorm() /
                   static_cast<double>(views.rows() * n));
}

std::vector<FaceViews::View> draw(const FaceViews& faces, int count, const Work& work) {
  std::vector<FaceViews::View> views(static_cast<std::size_t>(count));
  ThreadPool pool(work.threads);
  pool.for_each_block(views.size(), 500, [&](std::size_t, std::size_t begin, std::size_t end) {
    work.check_stop();
    for (std::size_t i = begin; i < end; ++i) views[i] = faces.view(i);
  });
  return views;
}

}  // namespace

void FrontalizationOptions::describe(OptionList& options) {
  constexpr double widest = 80;
  options.integer("views", views, Bounds::between(100, 1e6), "Pairs of simulated views to learn from");
  options.number("yaw", yaw, Bounds::between(0, widest), "Max turn of the head, degrees");
  options.number("pitch", pitch, Bounds::between(0, widest), "Max nod of the head, degrees");
  options.number("roll", roll, Bounds::between(0, widest), "Max tilt of the head, degrees");
  options.number("nearest", nearest, Bounds::at_least(200), "Min distance of the camera, mm");
  options.number("farthest", farthest, Bounds::at_least(200), "Max distance of the camera, mm");
  options.number("expression", expression, Bounds::between(0, 1),
                 "Share of the expression units that a face shows");
  options.number("noise", noise, Bounds::between(0, 1),
                 "Expected error of landmarks, in the face's RMS radius");
  options.integer("seed", seed, Bounds::at_least(0), "Seed of the random numbers");
}

void FrontalizationOptions::check() const {
  check_bounds(*this);
  if (nearest > farthest)
    throw usage_error(field("nearest") + " " + std::to_string(nearest) + " is above " + field("farthest") +
                      " " + std::to_string(farthest));
}

FaceViews::FaceViews(const MorphableModel& model, const FrontalizationOptions& options)
    : rows_(landmark_rows(model)),
      identity_(without_modes(model.identity)),
      expression_(without_modes(model.expression)),
      options_(options) {
  options_.check();
  // The head turns about the middle of its landmarks, and distances are measured to it.
  rows_.mean.rowwise() -= rows_.mean.colwise().mean().eval();
  for (std::size_t r = 0; r < rows_.point.size(); ++r)
    rows_of_point_[static_cast<std::size_t>(rows_.point[r])].push_back(static_cast<Eigen::Index>(r));
  for (std::size_t point = 0; point < rows_of_point_.size(); ++point)
    if (rows_of_point_[point].empty())
      throw data_error({model.name, 0, ""}, "the mesh has no landmark " + std::to_string(point),
                       "views need all 68; give them at facelex model import " + field("landmarks"));
}

/// An infinite distance is an orthographic camera.
Landmarks68 FaceViews::project(const Eigen::Matrix<double, Eigen::Dynamic, 3>& points,
                               const Eigen::Matrix3d& rotation, double distance) const {
  Eigen::Matrix<double, Eigen::Dynamic, 3> turned = points * rotation.transpose();
  if (std::isfinite(distance)) {
    turned.col(0).array() /= turned.col(2).array() + distance;
    turned.col(1).array() /= turned.col(2).array() + distance;
  }
  Landmarks68 seen;
  for (std::size_t point = 0; point < rows_of_point_.size(); ++point) {
    const std::vector<Eigen::Index>& line = rows_of_point_[point];
    Eigen::Index best = line.front();
    if (point < jaw_points) {
      // Outwards on the face as the viewer sees it: to the right, down, to the left.
      const Eigen::Vector2d outwards = point < chin    ? Eigen::Vector2d(-rotation.col(0).head<2>())
                                       : point == chin ? Eigen::Vector2d(rotation.col(1).head<2>())
                                                       : Eigen::Vector2d(rotation.col(0).head<2>());
      for (const Eigen::Index row : line)
        if (turned.row(row).head<2>().dot(outwards) > turned.row(best).head<2>().dot(outwards)) best = row;
    }
    seen.row(static_cast<Eigen::Index>(point)) = turned.row(best).head<2>();
  }
  return seen;
}

FaceViews::View FaceViews::view(std::uint64_t index) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Random random = Random(static_cast<std::uint64_t>(options_.seed)).stream(index);
  const auto shape = [&](const Eigen::VectorXd& offsets) {
    Eigen::Matrix<double, Eigen::Dynamic, 3> points = rows_.mean;
    points += Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>>(offsets.data(),
                                                                                          points.rows(), 3);
    return points;
  };
  const Eigen::VectorXd of_identity = rows_.identity * draw_identity(identity_, random);
  const Eigen::VectorXd of_expression =
      rows_.expression * draw_expression(expression_, options_.expression, random);
  View view;
  const double pitch = random.uniform(-options_.pitch, options_.pitch);
  const double yaw = random.uniform(-options_.yaw, options_.yaw);
  const double roll = random.uniform(-options_.roll, options_.roll);
  view.rotation_rad = Eigen::Vector3d(pitch, yaw, roll) * radians_per_degree;
  const double distance = std::exp(random.uniform(std::log(options_.nearest), std::log(options_.farthest)));
  const auto expressive = shape(of_identity + of_expression);
  view.posed = project(expressive, rotation_from_angles(view.rotation_rad), distance);
  view.frontal = project(expressive, Eigen::Matrix3d::Identity(), infinity);
  view.neutral = project(shape(of_identity), Eigen::Matrix3d::Identity(), infinity);
  return view;
}

Frontalization learn_frontalization(const MorphableModel& model, const FrontalizationOptions& options,
                                    const Work& work) {
  const FaceViews faces(model, options);
  const std::vector<FaceViews::View> views = draw(faces, options.views, work);
  std::array<Frontalization::Maps, 4> maps;
  Json errors = Json::object();
  for (std::size_t s = 0; s < all_landmark_schemes.size(); ++s) {
    work.check_stop();
    const LandmarkScheme scheme = all_landmark_schemes[s];
    const Eigen::Index n = point_count(scheme);
    const Designs designs = designs_of(views, scheme);
    maps[s] = {solve(designs.x, n, options.noise), solve(designs.y, n, options.noise)};
    errors[std::to_string(n)] = {{"x", on_grid(rms_error(designs.x, maps[s].x))},
                                 {"y", on_grid(rms_error(designs.y, maps[s].y))}};
    work.report(static_cast<std::int64_t>(s) + 1, static_cast<std::int64_t>(all_landmark_schemes.size()));
  }
  Json training = {{"model", model.name}, {"options", options_json(options)}, {"rms_error", errors}};
  return {std::move(maps), std::move(training)};
}

}  // namespace facelex
