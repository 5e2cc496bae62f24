#include "facelex/simulate/behaviour.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr double max_per_minute = 200;
constexpr double max_amplitude = 1.5;

/// "AU01_L, AU01_R, AU02_L …"
std::string few_of(const std::vector<std::string>& names) {
  constexpr std::size_t few = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(few, names.size()); ++i) text += (i ? ", " : "") + names[i];
  return names.size() > few ? text + " …" : text;
}

void check_unit(const std::string& name, const std::string& place,
                const std::vector<std::string>& model_units) {
  if (!units_of_name(name, model_units).empty()) return;
  std::vector<std::string> known = model_units;
  for (const std::string& unit : model_units)
    if (unit.ends_with("_L")) known.push_back(unit.substr(0, unit.size() - 2));
  const auto nearest = nearest_word(name, known);
  throw usage_error(place + ": the face has no unit " + in_quotes(name),
                    nearest ? "did you mean '" + *nearest + "'?" : "its units: " + few_of(model_units));
}

/// Events follow one another without overlap at the given rate, which must leave time between them.
void check_rate(double rate_per_minute, double duration_s, const std::string& place) {
  if (rate_per_minute * duration_s < 60) return;
  throw usage_error(place + ": rate_per_minute is " + std::to_string(rate_per_minute) +
                        ", which leaves no time between events of " + std::to_string(duration_s) + " s",
                    "lower the rate or shorten rise_s, hold_s and fall_s");
}

template <class Part>
std::vector<Part> parts_from_json(const Json& list, const std::string& place) {
  if (!list.is_array()) throw usage_error(place + ": expected a list, found " + in_quotes(list.dump()));
  std::vector<Part> parts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Part part;
    described(part).from_json(list[i], place + "[" + std::to_string(i) + "]");
    parts.push_back(std::move(part));
  }
  return parts;
}

template <class Part>
Json parts_json(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(options_json(part));
  return list;
}

void check_coupling(const Coupling& coupling, const Behaviour& behaviour, const std::string& place,
                    const std::vector<std::string>& model_units) {
  check_unit(coupling.from, place + ".from", model_units);
  check_unit(coupling.to, place + ".to", model_units);
  if (std::none_of(behaviour.units.begin(), behaviour.units.end(),
                   [&](const UnitBehaviour& unit) { return unit.unit == coupling.from; }))
    throw usage_error(place + ".from: " + in_quotes(coupling.from) + " is not among the units of the group",
                      "add it to its units");
}

void check_units(const Behaviour& behaviour, const std::string& place,
                 const std::vector<std::string>& model_units) {
  // Defaults that never move need not be there: not every face can blink or speak.
  if (behaviour.blink.rate_per_minute > 0 || behaviour.blink.unit != BlinkBehaviour().unit)
    check_unit(behaviour.blink.unit, place + ".blink.unit", model_units);
  check_rate(behaviour.blink.rate_per_minute, behaviour.blink.duration_s, place + ".blink");
  for (std::size_t i = 0; i < behaviour.units.size(); ++i) {
    const UnitBehaviour& unit = behaviour.units[i];
    const std::string here = place + ".units[" + std::to_string(i) + "]";
    check_unit(unit.unit, here + ".unit", model_units);
    check_rate(unit.rate_per_minute, unit.rise_s + unit.hold_s + unit.fall_s, here);
    if (unit.asymmetry != 0 && units_of_name(unit.unit, model_units).size() != 2)
      throw usage_error(here + ".asymmetry: " + in_quotes(unit.unit) + " is not a unit of both sides");
  }
  check_rate(behaviour.speech.bouts_per_minute, behaviour.speech.bout_s, place + ".speech");
  const bool speaks =
      behaviour.speech.bouts_per_minute > 0 || behaviour.speech.units != SpeechBehaviour().units;
  for (std::size_t i = 0; speaks && i < behaviour.speech.units.size(); ++i)
    check_unit(behaviour.speech.units[i], place + ".speech.units[" + std::to_string(i) + "]", model_units);
  for (std::size_t i = 0; i < behaviour.couplings.size(); ++i)
    check_coupling(behaviour.couplings[i], behaviour, place + ".couplings[" + std::to_string(i) + "]",
                   model_units);
}

}  // namespace

