#include "facelex/coding/linear/merged_units.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

/// Units that move landmarks alike, the leading one first.
struct MergedUnit {
  const char* name;
  const char* description;
  std::vector<const char*> members;
  bool has_sides;
};

/// What a frame's 68 landmarks tell apart at a noise of .9 mm: cosines of the displacements within a group are .74 to 1,
/// or −1 for what one unit closes and the other opens (docs/methods.md).
const std::vector<MergedUnit>& all_merged_units() {
  static const std::vector<MergedUnit> units = {
      {"inner_brow_raise_1", "the brow's inner end rises", {"AU01"}, true},
      {"outer_brow_raise_2", "the brow's outer end rises", {"AU02"}, true},
      {"brow_lower_4", "the brow comes down and inwards", {"AU04"}, true},
      {"eye_closing_43_5", "the lids close; below 0 they open wide", {"AU43", "AU05"}, true},
      {"lid_and_cheek_raise_6_7", "the lower lid and the cheek rise", {"AU07", "AU06"}, true},
      {"nose_wrinkle_9", "the nose is wrinkled", {"AU09"}, true},
      {"upper_lip_raise_10_11", "the upper lip rises", {"AU10", "AU11"}, true},
      {"corner_raise_12_13", "the mouth's corner is drawn up: a smile", {"AU12", "AU13"}, true},
      {"mouth_widening_14_20", "the mouth's corner is drawn sideways", {"AU20", "AU14"}, true},
      {"corner_lower_15", "the mouth's corner goes down", {"AU15"}, true},
      {"lower_lip_down_16_25", "the lower lip goes down, the jaw does not", {"AU25", "AU16"}, false},
      {"chin_raise_17", "the chin and the lower lip rise", {"AU17"}, false},
      {"lip_pucker_18", "the lips are drawn together", {"AU18"}, false},
      {"lip_funnel_22", "the lips are pushed forwards", {"AU22"}, false},
      {"lip_press_23_24_28", "the lips get thin", {"AU24", "AU23", "AU28"}, false},
      {"jaw_drop_26_27", "the jaw goes down", {"AU27", "AU26"}, false},
      {"jaw_sideways_30",
       "the jaw goes to the subject's left; below 0 to the right",
       {"AU30_L", "AU30_R"},
       false}};
  return units;
}

Eigen::Index mode_of(const std::string& name) {
  const auto& names = built_in_face().expression.names;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : found - names.begin();
}

/// The modes of a unit: its own, that of one side, or both sides.
std::vector<Eigen::Index> modes_of(const std::string& unit, const std::string& side) {
  if (const Eigen::Index mode = mode_of(unit + side); mode >= 0) return {mode};
  if (const Eigen::Index mode = mode_of(unit); mode >= 0) return {mode};
  return {mode_of(unit + "_L"), mode_of(unit + "_R")};
}

/// What modes move together at the landmarks, 204 mm.
Eigen::VectorXd displacement_of(const std::vector<Eigen::Index>& modes) {
  const MorphableModel& face = built_in_face();
  Eigen::VectorXd moved = Eigen::VectorXd::Zero(3 * 68);
  for (const Eigen::Index mode : modes)
    for (std::size_t point = 0; point < 68; ++point)
      moved.segment<3>(static_cast<Eigen::Index>(3 * point)) +=
          face.expression.modes.block<3, 1>(3 * face.landmarks[point], mode).cast<double>();
  return moved;
}

/// R's row.
Eigen::RowVectorXd shares_of(const MergedUnit& unit, const std::string& side) {
  Eigen::RowVectorXd row = Eigen::RowVectorXd::Zero(built_in_face().expression.size());
  const Eigen::VectorXd leading = displacement_of(modes_of(unit.members.front(), side));
  for (const char* member : unit.members) {
    const std::vector<Eigen::Index> modes = modes_of(member, side);
    const double share = displacement_of(modes).dot(leading) / leading.squaredNorm();
    // Both sides of a unit without sides count with their mean.
    for (const Eigen::Index mode : modes) row[mode] = share / static_cast<double>(modes.size());
  }
  return row;
}

}  // namespace

std::unique_ptr<Observables> merged_units() {
  LinearModel model;
  model.input_kind = SignalKind::expression;
  model.input_columns = built_in_face().expression_columns();
  std::vector<Eigen::RowVectorXd> rows;
  for (const MergedUnit& unit : all_merged_units())
    for (const std::string& side :
         unit.has_sides ? std::vector<std::string>{"_L", "_R"} : std::vector<std::string>{""}) {
      rows.push_back(shares_of(unit, side));
      model.units.push_back({"u_" + std::string(unit.name) + side,
                             std::string(unit.description) + "; 1 is what " + unit.members.front() + side +
                                 " does at its E intensity",
                             ""});
    }
  RowMatrix all(static_cast<Eigen::Index>(rows.size()), model.input_columns.size());
  for (Eigen::Index k = 0; k < all.rows(); ++k) all.row(k) = rows[static_cast<std::size_t>(k)];
  model.atoms = (all * all.transpose()).ldlt().solve(all);
  model.mean.setZero(all.cols());
  UnitGroup face{"U", "face", {}, 0, all.rows()};
  for (Eigen::Index d = 0; d < all.cols(); ++d) face.columns.push_back(d);
  model.groups.push_back(std::move(face));
  return std::make_unique<Observables>(std::move(model), "merged-units");
}

}  // namespace facelex
