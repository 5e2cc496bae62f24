#include "facelex/coding/linear/observables.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/face/schemes/mirror.hpp"
#include "facelex/face/schemes/signal_columns.hpp"
#include "linear_encoding.hpp"

namespace facelex {
namespace {

/// Of the largest: below, two measures are one.
constexpr double min_pivot = 1e-12;

/// Mean displacement of some points along an axis (0 to the subject's left, 1 down, 2 back), times `share`.
struct Term {
  double share;
  int axis;
  std::vector<int> points;
};

/// A movement as a sum of terms, mm, and the action unit whose E intensity is its 1.
struct Definition {
  const char* name;
  const char* description;
  const char* lead;  ///< of the left side where it has sides
  std::vector<Term> terms;
};

const std::vector<Definition>& of_the_middle() {
  static const std::vector<Definition> definitions = {
      {"lips_part",
       "distance of the lips' inner edges",
       "AU25",
       {{1, 1, {65, 66, 67}}, {-1, 1, {61, 62, 63}}}},
      {"jaw_drop", "the chin goes down", "AU27", {{1, 1, {7, 8, 9}}}},
      {"lower_lip_down", "the lower lip's outer edge goes down", "AU16", {{1, 1, {56, 57, 58}}}},
      {"mouth_width", "distance of the mouth's corners", "AU12", {{1, 0, {54}}, {-1, 0, {48}}}},
      {"lips_thin",
       "the red of both lips gets thinner",
       "AU24",
       {{1, 1, {50, 51, 52}}, {-1, 1, {61, 62, 63}}, {1, 1, {65, 66, 67}}, {-1, 1, {56, 57, 58}}}}};
  return definitions;
}

/// Of the subject's left side; the other is its mirror image.
const std::vector<Definition>& of_a_side() {
  static const std::vector<Definition> definitions = {
      {"inner_brow_up", "the brow's inner end rises", "AU01_L", {{-1, 1, {22}}}},
      {"outer_brow_up", "the brow's outer end rises", "AU02_L", {{-1, 1, {25, 26}}}},
      {"eye_closing", "the lids approach one another", "AU43_L", {{1, 1, {43, 44}}, {-1, 1, {46, 47}}}},
      {"lower_lid_up", "the lower lid rises", "AU07_L", {{-1, 1, {46, 47}}}},
      {"corner_up", "the mouth's corner rises", "AU12_L", {{-1, 1, {54}}}}};
  return definitions;
}

std::vector<Term> other_side(std::vector<Term> terms) {
  for (Term& term : terms)
    for (int& point : term.points) point = mirrored_points[static_cast<std::size_t>(point)];
  return terms;
}

/// Of all points and axes, what a movement measures, K = 204: all x, all y, all z.
Eigen::VectorXd measuring(const std::vector<Term>& terms) {
  Eigen::VectorXd row = Eigen::VectorXd::Zero(3 * 68);
  for (const Term& term : terms)
    for (const int point : term.points)
      row[term.axis * 68 + point] += term.share / static_cast<double>(term.points.size());
  return row;
}

/// What the unit moves of it at its E intensity, mm.
double at_e_intensity(const std::string& unit, const Eigen::VectorXd& row) {
  const MorphableModel& face = built_in_face();
  const auto& names = face.expression.names;
  const auto mode = std::find(names.begin(), names.end(), unit) - names.begin();
  double moved = 0;
  for (Eigen::Index axis = 0; axis < 3; ++axis)
    for (Eigen::Index point = 0; point < 68; ++point)
      if (const double share = row[axis * 68 + point]; share != 0)
        moved += share * static_cast<double>(face.expression.modes(
                             3 * face.landmarks[static_cast<std::size_t>(point)] + axis, mode));
  return moved;
}

/// Both sides of a lead unit, or the one that has none.
double lead_movement(const std::string& unit, const Eigen::VectorXd& row) {
  const auto& names = built_in_face().expression.names;
  if (std::find(names.begin(), names.end(), unit) != names.end()) return at_e_intensity(unit, row);
  return at_e_intensity(unit + "_L", row) + at_e_intensity(unit + "_R", row);
}

class Maker {
 public:
  explicit Maker(Observables::Measure measure) : measure_(measure) {
    for (const Definition& one : of_the_middle()) {
      const Eigen::VectorXd row = measuring(one.terms);
      add(one.name, one.description, one.lead, row, lead_movement(one.lead, row));
    }
    for (const Definition& one : of_a_side()) {
      const Eigen::VectorXd left = measuring(one.terms), right = measuring(other_side(one.terms));
      const double lead = lead_movement(one.lead, left);
      const std::string unit = std::string(one.lead).substr(0, 4);
      add(one.name, std::string(one.description) + ", mean of both sides", unit, (left + right) / 2, lead);
      add(std::string(one.name) + "_asymmetry",
          std::string(one.description) + ": the subject's left minus right", unit, left - right, lead);
    }
  }

