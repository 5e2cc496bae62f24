#include "person.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "facelex/core/error.hpp"
#include "facelex/io/models/model_file.hpp"

namespace facelex {
namespace {

/// Frames whose median expression is the resting one.
constexpr std::size_t centring_frames = 192;
/// What is left after the fit shows the errors that scatter, not those that neighbours share and that come and go
/// with the pose: they become expression. Below the usual noise, that can only be said by who knows the landmarks.
constexpr double min_noise_mm = FitPriors().noise_mm, max_noise_mm = 3;
constexpr std::size_t max_units = 3;
constexpr double least_mimicked = 0.1;
/// Part of the frames in which a face that relaxes from a held movement is seen at least.
constexpr double relaxed_share = 0.02;
/// docs/benchmarks/2026-12-01-2core/validity.md, section 5: what tells movements that are held from shapes.
constexpr double least_held = 0.2;
constexpr double least_near = 0.05;
constexpr const char* person_kind = "person";
constexpr int person_format = 1;
constexpr double json_steps = 1e4;

double rounded(double value) {
  return std::round(value * json_steps) / json_steps;
}

double share_near(const FaceFitter& fitter, const PersonalFace& face,
                  const std::vector<Eigen::VectorXd>& resting) {
  std::size_t near = 0;
  for (const Eigen::VectorXd& one : resting) {
    const Eigen::MatrixXd moved = fitter.displacement(one - face.resting);
    double squares = 0;
    int inner = 0;
    for (std::size_t i = 0; i < fitter.points().size(); ++i) {
      if (fitter.points()[i] < jaw_points) continue;
      squares += moved.row(static_cast<Eigen::Index>(i)).squaredNorm();
      ++inner;
    }
    if (squares <= inner * face.noise_mm * face.noise_mm) ++near;
  }
  return resting.empty() ? 0 : static_cast<double>(near) / static_cast<double>(resting.size());
}

/// The largest of the units that are never negative, above `least` of their upper bounds.
std::vector<NeutralCredibility::Unit> largest_units(const MorphableModel& model,
                                                    const Eigen::VectorXd& coefficients, double least) {
  std::vector<NeutralCredibility::Unit> list;
  const ShapeBasis& modes = model.expression;
  for (Eigen::Index k = 0; k < coefficients.size(); ++k)
    if (modes.lower[k] == 0 && coefficients[k] > least * modes.upper[k])
      list.push_back({modes.names[static_cast<std::size_t>(k)], coefficients[k]});
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.coefficient > b.coefficient; });
  if (list.size() > max_units) list.resize(max_units);
  return list;
}

/// How far below the resting face each coefficient is in relaxed_share of the frames.
Eigen::VectorXd relaxation(const Eigen::VectorXd& rest, const std::vector<Eigen::VectorXd>& frames) {
  Eigen::VectorXd below = Eigen::VectorXd::Zero(rest.size());
  if (frames.empty()) return below;
  std::vector<double> values(frames.size());
  const auto low =
      values.begin() + static_cast<std::ptrdiff_t>(relaxed_share * static_cast<double>(frames.size()));
  for (Eigen::Index k = 0; k < rest.size(); ++k) {
    for (std::size_t i = 0; i < frames.size(); ++i) values[i] = frames[i][k];
    std::nth_element(values.begin(), low, values.end());
    below[k] = std::max(0.0, rest[k] - *low);
  }
  return below;
}

Json units_json(const std::vector<NeutralCredibility::Unit>& units) {
  Json json = Json::object();
  for (const auto& unit : units) json[unit.name] = rounded(unit.coefficient);
  return json;
}

std::vector<double> numbers(const Eigen::MatrixXd& values) {
  return {values.data(), values.data() + values.size()};
}

}  // namespace

bool NeutralCredibility::credible() const {
  return near >= least_near && held.empty();
}

std::string NeutralCredibility::message() const {
  if (!judged || credible()) return {};
  char text[64];
  std::snprintf(text, sizeof text, "%.0f %% of the frames are near it", 100 * near);
  std::string message = std::string("the neutral is hardly one: ") + text;
  for (std::size_t i = 0; i < held.size(); ++i) {
    std::snprintf(text, sizeof text, " %.2f", held[i].coefficient);
    message += (i == 0 ? ", and it holds " : ", ") + held[i].name + text;
  }
  return message;
}

