#include "facelex/simulate/behaviour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double max_per_minute = 200;
constexpr double max_amplitude = 1.5;
/// A blink closes in this share of its time, stays closed for the next one, and opens in the rest.
constexpr double blink_rise = 0.32, blink_hold = 0.13;
/// A syllable rises and falls over this much more than its own time, so that neighbours flow together.
constexpr double syllable_overlap = 1.15;
/// Sines of a head's course.
constexpr int sines = 12;

/// Normal, but not less than `low`: there are no negative times and amplitudes.
double normal_at_least(double low, double mean, double sd, Random& random) {
  return std::max(low, mean + sd * random.normal());
}

double exponential(double mean, Random& random) {
  return -mean * std::log(1 - random.uniform());
}

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

/// Draws the events of one recording.
class EventMaker {
 public:
  EventMaker(const Behaviour& subject, const std::vector<std::string>& model_units, double seconds,
             Random& random)
      : subject_(subject), names_(model_units), seconds_(seconds), random_(random) {}

  std::vector<UnitEvent> make() {
    add_blinks();
    for (const UnitBehaviour& unit : subject_.units) add_unit(unit);
    add_speech();
    return std::move(events_);
  }

 private:
  /// Calls `event(onset)`, which returns the event's duration, at the rate of `per_minute`: gaps between
  /// events are exponential. Begins before the recording, so that its first seconds are like the others.
  /// `follow_s`, `precede_s`: how long after and before an event what follows on it may begin, ≥ 0.
  template <class Event>
  void repeat(double per_minute, double expected_duration, const Event& event, double follow_s = 0,
              double precede_s = 0) {
    if (per_minute <= 0) return;
    const double interval = 60 / per_minute;
    const double gap = std::max(interval - expected_duration, 0.02 * interval);
    const double lead_in = std::max(0.0, follow_s - interval);
    for (double time = -random_.uniform(1, 2) * interval - lead_in; time < seconds_ + precede_s;)
      time += event(time) + exponential(gap, random_);
  }

  void add(const std::string& name, UnitEvent event, double right, double left) {
    const std::vector<Eigen::Index> units = units_of_name(name, names_);
    const double amplitude = event.amplitude;
    for (std::size_t i = 0; i < units.size(); ++i) {
      event.unit = units[i];
      event.amplitude = amplitude * (units.size() == 1 ? 1 : i == 0 ? left : right);
      if (event.end_s() > 0 && event.onset_s < seconds_ && event.amplitude > 0) events_.push_back(event);
    }
  }

  void add_blinks() {
    const BlinkBehaviour& blink = subject_.blink;
    repeat(blink.rate_per_minute, blink.duration_s, [&](double onset) {
      const double duration =
          normal_at_least(blink.duration_s / 3, blink.duration_s, blink.duration_sd_s, random_);
      add(blink.unit,
          {0, onset, blink.amplitude, blink_rise * duration, blink_hold * duration,
           (1 - blink_rise - blink_hold) * duration},
          1, 1);
      return duration;
    });
  }

  void add_unit(const UnitBehaviour& unit) {
    const double duration = unit.rise_s + unit.hold_s + unit.fall_s;
    constexpr double max_sds = 4;
    double follow_s = 0, precede_s = 0;
    for (const Coupling& coupling : subject_.couplings) {
      if (coupling.from != unit.unit) continue;
      follow_s = std::max(follow_s, coupling.lag_s + max_sds * coupling.lag_sd_s);
      if (coupling.lag_s < 0) precede_s = std::max(precede_s, max_sds * coupling.lag_sd_s - coupling.lag_s);
    }
    const auto unit_event = [&](double onset) {
      const double amplitude = normal_at_least(0, unit.amplitude, unit.amplitude_sd, random_);
      const UnitEvent event{0, onset, amplitude, unit.rise_s, unit.hold_s, unit.fall_s};
      add(unit.unit, event, 1 + unit.asymmetry, 1 - unit.asymmetry);
      for (const Coupling& coupling : subject_.couplings)
        if (coupling.from == unit.unit) follow(coupling, event);
      return duration;
    };
    repeat(unit.rate_per_minute, duration, unit_event, follow_s, precede_s);
  }

