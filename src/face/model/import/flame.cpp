#include "facelex/face/model/import/model.hpp"
#include "facelex/io/pickle/pickle.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

/// An array of the pickle's dict; chumpy wraps arrays in an object that holds them under "x".
class FlameArray {
 public:
  FlameArray(const PickleValue& root, const std::string& name, const std::filesystem::path& file,
             std::size_t dimensions)
      : file_(file), name_(name) {
    const PickleValue* value = root.find(name);
    if (value && value->type == PickleValue::Type::object) value = value->find("x");
    if (!value || value->type != PickleValue::Type::array) refuse("is not there as an array");
    if (value->shape.size() != dimensions || value->shape[1] != 3)
      refuse("does not have the shape of points: " + std::to_string(value->shape.size()) + " dimensions");
    shape = value->shape;
    numbers = pickle_numbers(*value, file.string() + ": " + name);
  }
  [[noreturn]] void refuse(const Message& what) const {
    throw data_error({file_.string(), 0, name_}, what, "expected FLAME's pickle");
  }

  std::vector<std::int64_t> shape;
  std::vector<double> numbers;  ///< in C order

 private:
  const std::filesystem::path& file_;
  std::string name_;
};

/// Columns [first, first + count) of P×3×K.
Eigen::MatrixXf columns_of(const FlameArray& directions, std::int64_t first, std::int64_t count) {
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> all(
      directions.numbers.data(), 3 * directions.shape[0], directions.shape[2]);
  Eigen::MatrixXf modes = all.middleCols(first, count).cast<float>();
  to_camera_axes(modes, mm_per_m);
  return modes;
}

Triangles triangles_of(const FlameArray& faces, Eigen::Index vertices) {
  Triangles triangles(faces.shape[0], 3);
  for (Eigen::Index t = 0; t < triangles.rows(); ++t)
    for (Eigen::Index corner = 0; corner < 3; ++corner) {
      const double vertex = faces.numbers[static_cast<std::size_t>(3 * t + corner)];
      if (!(vertex >= 0 && vertex < static_cast<double>(vertices)))
        faces.refuse("triangle " + std::to_string(t) + " has a vertex that is not in the mesh, which has " +
                     std::to_string(vertices));
      triangles(t, corner) = static_cast<std::int32_t>(vertex);
    }
  return triangles;
}

}  // namespace

MorphableModel import_flame(const std::filesystem::path& path, const ModelImportOptions& options) {
  const Pickle pickle(path);
  const FlameArray mean(pickle.root(), "v_template", path, 2), faces(pickle.root(), "f", path, 2),
      directions(pickle.root(), "shapedirs", path, 3);
  const std::int64_t count = directions.shape[2];
  if (directions.shape[0] != mean.shape[0])
    directions.refuse("is of " + std::to_string(directions.shape[0]) + " vertices, v_template of " +
                      std::to_string(mean.shape[0]));
  if (options.identity_modes > count)
    directions.refuse("has " + std::to_string(count) + " directions, fewer than the " +
                      std::to_string(options.identity_modes) + " of identity (" + field("identity-modes") +
                      ")");
  MorphableModel model;
  model.name = "FLAME";
  model.licence = "Max Planck Institute for Intelligent Systems, see the edition's own";
  model.source = path.filename().string();
  model.landmarks.fill(-1);
  Eigen::VectorXf points =
      Eigen::Map<const Eigen::VectorXd>(mean.numbers.data(), 3 * mean.shape[0]).cast<float>();
  to_camera_axes(points, mm_per_m);
  model.mean = vertices_of(points);
  model.triangles = triangles_of(faces, model.vertex_count());
  model.identity = statistical_basis(columns_of(directions, 0, options.identity_modes));
  model.expression =
      statistical_basis(columns_of(directions, options.identity_modes, count - options.identity_modes));
  model.check(path.string());
  return model;
}

}  // namespace facelex
