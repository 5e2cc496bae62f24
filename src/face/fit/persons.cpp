#include "persons.hpp"

#include "facelex/core/error.hpp"

namespace facelex {

void FitPersons::add(const Frame& frame, const FaceView* view) {
  persons_.add(frame, view != nullptr, [&](Entry& entry) {
    entry.candidates.add(frame, *view);
    if (rest_frame_ > 0 && frame.number == rest_frame_) entry.rest = *view;
  });
}

void FitPersons::require_one_face(const std::string& file, const char* of_one) const {
  if (persons_.several())
    throw data_error({file, 0, "face_id"},
                     std::string("it has several faces, but ") + of_one + " is one subject's",
                     "split the recording by face_id, or let every face's neutral be estimated");
}

void FitPersons::finish(const FaceFitter& fitter, const MorphableModel& model,
                        const std::vector<FaceView>& rest, const PersonEstimate& estimate,
                        const std::string& file, const Work& work) {
  if (!rest.empty()) require_one_face(file, "a neutral file");
  persons_.each([&](Entry& entry, std::optional<int> face_id) {
    std::vector<FaceView> of_rest = rest;
    if (rest_frame_ > 0) {
      if (!entry.rest)
        throw data_error({file, 0, ""},
                         "frame " + std::to_string(rest_frame_) + ", asked for as the neutral" +
                             (face_id ? " of face " + std::to_string(*face_id) : "") + ", has no landmarks",
                         "choose another frame or let the neutral be estimated");
      of_rest = {*entry.rest};
    }
    entry.person = estimated_person(fitter, model, {&entry.candidates}, of_rest, estimate, work);
    entry.json = person_json(fitter, *entry.person);
    Json& frames = entry.json["frames"] = Json::array();
    for (const FitCandidate& one : entry.person->frames) frames.push_back(one.frame);
    entry.candidates = FitCandidates();
  });
}

void FitPersons::finish(const FaceFitter& fitter, const Person& known, const std::string& file) {
  require_one_face(file, "a person's file");
  persons_.each([&](Entry& entry, std::optional<int>) {
    entry.person = known;
    entry.json = person_json(fitter, known);
    entry.candidates = FitCandidates();
  });
}

const FitCandidates& FitPersons::candidates(const std::string& file) const {
  require_one_face(file, "a person's file");
  const FitCandidates* only = nullptr;
  persons_.each([&](const Entry& entry, std::optional<int>) { only = &entry.candidates; });
  return *only;
}

const PersonalFace* FitPersons::of(const Frame& frame) const {
  const Entry* entry = persons_.of(frame);
  return entry && entry->person ? &entry->person->face : nullptr;
}

Json FitPersons::details() const {
  Json persons = Json::array();
  persons_.each([&](const Entry& entry, std::optional<int> face_id) {
    Json json = entry.json;
    if (face_id) json["face_id"] = *face_id;
    persons.push_back(std::move(json));
  });
  return persons;
}

std::string FitPersons::message() const {
  std::string text;
  persons_.each([&](const Entry& entry, std::optional<int> face_id) {
    const std::string one = entry.person ? entry.person->warning : "";
    if (!one.empty())
      text += (text.empty() ? "" : "; ") + (face_id ? "face " + std::to_string(*face_id) + ": " : "") + one;
  });
  return text;
}

}  // namespace facelex
