#pragma once

#include <cstdint>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/dictionary/atom_constraints.hpp"
#include "facelex/factor/sample_blocks.hpp"

namespace facelex {

/// Dictionary learning from more samples than memory holds; the objective is that of DictionaryOptions.
struct DictionaryStreamOptions {
  double alpha = 0.21;      ///< penalty α of the ½-form, in the unit of the samples; > 0
  double tolerance = 1e-4;  ///< ends when an epoch lowers the objective by less than this share of it; ≥ 0
  int epochs = 50;          ///< max passes over all blocks; ≥ 1
  bool positive_codes = false;
  int max_sweeps = 1000;  ///< coordinate descent sweeps for a sample; ≥ 1
  long long seed = 1907;  ///< of the samples that replace unused atoms

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

struct DictionaryStreamResult {
  RowMatrix atoms;                ///< K×D, norms ≤ 1
  std::vector<double> objective;  ///< after each epoch, of the codes that each block had last
  double final_objective = 0;     ///< of codes of all samples under `atoms`, to scikit-learn's stopping rule
  std::int64_t samples = 0;       ///< of an epoch
  int epochs = 0;
  bool converged = false;        ///< the tolerance was met before options.epochs
  std::int64_t resampled = 0;    ///< times that an unused atom was replaced by a sample
  std::int64_t unconverged = 0;  ///< samples that met max_sweeps in the last pass
};

/// Online dictionary learning (Mairal, Bach, Ponce & Sapiro 2010, algorithm 1, with blocks for samples): the
/// codes of a block under the atoms, A and B with the block's share, the atoms' update with them. From the
/// second epoch on a block's share takes the place of the one it had (their section 3.4), and old shares
/// fade, in later epochs more slowly: no learning rate is to be chosen. The start is a dictionary of the
/// first block. With start_atoms (K×D, brought to norm ≤ 1) all blocks are coded under them first, and no
/// share fades: what is lowered is then a bound of the objective, which never rises but where an unused atom
/// is replaced.
///
/// constraints: as of DictionaryLearner::learn; without start_atoms there must be none. The objective
/// includes their penalty.
///
/// In memory: two blocks, and for each block K(K+D) numbers. The same bytes for any work.threads; the order
/// of the blocks matters, so neighbours in time had better lie in different ones. work.progress counts
/// blocks. Throws Error (data) when there is no block, one is empty, wider or narrower than the first or not
/// finite (naming it), when the first has fewer samples than atoms, and when a later epoch has fewer blocks;
/// Error (usage) for options or atoms out of bounds.
DictionaryStreamResult learn_dictionary_stream(const SampleBlocks& blocks, Eigen::Index atoms,
                                               const DictionaryStreamOptions& options, const Work& work = {},
                                               const RowMatrix& start_atoms = {},
                                               const AtomConstraints& constraints = {});

}  // namespace facelex
