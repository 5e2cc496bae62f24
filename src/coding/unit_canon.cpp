#include "unit_canon.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace facelex {
namespace {

UnitUse use_of(const Eigen::Ref<const Eigen::VectorXd, 0, Eigen::InnerStride<>>& codes) {
  UnitUse use;
  double positive = 0, all = 0, magnitude = 0;
  Eigen::Index active = 0;
  for (Eigen::Index t = 0; t < codes.size(); ++t) {
    const double z = codes[t];
    magnitude += std::abs(z);
    all += z * z;
    if (z > 0) positive += z * z;
    active += z != 0;
  }
  const auto frames = static_cast<double>(std::max<Eigen::Index>(1, codes.size()));
  use.mean_magnitude = magnitude / frames;
  use.share_active = static_cast<double>(active) / frames;
  use.share_positive = all > 0 ? positive / all : 0;
  return use;
}

bool largest_entry_is_negative(const Eigen::RowVectorXd& atom) {
  Eigen::Index largest = 0;
  atom.cwiseAbs().maxCoeff(&largest);
  return atom[largest] < 0;
}

}  // namespace

Json UnitUse::json() const {
  return {{"mean_magnitude", mean_magnitude},
          {"share_active", share_active},
          {"share_positive", share_positive},
          {"turned", turned}};
}

std::vector<UnitUse> make_canonical(RowMatrix& atoms, RowMatrix& codes) {
  const Eigen::Index count = atoms.rows();
  std::vector<UnitUse> uses;
  for (Eigen::Index k = 0; k < count; ++k) {
    UnitUse use = use_of(codes.col(k));
    const bool never = use.share_active == 0;
    const bool balanced = never || use.share_positive == 0.5;
    if (balanced ? largest_entry_is_negative(atoms.row(k)) : use.share_positive < 0.5) {
      // Not `-codes`: that would make negative zeros.
      atoms.row(k) = (0 - atoms.row(k).array()).matrix();
      codes.col(k) = (0 - codes.col(k).array()).matrix();
      use.turned = true;
      if (!never) use.share_positive = 1 - use.share_positive;
    }
    uses.push_back(use);
  }
  std::vector<Eigen::Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    const double of_a = uses[static_cast<std::size_t>(a)].mean_magnitude,
                 of_b = uses[static_cast<std::size_t>(b)].mean_magnitude;
    if (of_a != of_b) return of_a > of_b;
    const auto row_a = atoms.row(a), row_b = atoms.row(b);
    return std::lexicographical_compare(row_b.begin(), row_b.end(), row_a.begin(), row_a.end());
  });
  atoms = RowMatrix(atoms(order, Eigen::all));
  codes = RowMatrix(codes(Eigen::all, order));
  std::vector<UnitUse> sorted;
  sorted.reserve(order.size());
  for (const auto k : order) sorted.push_back(uses[static_cast<std::size_t>(k)]);
  return sorted;
}

}  // namespace facelex
