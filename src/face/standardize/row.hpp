#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>

#include "face/outcomes.hpp"
#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "fit.hpp"

namespace facelex {

/// What becomes of a row of landmarks that are standardised.
enum class RowOutcome : std::size_t {
  ok,
  no_face,
  incomplete,  ///< as in RegistrationOutcome
  degenerate,
  no_fit,     ///< the fit of this row failed
  no_face_id  ///< whose of several faces it is, is not known
};
inline constexpr std::array<OutcomeText, 6> row_outcome_texts = {
    {{"ok", ""},
     {"no_face", ""},
     {"incomplete", " rows with a face lack landmarks and have no values"},
     {"degenerate", " rows have anchors on a line and no values"},
     {"no_fit", " rows with a face have no fit and no values"},
     {"no_face_id", " rows with a face have no face_id in a file of several faces, and no values"}}};
using RowOutcomeCounts = OutcomeCounts<row_outcome_texts>;

/// Brings the landmarks of a recording's rows to the template: the head's turn removed, then registered. Rows
/// are given in the order of the file.
class RowStandardizer {
 public:
  /// Throws Error (data) for a map or a fit that cannot be read.
  RowStandardizer(const std::filesystem::path& input, const StandardizeOptions& options,
                  const LandmarkColumns& columns);

  /// Of a row with a face.
  RowOutcome operator()(const Recording& block, Eigen::Index row, Landmarks68& registered);

  /// frontalize and, where they are used, frontalization: name and sha256 of the map, or of the fit.
  void add_details(Json& details) const;

 private:
  LandmarkColumns columns_;
  std::optional<LoadedFrontalization> map_;
  std::optional<FittedViews> fit_;
};

}  // namespace facelex
