#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>

#include "binary_file.hpp"
#include "facelex/face/model/import/model.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t eos_version = 1;
constexpr std::uint64_t max_blendshapes = 10000, longest_name = 1000;
constexpr float surrey_mm = 1;  // the file's unit is ours

/// A matrix as eos writes one: rows, columns, numbers by columns.
Eigen::MatrixXf eos_matrix(BinaryFile& file, const std::string& what) {
  const auto rows = file.number<std::int32_t>(what);
  const auto cols = file.number<std::int32_t>(what);
  return file.matrix<float>(rows, cols, what);
}

/// The one file of that folder whose name fits.
fs::path file_named(const fs::path& folder, const std::string& pattern) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (std::regex_match(entry.path().filename().string(), std::regex(pattern)))
      found.push_back(entry.path());
  if (found.size() != 1)
    throw bad_import(folder,
                     "has " + std::to_string(found.size()) + " files named like sfm_shape_3448.bin, not one",
                     "name the file");
  return found[0];
}

/// "3448" of sfm_shape_3448.bin.
std::string size_in_name(const fs::path& shape_file) {
  const std::string stem = shape_file.stem().string();
  return stem.substr(stem.rfind('_') + 1);
}

ShapeBasis read_blendshapes(const fs::path& path, Eigen::Index numbers) {
  BinaryFile file(path);
  const auto count = file.number<std::uint64_t>("the count of blendshapes");
  if (count > max_blendshapes) file.refuse("the count of blendshapes", "is " + std::to_string(count));
  std::vector<std::string> names;
  Eigen::MatrixXf modes(numbers, static_cast<Eigen::Index>(count));
  for (Eigen::Index k = 0; k < modes.cols(); ++k) {
    const std::string what = "blendshape " + std::to_string(k);
    const auto length = file.number<std::uint64_t>(what);
    if (length > longest_name) file.refuse(what, "has a name of " + std::to_string(length) + " bytes");
    names.push_back(file.text(length, what));
    const Eigen::MatrixXf shape = eos_matrix(file, what);
    if (shape.rows() != numbers || shape.cols() != 1)
      throw bad_import(path, what + " " + in_quotes(names.back()) + " is of " + std::to_string(shape.rows()) +
                                 "×" + std::to_string(shape.cols()) + " numbers, the mesh of " +
                                 std::to_string(numbers));
    modes.col(k) = shape;
  }
  to_camera_axes(modes, surrey_mm);
  return blendshape_basis(std::move(modes), std::move(names));
}

/// X̄, the basis and its variances, the triangles: all in the order of the file. Colours and texture follow,
/// and are left.
MorphableModel read_shape(const fs::path& path) {
  BinaryFile file(path);
  const auto version = file.number<std::uint32_t>("the version");
  if (version != eos_version)
    throw bad_import(path, "has the version " + std::to_string(version), "eos' models of version 1 are read");
  Eigen::MatrixXf mean = eos_matrix(file, "the mean");
  Eigen::MatrixXf basis = eos_matrix(file, "the basis");
  const Eigen::MatrixXf variances = eos_matrix(file, "the eigenvalues");
  if (mean.cols() != 1 || mean.rows() % 3 != 0 || mean.rows() == 0)
    throw bad_import(path, "the mean is of " + std::to_string(mean.rows()) + "×" +
                               std::to_string(mean.cols()) + " numbers, expected a column of points");
  if (basis.rows() != mean.rows() || variances.rows() != basis.cols() || variances.cols() != 1)
    throw bad_import(path, "the basis is of " + std::to_string(basis.rows()) + "×" +
                               std::to_string(basis.cols()) + " numbers, the mean of " +
                               std::to_string(mean.rows()) + ", the eigenvalues of " +
                               std::to_string(variances.rows()));
  if ((variances.array() < 0).any()) throw bad_import(path, "an eigenvalue is negative");
  basis = basis * variances.col(0).cwiseSqrt().asDiagonal();
  to_camera_axes(basis, surrey_mm);
  to_camera_axes(mean.col(0), surrey_mm);
  const auto count = file.number<std::uint64_t>("the count of triangles");
  if (count > file.left()) file.refuse("the count of triangles", "is " + std::to_string(count));

  MorphableModel model;
  model.name = "Surrey Face Model " + size_in_name(path);
  model.licence = "University of Surrey, non-commercial use";
  model.source = path.filename().string();
  model.landmarks.fill(-1);
  model.mean = vertices_of(mean.col(0));
  model.identity = statistical_basis(std::move(basis));
  model.triangles =
      file.matrix<std::int32_t>(3, static_cast<std::int64_t>(count), "the triangles").transpose();
  return model;
}

}  // namespace

MorphableModel import_surrey(const fs::path& path, const ModelImportOptions& options) {
  const fs::path shape = fs::is_directory(path) ? file_named(path, "sfm_shape_[0-9]+\\.bin") : path;
  MorphableModel model = read_shape(shape);
  fs::path expression = options.expression;
  if (expression.empty()) {
    expression = shape.parent_path() / (surrey_expression_begin + size_in_name(shape) + ".bin");
    if (!fs::exists(expression)) expression.clear();
  }
  if (!expression.empty()) {
    model.expression = read_blendshapes(expression, model.mean.size());
    model.source += ", " + expression.filename().string();
  }
  const fs::path landmarks = shape.parent_path() / surrey_landmarks_name;
  if (options.landmarks.empty() && fs::exists(landmarks))
    model.landmarks = read_landmark_vertices(landmarks, model.vertex_count());
  model.check(path.string());
  return model;
}

}  // namespace facelex
