#include "facelex/simulate/cohort.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include "facelex/core/error.hpp"
#include "facelex/io/tables/csv.hpp"
#include "subject_streams.hpp"

namespace facelex {
namespace {

/// A recording is simulated as a whole, in memory: 10⁶ frames take 0.4 GB.
constexpr int max_simulated_frames = 1'000'000;
constexpr std::int64_t max_recordings = 1'000'000;

std::vector<std::string> names_of(const OptionList& list) {
  std::vector<std::string> names;
  for (const Option& option : list.options()) names.push_back(option.name);
  return names;
}

/// The fields of `part` from those keys of the object that are not `nested`, after a check of all of them.
template <class Part>
void take_fields(Part& part, Json json, const std::string& nested, const std::string& place) {
  OptionList list = described(part);
  std::vector<std::string> known = names_of(list);
  known.push_back(nested);
  check_keys(json, known, place);
  json.erase(nested);
  list.from_json(json, place);
}

CohortGroup group_from_json(const Json& json, const std::string& place,
                            const std::vector<std::string>& model_units) {
  CohortGroup group;
  take_fields(group, json, "behaviour", place);
  if (group.name.empty()) throw usage_error(place + ": a group needs a name", "add \"name\": \"…\"");
  if (json.contains("behaviour"))
    group.behaviour = Behaviour::from_json(json["behaviour"], place + ".behaviour", model_units);
  return group;
}

int subjects_of(const Cohort& cohort) {
  int subjects = 0;
  for (const CohortGroup& group : cohort.groups) subjects += group.subjects;
  return subjects;
}

}  // namespace

void CohortGroup::describe(OptionList& options) {
  options.text("name", name, "The label")
      .integer("subjects", subjects, Bounds::between(1, 100000), "Number of subjects")
      .integer("sessions", sessions, Bounds::between(1, 1000), "Recordings of each subject");
}

void Cohort::describe(OptionList& options) {
  options.integer("seed", seed, Bounds::at_least(0), "Seed of everything random")
      .number("fps", fps, Bounds::between(1, 1000), "Frames per second")
      .number("seconds", seconds, Bounds::between(0.1, 36000), "Length of each recording in seconds")
      .integer("width", width, Bounds::between(64, 7680), "Width of the pictures in pixels")
      .integer("height", height, Bounds::between(64, 4320), "Height of the pictures in pixels")
      .number("distance_mm", distance_mm, Bounds::between(250, 5000), "Distance of the face from the camera")
      .number("noise_percent", noise_percent, Bounds::between(0, 20),
              "Noise of landmarks: SD in percent of the distance of the outer eye corners; not for videos")
      .number("missing_share", missing_share, Bounds::between(0, 0.9),
              "Share of frames without a face, in runs of about half a second")
      .number("identity_sd", identity_sd, Bounds::between(0, 1.5), "How much faces differ; 1: as people do")
      .flag("null", null, "Every subject's behaviour is drawn from all groups alike");
}

Cohort Cohort::from_json(const Json& json, const std::string& file,
                         const std::vector<std::string>& model_units) {
  Cohort cohort;
  take_fields(cohort, json, "groups", file);
  if (!json.contains("groups") || !json["groups"].is_array() || json["groups"].empty())
    throw usage_error(file + ": groups: expected a list of at least one group");
  std::set<std::string> names;
  for (std::size_t i = 0; i < json["groups"].size(); ++i) {
    const std::string place = file + ": groups[" + std::to_string(i) + "]";
    cohort.groups.push_back(group_from_json(json["groups"][i], place, model_units));
    if (!names.insert(cohort.groups.back().name).second)
      throw usage_error(place + ".name: " + in_quotes(cohort.groups.back().name) + " is there twice");
  }
  cohort.check(file);
  return cohort;
}

void Cohort::check(const std::string& file) const {
  if (fps * seconds > max_simulated_frames)
    throw usage_error(file + ": fps × seconds gives more than " + std::to_string(max_simulated_frames) +
                      " frames");
  std::int64_t recordings = 0;
  for (const CohortGroup& group : groups) {
    recordings += std::int64_t{group.subjects} * group.sessions;
    if (null && group.sessions != groups.front().sessions)
      throw usage_error(file + ": without a true difference the groups must have equally many sessions",
                        "the number of a subject's recordings would tell its group");
  }
  if (recordings > max_recordings)
    throw usage_error(file + ": the cohort has " + std::to_string(recordings) + " recordings",
                      "at most " + std::to_string(max_recordings) + " can be made at once");
}

Json Cohort::to_json() const {
  Json json = options_json(*this);
  json["groups"] = Json::array();
  for (const CohortGroup& group : groups) {
    Json one = options_json(group);
    one["behaviour"] = group.behaviour.to_json();
    json["groups"].push_back(std::move(one));
  }
  return json;
}

int Cohort::frames() const {
  return std::max(1, static_cast<int>(std::lround(fps * seconds)));
}

std::vector<CohortItem> cohort_items(const Cohort& cohort) {
  const std::size_t digits = std::max<std::size_t>(2, std::to_string(subjects_of(cohort)).size());
  std::vector<CohortItem> items;
  int subject = 0;
  for (std::size_t g = 0; g < cohort.groups.size(); ++g)
    for (int i = 0; i < cohort.groups[g].subjects; ++i, ++subject) {
      std::string number = std::to_string(subject + 1);
      number.insert(0, digits - std::min(digits, number.size()), '0');
      for (int session = 1; session <= cohort.groups[g].sessions; ++session)
        items.push_back({"S" + number + "_" + std::to_string(session), "S" + number, subject, session, g});
    }
  return items;
}

std::string labels_csv(const Cohort& cohort) {
  std::string text = "name,subject,session,group\n";
  for (const CohortItem& item : cohort_items(cohort))
    text += item.name + "," + item.subject + "," + std::to_string(item.session) + "," +
            csv_field(cohort.groups[item.group].name) + "\n";
  return text;
}

std::size_t behaving_group(const Cohort& cohort, const CohortItem& item) {
  if (!cohort.null) return item.group;
  Random random = subject_stream(cohort, item, SubjectStream::group);
  int drawn = static_cast<int>(random.below(static_cast<std::uint64_t>(std::max(1, subjects_of(cohort)))));
  std::size_t group = 0;
  while (drawn >= cohort.groups[group].subjects) drawn -= cohort.groups[group++].subjects;
  return group;
}

}  // namespace facelex
