#include <algorithm>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/face/fit/fit.hpp"
#include "first_pass.hpp"

namespace facelex {
namespace {

/// Candidates of all recordings of a person.
constexpr std::size_t max_person_candidates = 16 * FitCandidates::max_frames;

}  // namespace

StageResult estimate_person(const std::vector<NamedFile>& recordings, const std::filesystem::path& output,
                            const MorphableModel& model, const FitOptions& options, const Work& work) {
  options.check();
  using Source = FitOptions::NeutralSource;
  if (options.neutral == Source::frame || options.neutral == Source::file)
    throw usage_error(field("subjects") +
                          " has one neutral for all recordings of a person, but a frame or a "
                          "file is of one recording",
                      "take " + field("neutral") + " estimated or model");
  std::vector<FitCandidates> candidates;
  std::vector<std::string> names;
  std::set<const LandmarkBias*> biases;
  StageResult result;
  std::string left_out;
  for (const NamedFile& recording : recordings) {
    try {
      const std::string file = recording.file.string();
      FitPersons faces;
      const RecordedLandmarks landmarks = recorded_landmarks(recording.file, options);
      const FrameCounts counts = read_candidates(recording.file, landmarks, faces, work);
      FitCandidates found = faces.candidates(file);
      if (found.kept().empty()) throw data_error({file, 0, ""}, "no frame has a face");
      found.renumber(candidates.size());
      result.counts.rows += counts.rows;
      result.counts.frames += counts.frames;
      result.counts.with_face += counts.with_face;
      candidates.push_back(std::move(found));
      biases.insert(landmarks.bias);
      names.push_back(recording.name);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::usage) throw;
      left_out += (left_out.empty() ? "left out: " : "; ") + error.message().text();
    }
  }
  if (candidates.empty())
    throw data_error(
        {recordings.front().file.string(), 0, ""},
        "none of the person's " + std::to_string(recordings.size()) + " recordings can be used: " + left_out,
        "look at them one at a time");
  const auto kept = [&] {
    std::size_t sum = 0;
    for (const FitCandidates& one : candidates) sum += one.kept().size();
    return sum;
  };
  while (kept() > std::max(max_person_candidates, candidates.size()))
    for (FitCandidates& one : candidates) one.thin();
  std::vector<const FitCandidates*> of_person;
  for (const FitCandidates& one : candidates) of_person.push_back(&one);
  // Landmarks of several detectors have a noise that must be seen.
  const LandmarkBias* bias = biases.size() == 1 ? *biases.begin() : nullptr;
  const FaceFitter fitter(model, priors_of(options, bias));
  const Person person = estimated_person(fitter, model, of_person, {}, person_estimate(options, bias), work);
  result.details["model"] = model.name;
  result.details["points"] = fitter.points();
  result.details["identity"] = person_json(fitter, person);
  Json& list = result.details["recordings"] = Json::array();
  for (const std::string& name : names) list.push_back({{"name", name}, {"frames", Json::array()}});
  for (const FitCandidate& one : person.frames) list[one.recording]["frames"].push_back(one.frame);
  result.message = left_out;
  if (!person.warning.empty()) result.message += (left_out.empty() ? "" : "; ") + person.warning;
  result.output_digest = write_person(output, model, person);
  return result;
}

}  // namespace facelex
