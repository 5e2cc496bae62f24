#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/dictionary/atom_constraints.hpp"

namespace facelex {

/// How the objective is brought down.
enum class DictionaryMethod {
  fast,    ///< few warm sweeps, several passes over the atoms, extrapolation: the same or a lower objective
  sklearn  ///< scikit-learn 1.2.1's iteration: the same number of iterations and objective
};

enum class DictionaryStart {
  svd,    ///< the first singular vectors of the samples times their singular values, as scikit-learn starts
  random  ///< random samples, brought to norm 1
};

/// How samples and codes are held and their products taken. Sums over samples are added in double.
enum class Precision {
  float64,
  float32  ///< half the memory, and twice as many in a register; the objective agrees to about 1e-6 of it
};

/// The option --precision.
void describe_precision(OptionList& options, Precision& precision);

/// min over W, Z of Σ_t c_t (½‖x_t − z_tW‖² + α‖z_t‖₁) with ‖w_k‖ ≤ 1 and sample weights c_t (1 without):
/// paper 000, equation 4, for one facial feature, with λ = 2α (its mask makes the features independent
/// problems); paper 001, equation 1, with positive codes.
struct DictionaryOptions {
  double alpha = 0.21;         ///< penalty α of the ½-form, in the unit of the samples; > 0
  double tolerance = 1e-8;     ///< ends when an iteration lowers the objective by less than this share; ≥ 0
  int max_iterations = 10000;  ///< ≥ 1; the release's value
  bool positive_codes = false;
  DictionaryMethod method = DictionaryMethod::fast;
  DictionaryStart start = DictionaryStart::svd;
  int max_sweeps = 1000;  ///< coordinate descent sweeps for a sample in one iteration; ≥ 1
  long long seed = 1907;  ///< of a random start and of the samples that replace unused atoms; the release's

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
};

struct DictionaryResult {
  RowMatrix atoms;  ///< K×D, norms ≤ 1
  /// T×K. sklearn: those of the last iteration, coded under the atoms before its update. fast: those of
  /// `atoms`, to scikit-learn's stopping rule.
  RowMatrix codes;
  std::vector<double> objective;  ///< after each iteration; its last entry is that of `atoms` and `codes`
  int iterations = 0;
  bool converged = false;        ///< the tolerance was met before max_iterations
  std::int64_t resampled = 0;    ///< times that an unused atom was replaced by a sample
  std::int64_t unconverged = 0;  ///< samples that met max_sweeps in the last coding
};

/// Samples made ready once for many dictionaries (a grid of sizes and penalties). Safe to use from several
/// threads.
class DictionaryLearner {
 public:
  /// samples: T×D, finite; must outlive this. weights: T, finite, ≥ 0, not all 0: how much a sample counts;
  /// empty: all 1. Throws Error (data) for samples without columns or a value that is not finite, and for
  /// weights out of bounds; Error (usage) when there are not as many weights as samples.
  explicit DictionaryLearner(const RowMatrix& samples, const Eigen::VectorXd& weights = {},
                             const Work& work = {}, Precision precision = Precision::float64);
  ~DictionaryLearner();
  DictionaryLearner(DictionaryLearner&&) noexcept;
  DictionaryLearner& operator=(DictionaryLearner&&) noexcept;

  /// K = `atoms` atoms of these samples, from start_atoms (K×D, brought to norm ≤ 1; codes start at zero)
  /// when it has rows, else from options.start.
  ///
  /// sklearn: scikit-learn 1.2.1's dict_learning with method "cd". Start W = S·Vᵀ of the thin SVD with the
  /// signs of svd_flip; then, until the tolerance is met, codes by coordinate descent with scikit-learn's
  /// stopping rule from the codes before, A = ZᵀZ, B = ZᵀX, and one Gauss–Seidel pass
  /// w_k += (B_k − A_k·W) / A_kk, projected to ‖w_k‖ ≤ 1. An atom with A_kk ≤ 1e-6 becomes a random sample
  /// plus 1 % noise. The same to rounding, but for those random samples.
  ///
  /// fast: the first iterations are the same; then two warm sweeps, five passes, and Nesterov's extrapolation
  /// of W, restarted when the objective rises. It ends when a number of iterations in a row lower the
  /// objective by less than the tolerance, and codes the samples once more under the atoms.
  ///
  /// No residual is formed: the objective comes from A, B and ‖Z‖₁, summed in blocks of samples that are
  /// added in their order: the same bytes for any work.threads. work.progress counts iterations. Throws Error
  /// (data) when there are fewer samples than atoms; Error (usage) for options or atoms out of bounds, or
  /// start atoms that are not K×D finite numbers.
  ///
  /// With float32 a fall of the objective below 1e-6 of it (sklearn: 1e-7) is rounding: a lower tolerance
  /// counts as that.
  ///
  /// constraints: what the atoms obey besides; the objective includes their penalty. Atoms of an SVD start
  /// seldom obey ties: give start atoms that do.
  DictionaryResult learn(Eigen::Index atoms, const DictionaryOptions& options, const Work& work = {},
                         const RowMatrix& start_atoms = {}, const AtomConstraints& constraints = {}) const;

  double squared_norm() const;  ///< Σ_t c_t‖x_t‖²
  Eigen::Index samples() const;
  Eigen::Index dimensions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// DictionaryLearner(samples, {}, work).learn(atoms, options, work).
DictionaryResult learn_dictionary(const RowMatrix& samples, Eigen::Index atoms,
                                  const DictionaryOptions& options, const Work& work = {});

}  // namespace facelex
