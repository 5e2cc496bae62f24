#include "facelex/face/model/morphable_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr int morphable_model_format = 1;

Error broken(const std::string& file, const std::string& what, const std::string& hint = {}) {
  return data_error({file, 0, ""}, what, hint);
}

template <class T>
Tensor tensor_of(Tensor::Type type, std::vector<std::int64_t> shape, const T* values) {
  std::size_t count = 1;
  for (const auto size : shape) count *= static_cast<std::size_t>(size);
  Tensor tensor{type, std::move(shape), std::vector<std::byte>(count * sizeof(T))};
  if (!tensor.bytes.empty()) std::memcpy(tensor.bytes.data(), values, tensor.bytes.size());
  return tensor;
}

const Tensor& required(const ModelFile& file, const std::string& name, Tensor::Type type,
                       std::size_t dimensions) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw broken(file.source, "has no tensor " + in_quotes(name));
  if (found->second.type != type || found->second.shape.size() != dimensions)
    throw broken(file.source, "tensor " + in_quotes(name) + " is not " + std::string(tensor_type_name(type)) +
                                  " of " + std::to_string(dimensions) + " dimensions");
  return found->second;
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  std::vector<T> values(static_cast<std::size_t>(tensor.size()));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

void set_basis(ModelFile& file, const std::string& name, const ShapeBasis& basis, Eigen::Index vertices) {
  file.tensors[name] = tensor_of(Tensor::Type::f32, {basis.size(), vertices, 3}, basis.modes.data());
  file.set(name + "_scale", basis.scale);
  file.set(name + "_lower", basis.lower);
  file.set(name + "_upper", basis.upper);
  file.metadata[name + "_names"] = basis.names;
  if (!basis.descriptions.empty()) file.metadata[name + "_descriptions"] = basis.descriptions;
}

std::vector<std::string> texts(const ModelFile& file, const std::string& field) {
  if (!file.metadata.contains(field)) return {};
  std::vector<std::string> list;
  for (const Json& text : file.metadata[field]) {
    if (!text.is_string()) throw broken(file.source, field + ": expected a list of texts");
    list.push_back(text.get<std::string>());
  }
  return list;
}

ShapeBasis basis_of(const ModelFile& file, const std::string& name, Eigen::Index vertices) {
  const Tensor& tensor = required(file, name, Tensor::Type::f32, 3);
  if (tensor.shape[1] != vertices || tensor.shape[2] != 3)
    throw broken(file.source, "tensor " + in_quotes(name) + " is of " + std::to_string(tensor.shape[1]) +
                                  " vertices, the mean of " + std::to_string(vertices));
  ShapeBasis basis;
  const std::vector<float> values = values_of<float>(tensor);
  basis.modes = Eigen::Map<const Eigen::MatrixXf>(values.data(), 3 * vertices, tensor.shape[0]);
  basis.names = texts(file, name + "_names");
  basis.descriptions = texts(file, name + "_descriptions");
  basis.scale = file.vector(name + "_scale", basis.size());
  basis.lower = file.vector(name + "_lower", basis.size());
  basis.upper = file.vector(name + "_upper", basis.size());
  return basis;
}

void check_basis(const ShapeBasis& basis, Eigen::Index vertices, const std::string& what,
                 const std::string& file) {
  const auto size = static_cast<std::size_t>(basis.size());
  if (basis.modes.rows() != 3 * vertices && size > 0)
    throw broken(file, what + ": modes of " + std::to_string(basis.modes.rows()) + " numbers for " +
                           std::to_string(vertices) + " vertices");
  const auto check_count = [&](std::size_t count, const char* noun) {
    if (count != size)
      throw broken(file, what + ": " + std::to_string(count) + " " + noun + " for " + std::to_string(size) +
                             " coefficients");
  };
  check_count(basis.names.size(), "names");
  if (!basis.descriptions.empty()) check_count(basis.descriptions.size(), "descriptions");
  if (basis.scale.size() != basis.size() || basis.lower.size() != basis.size() ||
      basis.upper.size() != basis.size())
    throw broken(file, what + ": scales or bounds are not of " + std::to_string(size) + " coefficients");
  std::set<std::string> seen;
  for (std::size_t i = 0; i < size; ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    const std::string place = what + " " + in_quotes(basis.names[i]);
    if (!seen.insert(basis.names[i]).second) throw broken(file, place + " is there twice");
    if (!basis.modes.col(k).allFinite()) throw broken(file, place + " has a number that is not finite");
    if (!(basis.scale[k] > 0) || !std::isfinite(basis.scale[k]))
      throw broken(file, place + ": its scale is not a finite positive number");
    if (!(basis.lower[k] <= 0 && basis.upper[k] > 0))
      throw broken(file, place + ": its bounds do not hold 0 and something above");
  }
}

