#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/schemes/features.hpp"
#include "facelex/factor/dictionary/learning.hpp"

namespace facelex {

/// How a signal is divided and scaled before a linear system is learnt from it.
struct SignalOptions {
  FeatureDivision features = FeatureDivision::facial_basis;
  /// Factor by which signals are multiplied before coding, so that a penalty means the same for every signal;
  /// ≥ 0. 0: keypoint motion is brought from template units to millimetres by 89/600 (the published
  /// dictionary has the outer eye corners 89 mm apart, the template 600 units); 1 for other kinds.
  double scale = 0;

  void describe(OptionList& options);
  /// The factor for signals of this kind.
  double factor(SignalKind kind) const;
  /// The unit of a scaled signal whose own unit is `unit`.
  std::string scaled_unit(SignalKind kind, const std::string& unit) const;
};

/// Default number of atoms of a feature: LB 5, RB 5, NO 3, LE 7, RE 7, MO 23 (the published dictionary); the
/// divided mouth and the jaw line have our own: UL 12, LL 11, JA 5. Zero for other names.
int default_atoms(const std::string& feature);

/// What is asked of a feature's atoms beyond equation 4 (paper 000, Limitations).
struct AtomOptions {
  /// Atoms of right features are the exact mirror images of those of left ones, learnt from both sides'
  /// frames; those of the nose and the mouth are symmetric or come in mirror pairs.
  bool mirrored = false;
  /// γ ≥ 0 of the penalty γ·T·Σ_{i<j}(w_i·w_j)² for T frames, in the square of the scaled unit.
  double coherence = 0;
  /// 0 < C ≤ 1: atoms with |cos| ≥ C become one unit (complete linkage), and the model keeps the tree
  /// (UnitHierarchy, facial_basis.hpp); 1: none.
  double merge_above = 1;
  UnitLevel level = UnitLevel::parents;  ///< which level of that tree the model's units are

  void describe(OptionList& options);
  void check() const;
};

/// Learning of paper 000, equation 4: an independent dictionary for each feature.
struct FacialBasisOptions {
  TrainingOptions training;
  SignalOptions signal;
  /// "MO=10": atoms of a feature, ≥ 0; features not named have default_atoms.
  std::vector<std::string> atoms;
  double alpha = 0.21;      ///< penalty in the unit of the scaled signal, ½-form; > 0. The published value.
  double tolerance = 1e-8;  ///< relative fall of the objective at which learning ends; ≥ 0
  int max_iterations = 10000;  ///< ≥ 1
  DictionaryMethod method = DictionaryMethod::fast;
  AtomOptions structure;
  /// 0 … 1: how strongly frames are weighted down the more frames move alike, so that rare movements are
  /// learnt beside frequent ones; 0: not at all; 1: until every kind of movement counts the same.
  double balance = 0;
  /// A Facial Basis model of the same columns, scale and numbers of atoms to begin with; empty: none.
  std::string start_from;
  /// Upper bound of the memory for frames and what is made of them, in GB (10⁹ bytes); ≥ 0; 0: no bound. When
  /// there are more frames, a fair sample of them is learnt from as usual, and its atoms are then refined in
  /// passes over all of them (learn_dictionary_stream) in a temporary file in $TMPDIR; order, polarity,
  /// merging and statistics of units are those of the sample. Not with max_frames or balance.
  double memory = 0;
  Precision precision = Precision::float64;  ///< of learning in memory

  void describe(OptionList& options);
  /// Throws Error (usage) that names the option, the value and what is allowed.
  void check() const;
};

/// Which part of a recording of kind `fit` is learnt from.
enum class FitPart { displacement, expression };

/// The paper's comparator: principal components of all features' columns together, or, of signals without
/// points of the face, of all columns (of a fit's or a recording's expression: of its e_* alone).
struct PcaOptions {
  TrainingOptions training;
  SignalOptions signal;
  FitPart fit_part = FitPart::displacement;
  int components = 50;  ///< ≥ 1; the size of the published dictionary
  /// Each component and its negative as units of non-negative codes, [U −U], about zero instead of the mean:
  /// paper 001's comparator, a PositiveUnits of kind "pca-pairs".
  bool signed_pairs = false;
  double code_alpha = 0.05;  ///< penalty of coding with signed pairs, ½-form, in the scaled unit; > 0

  void describe(OptionList& options);
};

/// The paper's other comparator: principal components of each feature, as many as Facial Basis has atoms.
struct LocalPcaOptions {
  TrainingOptions training;
  SignalOptions signal;
  std::vector<std::string> atoms;  ///< as in FacialBasisOptions; at most the columns of the feature

  void describe(OptionList& options);
  void check() const;
};

struct LearnResult {
  std::unique_ptr<CodingSystem> system;
  std::vector<Message> warnings;  ///< what the user should know, a line each: not converged, rows left out
};

/// Learns a coding system from recordings of keypoint motion or displacement, or of fits, whose
/// displacement is taken (PCA: of any numbers but pixels and tokens). The same bytes for the same inputs,
/// options and seed, whatever the number of threads and the order of the inputs. Its training() holds the
/// frames used and, for each group of units, what was reached: objective, iterations, converged, share of
/// variance explained (1 − ‖s·x − x̂‖²/‖s·x − m‖², pooled over frames), and for each unit mean |z|, mean, sd
/// and quantiles of z, the share of frames that use it, the share of Σz² where z > 0; for Facial Basis also
/// the most similar unit of the group and how similar it is, the shares of its energy on the subject's left
/// and right, and with mirrored atoms its mirror image.
///
/// Facial Basis: the units of a feature are ordered by decreasing mean |z| (paper 000, IV-B), and their
/// polarity is such that most of Σz² lies where z > 0; PCA: by decreasing variance, the largest entry
/// positive. A feature's columns that are zero in all frames (anchors of the registration, points that a
/// landmark scheme lacks) stay zero in its atoms. Mirrored: left and right units have the same order and
/// polarity, those of both sides' frames together; mirror pairs of the mouth and the nose stand together.
///
/// Throws Error (usage) for options that do not fit; Error (data) for what read_training_data throws, a
/// signal without facial features, fewer frames than atoms, a feature that never moves, a model to start from
/// that cannot be read or does not fit. Not converging, and more atoms than moving columns (an overcomplete
/// dictionary, whose codes are less certain), are results with a warning. work.progress counts iterations;
/// their total is not known.
LearnResult learn_facial_basis(const std::vector<NamedFile>& inputs, const FacialBasisOptions& options,
                               const Work& work = {});
LearnResult learn_pca(const std::vector<NamedFile>& inputs, const PcaOptions& options, const Work& work = {});
LearnResult learn_local_pca(const std::vector<NamedFile>& inputs, const LocalPcaOptions& options,
                            const Work& work = {});

}  // namespace facelex
