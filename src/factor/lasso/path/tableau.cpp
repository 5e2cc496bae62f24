#include "tableau.hpp"

namespace facelex {

namespace {

/// A unit whose squared distance from the span of the active ones is below this share of its squared norm
/// depends on them.
constexpr double dependent = 1e-12;
/// Columns in memory besides the two tables: a, b, min_pivot, sign, open, events, before.
constexpr int vectors = 7;

}  // namespace

PathTableau::PathTableau(const Eigen::MatrixXd& gram, bool positive, const PathKernels& kernels)
    : kernels_(&kernels) {
  const auto units = static_cast<int>(gram.rows()), stride = path_stride(units);
  memory_ =
      AlignedBuffer<double>(static_cast<std::size_t>(stride) * static_cast<std::size_t>(2 * units + vectors));
  double* free = memory_.data();
  const auto take = [&](int columns) {
    double* const taken = free;
    free += static_cast<std::ptrdiff_t>(columns) * stride;
    return taken;
  };
  double* const own_gram = take(units);
  double* const min_pivot = take(1);
  for (int j = 0; j < units; ++j) {
    Eigen::Map<Eigen::VectorXd>(own_gram + static_cast<std::ptrdiff_t>(j) * stride, units) = gram.col(j);
    min_pivot[j] = dependent * gram(j, j);
  }
  state_.units = units;
  state_.stride = stride;
  state_.positive = positive;
  state_.gram = state_.columns = own_gram;
  state_.min_pivot = min_pivot;
  state_.table = take(units + 2);
  state_.sign = take(1);
  state_.open = take(1);
  state_.events = take(1);
  state_.before = take(1);
}

void PathTableau::codes(double alpha, Eigen::Ref<Eigen::VectorXd> codes) const {
  const double end = state_.end;
  const bool at_end = end > 0 && alpha <= end;
  for (Eigen::Index i = 0; i < units(); ++i) {
    const double sign = state_.sign[i];
    const bool leaves = at_end && state_.events[i] >= end * (1 - same_path_alpha);
    const double code = sign != 0 && !leaves ? state_.a()[i] - alpha * state_.b()[i] : 0;
    codes[i] = code * sign > 0 ? code : 0;
  }
}

}  // namespace facelex
