#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "facelex/io/models/model_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// The points of a mesh, a row each, in millimetres, in the camera's axes of a face that looks straight into
/// it: x to image-right (the subject's left), y down, z away from the camera.
using Vertices = Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor>;
/// The vertices of each triangle, 0-based, anticlockwise as seen from outside the face.
using Triangles = Eigen::Matrix<std::int32_t, Eigen::Dynamic, 3, Eigen::RowMajor>;

/// Modes of a morphable model: A or E of paper 000, equation 1.
struct ShapeBasis {
  /// 3P×K; column k is what one unit of coefficient k adds to the vertices, [x₀ y₀ z₀ x₁ …] in mm.
  Eigen::MatrixXf modes;
  std::vector<std::string> names;         ///< K: "AU12_L", "jawOpen"; "0", "1" … where they mean nothing
  std::vector<std::string> descriptions;  ///< K, or empty
  Eigen::VectorXd scale;                  ///< K: the coefficients' usual size (standard deviation), > 0
  Eigen::VectorXd lower, upper;           ///< K: bounds of the coefficients, lower ≤ 0 < upper

  Eigen::Index size() const { return modes.cols(); }
};

/// A linear model of the shape of faces: X = X̄ + Aα + Eε (paper 000, equation 1, before the head's motion).
/// Importers convert the units and axes of a file to those of Vertices.
struct MorphableModel {
  std::string name;     ///< "ICT-FaceKit Light"
  std::string licence;  ///< of the data; empty: not known
  std::string source;   ///< what it was made from
  Vertices mean;        ///< P×3
  ShapeBasis identity;
  ShapeBasis expression;
  Triangles triangles;
  /// The vertex of each iBUG point; −1 where the mesh has none.
  std::array<std::int32_t, 68> landmarks{};
  /// Where the points of the jaw line (0 … 16) may be seen when the head is turned: for each the vertices on
  /// a line over the cheek, its own among them; empty where the mesh has none.
  std::array<std::vector<std::int32_t>, 17> contour;

  Eigen::Index vertex_count() const { return mean.rows(); }
  /// The mean face with these coefficients; vectors shorter than the bases are filled up with zeros.
  Vertices shape(const Eigen::VectorXd& identity_coefficients,
                 const Eigen::VectorXd& expression_coefficients) const;
  /// The iBUG points that the mesh has, ascending.
  std::vector<int> landmark_points() const;
  /// Columns of a recording of its expression: "e_" and the name.
  std::vector<Column> expression_columns() const;

  /// Throws Error (data) that names `file` and the field: sizes that disagree, a landmark or triangle whose
  /// vertex is not there, bounds that exclude 0, a number that is not finite, names that repeat.
  void check(const std::string& file) const;
};

inline constexpr const char* morphable_model_kind = "morphable-model";

ModelFile morphable_model_to_file(const MorphableModel& model);
/// Throws Error (data) for another kind of model and for what MorphableModel::check throws.
MorphableModel morphable_model_from_file(const ModelFile& file);
MorphableModel load_morphable_model(const std::filesystem::path& file);

/// The landmarks' rows of a model, in double precision: all that fitting touches, so that its cost does not
/// depend on the size of the mesh.
struct LandmarkRows {
  /// Of each row, its iBUG number. Points 17 … 67 that the model has come once, ascending; the jaw points
  /// after them, each once for every vertex of its contour.
  std::vector<int> point;
  std::vector<std::int32_t> vertex;               ///< of each row
  Eigen::Matrix<double, Eigen::Dynamic, 3> mean;  ///< R×3
  Eigen::MatrixXd identity;                       ///< 3R×Ka, rows as in ShapeBasis
  Eigen::MatrixXd expression;                     ///< 3R×Ke
};
/// Throws Error (data) when the model has fewer than six landmarks.
LandmarkRows landmark_rows(const MorphableModel& model);

}  // namespace facelex
