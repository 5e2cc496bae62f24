#include <array>
#include <fstream>
#include <sstream>

#include "bfm_files.hpp"
#include "binary_file.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/model/import/model.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr float mm = 1, mm_per_um = 1e-3F;
constexpr std::int32_t max_expressions = 10000;

/// Modes times their standard deviations, which makes these the unit of the coefficients.
Eigen::MatrixXf in_deviations(Eigen::MatrixXf basis, const Eigen::VectorXf& deviations, Eigen::Index numbers,
                              float unit, const fs::path& file, const std::string& what) {
  if (basis.rows() != numbers || deviations.size() != basis.cols())
    throw bad_import(file, what + " is of " + std::to_string(basis.rows()) + "×" +
                               std::to_string(basis.cols()) + " numbers, the mean of " +
                               std::to_string(numbers) + ", the deviations of " +
                               std::to_string(deviations.size()));
  if (!(deviations.array() >= 0).all()) throw bad_import(file, what + " has a variance below 0");
  basis *= deviations.asDiagonal();
  to_camera_axes(basis, unit);
  return basis;
}

MorphableModel model_of(const char* name, const fs::path& file) {
  MorphableModel model;
  model.name = name;
  model.licence = "University of Basel, on registration, non-commercial use";
  model.source = file.filename().string();
  model.landmarks.fill(-1);
  return model;
}

void set_mean(MorphableModel& model, Eigen::MatrixXf mean, float unit, const fs::path& file,
              const std::string& what) {
  if (mean.cols() != 1 || mean.rows() % 3 != 0 || mean.rows() == 0)
    throw bad_import(file, what + " is of " + std::to_string(mean.rows()) + "×" +
                               std::to_string(mean.cols()) + " numbers, expected a column of points");
  to_camera_axes(mean.col(0), unit);
  model.mean = vertices_of(mean.col(0));
}

/// Gerig et al. 2018: /shape and /expression, mean, pcaBasis, pcaVariance; cells by corners.
MorphableModel import_2017(const fs::path& path) {
  const Hdf5File file(path);
  MorphableModel model = model_of("Basel Face Model 2017/2019", path);
  set_mean(model, file.matrix("shape/model/mean"), mm, path, "data set 'shape/model/mean'");
  const auto basis = [&](const std::string& part) {
    const std::string place = part + "/model/";
    const Eigen::MatrixXf variance = file.matrix(place + "pcaVariance");
    if (variance.cols() != 1) throw bad_import(path, place + "pcaVariance is not one column");
    return statistical_basis(in_deviations(file.matrix(place + "pcaBasis"), variance.col(0).cwiseSqrt(),
                                           model.mean.size(), mm, path, "data set '" + place + "pcaBasis'"));
  };
  model.identity = basis("shape");
  if (file.has("expression/model/pcaBasis")) model.expression = basis("expression");
  const Eigen::MatrixXi cells = file.integers("shape/representer/cells");
  if (cells.rows() != 3)
    throw bad_import(path, "data set 'shape/representer/cells' has " + std::to_string(cells.rows()) +
                               " rows, not one for each corner");
  model.triangles = cells.transpose();
  return model;
}

/// Paysan et al. 2009: shapeMU, shapePC, shapeEV (standard deviations), tl from 1 with the corners clockwise.
MorphableModel import_2009(const fs::path& path) {
  const MatlabFile file(path);
  MorphableModel model = model_of("Basel Face Model 2009", path);
  set_mean(model, file.small_matrix("shapeMU"), mm_per_um, path, "variable 'shapeMU'");
  const Eigen::MatrixXf deviations = file.small_matrix("shapeEV").reshaped(Eigen::AutoSize, 1);
  model.identity = statistical_basis(in_deviations(file.small_matrix("shapePC"), deviations,
                                                   model.mean.size(), mm_per_um, path, "variable 'shapePC'"));
  const Eigen::MatrixXd corners = file.matrix("tl");
  if (corners.cols() != 3) throw bad_import(path, "variable 'tl' has not three columns");
  if (!((corners.array() >= 1).all() && (corners.array() <= static_cast<double>(model.vertex_count())).all()))
    throw bad_import(path, "variable 'tl' has a vertex that is not in the mesh");
  model.triangles.resize(corners.rows(), 3);
  constexpr std::array<Eigen::Index, 3> anticlockwise = {0, 2, 1};
  for (Eigen::Index corner = 0; corner < 3; ++corner)
    model.triangles.col(corner) =
        (corners.col(anticlockwise[static_cast<std::size_t>(corner)]).array() - 1).cast<std::int32_t>();
  return model;
}

Eigen::VectorXf read_deviations(const fs::path& file, Eigen::Index count) {
  std::istringstream words(file_bytes(file));
  std::vector<float> values;
  for (std::string word; words >> word;) {
    const auto value = parse_double(word);
    if (!value) throw bad_import(file, in_quotes(word) + " is not a number");
    values.push_back(static_cast<float>(*value));
  }
  if (static_cast<Eigen::Index>(values.size()) != count)
    throw bad_import(file, "has " + std::to_string(values.size()) + " standard deviations for " +
                               std::to_string(count) + " expressions");
  return Eigen::Map<const Eigen::VectorXf>(values.data(), count);
}

