#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// The 68 points of iBUG in the plane, a row per point, x right and y down, NaN where a point is missing. The
/// matrix is column-major, so its memory is the 136-vector [x_0…x_67, y_0…y_67] of paper 001.
using Landmarks68 = Eigen::Matrix<double, 68, 2>;

/// Points 0 … 16 are the jaw line.
inline constexpr int jaw_points = 17;

/// Which of iBUG's 68 points a tracker gives.
enum class LandmarkScheme {
  points_49,  ///< no jaw line, no inner mouth corners 60 and 64 (CLM; BP4D)
  points_51,  ///< no jaw line: 17…67
  points_66,  ///< no inner mouth corners (AAM; DISFA)
  points_68   ///< all (CK+, OpenFace, dlib)
};

inline constexpr std::array<LandmarkScheme, 4> all_landmark_schemes = {
    LandmarkScheme::points_49, LandmarkScheme::points_51, LandmarkScheme::points_66,
    LandmarkScheme::points_68};

/// 49, 51, 66 or 68.
int point_count(LandmarkScheme scheme);
/// The iBUG-68 number of each point of the scheme, ascending.
const std::vector<int>& ibug_numbers(LandmarkScheme scheme);
/// The iBUG-68 numbers that the scheme lacks, ascending.
std::vector<int> missing_points(LandmarkScheme scheme);
/// Whether the scheme has points 0…16.
bool has_jaw_line(LandmarkScheme scheme);
/// The scheme of that many points, or nothing.
std::optional<LandmarkScheme> scheme_of_count(int points);

/// Where a recording keeps its landmarks.
struct LandmarkColumns {
  LandmarkScheme scheme = LandmarkScheme::points_68;
  std::array<Eigen::Index, 68> x{};  ///< column of x by iBUG number; -1 where the scheme lacks the point
  std::array<Eigen::Index, 68> y{};  ///< column of y
};

/// Finds the columns x_<n> and y_<n> (also x<n> and y<n>, as some trackers write them). Numbers 0…n−1 or 1…n
/// count the points of the scheme with that many points; numbers that are themselves the iBUG numbers of a
/// scheme (17…67 for 51 points) are taken as such. `given` demands a scheme.
///
/// Throws Error (data; usage when `given` contradicts the file) that names `file`, what was found and what
/// was expected: no such columns, an x without its y, gaps, a number of points that no scheme has.
LandmarkColumns find_landmark_columns(const std::vector<Column>& columns, std::string_view file,
                                      std::optional<LandmarkScheme> given = std::nullopt);

/// The landmarks of one row; NaN where the scheme lacks the point or the value is missing.
Landmarks68 landmarks_of_row(const LandmarkColumns& columns, const RowMatrix& values, Eigen::Index row);

}  // namespace facelex
