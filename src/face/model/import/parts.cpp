#include "parts.hpp"

#include <cerrno>
#include <fstream>

namespace facelex {
namespace {

/// Coefficients beyond three standard deviations are not faces.
constexpr double max_deviations = 3;

ShapeBasis bounded_basis(Eigen::MatrixXf modes, std::vector<std::string> names, double lower, double upper) {
  ShapeBasis basis;
  basis.scale = Eigen::VectorXd::Ones(modes.cols());
  basis.lower = Eigen::VectorXd::Constant(modes.cols(), lower);
  basis.upper = Eigen::VectorXd::Constant(modes.cols(), upper);
  basis.modes = std::move(modes);
  basis.names = std::move(names);
  return basis;
}

}  // namespace

std::string file_bytes(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) throw bad_import(file, "is a folder, expected a file");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(file.string(), "open", errno);
  if (!std::filesystem::is_regular_file(file, error)) throw bad_import(file, "is not a regular file");
  std::string bytes(std::filesystem::file_size(file), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(in.gcount()) != bytes.size()) throw system_error(file.string(), "read", errno);
  return bytes;
}

void to_camera_axes(Eigen::Ref<Eigen::VectorXf> points, float mm_per_unit) {
  for (Eigen::Index i = 0; i + 2 < points.size(); i += 3) {
    points[i] *= mm_per_unit;
    points[i + 1] *= -mm_per_unit;
    points[i + 2] *= -mm_per_unit;
  }
}

void to_camera_axes(Eigen::MatrixXf& modes, float mm_per_unit) {
  for (Eigen::Index k = 0; k < modes.cols(); ++k) to_camera_axes(modes.col(k), mm_per_unit);
}

Vertices vertices_of(const Eigen::VectorXf& flat) {
  return Eigen::Map<const Vertices>(flat.data(), flat.size() / 3, 3);
}

ShapeBasis statistical_basis(Eigen::MatrixXf modes) {
  std::vector<std::string> names;
  for (Eigen::Index k = 0; k < modes.cols(); ++k) names.push_back(std::to_string(k));
  return bounded_basis(std::move(modes), std::move(names), -max_deviations, max_deviations);
}

ShapeBasis blendshape_basis(Eigen::MatrixXf modes, std::vector<std::string> names) {
  return bounded_basis(std::move(modes), std::move(names), 0, 1);
}

const Tensor& tensor_for_import(const Safetensors& content, const std::string& name, Tensor::Type type,
                                std::size_t dimensions, const std::filesystem::path& file) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end()) throw bad_import(file, "has no tensor " + in_quotes(name));
  if (found->second.type != type || found->second.shape.size() != dimensions)
    throw bad_import(file, "tensor " + in_quotes(name) + " is not " + std::string(tensor_type_name(type)) +
                               " of " + std::to_string(dimensions) + " dimensions");
  return found->second;
}

}  // namespace facelex
