#include "attention.hpp"

#include <cmath>

#include "facelex/core/ordered_sum.hpp"

namespace facelex {
namespace {

/// Row-major pieces of the tables: T rows of a head's columns.
using Piece = Eigen::Map<FloatRowMatrix, 0, Eigen::OuterStride<>>;
using ConstPiece = Eigen::Map<const FloatRowMatrix, 0, Eigen::OuterStride<>>;

/// In a row of Eigen's own: where the pieces of an exponential that is computed in vectors begin, and with
/// them its last bit, would depend on the address of the scores.
void softmax_of_rows(FloatMap& scores) {
  FloatRow row(scores.cols());
  for (Eigen::Index i = 0; i < scores.rows(); ++i) {
    row.array() = (scores.row(i).array() - scores.row(i).maxCoeff()).exp();
    scores.row(i) = row / ordered_sum(row.data(), row.size());
  }
}

}  // namespace

void Attention::forward(AttentionMemory& memory, Eigen::Index frames, const Dropout& dropout,
                        Random* random) const {
  const Eigen::Index size = width / heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(size));
  const bool drop = random && dropout.active();
  if (drop) dropout.draw(*random, memory.kept.data(), frames * heads * tokens * tokens);
  for (Eigen::Index f = 0; f < frames; ++f) {
    for (Eigen::Index h = 0; h < heads; ++h) {
      const float* at = memory.qkv.data() + f * tokens * 3 * width + h * size;
      const Eigen::OuterStride<> stride(3 * width);
      const ConstPiece queries(at, tokens, size, stride), keys(at + width, tokens, size, stride),
          values(at + 2 * width, tokens, size, stride);
      const Eigen::Index place = (f * heads + h) * tokens * tokens;
      FloatMap scores(memory.probabilities.data() + place, tokens, tokens);
      FloatMap kept(memory.kept.data() + place, tokens, tokens);
      for (Eigen::Index i = 0; i < tokens; ++i)
        for (Eigen::Index j = 0; j < tokens; ++j) scores(i, j) = scale * queries.row(i).dot(keys.row(j));
      softmax_of_rows(scores);
      if (drop) {
        kept = kept.cwiseProduct(scores);
      } else {
        kept = scores;
      }
      Piece attended(memory.attended.data() + f * tokens * width + h * size, tokens, size,
                     Eigen::OuterStride<>(width));
      attended.setZero();
      for (Eigen::Index i = 0; i < tokens; ++i)
        for (Eigen::Index j = 0; j < tokens; ++j) attended.row(i) += kept(i, j) * values.row(j);
    }
  }
}

void Attention::backward(const AttentionMemory& memory, Eigen::Index frames, const Dropout& dropout,
                         const FloatRowMatrix& d_attended, FloatRowMatrix& d_qkv) const {
  const Eigen::Index size = width / heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(size));
  FloatRowMatrix d_scores(tokens, tokens);
  d_qkv.topRows(frames * tokens).setZero();
  for (Eigen::Index f = 0; f < frames; ++f) {
    for (Eigen::Index h = 0; h < heads; ++h) {
      const Eigen::OuterStride<> stride(3 * width);
      const float* at = memory.qkv.data() + f * tokens * 3 * width + h * size;
      float* d_at = d_qkv.data() + f * tokens * 3 * width + h * size;
      const ConstPiece queries(at, tokens, size, stride), keys(at + width, tokens, size, stride),
          values(at + 2 * width, tokens, size, stride);
      Piece d_queries(d_at, tokens, size, stride), d_keys(d_at + width, tokens, size, stride),
          d_values(d_at + 2 * width, tokens, size, stride);
      const ConstPiece d_out(d_attended.data() + f * tokens * width + h * size, tokens, size,
                             Eigen::OuterStride<>(width));
      const Eigen::Index place = (f * heads + h) * tokens * tokens;
      const ConstFloatMap probabilities(memory.probabilities.data() + place, tokens, tokens);
      const ConstFloatMap kept(memory.kept.data() + place, tokens, tokens);
      for (Eigen::Index i = 0; i < tokens; ++i) {
        for (Eigen::Index j = 0; j < tokens; ++j) {
          d_values.row(j) += kept(i, j) * d_out.row(i);
          // A dropped probability has kept 0; one that underflowed to 0 has no gradient either.
          d_scores(i, j) = kept(i, j) == 0 ? 0 : dropout.scale() * d_out.row(i).dot(values.row(j));
        }
        auto row = d_scores.row(i);
        const auto p = probabilities.row(i);
        const float along = row.dot(p);
        row = (scale * p.array() * (row.array() - along)).matrix();
        for (Eigen::Index j = 0; j < tokens; ++j) {
          d_queries.row(i) += d_scores(i, j) * keys.row(j);
          d_keys.row(j) += d_scores(i, j) * queries.row(i);
        }
      }
    }
  }
}

}  // namespace facelex
