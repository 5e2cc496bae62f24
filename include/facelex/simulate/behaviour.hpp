#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/options.hpp"
#include "facelex/core/random.hpp"

namespace facelex {

/// What people of a group do with their faces. Units are named as in the morphable model; a name without a
/// side ("AU12") stands for both sides ("AU12_L" and "AU12_R"). Amplitudes are coefficients of the model.

/// Both eyes close now and then.
struct BlinkBehaviour {
  std::string unit = "AU43";
  double rate_per_minute = 15;
  double duration_s = 0.3;  ///< of the whole blink; closing takes a third of it
  double duration_sd_s = 0.04;
  double amplitude = 1;

  void describe(OptionList& options);
};

/// How the head moves: each angle and each place is a smooth random course about its offset.
struct HeadBehaviour {
  double yaw_sd_deg = 4, pitch_sd_deg = 3, roll_sd_deg = 2;
  double yaw_offset_deg = 0, pitch_offset_deg = 0, roll_offset_deg = 0;  ///< as in rotation.hpp
  double shift_sd_mm = 4;                                                ///< in each direction
  double smoothness_s = 0.7;  ///< the time over which a course keeps about its value

  void describe(OptionList& options);
};

/// A unit that comes up by itself: rises, holds and falls.
struct UnitBehaviour {
  std::string unit;
  double rate_per_minute = 4;
  double amplitude = 0.6, amplitude_sd = 0.15;
  double rise_s = 0.4, hold_s = 0.8, fall_s = 0.6;
  double asymmetry = 0;  ///< (right − left) / (right + left) of the amplitudes, −1 … 1

  void describe(OptionList& options);
};

/// A unit that follows another one: an event of `from` is repeated in `to`, later and by another gain.
struct Coupling {
  std::string from, to;
  double probability = 1;
  double lag_s = 0.3, lag_sd_s = 0.05;
  double gain = 0.7;

  void describe(OptionList& options);
};

/// Bouts of talking: jaw and lips go at the rate of syllables.
struct SpeechBehaviour {
  double bouts_per_minute = 0;
  double bout_s = 3, bout_sd_s = 1;
  double syllables_per_s = 4;
  double amplitude = 0.35, amplitude_sd = 0.12;
  std::vector<std::string> units = {"AU25", "AU26"};

  void describe(OptionList& options);
};

/// How subjects of a group differ: standard deviations over subjects.
struct Spread {
  double rate = 0.2;       ///< of the logarithm of all rates
  double amplitude = 0.1;  ///< of the logarithm of all amplitudes
  double asymmetry = 0;    ///< of every asymmetry
  double lag_s = 0;        ///< of every lag
  double pose_deg = 2;     ///< of the head's offsets

  void describe(OptionList& options);
};

struct Behaviour {
  BlinkBehaviour blink;
  HeadBehaviour head;
  std::vector<UnitBehaviour> units;
  std::vector<Coupling> couplings;
  SpeechBehaviour speech;
  Spread spread;

  /// From an object with the keys blink, head, units, couplings, speech, spread, each optional. Throws Error
  /// (usage) that begins with `place`: an unknown key (with the nearest known one), a value of the wrong type
  /// or out of range, a unit that is not among `model_units` (with or without side), rates that leave no time
  /// between events, a coupling whose `from` is not a unit that the group ever moves.
  static Behaviour from_json(const Json& json, const std::string& place,
                             const std::vector<std::string>& model_units);
  Json to_json() const;

  /// The behaviour of one subject of the group.
  Behaviour of_subject(Random& random) const;
};

/// The indices among `model_units` that a name stands for: itself, or both sides (left first). Empty when
/// there is no such unit.
std::vector<Eigen::Index> units_of_name(const std::string& name, const std::vector<std::string>& model_units);

/// Throws Error (usage) "<place>: …" unless `json` is an object without keys other than these.
void check_keys(const Json& json, const std::vector<std::string>& known, const std::string& place);

}  // namespace facelex