Eigen::VectorXf displacement(const ShapeBasis& basis, const Eigen::VectorXd& coefficients) {
  const Eigen::Index used = std::min(basis.size(), coefficients.size());
  return basis.modes.leftCols(used) * coefficients.head(used).cast<float>();
}

}  // namespace

Vertices MorphableModel::shape(const Eigen::VectorXd& identity_coefficients,
                               const Eigen::VectorXd& expression_coefficients) const {
  Vertices vertices = mean;
  Eigen::Map<Eigen::VectorXf> flat(vertices.data(), vertices.size());
  flat += displacement(identity, identity_coefficients);
  flat += displacement(expression, expression_coefficients);
  return vertices;
}

std::vector<int> MorphableModel::landmark_points() const {
  std::vector<int> points;
  for (std::size_t point = 0; point < landmarks.size(); ++point)
    if (landmarks[point] >= 0) points.push_back(static_cast<int>(point));
  return points;
}

std::vector<Column> MorphableModel::expression_columns() const {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < expression.names.size(); ++i)
    columns.push_back(
        {"e_" + expression.names[i],
         expression.descriptions.empty() ? "expression coefficient of " + name : expression.descriptions[i],
         ""});
  return columns;
}

void MorphableModel::check(const std::string& file) const {
  const Eigen::Index vertices = vertex_count();
  if (vertices == 0) throw broken(file, "the mesh has no vertices");
  if (!mean.allFinite()) throw broken(file, "the mean shape has a number that is not finite");
  check_basis(identity, vertices, "identity", file);
  check_basis(expression, vertices, "expression", file);
  for (Eigen::Index t = 0; t < triangles.rows(); ++t)
    for (int corner = 0; corner < 3; ++corner)
      if (triangles(t, corner) < 0 || triangles(t, corner) >= vertices)
        throw broken(file, "triangle " + std::to_string(t) + " has the vertex " +
                               std::to_string(triangles(t, corner)) + ", the mesh has " +
                               std::to_string(vertices));
  const auto check_vertex = [&](std::int32_t vertex, std::size_t point) {
    if (vertex < -1 || vertex >= vertices)
      throw broken(file, "landmark " + std::to_string(point) + " is at vertex " + std::to_string(vertex) +
                             ", the mesh has " + std::to_string(vertices));
  };
  for (std::size_t point = 0; point < landmarks.size(); ++point) check_vertex(landmarks[point], point);
  for (std::size_t point = 0; point < contour.size(); ++point)
    for (const std::int32_t vertex : contour[point]) {
      if (vertex < 0)
        throw broken(file, "the contour of point " + std::to_string(point) + " has a negative vertex");
      check_vertex(vertex, point);
    }
}

ModelFile morphable_model_to_file(const MorphableModel& model) {
  ModelFile file;
  file.kind = morphable_model_kind;
  file.format_version = morphable_model_format;
  file.metadata["name"] = model.name;
  file.metadata["licence"] = model.licence;
  file.metadata["source"] = model.source;
  file.metadata["unit"] = "mm";
  file.metadata["axes"] = "x image-right, y down, z away from the camera";
  file.tensors["mean"] = tensor_of(Tensor::Type::f32, {model.mean.rows(), 3}, model.mean.data());
  set_basis(file, "identity", model.identity, model.vertex_count());
  set_basis(file, "expression", model.expression, model.vertex_count());
  file.tensors["triangles"] =
      tensor_of(Tensor::Type::i32, {model.triangles.rows(), 3}, model.triangles.data());
  file.tensors["landmarks"] = tensor_of(Tensor::Type::i32, {68}, model.landmarks.data());
  std::vector<std::int32_t> lines;
  for (const auto& line : model.contour) {
    lines.push_back(static_cast<std::int32_t>(line.size()));
    lines.insert(lines.end(), line.begin(), line.end());
  }
  file.tensors["contour"] =
      tensor_of(Tensor::Type::i32, {static_cast<std::int64_t>(lines.size())}, lines.data());
  return file;
}

