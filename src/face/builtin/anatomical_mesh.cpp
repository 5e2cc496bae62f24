#include "anatomical_mesh.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "face/standardize/smooth_field.hpp"

namespace facelex::detail {
namespace {

/// The head's axis lies this far behind the sellion; the template is the surface unrolled about it, at about
/// the face's distance from it, so that lengths are kept.
constexpr double axis_depth_mm = 80;
constexpr double template_radius_mm = 70;
/// Distances of the mesh's vertices: fine at lids, lips and nose, coarser with the distance from them.
constexpr double finest_mm = 2.3;
constexpr double coarsest_mm = 5.6;
constexpr double coarsening = 0.13;
constexpr int smoothings = 8;

Eigen::Vector2d template_place(const Eigen::Vector3d& at, double open) {
  return {template_radius_mm * std::atan2(at.x(), axis_depth_mm - at.z()), at.y() + open};
}
struct CurvePoint {
  Eigen::Vector3d at;
  double open;
};

/// Catmull–Rom between b and c.
CurvePoint between(const CurvePoint& a, const CurvePoint& b, const CurvePoint& c, const CurvePoint& d,
                   double t) {
  const auto blend = [t](const auto& p, const auto& q, const auto& r, const auto& s) {
    return (q * 2 + (r - p) * t + (p * 2 - q * 5 + r * 4 - s) * (t * t) +
            (q * 3 - p - r * 3 + s) * (t * t * t)) *
           0.5;
  };
  return {blend(a.at, b.at, c.at, d.at), blend(a.open, b.open, c.open, d.open)};
}

/// The point before the first one of a curve: its mirror image on the midline, else straight on.
CurvePoint before_end(const CurvePoint& end, const CurvePoint& next) {
  if (end.at.x() == 0) return {{-next.at.x(), next.at.y(), next.at.z()}, next.open};
  return {2 * end.at - next.at, 2 * end.open - next.open};
}

/// How many pieces each stretch of the curve gets, by length, at least one.
std::vector<int> share_pieces(const std::vector<CurvePoint>& through, int pieces) {
  std::vector<double> length;
  double total = 0;
  for (std::size_t i = 0; i + 1 < through.size(); ++i) {
    length.push_back((through[i + 1].at - through[i].at).norm());
    total += length.back();
  }
  std::vector<int> shares;
  double done = 0;
  int given = 0;
  for (std::size_t i = 0; i < length.size(); ++i) {
    done += length[i];
    const int left = static_cast<int>(length.size() - i) - 1;
    const int upto = static_cast<int>(std::lround(pieces * done / total));
    shares.push_back(std::clamp(upto - given, 1, pieces - given - left));
    given += shares.back();
  }
  return shares;
}

void add_curve(HalfMesh& half, const AnatomicalTable& table, const std::string& name,
               const TableCurve& curve) {
  std::vector<CurvePoint> through;
  for (const std::string& point : curve.through)
    through.push_back({table.points.at(point).at, table.points.at(point).open});
  const std::vector<int> shares = share_pieces(through, curve.pieces);
  std::vector<int>& line = half.curves[name];
  const std::size_t last = through.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    line.push_back(half.named.at(curve.through[i]));
    const CurvePoint first = i > 0 ? through[i - 1] : before_end(through[0], through[1]);
    const CurvePoint after = i + 1 < last ? through[i + 2] : before_end(through[last], through[last - 1]);
    for (int k = 1; k < shares[i]; ++k) {
      const CurvePoint point =
          between(first, through[i], through[i + 1], after, k / static_cast<double>(shares[i]));
      line.push_back(half.add(template_place(point.at, point.open)));
      if (curve.shapes) half.places[line.back()] = point.at;
    }
  }
  line.push_back(half.named.at(curve.through[last]));
}

Points2d polygon_of(const HalfMesh& half, const std::vector<int>& line) {
  Points2d polygon;
  for (const int point : line) polygon.push_back(half.points[static_cast<std::size_t>(point)]);
  return polygon;
}

/// The borders of the half: its outline (closed by the midline) and its holes.
struct Borders {
  Points2d outline;
  std::vector<Points2d> holes;

