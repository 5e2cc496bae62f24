#pragma once

#include <array>
#include <string>
#include <vector>

#include "facelex/compare/unit_geometry.hpp"
#include "facelex/core/options.hpp"
#include "facelex/face/model/morphable_model.hpp"

namespace facelex {

/// An automatic stand-in for the raters of paper 001, 3.4: whether a unit moves each point of the face in a
/// direction in which facial muscles can pull it there.
struct InterpretabilityOptions {
  /// single: the direction of one action unit alone, as the paper's raters compare with the arrows of a
  /// chart. cone: any direction in which the action units of a point can pull together; it forgives more,
  /// since two that work against one another (up and down, both a little outward) also allow what neither
  /// does (outward).
  enum class Directions { single, cone };

  Directions directions = Directions::single;
  double angle = 45;  ///< degrees that a movement may lie outside; 0 … 180
  /// A point counts as moved by a unit, and by a muscle, when it moves at least this share of what the unit's
  /// (muscle's) most moved point does; in (0, 1].
  double least_share = 0.2;

  void describe(OptionList& options);
};

/// For each of the 68 points the directions in which muscles pull it, in radians, ascending; x to
/// image-right, y down. Empty where no muscle moves it.
using MuscleDirections = std::array<std::vector<double>, 68>;

/// The directions of each expression mode of a face (each an action unit of one side). `registered`: after
/// registration to the template, as keypoint motion is; else in millimetres of the frontal face.
MuscleDirections muscle_directions(const MorphableModel& face, bool registered, double least_share);

/// How far outside the allowed directions a movement lies, 0 … 180 degrees; 180 where no muscle moves the
/// point.
double degrees_outside(const std::vector<double>& directions, double movement,
                       InterpretabilityOptions::Directions rule);

/// What is found of one unit, or of one sign of a unit whose codes have both signs.
struct UnitInterpretability {
  std::string unit;
  int sign = 1;               ///< −1: the negative of the unit
  bool interpretable = true;  ///< no point is moved outside
  int points_moved = 0;
  std::vector<int> points_outside;  ///< iBUG numbers
  int worst_point = -1;             ///< the one furthest outside; −1 without any
  double worst_angle = 0;           ///< degrees outside
};

/// One result for each of K units; with `both_signs` two, the unit and then its negative (the components of
/// [U −U], as the paper looks at PCA). columns: the D columns of the movements; dx_n, dy_n, or dX_n, dY_n.
/// Throws Error (usage) when no column is a point of the face or options are out of bounds.
std::vector<UnitInterpretability> interpretability(const UnitMovements& units,
                                                   const std::vector<Column>& unit_names,
                                                   const std::vector<Column>& columns, bool both_signs,
                                                   const MorphableModel& face,
                                                   const InterpretabilityOptions& options = {});

}  // namespace facelex
