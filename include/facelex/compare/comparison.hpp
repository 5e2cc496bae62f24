#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// How systems are compared.
struct ComparisonOptions {
  std::vector<int> units = {5, 10, 20, 50};       ///< numbers of units to compare at
  std::vector<int> active_units = {1, 2, 5, 10};  ///< of units active in a frame
  int every = 1;                                  ///< only frames number 1, 1+n, 1+2n …
  int draws = 1000;                               ///< of subjects with replacement, for intervals
  int resamples = 0;      ///< how often each system is learnt again from other subjects
  long long seed = 1907;  ///< of draws and resamples

  void describe(OptionList& options);
  /// Throws Error (usage) that names the option, the value and what is allowed.
  void check() const;
};

/// One cell of the table.
struct Figure {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN(), high = low;  ///< 95 % interval; NaN: none
  std::string missing;  ///< why there is no value; empty with one

  bool has_interval() const { return low == low && high == high; }
};

/// What is known of one unit. NaN and empty where it is not.
struct ComparedUnit {
  Column unit;
  double mean_magnitude = 0;  ///< CodeUse::mean_magnitude
  double share_active = 0;    ///< share of the frames that use it
  std::string feature;        ///< UnitPlace
  double locality = std::numeric_limits<double>::quiet_NaN();
  double nearest = std::numeric_limits<double>::quiet_NaN();    ///< |cos| with the other unit most like it
  double symmetry = std::numeric_limits<double>::quiet_NaN();   ///< mirror_likeness
  double stability = std::numeric_limits<double>::quiet_NaN();  ///< unit_stability
  /// The true unit that it correlates with most.
  std::string truth;
  double truth_correlation = std::numeric_limits<double>::quiet_NaN();
};

/// The figures of one system over all frames that every system could code. Shares are 0 … 1.
struct ComparedFigures {
  std::string name, kind;  ///< kind of model, or "imported"
  std::string signal;      ///< kind of signal whose variance is explained
  std::size_t units = 0;
  std::size_t columns = 0;  ///< of the signal that are judged: those that all systems of that kind take

  /// 1 − Σ‖x − x̂‖²/Σ‖x‖² (PartDraws), x̂ = decode(encode(x)).
  Figure variance;
  /// The same when only the k units with the largest mean size·|z| are decoded (mean_magnitude): their codes
  /// as they are, the others 0.
  std::vector<Figure> variance_by_units;
  /// The same with at most k units in each frame (residual_by_active_units).
  std::vector<Figure> variance_by_active;
  /// The same by an affine least-squares decoder from codes to signal, fitted on half of the subjects and
  /// applied to the others (cross_decoded): for systems that decode and for imported codes alike.
  Figure cross_decoded;
  std::vector<Figure> cross_decoded_by_units;  ///< from the codes of the same k units

  Figure zeros, active, hoyer;  ///< CodeUse
  Figure locality;              ///< mean share over the units that move (unit_places)
  Figure coherence_max, coherence_mean;
  Figure symmetry;   ///< mean of mirror_likeness over the units that move
  Figure stability;  ///< mean of unit_stability
  /// Mean over the true units that move of the largest |r| (CodeCorrelation) with a unit.
  Figure agreement;
  /// The same with partners one to one, chosen so that the sum of |r| is maximal.
  Figure agreement_matched;
  std::vector<ComparedUnit> of_unit;  ///< in the system's own order
};

struct Comparison {
  std::vector<ComparedFigures> systems;
  std::int64_t frames = 0;  ///< that every system could code
  std::size_t recordings = 0, subjects = 0, with_truth = 0;
  std::size_t true_units = 0;     ///< that move
  std::vector<LeftOut> left_out;  ///< of `recordings` given: what could not be read or has no common frame
};

/// Compares systems on recordings (match_recordings), each frame by all of them. Recordings are read one by
/// one, in work.threads at once; memory: (K + D)·K numbers for each subject and system. The same bytes
/// whatever the number of threads. A recording that fails is left out for all systems and listed.
///
/// Throws Error (usage) for options out of range, when all systems are imported; Error (data) when no
/// recording is left. work.progress counts recordings.
Comparison compare_systems(const std::vector<ComparedSystem>& systems,
                           const std::vector<ComparedRecording>& recordings, const ComparisonOptions& options,
                           const Work& work = {});

}  // namespace facelex
