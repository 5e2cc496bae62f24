#include <algorithm>

#include "facelex/core/text.hpp"
#include "facelex/face/model/import/model.hpp"
#include "obj_mesh.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr const char* identity_prefix = "identity";

/// A face or a head is between 7 and 70 cm large: of the units only one fits.
constexpr double min_face_mm = 70, max_face_mm = 700;  // mm

float mm_per_unit(const Eigen::VectorXd& points, ModelImportOptions::Unit unit, const fs::path& file) {
  using Unit = ModelImportOptions::Unit;
  if (unit == Unit::millimetre) return 1;
  if (unit == Unit::centimetre) return mm_per_cm;
  if (unit == Unit::metre) return mm_per_m;
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>> rows(
      points.data(), points.size() / 3, 3);
  const double extent = (rows.colwise().maxCoeff() - rows.colwise().minCoeff()).maxCoeff();
  for (const float factor : {1.0F, mm_per_cm, mm_per_m})
    if (extent * factor >= min_face_mm && extent * factor < max_face_mm) return factor;
  throw bad_import(file, "is " + number_text(extent) + " large: no face in mm, cm or m",
                   "say its unit with " + field("unit"));
}

struct ShapeFiles {
  fs::path neutral;
  std::vector<fs::path> identity, expression;
};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

ShapeFiles shape_files(const fs::path& folder) {
  std::vector<fs::path> files, neutral;
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_obj(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  std::copy_if(files.begin(), files.end(), std::back_inserter(neutral), [](const fs::path& file) {
    return lower_case(file.stem().string()).find("neutral") != std::string::npos;
  });
  if (neutral.size() != 1)
    throw bad_import(folder,
                     "has " + std::to_string(neutral.size()) + " OBJ files with 'neutral' in their name",
                     "name the one without expression neutral.obj");
  ShapeFiles shapes{neutral[0], {}, {}};
  for (const fs::path& file : files) {
    if (file == neutral[0]) continue;
    (file.stem().string().starts_with(identity_prefix) ? shapes.identity : shapes.expression).push_back(file);
  }
  return shapes;
}

Eigen::MatrixXf differences(const std::vector<fs::path>& files, const Eigen::VectorXd& neutral,
                            float factor) {
  Eigen::MatrixXf modes(neutral.size(), static_cast<Eigen::Index>(files.size()));
  for (std::size_t k = 0; k < files.size(); ++k)
    modes.col(static_cast<Eigen::Index>(k)) =
        (read_obj_shape(files[k], neutral.size() / 3) - neutral).cast<float>();
  to_camera_axes(modes, factor);
  return modes;
}

}  // namespace

bool is_obj(const fs::path& file) {
  return lower_case(file.extension().string()) == ".obj";
}

MorphableModel import_obj(const fs::path& path, const ModelImportOptions& options) {
  const ShapeFiles files = fs::is_directory(path) ? shape_files(path) : ShapeFiles{path, {}, {}};
  const ObjMesh neutral = read_obj(files.neutral, true);
  const float factor = mm_per_unit(neutral.points, options.unit, files.neutral);
  MorphableModel model;
  model.name = model.source = fs::absolute(path).lexically_normal().filename().string();
  model.landmarks.fill(-1);
  Eigen::VectorXf points = neutral.points.cast<float>();
  to_camera_axes(points, factor);
  model.mean = vertices_of(points);
  model.triangles = neutral.triangles;
  model.identity = statistical_basis(differences(files.identity, neutral.points, factor));
  for (std::size_t k = 0; k < files.identity.size(); ++k)
    model.identity.names[k] = files.identity[k].stem().string().substr(std::string(identity_prefix).size());
  std::vector<std::string> names;
  for (const fs::path& file : files.expression) names.push_back(file.stem().string());
  model.expression =
      blendshape_basis(differences(files.expression, neutral.points, factor), std::move(names));
  const fs::path landmarks = files.neutral.parent_path() / obj_landmarks_name;
  if (options.landmarks.empty() && fs::exists(landmarks))
    model.landmarks = read_landmark_vertices(landmarks, model.vertex_count());
  model.check(path.string());
  return model;
}

}  // namespace facelex
