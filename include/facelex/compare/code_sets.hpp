#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The units or the tokens among the columns of a recording of codes. Throws Error (data) that names the file
/// for a recording of something else.
std::vector<Eigen::Index> code_columns(const Recording& header, const std::string& file);

/// Which units are present in each frame: the tokens of its stages, or the units whose code is far enough
/// from 0. Rows with a missing code do not count as frames.
class CodeSets {
 public:
  /// tokens: T×L, each 0 … vocabulary−1. Throws Error (data) that names row and value otherwise.
  static CodeSets of_tokens(const RowMatrix& tokens, int vocabulary);
  /// codes: T×K; a unit is present where |code| > threshold ≥ 0.
  static CodeSets of_coefficients(const RowMatrix& codes, double threshold);

  int vocabulary() const { return vocabulary_; }
  std::size_t frames() const { return rows_.size(); }
  /// The row of the codes that frame i is.
  Eigen::Index row(std::size_t i) const { return rows_[i]; }
  /// Its units, ascending, each once.
  std::span<const std::int32_t> set(std::size_t i) const {
    return {members_.data() + begin_[i], begin_[i + 1] - begin_[i]};
  }
  /// K: how often each unit occurs; a token that two stages of a frame have counts twice.
  const std::vector<std::int64_t>& occurrences() const { return occurrences_; }

  /// Frames whose sets are identical, in groups: frames rising in a group, groups by their first frame. By a
  /// hash of the sets: time is linear in the frames.
  std::vector<std::vector<std::size_t>> equal_frames() const;

 private:
  void add(Eigen::Index row, std::vector<std::int32_t>& units);

  int vocabulary_ = 0;
  std::vector<Eigen::Index> rows_;
  std::vector<std::size_t> begin_{0};
  std::vector<std::int32_t> members_;
  std::vector<std::int64_t> occurrences_;
};

/// How a lexicon is used (paper 002, equations 8 and 9).
struct CodeDiversity {
  std::int64_t frames = 0, occurrences = 0;
  int vocabulary = 0, used = 0;  ///< K; units that occur
  /// −Σ p_k log p_k / log K, p_k the unit's share of all occurrences; 1: all units alike. (Equation 8 as
  /// printed divides by K.) NaN without occurrences or for K = 1.
  double normalized_entropy = 0;
  double perplexity = 0;  ///< 2^H: this many units, used equally often, would be as diverse
  double largest_share = 0;
  /// Mean over pairs of units of I(i, j) / √(H_i·H_j), of presence in a frame; 0: units come and go
  /// independently. Units that are always or never there have no entropy and are left out. NaN for fewer than
  /// two.
  double mean_nmi = 0;
  int without_entropy = 0;  ///< units that were left out
};
CodeDiversity code_diversity(const CodeSets& sets);

}  // namespace facelex
