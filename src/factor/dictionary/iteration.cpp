#include "iteration.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "update.hpp"

namespace facelex {
namespace {

void shrink_to_unit_ball(RowMatrix& atoms) {
  for (auto atom : atoms.rowwise()) atom /= std::max(atom.norm(), 1.0);
}

}  // namespace

template <class Number>
DictionaryIteration<Number>::DictionaryIteration(const DictionarySamples<Number>& samples, Eigen::Index atoms,
                                                 const DictionaryOptions& options,
                                                 const AtomConstraints& constraints, const Work& work)
    : samples_(samples),
      options_(options),
      constraints_(constraints),
      work_(work),
      pool_(work.threads),
      random_(static_cast<std::uint64_t>(options.seed)),
      codes_(samples.count(), padded_units(static_cast<int>(atoms))) {
  result_.atoms = RowMatrix::Zero(atoms, samples.dimensions());
  const std::size_t count = static_cast<std::size_t>(samples.count()), block = samples.block();
  parts_.assign((count + block - 1) / block, CodeStatistics(atoms, samples.dimensions()));
}

template <class Number>
DictionaryResult DictionaryIteration<Number>::run(const RowMatrix& start_atoms) {
  if (start_atoms.rows() > 0) {
    result_.atoms = start_atoms;
    shrink_to_unit_ball(result_.atoms);
  } else if (options_.start == DictionaryStart::svd) {
    start_at_singular_vectors();
  } else {
    start_at_samples();
  }
  constraints_.tie(result_.atoms);
  if (options_.method == DictionaryMethod::sklearn)
    run_as_sklearn();
  else
    run_fast();
  result_.codes.resize(samples_.count(), result_.atoms.rows());
  for_each_block(
      [&](std::size_t, Eigen::Index first, Eigen::Index n) { codes_.unpack(first, n, result_.codes); });
  return std::move(result_);
}

// W = S·Vᵀ, and the codes start at U. Of each column of U the entry of largest |value|, the first of equals,
// is made positive, as svd_flip does. Atoms beyond the rank start at zero. Coordinate descent with positive
// codes never meets a negative one but in this start; scikit-learn leaves it to the first sweep, and so do
// we.
template <class Number>
void DictionaryIteration<Number>::start_at_singular_vectors() {
  const Eigen::Index known = std::min(result_.atoms.rows(), samples_.rank());
  RowMatrix directions(known, samples_.dimensions());
  for (Eigen::Index k = 0; k < known; ++k)
    directions.row(k) = samples_.direction(k).transpose() / samples_.singular_value(k);
  struct Peak {
    double size = -1, value = 0;
  };
  std::vector<std::vector<Peak>> peaks(parts_.size(), std::vector<Peak>(static_cast<std::size_t>(known)));
  using Lanes = Eigen::Map<Eigen::Array<Number, tile_lanes, 1>>;
  using ConstLanes = Eigen::Map<const Eigen::Array<Number, tile_lanes, 1>>;
  for_each_block([&](std::size_t b, Eigen::Index first, Eigen::Index n) {
    for (Eigen::Index t = first; t < first + n; t += tile_lanes) {
      const Number* const samples = samples_.values().tile(t / tile_lanes);
      Number* const codes = codes_.tile(t / tile_lanes);
      for (Eigen::Index k = 0; k < known; ++k) {
        Eigen::Array<double, tile_lanes, 1> u = Eigen::Array<double, tile_lanes, 1>::Zero();
        for (Eigen::Index d = 0; d < directions.cols(); ++d)
          u += ConstLanes(samples + d * tile_lanes).template cast<double>() * directions(k, d);
        Lanes(codes + k * tile_lanes) = u.template cast<Number>();
        Peak& peak = peaks[b][static_cast<std::size_t>(k)];
        if (u.abs().maxCoeff() <= peak.size) continue;
        for (Eigen::Index lane = 0; lane < std::min<Eigen::Index>(tile_lanes, first + n - t); ++lane)
          if (std::abs(u[lane]) > peak.size && samples_.counts(t + lane)) peak = {std::abs(u[lane]), u[lane]};
      }
    }
  });
  for (Eigen::Index k = 0; k < known; ++k) {
    Peak highest;
    for (const auto& of_block : peaks)
      if (of_block[static_cast<std::size_t>(k)].size > highest.size)
        highest = of_block[static_cast<std::size_t>(k)];
    const double sign = highest.value < 0 ? -1 : 1;
    result_.atoms.row(k) = sign * samples_.singular_value(k) * samples_.direction(k).transpose();
    if (sign < 0)
      for (Eigen::Index t = 0; t < codes_.tiles(); ++t) Lanes(codes_.tile(t) + k * tile_lanes) *= -1;
  }
}

// Samples without movement make no atom: after a hundred of them in a row an atom stays at zero, and the
// first update finds it unused.
template <class Number>
void DictionaryIteration<Number>::start_at_samples() {
  for (auto atom : result_.atoms.rowwise()) {
    for (int tries = 0; tries < 100 && atom.norm() == 0; ++tries)
      atom = samples_.sample(samples_.draw(random_));
    if (atom.norm() > 0) atom /= atom.norm();
  }
}

template <class Number>
double DictionaryIteration<Number>::objective(const CodeStatistics& statistics) const {
  return statistics.objective(samples_.squared_norm(), result_.atoms, options_.alpha) +
         constraints_.penalty(result_.atoms);
}

template <class Number>
double DictionaryIteration<Number>::tolerance() const {
  if (std::is_same_v<Number, double>) return options_.tolerance;
  // Extrapolation meets the rounding of the sums where plain iterations still fall.
  return std::max(options_.tolerance, options_.method == DictionaryMethod::fast ? 1e-6 : 1e-7);
}

template <class Number>
void DictionaryIteration<Number>::record(double objective) {
  result_.objective.push_back(objective);
  ++result_.iterations;
  work_.report(result_.iterations, options_.max_iterations);
}

template <class Number>
void DictionaryIteration<Number>::run_as_sklearn() {
  while (result_.iterations < options_.max_iterations && !result_.converged) {
    work_.check_stop();
    CodeStatistics statistics = code(result_.atoms, 0);
    update(statistics, result_.atoms, 1);
    record(objective(statistics));
    if (result_.iterations == 1) continue;
    const double now = result_.objective.back(), before = result_.objective[result_.objective.size() - 2];
    result_.converged = before - now < tolerance() * now;
  }
}

// Alternating minimisation crawls along narrow valleys; Nesterov's momentum on the atoms crosses them (with
// the restart of O'Donoghue & Candès 2015 where the objective rises). Codes need not be optimal on the way:
// they start where the last iteration left them. Only the first iterations decide which valley it is, and
// code to the end.
template <class Number>
void DictionaryIteration<Number>::run_fast() {
  constexpr int careful_iterations = 3, sweeps = 3, passes = 5, still_iterations = 3;
  RowMatrix ahead = result_.atoms;  // where the codes are taken
  RowMatrix before = result_.atoms;
  double momentum = 1;
  int still = 0;
  while (result_.iterations < options_.max_iterations && !result_.converged) {
    work_.check_stop();
    const bool careful = result_.iterations < careful_iterations;
    CodeStatistics statistics = code(ahead, careful ? 0 : std::min(sweeps, options_.max_sweeps));
    result_.atoms = ahead;
    const bool resampled = update(statistics, result_.atoms, careful ? 1 : passes);
    const double now = objective(statistics);
    const double last = result_.objective.empty() ? now : result_.objective.back();
    record(now);

    ahead = result_.atoms;
    if (careful || resampled || now > last) {
      momentum = 1;
    } else {
      const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead += (momentum - 1) / grown * (result_.atoms - before);
      shrink_to_unit_ball(ahead);
      constraints_.tie(ahead);
      momentum = grown;
    }
    before = result_.atoms;
    still = careful || resampled || std::abs(last - now) >= tolerance() * now ? 0 : still + 1;
    result_.converged = still == still_iterations;
  }
  const CodeStatistics statistics = code(result_.atoms, 0);
  result_.objective.back() = objective(statistics);
}

template <class Number>
void DictionaryIteration<Number>::for_each_block(
    const std::function<void(std::size_t, Eigen::Index, Eigen::Index)>& task) {
  pool_.for_each_block(static_cast<std::size_t>(samples_.count()), samples_.block(),
                       [&](std::size_t b, std::size_t begin, std::size_t end) {
                         work_.check_stop();
                         task(b, static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin));
                       });
}