/// Exp_Pca.bin: count n, mean, n modes, in µm; the mean expression is passed over.
ShapeBasis read_expression(const fs::path& path) {
  BinaryFile file(path);
  const auto count = file.number<std::int32_t>("the count of expressions");
  if (count < 1 || count > max_expressions)
    file.refuse("the count of expressions", "is " + std::to_string(count));
  const std::uint64_t vector_bytes = file.left() / (static_cast<std::uint64_t>(count) + 1);
  const auto numbers = static_cast<Eigen::Index>(vector_bytes / sizeof(float));
  if (numbers == 0 || numbers % 3 != 0 ||
      file.left() !=
          static_cast<std::uint64_t>(numbers) * sizeof(float) * (static_cast<std::uint64_t>(count) + 1))
    file.refuse("the rest", "of " + std::to_string(file.left()) + " bytes is not a mean and " +
                                std::to_string(count) + " modes of points");
  file.matrix<float>(numbers, 1, "the mean");
  return statistical_basis(in_deviations(file.matrix<float>(numbers, count, "the modes"),
                                         read_deviations(path.parent_path() / bfm_deviations_name, count),
                                         numbers, mm_per_um, path, "the basis"));
}

/// The vertices of the shape that the expressions have too, from 0.
std::vector<std::int32_t> kept_vertices(const fs::path& file, Eigen::Index kept, Eigen::Index all) {
  const Eigen::MatrixXd index = MatlabFile(file).matrix("trimIndex");
  if (index.size() != kept)
    throw bad_import(file, "variable 'trimIndex' has " + std::to_string(index.size()) +
                               " vertices, the expressions " + std::to_string(kept));
  std::vector<std::int32_t> vertices;
  std::vector<bool> taken(static_cast<std::size_t>(all));
  for (const double number : index.reshaped()) {
    if (!(number >= 1 && number <= static_cast<double>(all)) || taken[static_cast<std::size_t>(number) - 1])
      throw bad_import(file, "variable 'trimIndex' has a vertex twice, or one that is not in the mesh: " +
                                 number_text(number));
    taken[static_cast<std::size_t>(number) - 1] = true;
    vertices.push_back(static_cast<std::int32_t>(number) - 1);
  }
  return vertices;
}

/// Leaves only those vertices, in that order, and the triangles between them.
void keep_vertices(MorphableModel& model, const std::vector<std::int32_t>& kept) {
  std::vector<std::int32_t> place(static_cast<std::size_t>(model.vertex_count()), -1);
  Vertices mean(static_cast<Eigen::Index>(kept.size()), 3);
  Eigen::MatrixXf modes(3 * mean.rows(), model.identity.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    place[static_cast<std::size_t>(kept[i])] = static_cast<std::int32_t>(i);
    mean.row(at) = model.mean.row(kept[i]);
    modes.middleRows(3 * at, 3) = model.identity.modes.middleRows(Eigen::Index{3} * kept[i], 3);
  }
  Eigen::Index triangles = 0;
  for (Eigen::Index t = 0; t < model.triangles.rows(); ++t) {
    const auto moved = model.triangles.row(t).unaryExpr(
        [&](std::int32_t vertex) { return place[static_cast<std::size_t>(vertex)]; });
    if (moved.minCoeff() >= 0) model.triangles.row(triangles++) = moved.eval();
  }
  model.triangles.conservativeResize(triangles, 3);
  model.mean = std::move(mean);
  model.identity.modes = std::move(modes);
}

void take_expression(MorphableModel& model, const fs::path& file) {
  model.expression = read_expression(file);
  const Eigen::Index vertices = model.expression.modes.rows() / 3;
  if (vertices != model.vertex_count()) {
    const fs::path index = file.parent_path() / bfm_kept_name;
    if (!fs::exists(index))
      throw bad_import(file,
                       "is of " + std::to_string(vertices) + " vertices, the shape of " +
                           std::to_string(model.vertex_count()),
                       std::string("put ") + bfm_kept_name + " beside it, which names them");
    keep_vertices(model, kept_vertices(index, vertices, model.vertex_count()));
  }
  model.source += ", " + file.filename().string();
}

}  // namespace

MorphableModel import_bfm(const fs::path& path, const ModelImportOptions& options) {
  std::array<char, 4> head{};
  std::ifstream in(path, std::ios::binary);
  if (!in) throw system_error(path.string(), "open", errno);
  in.read(head.data(), head.size());
  const bool hdf5 = std::string_view(head.data(), head.size()) == "\x89HDF";
  MorphableModel model = hdf5 ? import_2017(path) : import_2009(path);
  model.check(path.string());
  if (!options.expression.empty()) {
    take_expression(model, options.expression);
    model.check(path.string());
  }
  return model;
}

}  // namespace facelex
