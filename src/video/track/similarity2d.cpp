#include "similarity2d.hpp"

#include <array>
#include <cmath>

namespace facelex {
namespace {

constexpr std::array<int, 13> stable_points = {27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45};

}  // namespace

double Similarity2d::scale() const {
  return std::hypot(a, b);
}

Similarity2d stable_similarity(const Landmarks68& from, const Landmarks68& to) {
  Eigen::RowVector2d from_mean(0, 0), to_mean(0, 0);
  for (const int i : stable_points) {
    from_mean += from.row(i);
    to_mean += to.row(i);
  }
  from_mean /= static_cast<double>(stable_points.size());
  to_mean /= static_cast<double>(stable_points.size());
  double along = 0, across = 0, spread = 0;
  for (const int i : stable_points) {
    const Eigen::RowVector2d p = from.row(i) - from_mean, q = to.row(i) - to_mean;
    along += p.dot(q);
    across += p.x() * q.y() - p.y() * q.x();
    spread += p.squaredNorm();
  }
  Similarity2d s;
  if (spread > 0) {
    s.a = along / spread;
    s.b = across / spread;
  }
  s.tx = to_mean.x() - (s.a * from_mean.x() - s.b * from_mean.y());
  s.ty = to_mean.y() - (s.b * from_mean.x() + s.a * from_mean.y());
  return s;
}

}  // namespace facelex
