#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Options of `facelex standardize`.
struct StandardizeOptions {
  enum class Frontalization { linear, fitted, none };
  enum class NeutralSource { estimated, first, frame, file };
  enum class Scheme { automatic, points_49, points_51, points_66, points_68 };

  Scheme scheme = Scheme::automatic;
  Frontalization frontalize = Frontalization::linear;
  std::string fits;            ///< folder of recordings of kind fit, for Frontalization::fitted
  std::string frontalize_map;  ///< model file for Frontalization::linear; empty: the built-in map
  NeutralSource neutral = NeutralSource::estimated;
  long long neutral_frame = 0;  ///< 1-based; for NeutralSource::frame
  std::string neutral_file;     ///< for NeutralSource::file

  void describe(OptionList& options);
  void check() const;
};

/// dx_0 … dx_67, dy_0 … dy_67, in template units (registration.hpp).
const std::vector<Column>& keypoint_motion_columns();

/// Turns a recording of landmarks into keypoint motion (paper 001, sections 2.1 and 2.2): every frame is
/// turned to the front (by frontalization.hpp; by its fit with Frontalization::fitted; not with none),
/// registered (registration.hpp) and the same subject's registered neutral frame is subtracted. The
/// 136-vector is [Δx_0…Δx_67, Δy_0…Δy_67]; points that the input's scheme lacks are zero in it, and the
/// details name them.
///
/// `output` has the rows of `input`: frame, face_id, timestamp and confidence are kept. A row without success
/// stays without values; a row whose landmarks are incomplete or cannot be registered becomes such a row, and
/// the details count them. In a file of several faces each face has its own neutral, and rows without a
/// face_id get no values. A neutral file is the same subject's recording in the same scheme; the neutral is
/// its only registered row, or the coordinate-wise median of several.
///
/// The file is read twice in blocks (once to find the neutral), so memory does not grow with its length. One
/// thread: the arithmetic takes a small part of the time that reading and writing text takes.
///
/// Details: scheme, frontalize, frontalization (name and sha256 of the map or fit), anchors, missing_points,
/// neutral (a list, one of each face: face_id when there are several, how, frame, landmarks as 136 numbers,
/// so that motion + neutral gives the standardised landmarks back), rows_without_values (no_face, incomplete,
/// degenerate, no_face_id, and no_fit with Frontalization::fitted).
///
/// Throws Error: data for an input that cannot be read, has no landmarks or lacks the neutral frame asked for
/// in one of its faces, for a neutral file that does not fit, or one neutral file for several faces; usage
/// for a scheme that is not the file's.
StageResult standardize(const std::filesystem::path& input, const std::filesystem::path& output,
                        const StandardizeOptions& options, TableFormat format, const Work& work);

}  // namespace facelex
