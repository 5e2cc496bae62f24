#include "facelex/compare/variance_curves.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/coding/observed_columns.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/factor/lasso/path.hpp"

namespace facelex {
namespace {

/// Units on the columns of the data, of length 1.
struct UnitsOnData {
  RowMatrix atoms;          ///< K×D
  Eigen::RowVectorXd rest;  ///< D
};

UnitsOnData units_on(const UnitMovements& units, const std::vector<Column>& input_columns,
                     const TrainingData& data) {
  std::vector<Eigen::Index> at;
  for (const Column& column : data.columns) {
    const auto found = std::find_if(input_columns.begin(), input_columns.end(),
                                    [&](const Column& one) { return one.name == column.name; });
    if (found == input_columns.end())
      throw data_error({}, "the system has no column " + column.name,
                       "measure it on the columns that it takes");
    at.push_back(found - input_columns.begin());
  }
  const RowMatrix all = units.movements(Eigen::all, at);
  std::vector<Eigen::Index> left;
  for (Eigen::Index k = 0; k < all.rows(); ++k)
    if (!all.row(k).isZero(0)) left.push_back(k);
  UnitsOnData result{all(left, Eigen::all), units.rest(at)};
  result.atoms.rowwise().normalize();
  return result;
}

/// Sums over some frames, which add up.
struct CurveSums {
  Eigen::VectorXd error_by_units, share_by_units, error_by_l1, share_by_l1;
  double squares = 0;
  std::int64_t moving = 0;

  CurveSums(Eigen::Index units, Eigen::Index budgets)
      : error_by_units(Eigen::VectorXd::Zero(units + 1)),
        share_by_units(Eigen::VectorXd::Zero(units + 1)),
        error_by_l1(Eigen::VectorXd::Zero(budgets)),
        share_by_l1(Eigen::VectorXd::Zero(budgets)) {}

  CurveSums& operator+=(const CurveSums& other) {
    error_by_units += other.error_by_units;
    share_by_units += other.share_by_units;
    error_by_l1 += other.error_by_l1;
    share_by_l1 += other.share_by_l1;
    squares += other.squares;
    moving += other.moving;
    return *this;
  }
};

/// Adds the whole path of each frame of one recording.
class PathSummer {
 public:
  /// observed: of the recording's columns.
  PathSummer(const UnitsOnData& units, bool positive, const std::vector<double>& l1,
             const std::vector<bool>& observed)
      : units_(units), positive_(positive), l1_(l1) {
    gram_ = units.atoms * units.atoms.transpose();
    for (std::size_t d = 0; d < observed.size(); ++d)
      if (observed[d]) observed_.push_back(static_cast<Eigen::Index>(d));
    observed_atoms_ = units.atoms(Eigen::all, observed_);
    observed_gram_ = observed_atoms_ * observed_atoms_.transpose();
  }

  template <class Row>
  void add(const Row& frame, CurveSums& sums) const {
    const Eigen::VectorXd x = (frame - units_.rest).transpose();
    const Eigen::VectorXd seen = x(observed_);
    const double squares = frame.squaredNorm(), seen_squares = seen.squaredNorm();
    const LassoPath path = lasso_path(gram_, units_.atoms * x, x.squaredNorm(), positive_);
    const Eigen::VectorXd projection = observed_atoms_ * seen;
    const auto error_of = [&](const Eigen::VectorXd& z) {
      return std::max(0.0, seen_squares - 2 * z.dot(projection) + z.dot(observed_gram_ * z));
    };
    Eigen::VectorXd by_units = Eigen::VectorXd::Constant(sums.error_by_units.size(), seen_squares);
    Eigen::VectorXd by_l1 = Eigen::VectorXd::Constant(sums.error_by_l1.size(), seen_squares);
    Eigen::VectorXd before = Eigen::VectorXd::Zero(gram_.rows());
    double norm_before = 0;
    Eigen::Index budget = 0;
    for (Eigen::Index p = 0; p < path.codes.rows(); ++p) {
      const Eigen::VectorXd z = path.codes.row(p);
      const double error = error_of(z), norm = z.lpNorm<1>();
      const Eigen::Index active = (z.array() != 0).count();
      by_units[active] = std::min(by_units[active], error);
      for (; budget < by_l1.size() && l1_[static_cast<std::size_t>(budget)] < norm; ++budget) {
        const double share = (l1_[static_cast<std::size_t>(budget)] - norm_before) / (norm - norm_before);
        by_l1[budget] = error_of(before + share * (z - before));
      }
      before = z;
      norm_before = norm;
    }
    for (Eigen::Index k = 1; k < by_units.size(); ++k) by_units[k] = std::min(by_units[k], by_units[k - 1]);
    if (budget < by_l1.size()) by_l1.tail(by_l1.size() - budget).setConstant(error_of(before));
    sums.error_by_units += by_units;
    sums.error_by_l1 += by_l1;
    sums.squares += squares;
    if (squares > 0) {
      sums.share_by_units += by_units / squares;
      sums.share_by_l1 += by_l1 / squares;
      ++sums.moving;
    }
  }

