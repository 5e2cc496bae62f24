#pragma once

#include <string>
#include <vector>

#include "facelex/coding/learn.hpp"
#include "facelex/factor/dictionary/learning.hpp"
#include "facelex/factor/nmf/nmf.hpp"

namespace facelex {

/// The Full Face Model of paper 001, 2.3: a dictionary of each part of the face (equation 1), whose codes are
/// then factorised (equation 2), X ≈ U·V ≈ U·A·B. The units are the columns of UA.
struct DfecsOptions {
  TrainingOptions training;
  /// Factor on the signal before learning, so that a penalty means what it does in the paper; ≥ 0. 0:
  /// keypoint motion stays in template units, displacement is brought from millimetres to them by 600/89.
  double scale = 0;
  /// "LB=5": units k_f of a part, ≥ 0 (0 leaves it out); parts not named have default_part_units.
  std::vector<std::string> part_units;
  /// "LB=1.15": penalty α of a part, ½-form, in scaled units, > 0; parts not named have default_part_alpha.
  std::vector<std::string> part_alpha;
  int units = 16;        ///< q; 1 … the sum of the parts' units
  double alpha_a = 0.1;  ///< α_A, penalty of A; ≥ 0
  double alpha_b = 0.1;  ///< α_B, penalty of B; ≥ 0
  NmfPenalty penalty_scaling = NmfPenalty::paper;
  /// Penalty of coding with the units, ½-form; > 0. The penalty of equations 3 and 4 is twice this; the paper
  /// gives no value. The default is half of the paper's α_B.
  double code_alpha = 0.05;
  DictionaryMethod method = DictionaryMethod::fast;  ///< of learning the parts
  double tolerance = 1e-8;    ///< relative fall of a part's objective at which its learning ends; ≥ 0
  int max_iterations = 1000;  ///< of a part; ≥ 1; scikit-learn's default
  Precision precision = Precision::float64;  ///< of learning the parts

  bool search = false;  ///< look for units and penalties by the halting grid search (2.3.3)
  /// The search looks for 1 − β of the variance explained, and 1 − β/2 for each part; in (0, 1).
  double beta = 0.05;
  /// Penalties that the search tries, in this order, for α, α_A and α_B.
  std::vector<double> search_alphas = {5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5};

  void describe(OptionList& options);
  /// Throws Error (usage) that names the option, the value and what is allowed.
  void check() const;
};

/// Default number of units of a part of DFECS: 5 (supplementary table 1, DISFA).
int default_part_units(const std::string& part);
/// Default penalty of a part: LB, RB 1.15; LE, RE 0.5; NO 1; MO 1.5; JA 2 (the same table).
double default_part_alpha(const std::string& part);

/// Learns a PositiveUnits of kind "dfecs" from recordings of keypoint motion or displacement, or of fits,
/// whose displacement is taken. The same bytes for the same inputs, options and seed, whatever the number of
/// threads and the order of the inputs, and whether a search was interrupted.
///
/// Parts are those of FeatureDivision::dfecs. A part that has no columns or never moves (the jaw line of 49
/// points) has no units, with a warning. Units of parts are ordered by decreasing mean code. Those of the
/// whole face are scaled to length 1, ordered the same way, and called FF-1 …; their descriptions name the
/// parts that have at least a twentieth of the unit's Σ of squares.
///
/// training() holds "variance_explained" (by codes at code_alpha), "variance_explained_by_factors" (by UAB),
/// "parts" and "units" with their use, "nmf", and "search" when there was one. All are 1 − ‖X − X̂‖²/‖X‖²,
/// pooled over frames; points that a recording lacks (zero in all its rows) are left out of both sums.
///
/// The search: for each part, k = 1, 2 … by α in the order given, until a cell explains 1 − β/2; then q = 1,
/// 2 … by α_A by α_B until UAB explains 1 − β of the whole face. Where no cell does, the best is taken, with
/// a warning. Every cell is a row of the table `search_log` (CSV), and search_log's .json says what it
/// belongs to; a second run goes on from it. Empty: none is written. work.progress counts cells in a search,
/// else iterations.
///
/// Throws Error (usage) for options that do not fit (more units than a part has moving columns, q above the
/// parts' sum) and for a log of other data or options; Error (data) for what read_training_data throws,
/// signals without facial features, fewer frames than units, nothing that moves. Not converging is a result
/// with a warning.
LearnResult learn_dfecs(const std::vector<NamedFile>& inputs, const DfecsOptions& options,
                        const std::filesystem::path& search_log, const Work& work = {});

}  // namespace facelex
