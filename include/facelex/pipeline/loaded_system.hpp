#pragma once

#include <memory>
#include <string>

#include "facelex/coding/coding_system.hpp"

namespace facelex {

/// The name by which commands know the face and the codebook that facelex ships.
inline constexpr const char* built_in_name = "built-in";
/// And those of its observables, in E intensities and in millimetres.
inline constexpr const char* observables_name = "observables";
inline constexpr const char* observables_mm_name = "observables-mm";

/// And that of the action units that landmarks can tell apart.
inline constexpr const char* merged_units_name = "merged-units";

/// A coding system as it is used by a batch.
struct LoadedSystem {
  std::shared_ptr<const CodingSystem> system;
  std::string digest;  ///< of the file
  std::string file;    ///< its name without folder
};
/// The system of a model file, the built-in codebook (built_in_name) the observables or the merged units.
LoadedSystem load_system(const std::string& file);

}  // namespace facelex