void BlinkBehaviour::describe(OptionList& options) {
  options.text("unit", unit, "The unit that closes the eyes")
      .number("rate_per_minute", rate_per_minute, Bounds::between(0, max_per_minute), "Blinks per minute")
      .number("duration_s", duration_s, Bounds::between(0.05, 5), "Duration of a blink in seconds")
      .number("duration_sd_s", duration_sd_s, Bounds::between(0, 2), "Its standard deviation")
      .number("amplitude", amplitude, Bounds::between(0, max_amplitude), "1: the eyes close altogether");
}

void HeadBehaviour::describe(OptionList& options) {
  const Bounds sd = Bounds::between(0, 45), offset = Bounds::between(-60, 60);
  options.number("yaw_sd_deg", yaw_sd_deg, sd, "Standard deviation of the turn to the side, in degrees")
      .number("pitch_sd_deg", pitch_sd_deg, sd, "Standard deviation of nodding, in degrees")
      .number("roll_sd_deg", roll_sd_deg, sd, "Standard deviation of the tilt, in degrees")
      .number("yaw_offset_deg", yaw_offset_deg, offset, "Mean turn; > 0: the nose to image-left")
      .number("pitch_offset_deg", pitch_offset_deg, offset, "Mean nod; > 0: looks down")
      .number("roll_offset_deg", roll_offset_deg, offset, "Mean tilt; > 0: the head's top to image-right")
      .number("shift_sd_mm", shift_sd_mm, Bounds::between(0, 100),
              "Standard deviation of the head's place in each direction, in mm")
      .number("smoothness_s", smoothness_s, Bounds::between(0.05, 60),
              "Seconds over which the head keeps about its pose");
}

void UnitBehaviour::describe(OptionList& options) {
  options.text("unit", unit, "The unit; AU12 stands for AU12_L and AU12_R")
      .number("rate_per_minute", rate_per_minute, Bounds::between(0, max_per_minute), "Events per minute")
      .number("amplitude", amplitude, Bounds::between(0, max_amplitude), "Mean; 1 is the E intensity")
      .number("amplitude_sd", amplitude_sd, Bounds::between(0, max_amplitude), "Its standard deviation")
      .number("rise_s", rise_s, Bounds::between(0.02, 60), "Seconds from onset to apex")
      .number("hold_s", hold_s, Bounds::between(0, 600), "Seconds at the apex")
      .number("fall_s", fall_s, Bounds::between(0.02, 60), "Seconds from apex to offset")
      .number("asymmetry", asymmetry, Bounds::between(-1, 1),
              "(right − left) / (right + left) of the amplitudes; > 0: stronger on the subject's right");
}

void Coupling::describe(OptionList& options) {
  options.text("from", from, "The unit that leads: the name of one of the group's units")
      .text("to", to, "The unit that follows")
      .number("probability", probability, Bounds::between(0, 1), "How often it follows")
      .number("lag_s", lag_s, Bounds::between(-10, 10), "Seconds by which it follows")
      .number("lag_sd_s", lag_sd_s, Bounds::between(0, 5), "Standard deviation of the lag")
      .number("gain", gain, Bounds::between(0, 3), "Its amplitude as a share of the leading one's");
}

void SpeechBehaviour::describe(OptionList& options) {
  options
      .number("bouts_per_minute", bouts_per_minute, Bounds::between(0, max_per_minute),
              "Bouts of talking per minute")
      .number("bout_s", bout_s, Bounds::between(0.5, 600), "Mean duration of a bout in seconds")
      .number("bout_sd_s", bout_sd_s, Bounds::between(0, 100), "Its standard deviation")
      .number("syllables_per_s", syllables_per_s, Bounds::between(0.5, 10), "Syllables per second")
      .number("amplitude", amplitude, Bounds::between(0, max_amplitude), "Mean amplitude of a syllable")
      .number("amplitude_sd", amplitude_sd, Bounds::between(0, max_amplitude), "Its standard deviation")
      .texts("units", units, "The units that talk");
}

