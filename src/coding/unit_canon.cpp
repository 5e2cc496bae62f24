#include "unit_canon.hpp"

#include <algorithm>

namespace facelex {
namespace {

/// A unit, or two that are each other's mirror image.
struct Orbit {
  std::vector<Eigen::Index> units;
  double mean_magnitude = 0;
};

bool largest_entry_is_negative(const Eigen::RowVectorXd& atom) {
  Eigen::Index largest = 0;
  atom.cwiseAbs().maxCoeff(&largest);
  return atom[largest] < 0;
}

bool is_to_be_negated(const RowMatrix& atoms, const RowMatrix& codes, const Orbit& orbit) {
  double positive = 0, negative = 0;
  for (const auto k : orbit.units) {
    positive += codes.col(k).cwiseMax(0).squaredNorm();
    negative += codes.col(k).cwiseMin(0).squaredNorm();
  }
  return positive == negative ? largest_entry_is_negative(atoms.row(orbit.units.front()))
                              : positive < negative;
}

void negate(RowMatrix& atoms, RowMatrix& codes, Eigen::Index k) {
  // Not `-codes`: that would make negative zeros.
  atoms.row(k) = (0 - atoms.row(k).array()).matrix();
  codes.col(k) = (0 - codes.col(k).array()).matrix();
}

}  // namespace

std::vector<UnitUse> make_canonical(RowMatrix& atoms, RowMatrix& codes, std::vector<Eigen::Index>& twin) {
  const Eigen::Index count = atoms.rows();
  std::vector<UnitUse> uses(static_cast<std::size_t>(count));
  std::vector<Orbit> orbits;
  const auto twin_of = [&](Eigen::Index k) { return twin.empty() ? k : twin[static_cast<std::size_t>(k)]; };
  const auto magnitude = [&](Eigen::Index k) { return uses[static_cast<std::size_t>(k)].mean_magnitude; };
  for (Eigen::Index k = 0; k < count; ++k) uses[static_cast<std::size_t>(k)] = use_of_codes(codes.col(k));
  for (Eigen::Index k = 0; k < count; ++k) {
    const Eigen::Index other = twin_of(k);
    if (other < k) continue;
    Orbit orbit{{k}, magnitude(k)};
    if (other != k) {
      orbit.units = magnitude(other) > magnitude(k) ? std::vector{other, k} : std::vector{k, other};
      orbit.mean_magnitude = 0.5 * (magnitude(k) + magnitude(other));
    }
    const bool negated = is_to_be_negated(atoms, codes, orbit);
    for (const auto unit : orbit.units) {
      if (negated) negate(atoms, codes, unit);
      auto& use = uses[static_cast<std::size_t>(unit)];
      use = use_of_codes(codes.col(unit));
      use.negated = negated;
      use.learnt_as = unit;
    }
    orbits.push_back(std::move(orbit));
  }
  std::sort(orbits.begin(), orbits.end(), [&](const Orbit& a, const Orbit& b) {
    if (a.mean_magnitude != b.mean_magnitude) return a.mean_magnitude > b.mean_magnitude;
    const auto row_a = atoms.row(a.units.front()), row_b = atoms.row(b.units.front());
    return std::lexicographical_compare(row_b.begin(), row_b.end(), row_a.begin(), row_a.end());
  });

  std::vector<Eigen::Index> order, place(static_cast<std::size_t>(count));
  for (const auto& orbit : orbits)
    for (const auto k : orbit.units) {
      place[static_cast<std::size_t>(k)] = static_cast<Eigen::Index>(order.size());
      order.push_back(k);
    }
  atoms = RowMatrix(atoms(order, Eigen::all));
  codes = RowMatrix(codes(Eigen::all, order));
  std::vector<UnitUse> sorted;
  std::vector<Eigen::Index> sorted_twin;
  sorted.reserve(order.size());
  for (const auto k : order) {
    sorted.push_back(uses[static_cast<std::size_t>(k)]);
    if (!twin.empty()) sorted_twin.push_back(place[static_cast<std::size_t>(twin_of(k))]);
  }
  twin = std::move(sorted_twin);
  return sorted;
}

}  // namespace facelex
