#include "box.hpp"

#include <Eigen/Cholesky>
#include <vector>

namespace facelex {
namespace {

constexpr int max_rounds = 20;

enum class BoxPlace : char { free, at_lower, at_upper };

/// Which variables are free, and the value of the others.
struct Active {
  std::vector<BoxPlace> place;
  std::vector<Eigen::Index> free;

  void list_free() {
    free.clear();
    for (std::size_t i = 0; i < place.size(); ++i)
      if (place[i] == BoxPlace::free) free.push_back(static_cast<Eigen::Index>(i));
  }
};

/// Sets the free variables of x to where the gradient is zero, the others being held.
void solve_free(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right_side, const Active& active,
                Eigen::VectorXd& x) {
  const auto count = static_cast<Eigen::Index>(active.free.size());
  for (const Eigen::Index i : active.free) x[i] = 0;
  const Eigen::VectorXd rest = right_side - matrix.selfadjointView<Eigen::Lower>() * x;
  Eigen::MatrixXd part(count, count);
  Eigen::VectorXd part_right(count);
  for (Eigen::Index b = 0; b < count; ++b) {
    const Eigen::Index column = active.free[static_cast<std::size_t>(b)];
    part_right[b] = rest[column];
    // Free variables ascend, so this reads the lower half.
    for (Eigen::Index a = b; a < count; ++a)
      part(a, b) = matrix(active.free[static_cast<std::size_t>(a)], column);
  }
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>>(part).solveInPlace(part_right);
  for (Eigen::Index a = 0; a < count; ++a) x[active.free[static_cast<std::size_t>(a)]] = part_right[a];
}

/// Holds free variables that left the box and frees held ones that the gradient draws inwards. Returns how
/// many changed.
int pivot(const Eigen::VectorXd& x, const Eigen::VectorXd& gradient, const Eigen::VectorXd& lower,
          const Eigen::VectorXd& upper, Active& active) {
  int changed = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    BoxPlace& place = active.place[static_cast<std::size_t>(i)];
    BoxPlace next = place;
    if (place == BoxPlace::free && x[i] < lower[i]) next = BoxPlace::at_lower;
    if (place == BoxPlace::free && x[i] > upper[i]) next = BoxPlace::at_upper;
    if (place == BoxPlace::at_lower && gradient[i] < 0) next = BoxPlace::free;
    if (place == BoxPlace::at_upper && gradient[i] > 0) next = BoxPlace::free;
    if (next == place) continue;
    place = next;
    ++changed;
  }
  return changed;
}

}  // namespace

Eigen::VectorXd minimum_in_box(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right_side,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper) {
  const Eigen::Index size = right_side.size();
  Active active{std::vector<BoxPlace>(static_cast<std::size_t>(size), BoxPlace::free), {}};
  // Steps of a descent that lies on its bounds begin held there.
  for (Eigen::Index i = 0; i < size; ++i) {
    if (upper[i] == 0) active.place[static_cast<std::size_t>(i)] = BoxPlace::at_upper;
    if (lower[i] == 0) active.place[static_cast<std::size_t>(i)] = BoxPlace::at_lower;
  }
  Eigen::VectorXd x = Eigen::VectorXd::Zero(size);
  for (int round = 0; round < max_rounds; ++round) {
    for (Eigen::Index i = 0; i < size; ++i) {
      const BoxPlace place = active.place[static_cast<std::size_t>(i)];
      if (place == BoxPlace::at_lower) x[i] = lower[i];
      if (place == BoxPlace::at_upper) x[i] = upper[i];
    }
    active.list_free();
    solve_free(matrix, right_side, active, x);
    const Eigen::VectorXd gradient = matrix.selfadjointView<Eigen::Lower>() * x - right_side;
    if (pivot(x, gradient, lower, upper, active) == 0) break;
  }
  return x.cwiseMax(lower).cwiseMin(upper);
}

}  // namespace facelex
