#pragma once

#include <string>
#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// A part of the face whose points move together: the support of local atoms.
struct FacialFeature {
  std::string name;         ///< short: "LB"; prefix of the units' names
  std::string description;  ///< "left brow"
  std::vector<int> points;  ///< iBUG-68 numbers, 0-based, ascending
};

/// How a face is divided. Left and right are the subject's: LB is iBUG 22–26, RB is 17–21.
enum class FeatureDivision {
  facial_basis,  ///< paper 000, six: LB, RB, NO, LE, RE, MO (no jaw line)
  split_mouth,   ///< paper 000's variant, seven: the mouth as UL (upper lip) and LL (lower lip)
  dfecs          ///< paper 001, seven: LB, RB, LE, RE, NO, MO (lips), JA (jaw line)
};

std::vector<FacialFeature> facial_features(FeatureDivision division);

/// The columns of a signal that move with a feature: those named <letters>_<n> with n among its points
/// (dx_17, dZ_48 …), in the signal's order. Empty when the signal has none.
std::vector<Eigen::Index> feature_columns(const FacialFeature& feature, const std::vector<Column>& columns);

}  // namespace facelex
