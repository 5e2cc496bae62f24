#include "facelex/face/schemes/mirror.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <unordered_map>

namespace facelex {
namespace {

std::optional<std::string> name_of_other_side(const std::string& name) {
  if (const auto column = point_column(name))
    return name.substr(0, 3) + std::to_string(mirrored_points[static_cast<std::size_t>(column->point)]);
  const auto ending_replaced = [&](std::string_view ending, std::string_view by) {
    return name.substr(0, name.size() - ending.size()).append(by);
  };
  if (name.ends_with("_L")) return ending_replaced("_L", "_R");
  if (name.ends_with("_R")) return ending_replaced("_R", "_L");
  if (name.ends_with("Left")) return ending_replaced("Left", "Right");
  if (name.ends_with("Right")) return ending_replaced("Right", "Left");
  return std::nullopt;
}

}  // namespace

std::optional<PointColumn> point_column(const std::string& name) {
  if (name.size() < 4 || name[0] != 'd' || name[2] != '_' ||
      std::string_view("xyzXYZ").find(name[1]) == std::string_view::npos)
    return std::nullopt;
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + 3, end, number);
  if (error != std::errc() || stop != end || number < 0 || number >= static_cast<int>(mirrored_points.size()))
    return std::nullopt;
  return PointColumn{name[1], number};
}

RowMatrix ColumnMirror::mirrored(const Eigen::Ref<const RowMatrix>& rows) const {
  return rows(Eigen::all, other) * sign.asDiagonal();
}

std::optional<ColumnMirror> column_mirror(const std::vector<Column>& columns) {
  std::unordered_map<std::string_view, Eigen::Index> position;
  for (std::size_t i = 0; i < columns.size(); ++i)
    position.emplace(columns[i].name, static_cast<Eigen::Index>(i));
  ColumnMirror mirror;
  mirror.sign = Eigen::RowVectorXd::Ones(static_cast<Eigen::Index>(columns.size()));
  bool sides = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto name = name_of_other_side(columns[i].name);
    const auto twin = position.find(name ? *name : columns[i].name);
    if (twin == position.end()) return std::nullopt;
    sides = sides || name;
    mirror.other.push_back(twin->second);
    const auto point = point_column(columns[i].name);
    if (point && (point->axis == 'x' || point->axis == 'X')) mirror.sign[static_cast<Eigen::Index>(i)] = -1;
  }
  if (!sides) return std::nullopt;
  return mirror;
}

}  // namespace facelex
