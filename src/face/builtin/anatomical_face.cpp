#include "facelex/face/builtin/anatomical_face.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "anatomical_mesh.hpp"
#include "anatomical_table.hpp"
#include "embedded.hpp"
#include "face/standardize/smooth_field.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/model/import/model.hpp"

namespace facelex {
namespace detail {
namespace {

/// Action units die out over about this distance from what they move.
constexpr double reach_mm = 14;

using Given = std::map<int, Eigen::RowVectorXd>;

void add_to(Given& given, int vertex, const Eigen::RowVector3d& value) {
  const auto [place, is_new] = given.try_emplace(vertex, value);
  if (!is_new) place->second += value;
}

void add_both(Given& given, const WholeMesh& mesh, int vertex, const Eigen::RowVector3d& value, bool both) {
  add_to(given, vertex, value);
  if (both && mesh.other(vertex) != vertex) add_to(given, mesh.other(vertex), mirrored(value));
}

/// How the jaw moves a point that follows it altogether.
Eigen::RowVector3d jaw_motion(const AnatomicalTable& table, const TableUnit& unit,
                              const Eigen::RowVector3d& at) {
  const double angle = unit.jaw_degrees * std::numbers::pi / 180;
  const double y = at.y() - table.jaw_hinge.y(), z = at.z() - table.jaw_hinge.z();
  return {unit.jaw_shift, y * std::cos(angle) - z * std::sin(angle) - y,
          y * std::sin(angle) + z * std::cos(angle) - z};
}

/// What the unit gives: on both sides, or on the left alone.
Given given_of(const WholeMesh& mesh, const AnatomicalTable& table, const TableUnit& unit) {
  Given given;
  const bool both = !unit.sides;
  for (const auto& [point, value] : unit.move) add_both(given, mesh, mesh.vertex(point), value, both);
  for (const auto& [curve, value] : unit.curves) {
    const std::vector<int>& line = mesh.half.curves.at(curve);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const double t = static_cast<double>(i) / static_cast<double>(line.size() - 1);
      add_both(given, mesh, line[i], value * (4 * t * (1 - t)), both);
    }
  }
  for (const auto& [curve, onto, share] : unit.meet) {
    const std::vector<int>&line = mesh.half.curves.at(curve), &target = mesh.half.curves.at(onto);
    for (std::size_t i = 0; i < line.size(); ++i)
      add_both(given, mesh, line[i], share * (mesh.mean.row(target[i]) - mesh.mean.row(line[i])), both);
  }
  if (unit.jaw_degrees != 0 || unit.jaw_shift != 0)
    for (const auto& [point, weight] : table.jaw_weights) {
      const int vertex = mesh.vertex(point);
      add_to(given, vertex, weight * jaw_motion(table, unit, mesh.mean.row(vertex)));
      if (mesh.other(vertex) != vertex)
        add_to(given, mesh.other(vertex),
               weight * jaw_motion(table, unit, mesh.mean.row(mesh.other(vertex))));
    }
  // A landmark that the unit does not name stays where it is.
  for (const auto& [name, point] : table.points)
    if (!point.landmarks.empty())
      for (const int vertex : {mesh.vertex(name), mesh.other(mesh.vertex(name))})
        given.try_emplace(vertex, Eigen::RowVector3d(0, 0, 0));
  return given;
}

Eigen::MatrixXd mirrored_field(const WholeMesh& mesh, const Eigen::MatrixXd& field) {
  Eigen::MatrixXd result(field.rows(), 3);
  for (Eigen::Index i = 0; i < field.rows(); ++i)
    result.row(mesh.other(static_cast<int>(i))) = mirrored(field.row(i));
  return result;
}

void append_mode(ShapeBasis& basis, const std::string& name, const std::string& what,
                 const Eigen::MatrixXd& field) {
  const Eigen::Index k = basis.size();
  basis.modes.conservativeResize(3 * field.rows(), k + 1);
  for (Eigen::Index i = 0; i < field.rows(); ++i)
    for (Eigen::Index c = 0; c < 3; ++c)
      basis.modes(3 * i + c, k) = static_cast<float>(to_grain(field(i, c)));
  basis.names.push_back(name);
  basis.descriptions.push_back(what);
}

void add_units(MorphableModel& model, const WholeMesh& mesh, const SmoothField& smooth,
               const AnatomicalTable& table) {
  for (const auto& [name, unit] : table.units) {
    const Eigen::MatrixXd field = smooth.solve(given_of(mesh, table, unit), reach_mm);
    const std::string what = unit.what + " (" + unit.muscle + ")";
    if (unit.sides) {
      append_mode(model.expression, name + "_L", what + ", left; 1 is the E intensity", field);
      append_mode(model.expression, name + "_R", what + ", right; 1 is the E intensity",
                  mirrored_field(mesh, field));
    } else {
      append_mode(model.expression, name, what + "; 1 is the E intensity",
                  (field + mirrored_field(mesh, field)) / 2);
    }
  }
  const Eigen::Index size = model.expression.size();
  model.expression.scale = Eigen::VectorXd::Constant(size, table.expression_scale);
  model.expression.lower = Eigen::VectorXd::Zero(size);
  model.expression.upper = Eigen::VectorXd::Constant(size, table.expression_upper);
}

void add_identity(MorphableModel& model, const WholeMesh& mesh, const SmoothField& smooth,
                  const AnatomicalTable& table) {
  for (const auto& [name, mode] : table.identity) {
    Given given;
    for (const auto& [point, at] : table.points)
      add_both(given, mesh, mesh.vertex(point), Eigen::RowVector3d(0, 0, 0), true);
    for (const auto& [point, value] : mode.move) add_both(given, mesh, mesh.vertex(point), value, true);
    Eigen::MatrixXd field = Eigen::MatrixXd::Zero(mesh.size(), 3);
    if (!mode.move.empty()) field = smooth.solve(given, 0);
    for (Eigen::Index i = 0; i < mesh.size(); ++i) {
      const Eigen::RowVector3d at = mesh.mean.row(i);
      field.row(i) += at.cwiseProduct(mode.scale);
      for (const TableRamp& ramp : mode.ramps) {
        const double place = ramp.along == 0 ? std::abs(at.x()) : at[ramp.along];
        const double share = std::clamp((place - ramp.from) / (ramp.to - ramp.from), 0.0, 1.0);
        const double side = ramp.axis == 0 && at.x() < 0 ? -1 : 1;
        // Eased at both ends: a kink would show as a crease.
        field(i, ramp.axis) += side * ramp.by * share * share * (3 - 2 * share);
      }
    }
    append_mode(model.identity, name, mode.what, (field + mirrored_field(mesh, field)) / 2);
  }
  const Eigen::Index size = model.identity.size();
  model.identity.scale = Eigen::VectorXd::Ones(size);
  model.identity.lower = Eigen::VectorXd::Constant(size, -table.identity_bound);
  model.identity.upper = Eigen::VectorXd::Constant(size, table.identity_bound);
}

void set_landmarks(MorphableModel& model, const WholeMesh& mesh, const AnatomicalTable& table) {
  for (const auto& [name, point] : table.points)
    for (std::size_t k = 0; k < point.landmarks.size(); ++k) {
      const int vertex = mesh.vertex(name);
      model.landmarks[static_cast<std::size_t>(point.landmarks[k])] = k == 0 ? vertex : mesh.other(vertex);
    }
}

/// The origin becomes the mean of the landmarks, as OpenFace has it, so that translations compare.
void centre(MorphableModel& model) {
  Eigen::RowVector3d middle(0, 0, 0);
  for (const std::int32_t vertex : model.landmarks) middle += model.mean.row(vertex).cast<double>() / 68;
  for (Eigen::Index i = 0; i < model.vertex_count(); ++i)
    for (Eigen::Index c = 1; c < 3; ++c)
      model.mean(i, c) = static_cast<float>(model.mean(i, c) - to_grain(middle[c]));
}

}  // namespace
}  // namespace detail

