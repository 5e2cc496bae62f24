#pragma once

#include <filesystem>
#include <optional>

#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "fit.hpp"

namespace facelex {

/// What becomes of a row with a face.
enum class RowOutcome {
  ok,
  incomplete,  ///< as in RegistrationOutcome
  degenerate,
  no_fit  ///< the fit of this row failed
};

/// Brings the landmarks of a recording's rows to the template: the head's turn removed, then registered. Rows
/// are given in the order of the file.
class RowStandardizer {
 public:
  /// Throws Error (data) for a map or a fit that cannot be read.
  RowStandardizer(const std::filesystem::path& input, const StandardizeOptions& options,
                  const LandmarkColumns& columns);

  RowOutcome operator()(const Recording& block, Eigen::Index row, Landmarks68& registered);

  /// frontalize and, where they are used, frontalization: name and sha256 of the map, or of the fit.
  void add_details(Json& details) const;

 private:
  LandmarkColumns columns_;
  std::optional<LoadedFrontalization> map_;
  std::optional<FittedViews> fit_;
};

}  // namespace facelex
