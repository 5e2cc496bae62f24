#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facelex/provenance/manifest.hpp"

namespace facelex {

/// What the sidecars of a folder of fits say of its signals and neutrals.
struct FitQuality {
  std::size_t faces = 0;    ///< with a head_linear_share
  double median_share = 0;  ///< over all faces and expression coefficients (without those, all signals)
  double largest_share = 0;
  std::string largest_signal, largest_recording;
  std::size_t neutrals = 0, incredible = 0;  ///< faces whose neutral is judged; of these not credible

  /// A line for a person.
  std::string text() const;
};

/// Of the recordings of a manifest that are done. Nothing when none is a fit with these figures.
std::optional<FitQuality> fit_quality(const std::filesystem::path& folder,
                                      const std::vector<ManifestRow>& rows);

}  // namespace facelex
