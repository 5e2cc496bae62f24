#include "quantizer.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace facelex {
namespace {

/// A sum of codes on its way through the stages.
struct PartialSum {
  std::vector<int> tokens;
  std::vector<float> squares;  ///< ‖z‖² after each stage
  Eigen::Matrix<float, 1, Eigen::Dynamic> rest;

  float left() const { return squares.back(); }
};

struct NextCode {
  float left = 0;
  const PartialSum* from = nullptr;
  int code = 0;

  bool operator<(const NextCode& other) const {
    if (left != other.left) return left < other.left;
    if (from->tokens != other.from->tokens) return from->tokens < other.from->tokens;
    return code < other.code;
  }
};

std::vector<int> in_order(std::vector<int> tokens) {
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

void extend(std::vector<PartialSum>& kept, const DfeForward& forward, const FloatRowMatrix& codebook,
            int beam, DfeForward::Scratch& scratch) {
  std::vector<NextCode> next;
  for (std::size_t begin = 0; begin < kept.size(); begin += dfe_lanes) {
    const auto count = std::min<std::size_t>(dfe_lanes, kept.size() - begin);
    FloatRowMatrix rests(static_cast<Eigen::Index>(count), codebook.cols());
    for (std::size_t i = 0; i < count; ++i) rests.row(static_cast<Eigen::Index>(i)) = kept[begin + i].rest;
    const float* distances = forward.distances(rests, scratch);
    for (std::size_t i = 0; i < count; ++i)
      for (int k = 0; k < codebook.rows(); ++k)
        next.push_back({distances[static_cast<std::size_t>(k) * dfe_lanes + i], &kept[begin + i], k});
  }
  std::sort(next.begin(), next.end());
  std::vector<PartialSum> grown;
  std::set<std::vector<int>> seen;
  for (const NextCode& one : next) {
    if (static_cast<int>(grown.size()) == beam) break;
    PartialSum sum = *one.from;
    sum.tokens.push_back(one.code);
    if (!seen.insert(in_order(sum.tokens)).second) continue;
    sum.squares.push_back(one.left);
    sum.rest -= codebook.row(one.code);
    grown.push_back(std::move(sum));
  }
  kept = std::move(grown);
}

void quantize_by_beam(Quantized& made, const DfeForward& forward, const FloatRowMatrix& codebook,
                      const FloatRowMatrix& latents, int stages, int beam, DfeForward::Scratch& scratch) {
  for (Eigen::Index t = 0; t < latents.rows(); ++t) {
    std::vector<PartialSum> kept = {{{}, {}, latents.row(t)}};
    for (int stage = 0; stage < stages; ++stage) extend(kept, forward, codebook, beam, scratch);
    const auto at = static_cast<std::size_t>(t) * static_cast<std::size_t>(stages);
    if (!(std::sqrt(kept.front().left()) < made.norms[at + static_cast<std::size_t>(stages) - 1])) continue;
    for (std::size_t i = 0; i < static_cast<std::size_t>(stages); ++i) {
      made.tokens[at + i] = kept.front().tokens[i];
      made.norms[at + i] = std::sqrt(kept.front().squares[i]);
    }
  }
}

}  // namespace

Quantized quantize(const DfeForward& forward, const FloatRowMatrix& codebook, const FloatRowMatrix& latents,
                   int stages, int beam, DfeForward::Scratch& scratch) {
  const auto size = static_cast<std::size_t>(latents.rows()) * static_cast<std::size_t>(stages);
  Quantized made{std::vector<int>(size), std::vector<float>(size)};
  for (Eigen::Index begin = 0; begin < latents.rows(); begin += dfe_lanes) {
    const auto count = std::min<Eigen::Index>(dfe_lanes, latents.rows() - begin);
    FloatRowMatrix rest = latents.middleRows(begin, count);
    for (int stage = 0; stage < stages; ++stage) {
      const float* distances = forward.distances(rest, scratch);
      for (Eigen::Index i = 0; i < count; ++i) {
        int nearest = 0;
        for (int k = 1; k < codebook.rows(); ++k)
          if (distances[k * dfe_lanes + i] < distances[nearest * dfe_lanes + i]) nearest = k;
        const auto at = static_cast<std::size_t>((begin + i) * stages + stage);
        made.tokens[at] = nearest;
        made.norms[at] = std::sqrt(distances[nearest * dfe_lanes + i]);
        rest.row(i) -= codebook.row(nearest);
      }
    }
  }
  if (beam > 1) quantize_by_beam(made, forward, codebook, latents, stages, beam, scratch);
  return made;
}

}  // namespace facelex
