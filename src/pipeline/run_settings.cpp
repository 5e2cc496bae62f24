#include "facelex/pipeline/run_settings.hpp"

#include "facelex/core/error.hpp"
#include "facelex/core/version.hpp"

namespace facelex {
namespace {

const char* text_of(CodedSignal signal) {
  switch (signal) {
    case CodedSignal::motion:
      return "motion";
    case CodedSignal::displacement:
      return "displacement";
    case CodedSignal::expression:
      return "expression";
  }
  return "";
}

/// The --signal that gives signals of this kind, or null.
const char* signal_for(SignalKind kind) {
  if (kind == SignalKind::keypoint_motion) return "motion";
  if (kind == SignalKind::displacement) return "displacement";
  return kind == SignalKind::expression ? "expression" : nullptr;
}

}  // namespace

void RunOptions::describe(OptionList& options) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const LearnableSystem& one : learnable_systems()) names.emplace_back(one.name, one.name);
  options
      .choice("signal", signal,
              {{"displacement", CodedSignal::displacement},
               {"expression", CodedSignal::expression},
               {"motion", CodedSignal::motion}},
              "What is coded: how a fitted 3-D face moves its landmarks (paper 000), its expression "
              "coefficients, or the motion of registered 2-D landmarks (paper 001)")
      .choice("system", system, names, "The coding system to learn")
      .text("model", model, "Code with this model file instead of learning one")
      .text("face", face, "Morphable model to fit (facelex model import); empty: the built-in face")
      .text(
          "subjects", subjects,
          "Labels (CSV: name, subject) that say whose a video is: one identity and one neutral face for all "
          "videos of a person; empty: one for each video");
}

bool RunSettings::fits_faces() const {
  return run.signal != CodedSignal::motion ||
         standardize.frontalize == StandardizeOptions::Frontalization::fitted;
}

SignalKind RunSettings::coded_kind() const {
  return run.signal == CodedSignal::motion ? SignalKind::keypoint_motion : fit_kind(fit.signals);
}

void RunSettings::resolve(const CodingSystem* system, const std::string& fits) {
  const std::string signal = text_of(run.signal);
  if (system) {
    const SignalKind wanted = system->input_kind();
    const char* const other = signal_for(wanted);
    if (!gives(coded_kind(), wanted) || (other && other != signal))
      throw usage_error(
          field("model") + " " + run.model + " codes " + std::string(kind_name(wanted)) + ", " +
              field("signal") + " " + signal + " gives " + std::string(kind_name(coded_kind())),
          other ? "add " + field("signal") + " " + other : "encode such recordings with facelex encode");
  } else if (run.signal == CodedSignal::expression && !find_learnable_system(run.system)->take_part) {
    std::string others;
    for (const LearnableSystem& one : learnable_systems())
      if (one.take_part) others.append(others.empty() ? "" : " or ").append(one.name);
    throw usage_error(
        field("signal") + " expression: " + run.system +
            " learns movements of points, which expression coefficients are not",
        "choose " + field("system") + " " + others + ", or " + field("signal") + " displacement");
  }
  if (run.signal != CodedSignal::motion && !has_signal(fit.signals, signal))
    throw usage_error(
        field("fit-signals") + " leaves out what " + field("signal") + " " + signal + " is made of",
        "add " + signal + " to it");
  if (!run.subjects.empty() && !fits_faces())
    throw usage_error(field("subjects") + ": without a fitted face a person's videos have nothing in common",
                      "leave it out, or take another " + field("signal"));
  own_fits = run.signal == CodedSignal::motion && fits_faces() && standardize.fits.empty();
  if (own_fits) standardize.fits = fits;
  if (run.signal == CodedSignal::motion) standardize.check();
  const FitPart part = run.signal == CodedSignal::expression ? FitPart::expression : FitPart::displacement;
  for (const LearnableSystem& one : learnable_systems())
    if (one.take_part) one.take_part(learn, part);
}

Json RunSettings::to_json() {
  Json json = {{"command", "run"}, {"version", version}};
  json.update(described(run).to_json());
  json["extract"] = described(extract).to_json();
  if (fits_faces()) json["fit"] = described(fit).to_json();
  if (run.signal == CodedSignal::motion) json["standardize"] = described(standardize).to_json();
  if (own_fits) json["standardize"].erase("fits");
  json[run.system] = learn.describe_system(run.system).to_json();
  json["encode"] = described(encode).to_json();
  return json;
}

std::vector<std::string> configured_inputs(const Json& configuration, const std::string& file) {
  const Json& inputs = configuration["inputs"];
  if (inputs.is_string()) return {inputs.get<std::string>()};
  std::vector<std::string> paths;
  for (const Json& path : inputs) {
    if (!path.is_string())
      throw usage_error(file + ": inputs: expected a list of paths, found " + path.dump());
    paths.push_back(path.get<std::string>());
  }
  return paths;
}

}  // namespace facelex