  bool contain(const Eigen::Vector2d& point) const {
    return inside(outline, point) && std::none_of(holes.begin(), holes.end(),
                                                  [&](const Points2d& hole) { return inside(hole, point); });
  }
};

Borders borders_of(const HalfMesh& half, const AnatomicalTable& table) {
  Borders borders;
  borders.outline = polygon_of(half, half.curves.at("outline"));
  for (const auto& [first, second] : table.holes) {
    std::vector<int> line = half.curves.at(first);
    const std::vector<int>& back = half.curves.at(second);
    line.insert(line.end(), back.rbegin(), back.rend());
    borders.holes.push_back(polygon_of(half, line));
  }
  return borders;
}

double nearest(const Points2d& points, const Eigen::Vector2d& place, std::size_t count) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < count; ++i) nearest = std::min(nearest, (points[i] - place).squaredNorm());
  return std::sqrt(nearest);
}

/// Points on the midline between its named ones; none across a hole.
void fill_midline(HalfMesh& half, const Borders& borders) {
  std::vector<double> heights;
  for (const auto& point : half.points)
    if (point.x() == 0) heights.push_back(point.y());
  std::sort(heights.begin(), heights.end());
  for (std::size_t i = 0; i + 1 < heights.size(); ++i) {
    const double gap = heights[i + 1] - heights[i];
    if (!borders.contain({1e-3, heights[i] + gap / 2})) continue;
    const double spacing = gap < 16 ? finest_mm * 1.4 : coarsest_mm;
    const int pieces = std::max(1, static_cast<int>(std::lround(gap / spacing)));
    for (int k = 1; k < pieces; ++k) half.add({0, heights[i] + gap * k / pieces});
  }
}

/// Fills the surface with points, finer near the curves of lids, lips and nose.
void fill_surface(HalfMesh& half, const AnatomicalTable& table, const Borders& borders) {
  Points2d fine;
  for (const auto& [name, curve] : table.curves)
    if ((curve.shapes || name == "nose_base") && name != "outline")
      for (const int point : half.curves.at(name))
        fine.push_back(half.points[static_cast<std::size_t>(point)]);
  for (const auto& [name, point] : table.points)
    if (name.starts_with("alar") || name == "pronasale" || name == "columella")
      fine.push_back(half.points[static_cast<std::size_t>(half.named.at(name))]);
  Eigen::Vector2d low = borders.outline.front(), high = low;
  for (const auto& point : borders.outline) {
    low = low.cwiseMin(point);
    high = high.cwiseMax(point);
  }
  const double step = finest_mm / 3;
  Eigen::Vector2d place = low;
  for (int row = 0; place.y() < high.y(); ++row, place.y() += step * std::numbers::sqrt3 / 2) {
    place.x() = (row % 2) * step / 2;
    for (; place.x() < high.x(); place.x() += step) {
      if (!borders.contain(place)) continue;
      const double spacing =
          std::min(coarsest_mm, finest_mm + coarsening * nearest(fine, place, fine.size()));
      if (place.x() > spacing / 2 && nearest(half.points, place, half.size()) > 0.85 * spacing)
        half.add(place);
    }
  }
}

void triangulate(HalfMesh& half, const Borders& borders) {
  half.triangles = delaunay(half.points);
  std::erase_if(half.triangles, [&](const Triangle& t) {
    Eigen::Vector2d middle(0, 0);
    for (const int corner : t) middle += half.points[static_cast<std::size_t>(corner)] / 3;
    return !borders.contain(middle);
  });
}

/// Moves the points that only fill towards the middle of their neighbours.
void even_out(HalfMesh& half, std::size_t first_free, const Borders& borders) {
  for (int round = 0; round < smoothings; ++round) {
    triangulate(half, borders);
    Points2d sum(half.size(), Eigen::Vector2d(0, 0));
    std::vector<int> count(half.size(), 0);
    for (const Triangle& t : half.triangles)
      for (std::size_t k = 0; k < 3; ++k) {
        const auto corner = static_cast<std::size_t>(t[k]);
        for (const std::size_t other : {(k + 1) % 3, (k + 2) % 3}) {
          sum[corner] += half.points[static_cast<std::size_t>(t[other])];
          ++count[corner];
        }
      }
    for (std::size_t i = first_free; i < half.size(); ++i) half.points[i] = sum[i] / count[i];
  }
  triangulate(half, borders);
}

