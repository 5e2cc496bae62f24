#include "facelex/face/standardize/frontalization.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "face/builtin/embedded.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr int frontalization_format = 1;

std::size_t place_of(LandmarkScheme scheme) {
  std::size_t place = 0;
  while (all_landmark_schemes[place] != scheme) ++place;
  return place;
}

std::string tensor_name(char axis, LandmarkScheme scheme) {
  return std::string(1, axis) + "_" + std::to_string(point_count(scheme));
}

/// The numbers are multiples of 2⁻¹⁶ of moderate size: exact in single precision.
Tensor tensor_of(const Eigen::MatrixXd& matrix) {
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values = matrix.cast<float>();
  Tensor tensor{Tensor::Type::f32, {matrix.rows(), matrix.cols()}, {}};
  tensor.bytes.resize(static_cast<std::size_t>(values.size()) * sizeof(float));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

using Points = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::ColMajor, 68, 2>;

}  // namespace

RegistrationOutcome standard_place(const Landmarks68& points, LandmarkScheme scheme, Landmarks68& placed) {
  const std::vector<int>& numbers = ibug_numbers(scheme);
  Points known = points(numbers, Eigen::all);
  if (!known.allFinite()) return RegistrationOutcome::incomplete;
  known.rowwise() -= known.colwise().mean().eval();
  const double radius = std::sqrt(known.squaredNorm() / static_cast<double>(known.rows()));
  const Eigen::RowVector2d eye_line =
      points.middleRows<6>(42).colwise().mean() - points.middleRows<6>(36).colwise().mean();
  const double length = eye_line.norm();
  constexpr double min_relative_extent = 1e-9;
  if (!(length > min_relative_extent * points.middleRows<12>(36).cwiseAbs().maxCoeff()) ||
      !std::isfinite(radius))
    return RegistrationOutcome::degenerate;
  const double cosine = eye_line.x() / length / radius, sine = eye_line.y() / length / radius;
  placed.setConstant(std::numeric_limits<double>::quiet_NaN());
  for (Eigen::Index i = 0; i < known.rows(); ++i)
    placed.row(numbers[static_cast<std::size_t>(i)]) << cosine * known(i, 0) + sine * known(i, 1),
        cosine * known(i, 1) - sine * known(i, 0);
  return RegistrationOutcome::ok;
}

Frontalization::Frontalization(std::array<Maps, 4> maps, Json training)
    : maps_(std::move(maps)), training_(std::move(training)) {}

const Frontalization::Maps& Frontalization::maps(LandmarkScheme scheme) const {
  return maps_[place_of(scheme)];
}

RegistrationOutcome Frontalization::apply(const Landmarks68& points, LandmarkScheme scheme,
                                          Landmarks68& frontal) const {
  const RegistrationOutcome outcome = standard_place(points, scheme, frontal);
  if (outcome != RegistrationOutcome::ok) return outcome;
  const std::vector<int>& numbers = ibug_numbers(scheme);
  const Points posed = frontal(numbers, Eigen::all);
  const Maps& map = maps(scheme);
  const Eigen::Index n = posed.rows();
  Points turned(n, 2);
  turned.col(0).noalias() = map.x.leftCols(n) * posed.col(0);
  turned.col(1).noalias() = map.y.leftCols(n) * posed.col(1);
  turned.col(0) += map.x.col(n);
  turned.col(1) += map.y.col(n);
  frontal(numbers, Eigen::all) = turned;
  return RegistrationOutcome::ok;
}

ModelFile frontalization_to_file(const Frontalization& frontalization) {
  ModelFile file;
  file.kind = frontalization_kind;
  file.format_version = frontalization_format;
  file.metadata["training"] = frontalization.training();
  for (const LandmarkScheme scheme : all_landmark_schemes) {
    file.tensors[tensor_name('x', scheme)] = tensor_of(frontalization.maps(scheme).x);
    file.tensors[tensor_name('y', scheme)] = tensor_of(frontalization.maps(scheme).y);
  }
  return file;
}

Frontalization frontalization_from_file(const ModelFile& file) {
  if (file.kind != frontalization_kind)
    throw data_error({file.source, 0, ""},
                     "is a model of the kind " + in_quotes(file.kind) + ", not a frontalisation",
                     "facelex learn frontalization makes one");
  std::array<Frontalization::Maps, 4> maps;
  const auto read = [&](char axis, LandmarkScheme scheme) -> Eigen::MatrixXd {
    const int n = point_count(scheme);
    Eigen::MatrixXd map = file.matrix(tensor_name(axis, scheme), n, n + 1);
    if (!map.allFinite())
      throw data_error({file.source, 0, ""},
                       "tensor " + in_quotes(tensor_name(axis, scheme)) + " has a number that is not finite");
    return map;
  };
  for (const LandmarkScheme scheme : all_landmark_schemes)
    maps[place_of(scheme)] = {read('x', scheme), read('y', scheme)};
  return {std::move(maps), file.metadata.value("training", Json::object())};
}

const LoadedFrontalization& built_in_frontalization() {
  static const LoadedFrontalization loaded = [] {
    const std::span<const std::byte> bytes = detail::embedded_frontalization();
    return LoadedFrontalization{frontalization_from_file(read_model(
                                    bytes, "the built-in frontalisation (data/frontalization.safetensors)")),
                                "built-in",
                                sha256_of_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
  }();
  return loaded;
}

LoadedFrontalization load_frontalization(const std::filesystem::path& file) {
  return {frontalization_from_file(read_model(file)), file.filename().string(), sha256_of_file(file)};
}

}  // namespace facelex
