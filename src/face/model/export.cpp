#include "facelex/face/model/export.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>

#include "facelex/core/error.hpp"
#include "facelex/core/json.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/model/import/model.hpp"
#include "facelex/io/atomic_file.hpp"

namespace facelex {
namespace {

/// The comments by which a mesh of facelex is known.
constexpr const char* obj_comment = "# millimetres, y up, z towards the viewer";
constexpr const char* ply_comment = "comment millimetres, y up, z towards the viewer";

Vertices with_y_up(Vertices vertices) {
  vertices.rightCols<2>() *= -1;
  // A zero has no sign in a file.
  return vertices.unaryExpr([](float number) { return number == 0 ? 0.0F : number; });
}

void append(std::string& text, float number) {
  constexpr std::size_t longest = 32;
  char digits[longest];
  text.append(digits, std::to_chars(digits, digits + longest, number).ptr);
}

std::string obj_text(const Vertices& vertices, const Triangles& triangles) {
  std::string text = obj_comment;
  text += '\n';
  for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
    text += 'v';
    for (Eigen::Index axis = 0; axis < 3; ++axis) append(text += ' ', vertices(v, axis));
    text += '\n';
  }
  for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
    text += 'f';
    for (Eigen::Index corner = 0; corner < 3; ++corner)
      text.append(" ").append(std::to_string(triangles(t, corner) + 1));
    text += '\n';
  }
  return text;
}

void append_bytes(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

std::string ply_bytes(const Vertices& vertices, const Triangles& triangles) {
  std::string bytes = "ply\nformat binary_little_endian 1.0\n";
  bytes += ply_comment;
  bytes += "\nelement vertex " + std::to_string(vertices.rows()) +
           "\nproperty float x\nproperty float y\nproperty float z\nelement face " +
           std::to_string(triangles.rows()) + "\nproperty list uchar int vertex_indices\nend_header\n";
  append_bytes(bytes, vertices.data(), static_cast<std::size_t>(vertices.size()) * sizeof(float));
  constexpr char corners = 3;
  for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
    bytes += corners;
    append_bytes(bytes, triangles.row(t).data(), corners * sizeof(std::int32_t));
  }
  return bytes;
}

/// The name of a mode's file: "identity1.obj", "jawOpen.obj".
std::string mode_file(const MorphableModel& model, const std::string& prefix, const std::string& name) {
  const bool unfit = name.empty() || name.find('/') != std::string::npos || name.front() == '.';
  if (unfit || (prefix.empty() && (name == "neutral" || name.starts_with("identity"))))
    throw data_error({model.name, 0, {}}, "the mode " + in_quotes(name) + " cannot be a file's name");
  return prefix + name + ".obj";
}

void write_modes(const std::filesystem::path& folder, const MorphableModel& model, const ShapeBasis& basis,
                 const std::string& prefix) {
  for (Eigen::Index k = 0; k < basis.size(); ++k) {
    const std::string name = mode_file(model, prefix, basis.names[static_cast<std::size_t>(k)]);
    Vertices shape = model.mean;
    Eigen::Map<Eigen::VectorXf>(shape.data(), shape.size()) += basis.modes.col(k);
    write_mesh(folder / name, shape, model.triangles);
  }
}

/// landmarks.json of a set, or nothing for a model without landmarks.
std::string landmarks_text(const MorphableModel& model) {
  Json landmarks = Json::object();
  for (std::size_t point = 0; point < model.landmarks.size(); ++point)
    if (model.landmarks[point] >= 0) landmarks[std::to_string(point)] = model.landmarks[point];
  return landmarks.empty() ? std::string() : landmarks.dump(1) + "\n";
}

/// Null for a bound that is none: JSON has no infinity.
Json finite_or_null(double number) {
  return std::isfinite(number) ? Json(number) : Json();
}

Json modes_summary(const ShapeBasis& basis) {
  Json modes = Json::array();
  for (std::size_t i = 0; i < basis.names.size(); ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    const auto points = static_cast<double>(basis.modes.rows()) / 3;
    const double rms = std::sqrt(basis.modes.col(k).cast<double>().squaredNorm() / points) * basis.scale[k];
    Json mode = {{"name", basis.names[i]}};
    if (!basis.descriptions.empty()) mode["description"] = basis.descriptions[i];
    mode["scale"] = basis.scale[k];
    mode["lower"] = finite_or_null(basis.lower[k]);
    mode["upper"] = finite_or_null(basis.upper[k]);
    mode["rms_mm"] = rms;
    modes.push_back(std::move(mode));
  }
  return modes;
}

}  // namespace

