#include "facelex/face/neutral/neutral.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace facelex {
namespace {

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

}  // namespace

Landmarks68 median_shape(const std::vector<const Landmarks68*>& shapes) {
  Landmarks68 result;
  std::vector<double> values(shapes.size());
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    for (std::size_t k = 0; k < shapes.size(); ++k) values[k] = shapes[k]->data()[i];
    result.data()[i] = median(values);
  }
  return result;
}

void NeutralEstimator::add(const Frame& frame, const Landmarks68& standardised) {
  const double motion = count_ == 0 ? 0 : std::sqrt((standardised - last_).squaredNorm() / 68);
  last_ = standardised;
  if (count_++ % stride_ != 0) return;
  if (seen_.size() == max_frames) thin();  // this frame stays one of them, as max_frames is even
  const double confidence = std::isfinite(frame.confidence) ? frame.confidence : 0;
  seen_.push_back({standardised, frame.number, confidence, motion});
}

void NeutralEstimator::thin() {
  for (std::size_t i = 0; 2 * i < seen_.size(); ++i) seen_[i] = seen_[2 * i];
  seen_.resize((seen_.size() + 1) / 2);
  seen_.shrink_to_fit();
  stride_ *= 2;
}

std::optional<Neutral> NeutralEstimator::estimate() const {
  if (seen_.empty()) return std::nullopt;
  std::vector<double> confidences, motions;
  for (const auto& seen : seen_) {
    confidences.push_back(seen.confidence);
    motions.push_back(seen.motion);
  }
  const double confidence = median(confidences);
  const double motion = median(motions);
  const auto candidates = [&](double max_motion) {
    std::vector<const Seen*> found;
    for (const auto& seen : seen_)
      if (seen.confidence >= confidence && seen.motion <= max_motion) found.push_back(&seen);
    return found;
  };
  std::vector<const Seen*> chosen = candidates(motion);
  if (chosen.empty()) chosen = candidates(std::numeric_limits<double>::infinity());

  std::vector<const Landmarks68*> shapes;
  shapes.reserve(chosen.size());
  for (const auto* seen : chosen) shapes.push_back(&seen->landmarks);
  const Landmarks68 middle = median_shape(shapes);
  const Seen* nearest = chosen.front();
  double min_distance = std::numeric_limits<double>::infinity();
  for (const auto* seen : chosen) {
    const double distance = (seen->landmarks - middle).squaredNorm();
    if (distance < min_distance) {
      min_distance = distance;
      nearest = seen;
    }
  }
  return Neutral{nearest->landmarks, nearest->frame};
}

}  // namespace facelex