MorphableModel build_anatomical_face(const Json& json, const std::string& file) {
  using namespace detail;
  const AnatomicalTable table = read_anatomical_table(json, file);
  const WholeMesh mesh = anatomical_mesh(table);

  MorphableModel model;
  model.name = table.name;
  model.licence = table.licence;
  model.source = "built from a table of anthropometric distances and muscles' actions";
  model.mean = mesh.mean.cast<float>();
  model.triangles.resize(static_cast<Eigen::Index>(mesh.triangles.size()), 3);
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t)
    for (std::size_t k = 0; k < 3; ++k)
      model.triangles(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(k)) = mesh.triangles[t][k];
  const SmoothField smooth(mesh.flat, mesh.triangles);
  add_units(model, mesh, smooth, table);
  add_identity(model, mesh, smooth, table);
  set_landmarks(model, mesh, table);
  centre(model);
  model.contour = jaw_contour(model);
  model.check(file);
  return model;
}

const MorphableModel& built_in_face() {
  static const MorphableModel face = morphable_model_from_file(
      read_model(detail::embedded_anatomical_face(), "the built-in face (data/anatomical_face.safetensors)"));
  return face;
}

std::string mirrored_unit(const std::string& name) {
  if (name.ends_with("_L")) return name.substr(0, name.size() - 1) + "R";
  if (name.ends_with("_R")) return name.substr(0, name.size() - 1) + "L";
  return name;
}

}  // namespace facelex