HalfMesh half_mesh(const AnatomicalTable& table) {
  HalfMesh half;
  for (const auto& [name, point] : table.points) {
    half.named[name] = half.add(template_place(point.at, point.open));
    half.places[half.named[name]] = point.at;
  }
  for (const auto& [name, curve] : table.curves) add_curve(half, table, name, curve);
  const Borders borders = borders_of(half, table);
  fill_midline(half, borders);
  const std::size_t first_free = half.size();
  fill_surface(half, table, borders);
  even_out(half, first_free, borders);
  return half;
}
void mirror_half(WholeMesh& mesh) {
  const int size = static_cast<int>(mesh.half.size());
  mesh.mirror.resize(mesh.half.size());
  for (int i = 0; i < size; ++i) {
    if (mesh.half.on_midline(i)) {
      mesh.mirror[static_cast<std::size_t>(i)] = i;
    } else {
      mesh.mirror[static_cast<std::size_t>(i)] = static_cast<int>(mesh.mirror.size());
      mesh.mirror.push_back(i);
    }
  }
  // Positive area in (x right, y down) faces away from the camera.
  for (const Triangle& t : mesh.half.triangles) {
    mesh.triangles.push_back({t[0], t[2], t[1]});
    mesh.triangles.push_back({mesh.other(t[0]), mesh.other(t[1]), mesh.other(t[2])});
  }
}

/// Distance from the head's axis, and height over the template's, are the smooth fields of the mean face.
void raise_mean(WholeMesh& mesh) {
  const HalfMesh& half = mesh.half;
  Eigen::MatrixXd& flat = mesh.flat;
  flat = Eigen::MatrixXd::Zero(mesh.size(), 3);
  std::map<int, Eigen::RowVectorXd> given;
  for (int i = 0; i < static_cast<int>(half.size()); ++i) {
    flat.row(i).head<2>() = half.points[static_cast<std::size_t>(i)].transpose();
    flat.row(mesh.other(i)).head<2>() << -flat(i, 0) + 0.0, flat(i, 1);
    const auto place = half.places.find(i);
    if (place == half.places.end()) continue;
    Eigen::RowVectorXd values(2);
    values << std::hypot(place->second.x(), axis_depth_mm - place->second.z()),
        place->second.y() - flat(i, 1);
    given[i] = given[mesh.other(i)] = values;
  }
  const Eigen::MatrixXd field = SmoothField(flat, mesh.triangles).solve(given, 0);
  mesh.mean.resize(mesh.size(), 3);
  for (int i = 0; i < static_cast<int>(half.size()); ++i) {
    const double angle = flat(i, 0) / template_radius_mm;
    mesh.mean.row(i) << to_grain(field(i, 0) * std::sin(angle)), to_grain(flat(i, 1) + field(i, 1)),
        to_grain(axis_depth_mm - field(i, 0) * std::cos(angle));
    mesh.mean.row(mesh.other(i)) =
        mesh.half.on_midline(i) ? Eigen::RowVector3d(mesh.mean.row(i)) : mirrored(mesh.mean.row(i));
  }
}

}  // namespace

double to_grain(double value_mm) {
  constexpr double grain_mm = 1.0 / 1024;
  return std::round(value_mm / grain_mm) * grain_mm + 0.0;  // no −0, whose sign a processor decides
}
Eigen::RowVector3d mirrored(const Eigen::RowVector3d& v) {
  return {-v.x(), v.y(), v.z()};
}
WholeMesh anatomical_mesh(const AnatomicalTable& table) {
  WholeMesh mesh;
  mesh.half = half_mesh(table);
  mirror_half(mesh);
  raise_mean(mesh);
  return mesh;
}

}  // namespace facelex::detail
