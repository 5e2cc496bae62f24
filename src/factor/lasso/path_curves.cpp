#include <algorithm>
#include <cmath>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/factor/lasso/path.hpp"
#include "factor/block_sum.hpp"
#include "factor/lasso/path/samples.hpp"
#include "factor/lasso/path/tableau.hpp"

namespace facelex {

namespace {

struct CurveSums {
  Eigen::VectorXd residual_by_units, share_by_units, residual_by_l1;
  double squares = 0;
  std::int64_t moving = 0, breakpoints = 0;

  CurveSums(Eigen::Index units, std::size_t budgets)
      : residual_by_units(Eigen::VectorXd::Zero(units + 1)),
        share_by_units(Eigen::VectorXd::Zero(units + 1)),
        residual_by_l1(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(budgets))) {}

  CurveSums& operator+=(const CurveSums& other) {
    residual_by_units += other.residual_by_units;
    share_by_units += other.share_by_units;
    residual_by_l1 += other.residual_by_l1;
    squares += other.squares;
    moving += other.moving;
    breakpoints += other.breakpoints;
    return *this;
  }
};

/// The curve of one sample after another.
class SampleCurve {
 public:
  SampleCurve(const PathAtoms& atoms, bool positive, const std::vector<double>& l1)
      : atoms_(atoms),
        l1_(l1),
        tableau_(atoms.gram(), positive),
        projection_(atoms.projection()),
        explained_(atoms.units() + 1) {}

  /// sample: its D numbers side by side.
  template <class Sample>
  void add(const Sample& sample, CurveSums& sums) {
    const double squares = sample.squaredNorm();
    atoms_.project(sample.data(), projection_);
    explained_.setZero();
    std::size_t budget = 0;
    const auto tell_budget = [&](double explained) {
      sums.residual_by_l1[static_cast<Eigen::Index>(budget++)] += std::max(0.0, squares - explained);
    };
    for (tableau_.start(projection_.data());; tableau_.pivot()) {
      const double end = tableau_.end();
      // The residual falls along the path: the last point with so many units is their best.
      explained_[tableau_.active_at_end()] = tableau_.explained(end);
      ++sums.breakpoints;
      while (budget < l1_.size() && tableau_.l1(end) > l1_[budget])
        tell_budget(tableau_.explained(tableau_.alpha_at_l1(l1_[budget])));
      if (end == 0) break;
    }
    while (budget < l1_.size()) tell_budget(tableau_.explained(0));
    sums.squares += squares;
    sums.moving += squares > 0;
    double best = 0;
    for (Eigen::Index k = 0; k < explained_.size(); ++k) {
      best = std::max(best, explained_[k]);
      const double residual = std::max(0.0, squares - best);
      sums.residual_by_units[k] += residual;
      if (squares > 0) sums.share_by_units[k] += residual / squares;
    }
  }

 private:
  const PathAtoms& atoms_;
  const std::vector<double>& l1_;
  PathTableau tableau_;
  AlignedBuffer<double> projection_;
  Eigen::VectorXd explained_;  ///< K+1, of ‖x‖²: by as many units, along the path of this sample
};

}  // namespace

PathCurves lasso_path_curves(const RowMatrix& samples, const RowMatrix& atoms, bool positive,
                             const std::vector<double>& l1, const Work& work) {
  require_path_input(samples, atoms);
  for (std::size_t i = 0; i < l1.size(); ++i)
    if (!(l1[i] > (i > 0 ? l1[i - 1] : 0.0)) || !std::isfinite(l1[i]))
      throw usage_error("L1 budget " + std::to_string(i + 1) + ": " + number_text(l1[i]) +
                            " is not a finite number above " + (i > 0 ? number_text(l1[i - 1]) : "0"),
                        "budgets rise");
  const PathAtoms prepared(atoms);
  ThreadPool pool(work.threads);
  const CurveSums sums = sum_over_blocks(pool, work, static_cast<std::size_t>(samples.rows()),
                                         CurveSums(atoms.rows(), l1.size()),
                                         [&](Eigen::Index first, Eigen::Index rows, CurveSums& part) {
                                           SampleCurve curve(prepared, positive, l1);
                                           for (Eigen::Index t = first; t < first + rows; ++t)
                                             curve.add(samples.row(t), part);
                                         });
  PathCurves curves;
  curves.residual_by_units = sums.residual_by_units;
  curves.share_by_units = sums.share_by_units;
  curves.l1 = l1;
  curves.residual_by_l1 = sums.residual_by_l1;
  curves.squares = sums.squares;
  curves.samples = samples.rows();
  curves.moving = sums.moving;
  curves.breakpoints = sums.breakpoints;
  return curves;
}

}  // namespace facelex
