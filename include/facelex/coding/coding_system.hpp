#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/core/matrix.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/factor/lasso/sparse_coding.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// How frames are coded with a system that is given.
struct EncodeOptions {
  LassoSolver solver = LassoSolver::exact;  ///< of systems with sparse codes
  double alpha = 0;                         ///< penalty in the unit of the codes; 0: that of the model; ≥ 0
  /// At most this many units of a frame: the last point of its lasso path (lasso_path.hpp) that has no more,
  /// and whose penalty is not below alpha; 0: any number. Systems with sparse codes; exact solver only.
  int most_units = 0;
  /// The point of a frame's lasso path where Σ|z| reaches this, if it does before alpha; 0: any; ≥ 0.
  double l1_budget = 0;
  int beam = 1;              ///< sums of codes kept after each stage; ≥ 1. Systems of tokens
  bool residuals = false;    ///< EncodedFrames::residuals too. Systems of tokens
  bool reconstruct = false;  ///< the stage writes the decoded signals beside the codes (encode.hpp)

  void describe(OptionList& options);
  /// Throws Error (usage) naming the field, its value and the bound.
  void check() const;
  /// Throws Error (usage) when an option that only systems of tokens have is set.
  void refuse_token_options(std::string_view kind) const;
};

/// What a coding system makes of T frames.
struct EncodedFrames {
  RowMatrix codes;  ///< T×K; a row is NaN where a value of its signals is missing
  /// T: √(Σ_d (x_d − x̂_d)² / D), the root mean square over the D input columns of present signal minus
  /// decoded code, in the unit of the signals; NaN where the codes are.
  Eigen::VectorXd reconstruction_error;
  /// T×L, only where EncodeOptions::residuals asks for it: the norm of what is left of the latent vector
  /// after each stage, NaN where the codes are. A system of tokens has as many units as stages.
  RowMatrix residuals;
  std::int64_t coded = 0;  ///< rows with codes
  /// Problems (one for each row and group of units) whose solver met its limit first.
  std::int64_t unconverged = 0;
};

/// A lexicon of facial movements: what `learn` makes. It codes frames of one kind of signals in named units.
/// Everything downstream works on this interface and never asks which system it has. Systems do not change
/// once made, and may be used from several threads.
class CodingSystem {
 public:
  virtual ~CodingSystem() = default;

  /// The kind of model file: "facial-basis", "pca" …
  virtual std::string_view kind() const = 0;
  virtual SignalKind input_kind() const = 0;
  /// The D columns that it takes, found in a recording by their names.
  virtual const std::vector<Column>& input_columns() const = 0;
  /// coefficients or tokens.
  virtual SignalKind code_kind() const = 0;
  /// The K units: name ("LB-1"), description, unit of measure.
  virtual const std::vector<Column>& units() const = 0;

  /// The options as they act here, for the record: the model's penalty where none is given. Throws Error
  /// (usage) when an option that is set has no meaning for this system.
  virtual Json resolved(const EncodeOptions& options) const = 0;
  /// N: frames before the present one that codes depend on too. FrameHistory puts them beside it.
  virtual int history() const { return 0; }
  /// Codes T×D·(N+1) signals: of each row the frame in the order of input_columns(), then the N frames before
  /// it, backwards. A row's codes depend on that row alone. Throws what resolved throws, Error (data) when
  /// the width is not D·(N+1), and Error (interrupted).
  virtual EncodedFrames encode(const RowMatrix& signals, const EncodeOptions& options = {},
                               const Work& work = {}) const = 0;
  /// T×D signals of T×K codes; NaN rows give NaN rows. Throws Error (data) when the width is not K.
  virtual RowMatrix decode(const RowMatrix& codes) const = 0;

  /// What learning said of itself (frames, objective, variance explained, statistics of units).
  virtual const Json& training() const = 0;
  virtual ModelFile to_model() const = 0;

 protected:
  CodingSystem() = default;
  CodingSystem(const CodingSystem&) = default;
  CodingSystem& operator=(const CodingSystem&) = default;
};

/// The system that a model file holds. Throws Error (data) that names the file and what is wrong: a kind that
/// is no coding system, a missing field or tensor, sizes that do not fit, values that are not finite.
std::unique_ptr<CodingSystem> coding_system_from_model(const ModelFile& model);
/// read_model, then coding_system_from_model.
std::unique_ptr<CodingSystem> load_coding_system(const std::filesystem::path& file);

}  // namespace facelex
