#include "smoothing.hpp"

#include <Eigen/Cholesky>
#include <utility>
#include <vector>

namespace facelex {

ShapeSmoother::ShapeSmoother(int window, std::function<void(FrameRows&&)> use)
    : half_(static_cast<std::size_t>(window / 2)), use_(std::move(use)) {}

void ShapeSmoother::add(FrameRows&& rows) {
  frames_.push_back(std::move(rows));
  if (frames_.size() > next_ + half_) pass_on();
}

void ShapeSmoother::finish() {
  while (next_ < frames_.size()) pass_on();
}

void ShapeSmoother::pass_on() {
  FrameRows out = frames_[next_];
  if (half_ > 0)
    for (FaceRow& row : out.faces)
      if (row.success) row.landmarks = smoothed(next_, row);
  use_(std::move(out));
  if (next_ < half_)
    ++next_;
  else
    frames_.pop_front();
}

Landmarks68 ShapeSmoother::smoothed(std::size_t frame, const FaceRow& row) const {
  std::vector<const FaceRow*> around{&row};
  std::vector<double> offsets{0};
  for (const int direction : {-1, 1})
    for (std::size_t step = 1; step <= half_; ++step) {
      const auto at = static_cast<std::ptrdiff_t>(frame) + direction * static_cast<std::ptrdiff_t>(step);
      if (at < 0 || at >= static_cast<std::ptrdiff_t>(frames_.size())) break;
      const FaceRow* other = frames_[static_cast<std::size_t>(at)].face(row.face_id);
      if (!other || !other->success) break;
      around.push_back(other);
      offsets.push_back(direction * static_cast<double>(step));
    }
  if (around.size() <= 3) return row.landmarks;  // a parabola goes through three points as they are
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  for (const double u : offsets) {
    const Eigen::Vector3d powers(1, u, u * u);
    normal += powers * powers.transpose();
  }
  const Eigen::Vector3d at_zero = normal.ldlt().solve(Eigen::Vector3d(1, 0, 0));
  Landmarks68 sum = Landmarks68::Zero();
  for (std::size_t i = 0; i < around.size(); ++i) {
    const double u = offsets[i];
    sum += (at_zero[0] + at_zero[1] * u + at_zero[2] * u * u) * around[i]->landmarks;
  }
  return sum;
}

}  // namespace facelex