void Spread::describe(OptionList& options) {
  options
      .number("rate", rate, Bounds::between(0, 2), "Of the logarithm of each rate: 0.2 is about 20 percent")
      .number("amplitude", amplitude, Bounds::between(0, 2), "Of the logarithm of each amplitude")
      .number("asymmetry", asymmetry, Bounds::between(0, 1), "Of each asymmetry of units of both sides")
      .number("lag_s", lag_s, Bounds::between(0, 5), "Of each lag, in seconds")
      .number("pose_deg", pose_deg, Bounds::between(0, 30), "Of the head's mean angles, in degrees");
}

Behaviour Behaviour::from_json(const Json& json, const std::string& place,
                               const std::vector<std::string>& model_units) {
  Behaviour behaviour;
  check_keys(json, {"blink", "head", "units", "couplings", "speech", "spread"}, place);
  const auto take = [&](const char* key, auto& part) {
    if (json.contains(key)) described(part).from_json(json[key], place + "." + key);
  };
  take("blink", behaviour.blink);
  take("head", behaviour.head);
  take("speech", behaviour.speech);
  take("spread", behaviour.spread);
  if (json.contains("units"))
    behaviour.units = parts_from_json<UnitBehaviour>(json["units"], place + ".units");
  if (json.contains("couplings"))
    behaviour.couplings = parts_from_json<Coupling>(json["couplings"], place + ".couplings");
  check_units(behaviour, place, model_units);
  return behaviour;
}

Json Behaviour::to_json() const {
  Json json;
  json["blink"] = options_json(blink);
  json["head"] = options_json(head);
  json["units"] = parts_json(units);
  json["couplings"] = parts_json(couplings);
  json["speech"] = options_json(speech);
  json["spread"] = options_json(spread);
  return json;
}

Behaviour Behaviour::of_subject(Random& random) const {
  Behaviour subject = *this;
  const auto rate = [&](double& value) { value *= std::exp(spread.rate * random.normal()); };
  const auto amplitude = [&](double& value) { value *= std::exp(spread.amplitude * random.normal()); };
  rate(subject.blink.rate_per_minute);
  for (UnitBehaviour& unit : subject.units) {
    rate(unit.rate_per_minute);
    amplitude(unit.amplitude);
    unit.asymmetry = std::clamp(unit.asymmetry + spread.asymmetry * random.normal(), -1.0, 1.0);
  }
  for (Coupling& coupling : subject.couplings) coupling.lag_s += spread.lag_s * random.normal();
  rate(subject.speech.bouts_per_minute);
  amplitude(subject.speech.amplitude);
  for (double* angle : {&subject.head.yaw_offset_deg, &subject.head.pitch_offset_deg})
    *angle += spread.pose_deg * random.normal();
  return subject;
}

std::vector<Eigen::Index> units_of_name(const std::string& name,
                                        const std::vector<std::string>& model_units) {
  std::vector<Eigen::Index> indices;
  for (const std::string& wanted : {name, name + "_L", name + "_R"}) {
    const auto found = std::find(model_units.begin(), model_units.end(), wanted);
    if (found != model_units.end()) indices.push_back(found - model_units.begin());
    if (indices.size() == 1 && wanted == name) break;
  }
  return indices;
}

void check_keys(const Json& json, const std::vector<std::string>& known, const std::string& place) {
  if (!json.is_object()) throw usage_error(place + ": expected an object, found " + in_quotes(json.dump()));
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto nearest = nearest_word(key, known);
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    throw usage_error(place + ": unknown key " + in_quotes(key),
                      nearest ? "did you mean '" + *nearest + "'?" : "known: " + list);
  }
}

}  // namespace facelex