MorphableModel morphable_model_from_file(const ModelFile& file) {
  if (file.kind != morphable_model_kind)
    throw broken(file.source,
                 "is a model of the kind " + in_quotes(file.kind) + ", not a morphable model of faces",
                 "facelex model import makes one");
  MorphableModel model;
  const auto text = [&](const char* field) {
    return file.metadata.contains(field) && file.metadata[field].is_string()
               ? file.metadata[field].get<std::string>()
               : std::string();
  };
  model.name = text("name");
  model.licence = text("licence");
  model.source = text("source");
  const Tensor& mean = required(file, "mean", Tensor::Type::f32, 2);
  if (mean.shape[1] != 3) throw broken(file.source, "tensor 'mean' has not three columns");
  const std::vector<float> points = values_of<float>(mean);
  model.mean = Eigen::Map<const Vertices>(points.data(), mean.shape[0], 3);
  model.identity = basis_of(file, "identity", model.vertex_count());
  model.expression = basis_of(file, "expression", model.vertex_count());
  const Tensor& triangles = required(file, "triangles", Tensor::Type::i32, 2);
  if (triangles.shape[1] != 3) throw broken(file.source, "tensor 'triangles' has not three columns");
  const std::vector<std::int32_t> corners = values_of<std::int32_t>(triangles);
  model.triangles = Eigen::Map<const Triangles>(corners.data(), triangles.shape[0], 3);
  const std::vector<std::int32_t> landmarks =
      values_of<std::int32_t>(required(file, "landmarks", Tensor::Type::i32, 1));
  if (landmarks.size() != model.landmarks.size())
    throw broken(file.source,
                 "tensor 'landmarks' has " + std::to_string(landmarks.size()) + " numbers, not 68");
  std::copy(landmarks.begin(), landmarks.end(), model.landmarks.begin());
  const std::vector<std::int32_t> lines =
      values_of<std::int32_t>(required(file, "contour", Tensor::Type::i32, 1));
  std::size_t at = 0;
  for (auto& line : model.contour) {
    if (at >= lines.size() || lines[at] < 0 || lines.size() - at - 1 < static_cast<std::size_t>(lines[at]))
      throw broken(file.source, "tensor 'contour' ends too early");
    const auto size = static_cast<std::size_t>(lines[at++]);
    line.assign(lines.begin() + static_cast<std::ptrdiff_t>(at),
                lines.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  }
  if (at != lines.size()) throw broken(file.source, "tensor 'contour' is too long");
  model.check(file.source);
  return model;
}

MorphableModel load_morphable_model(const std::filesystem::path& file) {
  return morphable_model_from_file(read_model(file));
}

LandmarkRows landmark_rows(const MorphableModel& model) {
  LandmarkRows rows;
  for (std::size_t point = 17; point < model.landmarks.size(); ++point)
    if (model.landmarks[point] >= 0) {
      rows.point.push_back(static_cast<int>(point));
      rows.vertex.push_back(model.landmarks[point]);
    }
  for (std::size_t point = 0; point < model.contour.size(); ++point) {
    std::vector<std::int32_t> line = model.contour[point];
    if (line.empty() && model.landmarks[point] >= 0) line = {model.landmarks[point]};
    for (const std::int32_t vertex : line) {
      rows.point.push_back(static_cast<int>(point));
      rows.vertex.push_back(vertex);
    }
  }
  if (std::set<int>(rows.point.begin(), rows.point.end()).size() < 6)
    throw data_error({model.name, 0, ""}, "the mesh has fewer than six of the 68 landmarks",
                     "give them at facelex model import " + field("landmarks"));
  const auto count = static_cast<Eigen::Index>(rows.vertex.size());
  rows.mean.resize(count, 3);
  rows.identity.resize(3 * count, model.identity.size());
  rows.expression.resize(3 * count, model.expression.size());
  for (Eigen::Index r = 0; r < count; ++r) {
    const Eigen::Index vertex = rows.vertex[static_cast<std::size_t>(r)];
    rows.mean.row(r) = model.mean.row(vertex).cast<double>();
    rows.identity.middleRows(3 * r, 3) = model.identity.modes.middleRows(3 * vertex, 3).cast<double>();
    rows.expression.middleRows(3 * r, 3) = model.expression.modes.middleRows(3 * vertex, 3).cast<double>();
  }
  return rows;
}

}  // namespace facelex
