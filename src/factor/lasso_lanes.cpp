#include "lasso_lanes.hpp"

#include <algorithm>

namespace facelex {

namespace {

/// Σ_c m(r, c)·x(c) for each row r of a matrix and each lane, in the order of c.
template <class Columns>
void multiply(const Eigen::MatrixXd& m, const Columns& x, Columns& product) {
  using Lane = typename Columns::ColXpr::PlainObject;
  constexpr Eigen::Index rows_at_once = 8;  // their sums stay in registers
  for (Eigen::Index first = 0; first < m.rows(); first += rows_at_once) {
    const Eigen::Index rows = std::min(rows_at_once, m.rows() - first);
    std::array<Lane, rows_at_once> sums;
    sums.fill(Lane::Zero());
    if (rows == rows_at_once) {
      for (Eigen::Index c = 0; c < m.cols(); ++c) {
        const Lane lanes = x.col(c);
        const double* const column = &m(first, c);
        for (std::size_t r = 0; r < rows_at_once; ++r) sums[r] += column[r] * lanes;
      }
    } else {
      for (Eigen::Index c = 0; c < m.cols(); ++c) {
        const Lane lanes = x.col(c);
        for (Eigen::Index r = 0; r < rows; ++r) sums[static_cast<std::size_t>(r)] += m(first + r, c) * lanes;
      }
    }
    for (Eigen::Index r = 0; r < rows; ++r) product.col(first + r) = sums[static_cast<std::size_t>(r)];
  }
}

}  // namespace

LassoLanes::LassoLanes(const Eigen::MatrixXd& atoms, const Eigen::MatrixXd& gram, const LassoOptions& options)
    : atoms_(atoms),
      gram_(gram),
      options_(options),
      tile_(lanes, atoms.cols()),
      tile_projections_(lanes, gram.rows()),
      tile_gradients_(lanes, gram.rows()),
      tile_codes_(lanes, gram.rows()),
      projections_(lanes, gram.rows()),
      gradients_(lanes, gram.rows()),
      codes_(lanes, gram.rows()) {}

// Sums run over d and k in one fixed order, whatever the sample's place: codes are the same bytes in any
// blocking.
void LassoLanes::prepare(const Eigen::Ref<const RowMatrix>& samples, const Eigen::Ref<RowMatrix>& codes,
                         Eigen::Index first) {
  const Eigen::Index count = std::min<Eigen::Index>(lanes, samples.rows() - first);
  tile_.bottomRows(lanes - count).setZero();
  tile_.topRows(count) = samples.middleRows(first, count).array();
  tile_codes_.bottomRows(lanes - count).setZero();
  tile_codes_.topRows(count) = codes.middleRows(first, count).array();
  tile_squared_norms_.setZero();
  for (Eigen::Index d = 0; d < tile_.cols(); ++d) tile_squared_norms_ += tile_.col(d).square();
  multiply(atoms_, tile_, tile_projections_);
  multiply(gram_, tile_codes_, tile_gradients_);
  tile_gradients_ = tile_projections_ - tile_gradients_;
}

void LassoLanes::load(int lane, const Eigen::Ref<const RowMatrix>& samples,
                      const Eigen::Ref<RowMatrix>& codes, Eigen::Index sample) {
  const Eigen::Index from = sample % lanes;
  if (from == 0) prepare(samples, codes, sample);
  projections_.row(lane) = tile_projections_.row(from);
  gradients_.row(lane) = tile_gradients_.row(from);
  codes_.row(lane) = tile_codes_.row(from);
  squared_norms_[lane] = tile_squared_norms_[from];
  const auto at = static_cast<std::size_t>(lane);
  sample_[at] = sample;
  sweeps_[at] = 0;
}

/// A lane of zeros stays at zero.
void LassoLanes::clear(int lane) {
  projections_.row(lane).setZero();
  gradients_.row(lane).setZero();
  codes_.row(lane).setZero();
  squared_norms_[lane] = 0;
  sample_[static_cast<std::size_t>(lane)] = -1;
}

LassoLanes::Sweep LassoLanes::sweep() {
  Sweep result;
  const double alpha = options_.alpha, least = options_.positive ? 0 : -alpha;
  const Eigen::Index size = codes_.cols();
  for (Eigen::Index k = 0; k < size; ++k) {
    const double norm = gram_(k, k);
    if (norm == 0) continue;
    const Lane before = codes_.col(k);
    const Lane aim = gradients_.col(k) + norm * before;
    // The soft threshold; with positive codes what is below zero is cut off first.
    const Lane bounded = options_.positive ? Lane(aim.max(least)) : aim;
    const Lane after = (bounded - bounded.max(-alpha).min(alpha)) / norm;
    const Lane step = after - before;
    result.largest_step = result.largest_step.max(step.abs());
    result.largest_code = result.largest_code.max(after.abs());
    if (!(step != 0).any()) continue;
    codes_.col(k) = after;
    const double* const gram = gram_.col(k).data();
    for (Eigen::Index j = 0; j < size; ++j) gradients_.col(j) -= step * gram[j];
  }
  return result;
}

// The gap to the dual point that scaling the residual r gives, all of it from q, g and z:
// ‖r‖² = ‖x‖² − qᵀz − gᵀz, since Gz = q − g, and rᵀx = ‖x‖² − qᵀz.
LassoLanes::Lane LassoLanes::duality_gap() const {
  Lane q_z = Lane::Zero(), g_z = Lane::Zero(), l1 = Lane::Zero(), dual_norm = Lane::Zero();
  for (Eigen::Index k = 0; k < codes_.cols(); ++k) {
    const Lane code = codes_.col(k), gradient = gradients_.col(k);
    q_z += projections_.col(k) * code;
    g_z += gradient * code;
    l1 += code.abs();
    dual_norm = dual_norm.max(options_.positive ? gradient : Lane(gradient.abs()));
  }
  const double alpha = options_.alpha;
  const Lane residual = squared_norms_ - q_z - g_z;
  const Lane scale = (dual_norm > alpha).select(alpha / dual_norm, Lane::Ones());
  return 0.5 * residual * (1 + scale * scale) + alpha * l1 - scale * (squared_norms_ - q_z);
}

std::int64_t LassoLanes::encode(const Eigen::Ref<const RowMatrix>& samples, Eigen::Ref<RowMatrix> codes) {
  constexpr double tolerance = 1e-4;  // scikit-learn's, of steps and of the gap
  std::int64_t unconverged = 0;
  Eigen::Index next = 0;
  int busy = 0;
  const auto take_next = [&](int lane) {
    if (next < samples.rows()) {
      load(lane, samples, codes, next++);
      return true;
    }
    clear(lane);
    return false;
  };
  for (int lane = 0; lane < lanes; ++lane) busy += take_next(lane);
  while (busy > 0) {
    const Sweep last = sweep();
    const Lane ratio = last.largest_step / last.largest_code;
    bool asks = false;
    for (int lane = 0; lane < lanes; ++lane) {
      const auto at = static_cast<std::size_t>(lane);
      if (sample_[at] < 0) continue;
      ++sweeps_[at];
      asks |= last.largest_code[lane] == 0 || ratio[lane] < tolerance || sweeps_[at] == options_.max_sweeps;
    }
    if (!asks) continue;
    const Lane gap = duality_gap();
    for (int lane = 0; lane < lanes; ++lane) {
      const auto at = static_cast<std::size_t>(lane);
      if (sample_[at] < 0) continue;
      const bool zero = last.largest_code[lane] == 0;
      const bool still = zero || ratio[lane] < tolerance;
      const bool closed = gap[lane] < tolerance * squared_norms_[lane];
      const bool done = (zero && last.largest_step[lane] == 0) || (still && closed);
      if (!done && sweeps_[at] < options_.max_sweeps) continue;
      if (!done && !closed) ++unconverged;
      codes.row(sample_[at]) = codes_.row(lane).matrix();
      busy -= !take_next(lane);
    }
  }
  return unconverged;
}

}  // namespace facelex
