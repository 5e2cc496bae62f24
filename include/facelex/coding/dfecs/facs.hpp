#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

/// How the landmarks of a face move when it makes an expression, seen from the front without perspective.
struct UnitMotion {
  std::string name;         ///< "AU12" or "AU12_L"
  std::string description;  ///< "lip corner puller (zygomaticus major), left"
  Landmarks68 millimetres;  ///< x to image-right, y down
  Landmarks68 registered;   ///< keypoint motion in template units (registration.hpp)
};

/// Which action units of a face are units.
enum class FacsUnits {
  /// Both sides together: the 26 pure units of the built-in face. A unit whose sides undo each other (AU30,
  /// jaw sideways) is represented by its first side, the left one.
  pure,
  sided  ///< the pure units, and each side of paired muscles alone: 59 of the built-in face
};

/// Each unit at intensity 1 on the mean face. Modes whose names end in _L and _R are two sides of one unit.
/// Throws Error (data) when the model lacks one of the 68 landmarks or has no expression modes.
std::vector<UnitMotion> unit_motions(const MorphableModel& face, FacsUnits units);

/// The comparator U_FACS of paper 001, 3.1: keypoint motion of action units as units of a coding system of
/// kind "facs", with non-negative codes, 1 being the E intensity. The paper takes it from photographs of the
/// FACS manual, 26 pure units and 113 with combinations that it does not list; ours comes from a face model.
/// alpha: penalty of coding, ½-form.
std::unique_ptr<PositiveUnits> facs_comparator(const MorphableModel& face, FacsUnits units, double alpha);

}  // namespace facelex