Json morphable_model_summary(const MorphableModel& model) {
  Json landmarks = Json::array();
  for (std::size_t point = 0; point < model.landmarks.size(); ++point)
    if (model.landmarks[point] >= 0) landmarks.push_back(point);
  const auto sliding = std::count_if(model.contour.begin(), model.contour.end(),
                                     [](const auto& line) { return line.size() > 1; });
  return {{"name", model.name},
          {"licence", model.licence},
          {"source", model.source},
          {"unit", "mm"},
          {"vertices", model.vertex_count()},
          {"triangles", model.triangles.rows()},
          {"landmarks", std::move(landmarks)},
          {"sliding_jaw_points", sliding},
          {"identity", modes_summary(model.identity)},
          {"expression", modes_summary(model.expression)}};
}

Eigen::VectorXd coefficients_of(const ShapeBasis& basis, const std::vector<std::string>& settings,
                                const std::string& option) {
  Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(basis.size());
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    const std::string name(trimmed(setting.substr(0, equals)));
    const auto value = equals == std::string::npos
                           ? std::nullopt
                           : parse_double(std::string_view(setting).substr(equals + 1));
    if (!value || !std::isfinite(*value))
      throw option_error(option, in_quotes(setting) + " is not name=number", "for example AU12_L=1");
    const auto found = std::find(basis.names.begin(), basis.names.end(), name);
    if (found == basis.names.end()) {
      const auto nearest = nearest_word(name, basis.names);
      throw option_error(option, "the model has no " + in_quotes(name),
                         nearest ? "did you mean '" + *nearest + "'?" : "facelex model info lists the names");
    }
    coefficients[found - basis.names.begin()] = *value;
  }
  return coefficients;
}

void write_mesh(const std::filesystem::path& file, const Vertices& vertices, const Triangles& triangles) {
  const std::string extension = file.extension().string();
  if (extension != ".obj" && extension != ".ply")
    throw option_error("output", path_in_quotes(file.string()) + " is not named .obj or .ply");
  const Vertices turned = with_y_up(vertices);
  write_file_atomically(file,
                        extension == ".obj" ? obj_text(turned, triangles) : ply_bytes(turned, triangles));
}

bool is_own_mesh(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  constexpr int lines_of_ply = 3;
  std::string line;
  for (int i = 0; i < lines_of_ply && std::getline(in, line); ++i)
    if (line == obj_comment || line == ply_comment) return true;
  return false;
}

std::vector<std::filesystem::path> others_in_obj_set(const std::filesystem::path& folder,
                                                     const MorphableModel& model) {
  std::vector<std::string> meshes = {"neutral.obj"};
  for (const auto& name : model.identity.names) meshes.push_back(mode_file(model, "identity", name));
  for (const auto& name : model.expression.names) meshes.push_back(mode_file(model, "", name));
  std::vector<std::filesystem::path> others;
  std::error_code error;
  for (const auto& mesh : meshes)
    if (const auto file = folder / mesh; std::filesystem::exists(file, error) && !is_own_mesh(file))
      others.push_back(file);
  const auto file = folder / obj_landmarks_name;
  const std::string landmarks = landmarks_text(model);
  if (!landmarks.empty() && std::filesystem::exists(file, error)) {
    std::ifstream in(file, std::ios::binary);
    if (std::string(std::istreambuf_iterator<char>(in), {}) != landmarks) others.push_back(file);
  }
  return others;
}

void export_obj_set(const std::filesystem::path& folder, const MorphableModel& model) {
  write_modes(folder, model, model.identity, "identity");
  write_modes(folder, model, model.expression, "");
  if (const std::string landmarks = landmarks_text(model); !landmarks.empty())
    write_file_atomically(folder / obj_landmarks_name, landmarks);
  write_mesh(folder / "neutral.obj", model.mean, model.triangles);
}

}  // namespace facelex