  LinearModel model() const {
    LinearModel model;
    model.input_kind = SignalKind::displacement;
    std::vector<Eigen::Index> used;
    for (Eigen::Index d = 0; d < 3 * 68; ++d)
      if (std::any_of(rows_.begin(), rows_.end(), [d](const auto& row) { return row[d] != 0; }))
        used.push_back(d);
    const std::vector<Column> all = displacement_columns(ibug_numbers(LandmarkScheme::points_68));
    for (const Eigen::Index d : used) model.input_columns.push_back(all[static_cast<std::size_t>(d)]);
    model.units = units_;
    RowMatrix rows(static_cast<Eigen::Index>(rows_.size()), static_cast<Eigen::Index>(used.size()));
    for (Eigen::Index k = 0; k < rows.rows(); ++k)
      rows.row(k) = rows_[static_cast<std::size_t>(k)](used).transpose();
    model.atoms = (rows * rows.transpose()).ldlt().solve(rows);
    model.mean.setZero(rows.cols());
    UnitGroup face{"O", "face", {}, 0, rows.rows()};
    for (Eigen::Index d = 0; d < rows.cols(); ++d) face.columns.push_back(d);
    model.groups.push_back(std::move(face));
    return model;
  }

 private:
  void add(const std::string& name, const std::string& description, const std::string& lead,
           const Eigen::VectorXd& row, double lead_mm) {
    const bool in_mm = measure_ == Observables::Measure::millimetres;
    rows_.push_back(in_mm ? row : row / lead_mm);
    units_.push_back({"o_" + name,
                      in_mm ? description
                            : description + "; 1 is what " + lead + " does at its E intensity, " +
                                  number_text(std::round(lead_mm * 100) / 100) + " mm",
                      in_mm ? "mm" : ""});
  }

  Observables::Measure measure_;
  std::vector<Eigen::VectorXd> rows_;
  std::vector<Column> units_;
};

}  // namespace

Observables::Observables(Measure measure) : Observables(Maker(measure).model(), "observables") {}

Observables::Observables(LinearModel model, const std::string& place) : model_(std::move(model)) {
  model_.check(place);
  const auto decomposed = (model_.atoms * model_.atoms.transpose()).ldlt();
  const Eigen::VectorXd pivots = decomposed.vectorD();
  measuring_ = decomposed.solve(model_.atoms);
  if (!(pivots.minCoeff() > min_pivot * pivots.maxCoeff()) || !measuring_.allFinite() ||
      model_.groups.size() != 1 || model_.mean.norm() != 0)
    throw data_error({place, 0, "atoms"}, "measure one thing twice",
                     "the model is damaged or was not written by facelex");
}

std::unique_ptr<Observables> Observables::from_model(const ModelFile& file) {
  return std::unique_ptr<Observables>(new Observables(LinearModel::from_file(file), file.source));
}

Json Observables::acting(const EncodeOptions&) const {
  return Json::object();
}

std::unique_ptr<Encoder> Observables::prepared(const EncodeOptions&) const {
  return projection_encoder(model_, {measuring_});
}

}  // namespace facelex