 private:
  const UnitsOnData& units_;
  bool positive_;
  const std::vector<double>& l1_;
  std::vector<Eigen::Index> observed_;
  Eigen::MatrixXd gram_, observed_gram_;
  RowMatrix observed_atoms_;
};

std::vector<double> explained(const Eigen::VectorXd& lost, double whole) {
  std::vector<double> shares;
  for (const double one : lost) shares.push_back(1 - one / whole);
  return shares;
}

}  // namespace

VarianceCurves variance_curves(const UnitMovements& units, const std::vector<Column>& input_columns,
                               bool positive, const TrainingData& data, const std::vector<double>& l1,
                               const Work& work) {
  if (!std::is_sorted(l1.begin(), l1.end()) || (!l1.empty() && !(l1.front() > 0)))
    throw usage_error("budgets of the L1 norm must be > 0 and rise");
  const UnitsOnData own = units_on(units, input_columns, data);
  const ObservedColumns observed(data);
  const auto budgets = static_cast<Eigen::Index>(l1.size());
  CurveSums sums(own.atoms.rows(), budgets);
  ThreadPool pool(work.threads);
  std::int64_t done = 0;
  for (const ObservedColumns::Source& source : observed.sources()) {
    const PathSummer summer(own, positive, l1, source.observed);
    constexpr Eigen::Index block = 256;
    const Eigen::Index rows = source.end - source.begin;
    std::vector<CurveSums> parts(static_cast<std::size_t>((rows + block - 1) / block),
                                 CurveSums(own.atoms.rows(), budgets));
    pool.for_each(parts.size(), [&](std::size_t p) {
      work.check_stop();
      const Eigen::Index begin = source.begin + static_cast<Eigen::Index>(p) * block;
      for (Eigen::Index t = begin; t < std::min(begin + block, source.end); ++t)
        summer.add(data.values.row(t), parts[p]);
    });
    for (const CurveSums& part : parts) sums += part;
    done += rows;
    work.report(done, data.values.rows());
  }
  if (sums.moving == 0) throw data_error({}, "nothing moves in any frame", "measure other recordings");
  VarianceCurves curves;
  curves.frames = data.values.rows();
  curves.moving = sums.moving;
  curves.l1 = l1;
  const auto moving = static_cast<double>(sums.moving);
  curves.pooled_by_units = explained(sums.error_by_units, sums.squares);
  curves.mean_by_units = explained(sums.share_by_units, moving);
  curves.pooled_by_l1 = explained(sums.error_by_l1, sums.squares);
  curves.mean_by_l1 = explained(sums.share_by_l1, moving);
  return curves;
}

std::vector<double> logarithmic_budgets(double low, double high, int per_decade) {
  std::vector<double> budgets;
  for (int i = 0;; ++i) {
    const double budget = low * std::pow(10, static_cast<double>(i) / per_decade);
    if (budget > high * (1 + 1e-9)) return budgets;
    budgets.push_back(budget);
  }
}

}  // namespace facelex
