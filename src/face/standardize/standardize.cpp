#include "facelex/face/standardize/standardize.hpp"

#include <limits>

#include "face/neutral/face_neutrals.hpp"
#include "face/neutral/neutral_source.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/pose/registration.hpp"
#include "row.hpp"

namespace facelex {
namespace {

std::optional<LandmarkScheme> asked_scheme(StandardizeOptions::Scheme scheme) {
  switch (scheme) {
    case StandardizeOptions::Scheme::automatic:
      return std::nullopt;
    case StandardizeOptions::Scheme::points_49:
      return LandmarkScheme::points_49;
    case StandardizeOptions::Scheme::points_51:
      return LandmarkScheme::points_51;
    case StandardizeOptions::Scheme::points_66:
      return LandmarkScheme::points_66;
    case StandardizeOptions::Scheme::points_68:
      return LandmarkScheme::points_68;
  }
  return std::nullopt;
}

FaceNeutrals find_neutrals(const std::filesystem::path& input, const LandmarkColumns& columns,
                           const StandardizeOptions& options, const Work& work) {
  RowStandardizer standardizer(input, options, columns);
  FaceNeutrals neutrals(options);
  RecordingReader reader(input);
  Recording block;
  while (reader.read(block)) {
    work.check_stop();
    for (Eigen::Index row = 0; row < block.rows(); ++row) {
      const Frame& frame = block.frames[static_cast<std::size_t>(row)];
      Landmarks68 registered;
      const bool has_values = frame.success && standardizer(block, row, registered) == RowOutcome::ok;
      neutrals.add(frame, has_values ? &registered : nullptr);
    }
  }
  neutrals.finish(input.string(), columns.scheme);
  return neutrals;
}

/// Sets the row's motion when the outcome is ok.
RowOutcome motion_of_row(const Recording& block, Eigen::Index row, RowStandardizer& standardizer,
                         const FaceNeutrals& neutrals, RowMatrix& values) {
  const Frame& frame = block.frames[static_cast<std::size_t>(row)];
  if (!frame.success) return RowOutcome::no_face;
  if (neutrals.several_faces() && frame.face_id < 0) return RowOutcome::no_face_id;
  Landmarks68 registered;
  const RowOutcome outcome = standardizer(block, row, registered);
  if (outcome != RowOutcome::ok) return outcome;
  const Neutral* neutral = neutrals.of(frame);
  if (!neutral)
    throw data_error({block.name, 0, ""},
                     "frame " + std::to_string(frame.number) + " was not there at the first reading",
                     "the file changes while it is read");
  registered -= neutral->landmarks;
  values.row(row) = Eigen::Map<const Eigen::RowVectorXd>(registered.data(), registered.size());
  return outcome;
}

std::vector<Column> motion_columns() {
  std::vector<Column> columns;
  for (const char axis : {'x', 'y'})
    for (int point = 0; point < 68; ++point)
      columns.push_back({std::string("d") + axis + "_" + std::to_string(point),
                         std::string("motion of point ") + std::to_string(point) +
                             " from the neutral frame, " +
                             (axis == 'x' ? "positive to image-right" : "positive downwards"),
                         "template unit"});
  return columns;
}

}  // namespace

void StandardizeOptions::describe(OptionList& options) {
  options.choice("scheme", scheme,
                 {{"auto", Scheme::automatic},
                  {"49", Scheme::points_49},
                  {"51", Scheme::points_51},
                  {"66", Scheme::points_66},
                  {"68", Scheme::points_68}},
                 "Number of landmarks that the input is to have; auto takes any of the four schemes");
  options.choice(
      "frontalize", frontalize,
      {{"linear", Frontalization::linear}, {"3d", Frontalization::fitted}, {"none", Frontalization::none}},
      "How the head's turn is removed before the registration: by a learnt linear map, by the "
      "fitted 3-D face, or not");
  options.text("fits", fits,
               "Folder that facelex fit wrote from the same landmarks, for " + field("frontalize") + " 3d");
  options.text(
      "frontalize-map", frontalize_map,
      "Map of facelex learn frontalization for " + field("frontalize") + " linear; the built-in one without");
  options.choice("neutral", neutral,
                 {{"estimated", NeutralSource::estimated},
                  {"first", NeutralSource::first},
                  {"frame", NeutralSource::frame},
                  {"file", NeutralSource::file}},
                 "Where the neutral face comes from: the frame nearest the median of calm frames, the first "
                 "frame with a face, a frame by number, or another recording of the subject");
  options.integer("neutral-frame", neutral_frame, Bounds::at_least(0),
                  "Number of the neutral frame, counted from 1, with " + field("neutral") + " frame");
  options.text("neutral-file", neutral_file,
               "Recording of the subject's neutral face, with " + field("neutral") +
                   " file: its only row, or the median of "
                   "its rows");
}

void StandardizeOptions::check() const {
  check_bounds(*this);
  if (frontalize == Frontalization::fitted && fits.empty())
    throw usage_error(field("frontalize") + " 3d needs the fits of the landmarks",
                      "add " + field("fits") + " DIR");
  if (frontalize != Frontalization::fitted && !fits.empty())
    throw usage_error(field("fits") + " " + in_quotes(fits) + " is for " + field("frontalize") + " 3d only",
                      "add " + field("frontalize") + " 3d or leave the folder out");
  if (frontalize == Frontalization::fitted && neutral == NeutralSource::file)
    throw usage_error(field("neutral") + " file and " + field("frontalize") + " 3d do not go together",
                      "choose another neutral, or " + field("frontalize") + " linear");
  if (frontalize != Frontalization::linear && !frontalize_map.empty())
    throw usage_error(field("frontalize-map") + " " + in_quotes(frontalize_map) + " is for " +
                          field("frontalize") + " linear only",
                      "add " + field("frontalize") + " linear or leave the file out");
  check_neutral({neutral == NeutralSource::frame, neutral == NeutralSource::file, neutral_frame, neutral_file,
                 "a recording", "CSV"});
}

const std::vector<Column>& keypoint_motion_columns() {
  static const std::vector<Column> columns = motion_columns();
  return columns;
}

StageResult standardize(const std::filesystem::path& input, const std::filesystem::path& output,
                        const StandardizeOptions& options, TableFormat format, const Work& work) {
  options.check();
  RecordingReader reader(input);
  const LandmarkColumns columns =
      find_landmark_columns(reader.header().columns, input.string(), asked_scheme(options.scheme));
  const FaceNeutrals neutrals = find_neutrals(input, columns, options, work);
  RowStandardizer standardizer(input, options, columns);

  RecordingWriter writer(output, keypoint_motion_columns(), format);
  RowOutcomeCounts outcomes;
  FrameCounter counter;
  Recording block, motion;
  motion.kind = SignalKind::keypoint_motion;
  motion.columns = keypoint_motion_columns();
  while (reader.read(block)) {
    work.check_stop();
    motion.frames = block.frames;
    motion.values.setConstant(block.rows(), 136, std::numeric_limits<double>::quiet_NaN());
    for (Eigen::Index row = 0; row < block.rows(); ++row) {
      const RowOutcome outcome = motion_of_row(block, row, standardizer, neutrals, motion.values);
      outcomes.add(outcome);
      motion.frames[static_cast<std::size_t>(row)].success = outcome == RowOutcome::ok;
    }
    writer.write(motion);
    counter.add(motion.frames);
    work.report(counter.counts().rows, 0);
  }

  StageResult result;
  result.kind = SignalKind::keypoint_motion;
  result.columns = keypoint_motion_columns();
  result.counts = counter.counts();
  result.message = outcomes.message();
  if (const std::string few = neutrals.message(); !few.empty())
    result.message += (result.message.empty() ? "" : "; ") + few;
  if (result.counts.with_face == 0 && result.message.empty()) result.message = "no frame has a face";
  result.details["scheme"] = point_count(columns.scheme);
  standardizer.add_details(result.details);
  result.details["anchors"] = registration_anchors(columns.scheme);
  result.details["missing_points"] = missing_points(columns.scheme);
  result.details["neutral"] = neutrals.details();
  if (neutrals.face_ids() > 1) result.details["face_ids"] = neutrals.face_ids();
  Json& without = result.details["rows_without_values"] = outcomes.json();
  if (options.frontalize != StandardizeOptions::Frontalization::fitted) without.erase("no_fit");
  result.output_digest = writer.finish();
  return result;
}

}  // namespace facelex
