#include "facelex/factor/lasso/path.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "factor/lasso/path/samples.hpp"
#include "factor/lasso/path/tableau.hpp"

namespace facelex {

void PathStop::check() const {
  if (!(alpha >= 0) || !std::isfinite(alpha))
    throw option_error("alpha", number_text(alpha) + " is not a finite number ≥ 0");
  if (most_units < 0)
    throw option_error("most-units", std::to_string(most_units) + " is not ≥ 0", "0 is any number");
  if (!(l1_budget >= 0) || !std::isfinite(l1_budget))
    throw option_error("l1-budget", number_text(l1_budget) + " is not a finite number ≥ 0", "0 is any");
}

namespace {

/// Where in the tableau's segment the path is to end; below its end when it goes on.
double stop_in(const PathTableau& tableau, const PathStop& stop) {
  double alpha = stop.alpha;
  if (stop.l1_budget > 0 && tableau.l1(tableau.end()) > stop.l1_budget)
    alpha = std::max(alpha, tableau.alpha_at_l1(stop.l1_budget));
  return std::min(alpha, tableau.alpha());
}

/// Calls point(α, code, explained) at each point of the path; code is K, and not to be kept.
template <class Point>
void walk_path(PathTableau& tableau, const double* projection, const PathStop& stop, Eigen::VectorXd& code,
               Point point) {
  for (tableau.start(projection);; tableau.pivot()) {
    const double last = stop_in(tableau, stop);
    const double alpha = std::max(tableau.end(), last);
    // A segment of length 0 repeats the point before it.
    if (alpha < tableau.alpha() || tableau.active() == 0) {
      tableau.codes(alpha, code);
      point(alpha, code, tableau.explained(alpha));
    }
    if (tableau.end() <= last) return;
  }
}

bool within(const Eigen::VectorXd& code, const PathStop& stop) {
  return stop.most_units == 0 || (code.array() != 0).count() <= stop.most_units;
}

}  // namespace

LassoPath lasso_path(const Eigen::MatrixXd& gram, const Eigen::VectorXd& projection, double squared_norm,
                     bool positive, const PathStop& stop) {
  stop.check();
  if (gram.rows() != gram.cols() || gram.rows() != projection.size())
    throw usage_error("a path needs a K×K Gram matrix and K projections, not " + std::to_string(gram.rows()) +
                      "×" + std::to_string(gram.cols()) + " and " + std::to_string(projection.size()));
  if (!gram.allFinite() || !projection.allFinite() || !std::isfinite(squared_norm))
    throw data_error({},
                     "the Gram matrix, the projections or the squared norm hold a number that is not finite");
  PathTableau tableau(gram, positive);
  LassoPath path;
  std::vector<Eigen::VectorXd> codes;
  std::size_t kept = 0;
  Eigen::VectorXd code(gram.rows());
  walk_path(tableau, projection.data(), stop, code,
            [&](double alpha, const Eigen::VectorXd& at, double explained) {
              path.alphas.push_back(alpha);
              path.squared_residual.push_back(std::max(0.0, squared_norm - explained));
              codes.push_back(at);
              if (within(at, stop)) kept = codes.size();
            });
  path.alphas.resize(kept);
  path.squared_residual.resize(kept);
  path.codes.resize(static_cast<Eigen::Index>(kept), gram.rows());
  for (std::size_t p = 0; p < kept; ++p) path.codes.row(static_cast<Eigen::Index>(p)) = codes[p].transpose();
  return path;
}

PathCoder::PathCoder(const RowMatrix& atoms, bool positive, const PathStop& stop)
    : positive_(positive), stop_(stop) {
  stop.check();
  require_finite(atoms, "atom");
  atoms_ = std::make_unique<const PathAtoms>(atoms);
}

PathCoder::~PathCoder() = default;

RowMatrix PathCoder::encode(const RowMatrix& samples, const Work& work) const {
  require_path_width(samples, atoms_->dimensions());
  require_finite(samples, "sample");
  RowMatrix codes = RowMatrix::Zero(samples.rows(), atoms_->units());
  constexpr std::size_t block = 256;
  ThreadPool pool(work.threads);
  pool.for_each_block(
      static_cast<std::size_t>(samples.rows()), block, [&](std::size_t, std::size_t begin, std::size_t end) {
        work.check_stop();
        PathTableau tableau(atoms_->gram(), positive_);
        AlignedBuffer<double> projection = atoms_->projection();
        Eigen::VectorXd code(atoms_->units());
        for (auto t = static_cast<Eigen::Index>(begin); t < static_cast<Eigen::Index>(end); ++t) {
          atoms_->project(samples.row(t).data(), projection);
          walk_path(tableau, projection.data(), stop_, code, [&](double, const Eigen::VectorXd& at, double) {
            if (within(at, stop_)) codes.row(t) = at.transpose();
          });
        }
      });
  return codes;
}

RowMatrix encode_by_path(const RowMatrix& samples, const RowMatrix& atoms, bool positive,
                         const PathStop& stop, const Work& work) {
  return PathCoder(atoms, positive, stop).encode(samples, work);
}

}  // namespace facelex
