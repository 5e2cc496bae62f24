#pragma once

#include <Eigen/Core>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "facelex/core/json.hpp"

namespace facelex::detail {

/// A list of named things in the order of the table.
template <class T>
struct Named {
  std::vector<std::pair<std::string, T>> entries;

  auto begin() const { return entries.begin(); }
  auto end() const { return entries.end(); }
  const T* find(const std::string& name) const {
    for (const auto& [key, value] : entries)
      if (key == name) return &value;
    return nullptr;
  }
  /// Requires that it is there.
  const T& at(const std::string& name) const { return *find(name); }
};

struct TablePoint {
  Eigen::Vector3d at;          ///< mm from the sellion; x ≥ 0
  double open = 0;             ///< how much lower it lies in the template
  std::vector<int> landmarks;  ///< iBUG: left and right, or one on the midline
};

struct TableCurve {
  std::vector<std::string> through;
  int pieces = 0;
  bool shapes = false;  ///< its points lie on the surface exactly; else they only are vertices
};

struct TableUnit {
  std::string what, muscle;
  bool sides = false;
  std::vector<std::pair<std::string, Eigen::RowVector3d>> move;
  std::vector<std::pair<std::string, Eigen::RowVector3d>> curves;
  std::vector<std::tuple<std::string, std::string, double>> meet;  ///< curve, onto, share of the way
  double jaw_degrees = 0, jaw_shift = 0;
};

struct TableRamp {
  Eigen::Index axis = 0, along = 0;
  double from = 0, to = 0, by = 0;
};

struct TableIdentity {
  std::string what;
  std::vector<std::pair<std::string, Eigen::RowVector3d>> move;
  Eigen::RowVector3d scale{0, 0, 0};
  std::vector<TableRamp> ramps;
};

/// data/anatomical_face.json.
struct AnatomicalTable {
  std::string name, licence;
  Named<TablePoint> points;
  Named<TableCurve> curves;
  std::vector<std::pair<std::string, std::string>> holes;
  Eigen::Vector3d jaw_hinge{0, 0, 0};
  std::vector<std::pair<std::string, double>> jaw_weights;
  Named<TableUnit> units;
  Named<TableIdentity> identity;
  double expression_scale = 0, expression_upper = 0, identity_bound = 0;
};

/// Throws Error (data) naming `file` and the place in the table.
AnatomicalTable read_anatomical_table(const Json& json, const std::string& file);

}  // namespace facelex::detail
