#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "facelex/compare/code_moments.hpp"
#include "facelex/compare/code_use.hpp"
#include "facelex/compare/compared_recordings.hpp"
#include "facelex/compare/comparison.hpp"
#include "facelex/compare/unit_geometry.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// What of a compared system is the same for all recordings.
struct SystemView {
  SignalKind signal = SignalKind::other;  ///< what its variance is explained of
  /// The system whose files hold that signal: itself, or for imported codes the first that is not imported.
  std::size_t target = 0;
  std::vector<Eigen::Index> judged;            ///< of the target's input columns, those that are judged
  std::vector<Column> units;                   ///< K
  bool has_coefficients = true;                ///< not tokens
  std::optional<UnitMovements> own_movements;  ///< over all its input columns
  std::optional<UnitMovements> movements;      ///< over the judged columns
  Eigen::VectorXd size;  ///< K: ‖w_k‖ over all input columns; 1 where it is not known
  bool signed_codes = true;
};

/// The views of all systems. Judged are, for each kind of signal, the columns that all systems of that kind
/// take; of systems without one in common, their own. Throws Error (usage) when all systems are imported,
/// Error (data) for imported codes that cannot be opened.
std::vector<SystemView> views_of(const std::vector<ComparedSystem>& systems,
                                 const std::vector<ComparedRecording>& recordings);

/// Sums over frames of what one system makes of them.
struct SystemSums {
  PartError decoded;    ///< as the system itself decodes; of imported codes: squares alone
  CodeMoments moments;  ///< codes and judged columns
  CodeUse use;
  Eigen::VectorXd active_residual;  ///< residual_by_active_units, up to as many units as are asked for
  CodeCorrelation truth;

  SystemSums& operator+=(const SystemSums& other);
};

struct RecordingSums {
  std::int64_t frames = 0;
  std::vector<SystemSums> systems;
  std::vector<std::string> truth_units;  ///< the e_* of the truth; empty without
};

/// Codes the frames of one recording that all systems can code, with all of them. Throws Error (data) for
/// files that cannot be read or do not fit one another.
RecordingSums sums_of(const ComparedRecording& recording, const std::vector<ComparedSystem>& systems,
                      const std::vector<SystemView>& views, const ComparisonOptions& options,
                      const Work& work);

}  // namespace facelex
