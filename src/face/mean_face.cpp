#include "facelex/face/mean_face.hpp"

#include <array>

namespace facelex {
namespace {

/// A point of the left half and the number of its mirror image.
struct PairedPoint {
  int right;  ///< iBUG number of the subject's right point, image-left: gets −x
  int left;   ///< of the subject's left point: gets x
  double x, y, z;
};

struct MidlinePoint {
  int number;
  double y, z;
};

// Millimetres from the sellion (point 27, the deepest point of the nasal root); y down, z away from the
// camera in natural head position, so points nearer to the camera than the sellion have z < 0.
//
// Widths and heights are rounded means over women and men of North American adults after Farkas,
// Anthropometry of the Head and Face, 2nd ed., Raven Press 1994: biocular ex–ex 89, intercanthal en–en 32.5,
// palpebral fissure height 10 to 11, nose height n–sn 52.5, tip protrusion sn–prn 19.5, nose width al–al 33
// (the points lie inside the wings), mouth width ch–ch 52, nasion to stomion 73, nasion to gnathion 118,
// vermilion heights 8.5 and 9.5, bizygomatic zy–zy 137. The nasion lies 5 above the sellion. Depths of the
// profile follow the norms of Legan & Burstone, J Oral Surg 38, 1980 (subnasale 6 before the glabella, chin
// level with it, lips 2 to 3 before the line from one to the other), the glabella 5 before the sellion; those
// of the canthi their distances behind the cornea; those of the jaw line Farkas' depths from the tragion. The
// jaw line is where trackers put it: on the outline of the face, in front of the ears.
constexpr std::array<MidlinePoint, 10> midline = {{
    {27, 0, 0},       // sellion
    {28, 12, -7.5},   // bridge of the nose, upper
    {29, 24, -16},    // bridge of the nose, lower
    {30, 36, -26},    // pronasale
    {33, 48, -11},    // subnasale
    {51, 61, -15},    // labrale superius
    {62, 67.5, -12},  // inner edge of the upper lip
    {66, 69, -11.5},  // inner edge of the lower lip
    {57, 78, -13},    // labrale inferius
    {8, 115, 2},      // below the chin
}};

constexpr std::array<PairedPoint, 29> pairs = {{
    // jaw line, from beside the eye down to the chin
    {0, 16, 72, 2, 76},
    {1, 15, 71, 22, 74},
    {2, 14, 68.5, 42, 70},
    {3, 13, 65, 61, 62},
    {4, 12, 58.5, 80, 50},
    {5, 11, 48, 96, 36},
    {6, 10, 35, 107, 21},
    {7, 9, 18, 113, 8},
    // brows, from the tail inwards
    {17, 26, 57, -11, 24},
    {18, 25, 48, -19, 14},
    {19, 24, 36.5, -22.5, 6},
    {20, 23, 24, -22, 0},
    {21, 22, 12, -17.5, -3},
    // base of the nose
    {31, 35, 14, 45, -4},
    {32, 34, 7, 47, -8.5},
    // eyes: outer canthus, upper lid, inner canthus, lower lid
    {36, 45, 44.5, 4, 20},
    {37, 44, 36, -1, 12},
    {38, 43, 26, -1.5, 10},
    {39, 42, 16.25, 5, 12},
    {40, 47, 26, 8.5, 11},
    {41, 46, 36, 8.5, 13},
    // outer lips, from the corner inwards
    {48, 54, 26, 69, 1},
    {49, 53, 15.5, 63, -9},
    {50, 52, 6, 59.5, -14.5},
    {59, 55, 15.5, 75.5, -8},
    {58, 56, 7, 77.5, -12.5},
    // inner lips
    {60, 64, 22, 69, -1},
    {61, 63, 8, 67.5, -11},
    {67, 65, 8, 69, -10.5},
}};

Landmarks3d built_mean_face() {
  Landmarks3d face;
  for (const auto& point : midline) face.row(point.number) << 0, point.y, point.z;
  for (const auto& pair : pairs) {
    face.row(pair.right) << -pair.x, pair.y, pair.z;
    face.row(pair.left) << pair.x, pair.y, pair.z;
  }
  // Subtracting the mean in x would break the symmetry by a rounding: it is zero by construction.
  face.col(1).array() -= face.col(1).mean();
  face.col(2).array() -= face.col(2).mean();
  return face;
}

}  // namespace

const Landmarks3d& mean_face_mm() {
  static const Landmarks3d face = built_mean_face();
  return face;
}

}  // namespace facelex