  void follow(const Coupling& coupling, UnitEvent event) {
    const bool happens = random_.uniform() < coupling.probability;
    event.onset_s += coupling.lag_s + coupling.lag_sd_s * random_.normal();
    event.amplitude *= coupling.gain;
    if (happens) add(coupling.to, event, 1, 1);
  }

  void add_speech() {
    const SpeechBehaviour& speech = subject_.speech;
    repeat(speech.bouts_per_minute, speech.bout_s, [&](double begin) {
      const double duration = normal_at_least(0.5, speech.bout_s, speech.bout_sd_s, random_);
      const double syllable = 1 / speech.syllables_per_s;
      for (double time = begin; time < begin + duration;) {
        const double length = syllable * random_.uniform(0.75, 1.25);
        for (const std::string& unit : speech.units) {
          const double amplitude = normal_at_least(0, speech.amplitude, speech.amplitude_sd, random_);
          const double half = syllable_overlap * length / 2;
          add(unit, {0, time, amplitude, half, 0, half}, 1, 1);
        }
        time += length;
      }
      return duration;
    });
  }

  const Behaviour& subject_;
  const std::vector<std::string>& names_;
  double seconds_;
  Random& random_;
  std::vector<UnitEvent> events_;
};

/// A smooth random course of mean 0 and the given standard deviation.
Eigen::ArrayXd smooth_course(const Eigen::VectorXd& times_s, double sd, double smoothness_s, Random& random) {
  Eigen::ArrayXd course = Eigen::ArrayXd::Zero(times_s.size());
  for (int k = 0; k < sines; ++k) {
    // Normal frequencies make a course whose correlation falls off as exp(−(t/smoothness)²/2).
    const double rate = random.normal() / smoothness_s, phase = random.uniform(0, 2 * std::numbers::pi);
    course += (rate * times_s.array() + phase).sin();
  }
  return course * (sd * std::sqrt(2.0 / sines));
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

double UnitEvent::at(double time_s) const {
  const double since = time_s - onset_s;
  const auto eased = [](double share) { return 0.5 - 0.5 * std::cos(std::numbers::pi * share); };
  if (since <= 0 || time_s >= end_s()) return 0;
  if (since < rise_s) return amplitude * eased(since / rise_s);
  if (since < rise_s + hold_s) return amplitude;
  return amplitude * eased((end_s() - time_s) / fall_s);
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

std::vector<UnitEvent> draw_events(const Behaviour& subject, const std::vector<std::string>& model_units,
                                   double seconds, Random& random) {
  return EventMaker(subject, model_units, seconds, random).make();
}

Eigen::MatrixXd expression_course(const std::vector<UnitEvent>& events, const Eigen::VectorXd& times_s,
                                  const Eigen::VectorXd& limits) {
  Eigen::MatrixXd rest = Eigen::MatrixXd::Ones(times_s.size(), limits.size());
  for (UnitEvent event : events) {
    event.amplitude = std::min(event.amplitude, limits[event.unit]);  // cut here, not at its apex: no kink
    const double* const first =
        std::lower_bound(times_s.data(), times_s.data() + times_s.size(), event.onset_s);
    for (Eigen::Index t = first - times_s.data(); t < times_s.size() && times_s[t] < event.end_s(); ++t)
      rest(t, event.unit) *= 1 - event.at(times_s[t]) / limits[event.unit];
  }
  return (1 - rest.array()).rowwise() * limits.transpose().array();
}

Eigen::MatrixXd head_course(const HeadBehaviour& head, const Eigen::VectorXd& times_s, Random& random) {
  Eigen::MatrixXd course(times_s.size(), 6);
  for (Eigen::Index axis = 0; axis < 3; ++axis)
    course.col(axis) = smooth_course(times_s, head.shift_sd_mm, head.smoothness_s, random);
  const std::array<double, 3> sds = {head.pitch_sd_deg, head.yaw_sd_deg, head.roll_sd_deg};
  const std::array<double, 3> offsets = {head.pitch_offset_deg, head.yaw_offset_deg, head.roll_offset_deg};
  for (std::size_t i = 0; i < 3; ++i)
    course.col(3 + static_cast<Eigen::Index>(i)) =
        degree * (offsets[i] + smooth_course(times_s, sds[i], head.smoothness_s, random));
  return course;
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
