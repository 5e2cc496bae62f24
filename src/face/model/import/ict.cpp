#include <algorithm>
#include <cstring>
#include <optional>

#include "facelex/core/json.hpp"
#include "facelex/face/model/import/model.hpp"
#include "obj_mesh.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr const char* neutral_name = "generic_neutral_mesh.obj";
constexpr int light_identities = 100;  // of the model that is published

MorphableModel named_model(const fs::path& path) {
  MorphableModel model;
  model.name = "ICT-FaceKit Light";
  model.licence = "MIT (USC Institute for Creative Technologies)";
  model.source = fs::absolute(path).lexically_normal().filename().string();
  model.landmarks.fill(-1);
  return model;
}

template <class T>
const T* numbers(const Tensor& tensor) {
  return reinterpret_cast<const T*>(tensor.bytes.data());
}

Eigen::MatrixXf packed_modes(const Safetensors& content, const char* name, Eigen::Index vertices,
                             const fs::path& file) {
  const Tensor& tensor = tensor_for_import(content, name, Tensor::Type::f32, 3, file);
  if (tensor.shape[1] != vertices || tensor.shape[2] != 3)
    throw bad_import(file, "tensor " + in_quotes(name) + " is of " + std::to_string(tensor.shape[1]) +
                               " vertices, the mean of " + std::to_string(vertices));
  Eigen::MatrixXf modes =
      Eigen::Map<const Eigen::MatrixXf>(numbers<float>(tensor), 3 * vertices, tensor.shape[0]);
  to_camera_axes(modes, mm_per_cm);
  return modes;
}

std::vector<std::string> packed_names(const Safetensors& content, Eigen::Index count, const fs::path& file) {
  std::vector<std::string> names;
  const auto text = content.metadata.find("expression_names");
  if (text == content.metadata.end()) throw bad_import(file, "its metadata have no expression_names");
  for (std::size_t begin = 0; begin <= text->second.size();) {
    const std::size_t end = std::min(text->second.find(',', begin), text->second.size());
    names.push_back(text->second.substr(begin, end - begin));
    begin = end + 1;
  }
  if (static_cast<Eigen::Index>(names.size()) != count)
    throw bad_import(file, "has " + std::to_string(names.size()) + " expression_names for " +
                               std::to_string(count) + " expressions");
  return names;
}

MorphableModel import_packed(const fs::path& file) {
  const Safetensors content = read_safetensors(file);
  MorphableModel model = named_model(file);
  const Tensor& mean = tensor_for_import(content, "mean", Tensor::Type::f32, 2, file);
  const Tensor& triangles = tensor_for_import(content, "triangles", Tensor::Type::i32, 2, file);
  const Tensor& landmarks = tensor_for_import(content, "landmarks68", Tensor::Type::i32, 1, file);
  if (mean.shape[1] != 3) throw bad_import(file, "tensor 'mean' has not three columns");
  if (triangles.shape[1] != 3) throw bad_import(file, "tensor 'triangles' has not three columns");
  if (landmarks.shape[0] != static_cast<std::int64_t>(model.landmarks.size()))
    throw bad_import(file, "tensor 'landmarks68' has " + std::to_string(landmarks.shape[0]) + " numbers");
  Eigen::VectorXf points = Eigen::Map<const Eigen::VectorXf>(numbers<float>(mean), mean.size());
  to_camera_axes(points, mm_per_cm);
  model.mean = vertices_of(points);
  model.triangles = Eigen::Map<const Triangles>(numbers<std::int32_t>(triangles), triangles.shape[0], 3);
  std::memcpy(model.landmarks.data(), landmarks.bytes.data(), landmarks.bytes.size());
  model.identity = statistical_basis(packed_modes(content, "identity", mean.shape[0], file));
  Eigen::MatrixXf expression = packed_modes(content, "expression", mean.shape[0], file);
  std::vector<std::string> names = packed_names(content, expression.cols(), file);
  model.expression = blendshape_basis(std::move(expression), std::move(names));
  return model;
}

/// The field of vertex_indices.json as a list.
const Json& index_list(const Json& indices, const char* field, const fs::path& file) {
  if (!indices.is_object() || !indices.contains(field) || !indices[field].is_array())
    throw data_error({file.string(), 0, field}, "expected a list");
  return indices[field];
}