template <class Number>
CodeStatistics DictionaryIteration<Number>::code(const RowMatrix& atoms, int sweeps) {
  const LaneCoderFor<Number> coder(atoms, options_.alpha, options_.positive_codes, samples_.kernels());
  for_each_block([&](std::size_t b, Eigen::Index first, Eigen::Index n) {
    code_block(coder, sweeps, first, n, parts_[b]);
  });
  CodeStatistics statistics = parts_.front();
  for (std::size_t b = 1; b < parts_.size(); ++b) statistics += parts_[b];
  result_.unconverged = statistics.unconverged;
  return statistics;
}

// A block's samples and codes stay in the second-level cache from the coding to the sums.
template <class Number>
void DictionaryIteration<Number>::code_block(const LaneCoderFor<Number>& coder, int sweeps,
                                             Eigen::Index first, Eigen::Index n, CodeStatistics& sum) {
  const Eigen::Index tile = first / tile_lanes, tiles = (n + tile_lanes - 1) / tile_lanes;
  const Number* const samples = samples_.values().tile(tile);
  Number* const codes = codes_.tile(tile);
  AlignedBuffer<Number> scratch(coder.scratch_size());
  sum.unconverged = 0;
  if (sweeps > 0)
    coder.sweep(samples, codes, tiles, sweeps, scratch.data());
  else
    sum.unconverged = coder.code(samples, samples_.squared_norms().tile(tile), codes, tiles,
                                 options_.max_sweeps, scratch.data());
  const Eigen::Index units = coder.units();
  const LaneTableFor<Number> weighted =
      samples_.weighted() ? samples_.weighted_rows(codes, units, first, n) : LaneTableFor<Number>();
  sum.set_tiles(samples_.kernels(), samples_.weighted() ? weighted.tile(0) : codes, codes, units, samples,
                tiles);
}

template <class Number>
bool DictionaryIteration<Number>::update(CodeStatistics& statistics, RowMatrix& atoms, int passes) {
  const auto unused = update_atoms(statistics.products, statistics.samples, atoms, constraints_);
  for (const Eigen::Index k : unused) {
    auto atom = atoms.row(k);
    atom = noisy_sample();
    atom /= std::max(atom.norm(), 1.0);
    constraints_.tie(k, atoms);
    codes_.clear_column(k);
    statistics.forget(k);
    ++result_.resampled;
  }
  for (int pass = 1; pass < passes; ++pass)
    update_atoms(statistics.products, statistics.samples, atoms, constraints_);
  return !unused.empty();
}

template <class Number>
Eigen::RowVectorXd DictionaryIteration<Number>::noisy_sample() {
  Eigen::RowVectorXd sample = samples_.sample(samples_.draw(random_));
  const double deviation =
      std::sqrt((sample.array() - sample.mean()).square().sum() / static_cast<double>(sample.size()));
  const double noise = 0.01 * (deviation > 0 ? deviation : 1);
  for (double& value : sample) value += noise * random_.normal();
  return sample;
}

template class DictionaryIteration<double>;
template class DictionaryIteration<float>;

}  // namespace facelex