Json NeutralCredibility::json() const {
  Json json = {{"near", rounded(near)}, {"mimicked", units_json(mimicked)}, {"held", units_json(held)}};
  if (judged) json["credible"] = credible();
  return json;
}

Person estimated_person(const FaceFitter& fitter, const MorphableModel& model,
                        const std::vector<const FitCandidates*>& recordings,
                        const std::vector<FaceView>& rest, const PersonEstimate& estimate, const Work& work) {
  Person person;
  person.frames = identity_candidates(recordings, estimate.frames);
  PersonalFace& face = person.face;
  face = fitter.personal_face(views_of(person.frames), work);
  const std::vector<FaceView> views = thinned_views(recordings, centring_frames);
  const FaceFitter::RestingViews usual = fitter.resting_views(face, views, work);
  using Source = FitOptions::NeutralSource;
  const std::vector<Eigen::VectorXd> at_rest =
      rest.empty() ? usual.resting : fitter.resting_views(face, rest, work).resting;
  if (estimate.neutral == Source::model)
    face.resting.setZero();
  else if (!at_rest.empty())
    face.resting = middle_resting(at_rest);
  face = fitter.with_neutral(face);
  if (estimate.noise_of_its_own && usual.noise_mm > 0)
    face.noise_mm = std::clamp(usual.noise_mm, min_noise_mm, max_noise_mm);
  const NeutralCredibility credibility{
      share_near(fitter, face, usual.resting), largest_units(model, face.resting, least_mimicked),
      largest_units(model, face.resting.cwiseMin(relaxation(face.resting, usual.resting)), least_held),
      estimate.neutral != Source::model};
  person.credibility = credibility.json();
  person.warning = credibility.message();
  return person;
}

Json person_json(const FaceFitter& fitter, const Person& person) {
  Json entry = Json::object();
  entry["coefficients"] = numbers(person.face.identity);
  entry["offsets"] = numbers(person.face.offsets);
  entry["resting"] = numbers(person.face.resting);
  entry["noise_mm"] = person.face.noise_mm;
  entry["neutral"] = numbers(fitter.neutral(person.face));
  entry["neutral_credibility"] = person.credibility;
  return entry;
}

std::string write_person(const std::filesystem::path& file, const MorphableModel& model,
                         const Person& person) {
  ModelFile out;
  out.kind = person_kind;
  out.format_version = person_format;
  out.metadata["face"] = model.name;
  out.metadata["noise_mm"] = person.face.noise_mm;
  out.metadata["neutral_credibility"] = person.credibility;
  out.metadata["units"] =
      "offsets: mm in the face's axes, a row per landmark; identity, resting: coefficients of "
      "the face's modes; turn: a rotation";
  out.set("identity", person.face.identity);
  out.set("offsets", Eigen::MatrixXd(person.face.offsets));
  out.set("resting", person.face.resting);
  out.set("turn", Eigen::MatrixXd(person.face.turn));
  return write_model(file, out);
}

Person read_person(const std::filesystem::path& file, const FaceFitter& fitter, const MorphableModel& model) {
  const ModelFile in = read_model(file);
  if (in.kind != person_kind)
    throw data_error({file.string(), 0, ""},
                     "is a model of the kind " + in_quotes(in.kind) + ", not a person's file",
                     "facelex fit " + field("subjects") + " writes such files");
  const auto number = [&](const char* name) {
    if (!in.metadata.contains(name) || !in.metadata[name].is_number())
      throw data_error({file.string(), 0, name}, "is no number", "make the file again");
    return in.metadata[name].get<double>();
  };
  if (in.metadata.value("face", std::string()) != model.name)
    throw data_error({file.string(), 0, ""}, "was estimated with another face than " + in_quotes(model.name),
                     "give the same " + field("face") + ", or estimate the person again");
  Person person;
  PersonalFace& face = person.face;
  face.identity = in.vector("identity", model.identity.size());
  face.offsets = in.matrix("offsets", static_cast<Eigen::Index>(fitter.points().size()), 3);
  face.resting = in.vector("resting", model.expression.size());
  face.turn = in.matrix("turn", 3, 3);
  face.noise_mm = number("noise_mm");
  if (!(face.noise_mm > 0) || !std::isfinite(face.noise_mm))
    throw data_error({file.string(), 0, "noise_mm"}, "is not above 0", "make the file again");
  face = fitter.with_neutral(face);
  person.credibility = in.metadata.value("neutral_credibility", Json::object());
  return person;
}

}  // namespace facelex
