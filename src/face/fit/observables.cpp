#include "facelex/face/fit/observables.hpp"

#include <algorithm>

#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/schemes/mirror.hpp"

namespace facelex {
namespace {

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

std::vector<Observable> all_observables() {
  std::vector<Observable> all;
  for (const Definition& one : of_the_middle()) {
    const Eigen::VectorXd row = measuring(one.terms);
    all.push_back(
        {std::string("o_") + one.name, one.description, one.lead, lead_movement(one.lead, row), row});
  }
  for (const Definition& one : of_a_side()) {
    const Eigen::VectorXd left = measuring(one.terms), right = measuring(other_side(one.terms));
    const double lead = lead_movement(one.lead, left);
    const std::string unit = std::string(one.lead).substr(0, 4), name = std::string("o_") + one.name;
    all.push_back(
        {name, std::string(one.description) + ", mean of both sides", unit, lead, (left + right) / 2});
    all.push_back({name + "_asymmetry", std::string(one.description) + ": the subject's left minus right",
                   unit, lead, left - right});
  }
  return all;
}

}  // namespace

const std::vector<Observable>& observables() {
  static const std::vector<Observable> all = all_observables();
  return all;
}

ObservableMeasure::ObservableMeasure(const std::vector<int>& points) {
  const auto n = static_cast<Eigen::Index>(points.size());
  std::vector<Eigen::RowVectorXd> rows;
  for (const Observable& one : observables()) {
    Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(3 * n);
    for (Eigen::Index axis = 0; axis < 3; ++axis)
      for (Eigen::Index i = 0; i < n; ++i)
        row[axis * n + i] = one.measure[axis * 68 + points[static_cast<std::size_t>(i)]];
    // A point that is not there is missing in the sum.
    if ((row.array() != 0).count() != (one.measure.array() != 0).count()) continue;
    measured_.push_back(&one);
    rows.push_back(std::move(row));
  }
  rows_.resize(static_cast<Eigen::Index>(rows.size()), 3 * n);
  for (std::size_t k = 0; k < rows.size(); ++k) rows_.row(static_cast<Eigen::Index>(k)) = rows[k];
}

std::vector<Column> ObservableMeasure::columns() const {
  std::vector<Column> columns;
  for (const Observable* one : measured_) columns.push_back({one->name, one->description, "mm"});
  return columns;
}

}  // namespace facelex
