#include "facelex/simulate/movement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace facelex {
namespace {

constexpr double degree = std::numbers::pi / 180;
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

double UnitEvent::at(double time_s) const {
  const double since = time_s - onset_s;
  const auto eased = [](double share) { return 0.5 - 0.5 * std::cos(std::numbers::pi * share); };
  if (since <= 0 || time_s >= end_s()) return 0;
  if (since < rise_s) return amplitude * eased(since / rise_s);
  if (since < rise_s + hold_s) return amplitude;
  return amplitude * eased((end_s() - time_s) / fall_s);
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

}  // namespace facelex
