#include "row.hpp"

namespace facelex {
namespace {

RowOutcome row_outcome(RegistrationOutcome outcome) {
  switch (outcome) {
    case RegistrationOutcome::ok:
      return RowOutcome::ok;
    case RegistrationOutcome::incomplete:
      return RowOutcome::incomplete;
    case RegistrationOutcome::degenerate:
      return RowOutcome::degenerate;
  }
  return RowOutcome::degenerate;
}

}  // namespace

RowStandardizer::RowStandardizer(const std::filesystem::path& input, const StandardizeOptions& options,
                                 const LandmarkColumns& columns)
    : columns_(columns) {
  using Turning = StandardizeOptions::Frontalization;
  if (options.frontalize == Turning::linear)
    map_ = options.frontalize_map.empty() ? built_in_frontalization()
                                          : load_frontalization(options.frontalize_map);
  if (options.frontalize == Turning::fitted) fit_.emplace(options.fits, input, columns.scheme);
}

RowOutcome RowStandardizer::operator()(const Recording& block, Eigen::Index row, Landmarks68& registered) {
  Landmarks68 points = landmarks_of_row(columns_, block.values, row);
  if (map_) {
    const RegistrationOutcome outcome = map_->frontalization.apply(points, columns_.scheme, points);
    if (outcome != RegistrationOutcome::ok) return row_outcome(outcome);
  }
  if (fit_ && !fit_->frontal(block.frames[static_cast<std::size_t>(row)], Landmarks68(points), points))
    return RowOutcome::no_fit;
  return row_outcome(register_landmarks(points, columns_.scheme, registered));
}

void RowStandardizer::add_details(Json& details) const {
  details["frontalize"] = map_ ? "linear" : fit_ ? "3d" : "none";
  if (map_) details["frontalization"] = {{"map", map_->name}, {"sha256", map_->digest}};
  if (fit_) details["frontalization"] = fit_->details();
}

}  // namespace facelex
