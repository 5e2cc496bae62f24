#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// What the columns of a recording are.
enum class SignalKind {
  landmarks,        ///< x_*, y_* in pixels, pose_* (mm, radians), perhaps X_*, Y_*, Z_* in mm
  keypoint_motion,  ///< dx_*, dy_*: standardised landmarks minus the subject's neutral (paper 001, 2.2)
  displacement,     ///< dX_*, dY_*, dZ_* in mm: E·ε at the landmarks (paper 000, eq. 1)
  expression,       ///< e_*: coefficients of a morphable model's expression basis; or named blendshapes
  observables,      ///< o_*: movements that a ruler can measure, mm
  fit,              ///< what fitting a 3-D face gives: several of the three above, with pose_*
  coefficients,     ///< codes of a linear coding system, a column per unit
  tokens,           ///< codes of a vector quantiser, a column per stage
  other             ///< any named numbers
};

std::string_view kind_name(SignalKind kind);
/// The kind of that name. Throws Error (data).
SignalKind kind_from_name(std::string_view name);
/// The kind that the names of columns tell: x_<n> and y_<n> are landmarks; dx_<n>, dy_<n> keypoint motion;
/// dX_<n>, dY_<n>, dZ_<n> displacement; e_<…> or the blendshapes that ARKit and MediaPipe share expression;
/// displacement and e_<…> together fit; q<n> and nothing else tokens. `other` when they tell none.
SignalKind kind_from_columns(const std::vector<std::string>& names);
/// Whether a recording of kind `held` can give signals of kind `wanted`: the same kind, or a part of a fit.
bool gives(SignalKind held, SignalKind wanted);

/// A signal's name and meaning; the name heads the CSV column, the rest goes to the sidecar.
struct Column {
  std::string name;
  std::string description;
  std::string unit;
  bool operator==(const Column&) const = default;
};

/// What is known of one row besides its signals.
struct Frame {
  std::int64_t number = 0;  ///< 1-based number of the frame in its video
  int face_id = -1;         ///< the track; -1 where there is none
  double timestamp = 0;     ///< seconds from the container's time stamps; NaN where there is none
  double confidence = 0;    ///< 0 … 1
  bool success = false;     ///< the signals of this row hold
};

/// The rows of each face: one group of all rows when no frame number repeats (a track may break and go on
/// under a new face_id; it is still one recording), else one group per face_id in order of appearance. Rows
/// without a face_id in a file of several faces belong to no group.
std::vector<std::vector<Eigen::Index>> faces_of(const std::vector<Frame>& frames);

/// The rows of one file: T frames with D signals each, NaN where a value is missing. With one face a row is a
/// frame and row i is frame i; a file of several faces has a row per frame and face.
struct Recording {
  std::string name;  ///< path below the input folder, without extension: the name of everything made from it
  SignalKind kind = SignalKind::other;
  std::vector<Column> columns;  ///< D
  std::vector<Frame> frames;    ///< T
  RowMatrix values;             ///< T×D

  Eigen::Index rows() const { return values.rows(); }
  /// Index of the column of that name, or -1.
  Eigen::Index column(std::string_view name) const;
  std::vector<std::vector<Eigen::Index>> faces() const { return faces_of(frames); }
};

}  // namespace facelex