void take_landmarks(MorphableModel& model, const Json& indices, const fs::path& file) {
  constexpr const char* field = "idx_to_landmark_verts";
  const Json& list = index_list(indices, field, file);
  if (list.size() != model.landmarks.size())
    throw data_error({file.string(), 0, field},
                     "has " + std::to_string(list.size()) + " vertices, not one for each of 68 points");
  for (std::size_t point = 0; point < list.size(); ++point) {
    if (!list[point].is_number_integer() || list[point] < 0 || list[point] >= model.vertex_count())
      throw data_error({file.string(), 0, field}, "point " + std::to_string(point) +
                                                      " is at no vertex of the mesh (" +
                                                      std::to_string(model.vertex_count()) + ")");
    model.landmarks[point] = list[point].get<std::int32_t>();
  }
}

/// The modes of a folder: shape − neutral for each name whose file is there.
class ShapeFolder {
 public:
  ShapeFolder(const fs::path& folder, const Eigen::VectorXd& neutral) : folder_(folder), neutral_(neutral) {}

  /// `names` keeps those that are there. Throws Error (data) naming the others unless they may be missing.
  Eigen::MatrixXf modes(std::vector<std::string>& names, const char* what, bool allow_missing) {
    std::vector<std::string> missing;
    std::erase_if(names, [&](const std::string& name) {
      const bool absent = !fs::exists(folder_ / (name + ".obj"));
      if (absent) missing.push_back(name);
      return absent;
    });
    if (!missing.empty() && !allow_missing) {
      const std::string first = missing[0] + (missing.size() > 1 ? ".obj, " + missing[1] + ".obj …" : ".obj");
      throw bad_import(folder_,
                       std::to_string(missing.size()) + " of " +
                           std::to_string(missing.size() + names.size()) + " " + what +
                           " shapes are missing: " + first,
                       "complete the folder, or take what is there with " + field("allow-missing"));
    }
    Eigen::MatrixXf modes(neutral_.size(), static_cast<Eigen::Index>(names.size()));
    for (std::size_t k = 0; k < names.size(); ++k)
      modes.col(static_cast<Eigen::Index>(k)) =
          (read_obj_shape(folder_ / (names[k] + ".obj"), neutral_.size() / 3) - neutral_).cast<float>();
    to_camera_axes(modes, mm_per_cm);
    return modes;
  }

 private:
  const fs::path& folder_;
  const Eigen::VectorXd& neutral_;
};

std::vector<std::string> expression_names(const Json& indices, const fs::path& file) {
  std::vector<std::string> names;
  for (const Json& name : index_list(indices, "expressions", file)) {
    if (!name.is_string() || name.get<std::string>().find('/') != std::string::npos)
      throw data_error({file.string(), 0, "expressions"}, "expected a list of file names");
    names.push_back(name.get<std::string>());
  }
  return names;
}

std::vector<std::string> identity_names() {
  std::vector<std::string> names;
  for (int i = 0; i < light_identities; ++i) {
    const std::string digits = std::to_string(i);
    names.push_back("identity" + std::string(3 - digits.size(), '0') + digits);
  }
  return names;
}

MorphableModel import_folder(const fs::path& folder, const ModelImportOptions& options) {
  const fs::path indices_file = folder / ict_indices_name;
  const Json indices = read_json(indices_file);
  const ObjMesh neutral = read_obj(folder / neutral_name, true);
  MorphableModel model = named_model(folder);
  Eigen::VectorXf points = neutral.points.cast<float>();
  to_camera_axes(points, mm_per_cm);
  model.mean = vertices_of(points);
  model.triangles = neutral.triangles;
  take_landmarks(model, indices, indices_file);

  ShapeFolder shapes(folder, neutral.points);
  std::vector<std::string> expressions = expression_names(indices, indices_file);
  std::vector<std::string> identities = identity_names();
  Eigen::MatrixXf expression = shapes.modes(expressions, "expression", options.allow_missing);
  model.identity = statistical_basis(shapes.modes(identities, "identity", options.allow_missing));
  for (std::size_t k = 0; k < identities.size(); ++k)  // a mode keeps its number when others are missing
    model.identity.names[k] = std::to_string(std::stoi(identities[k].substr(std::strlen("identity"))));
  model.expression = blendshape_basis(std::move(expression), std::move(expressions));
  return model;
}

}  // namespace

MorphableModel import_ict(const fs::path& path, const ModelImportOptions& options) {
  MorphableModel model = fs::is_directory(path) ? import_folder(path, options) : import_packed(path);
  model.check(path.string());
  return model;
}

}  // namespace facelex
