#include "facelex/features/wcc/options.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

struct WccDefinition {
  double window, step, lag;
  WccMoving moving;
  WccSides sides;
  WccOverLags over_lags;
};

/// What a preset says; a step of 0 is half the window, a lag of −1 a quarter of it.
WccDefinition definition(WccPreset preset) {
  switch (preset) {
    case WccPreset::bitbox_2024:
      return {0.5, 0, -1, WccMoving::within, WccSides::y_leads, WccOverLags::maximum};
    case WccPreset::bitbox_2025:
      return {1.1, 0, -1, WccMoving::both, WccSides::both, WccOverLags::largest};
    case WccPreset::rmea:
      return {0, 0, -1, WccMoving::second, WccSides::both, WccOverLags::mean_z};
    case WccPreset::boker:
      break;
  }
  return {4, 1, 1, WccMoving::earlier, WccSides::both, WccOverLags::largest};
}

Eigen::Index in_frames(double seconds, double fps) {
  return static_cast<Eigen::Index>(std::llround(seconds * fps));
}

std::string frames_text(Eigen::Index count) {
  return std::to_string(count) + (count == 1 ? " frame" : " frames");
}

std::vector<WccShift> shifts_of(WccMoving moving, WccSides sides, Eigen::Index max_lag, Eigen::Index every) {
  std::vector<Eigen::Index> offsets = {0};
  for (Eigen::Index lag = every; lag <= max_lag; lag += every) {
    offsets.push_back(-lag);
    offsets.push_back(lag);
  }
  std::vector<WccShift> shifts;
  const auto add = [&](Eigen::Index x, Eigen::Index y) {
    const Eigen::Index lag = y - x;
    if ((sides == WccSides::x_leads && lag < 0) || (sides == WccSides::y_leads && lag > 0)) return;
    shifts.push_back({x, y, lag});
  };
  for (const Eigen::Index offset : offsets) {
    if (moving == WccMoving::both)
      for (const Eigen::Index x : offsets) add(x, offset);
    else if (moving == WccMoving::earlier && offset > 0)
      add(-offset, 0);
    else
      add(0, offset);
  }
  std::sort(shifts.begin(), shifts.end(), [](const WccShift& a, const WccShift& b) {
    return std::tuple(std::abs(a.lag), a.lag, a.x) < std::tuple(std::abs(b.lag), b.lag, b.x);
  });
  return shifts;
}

}  // namespace

void WccOptions::describe(OptionList& options) {
  options
      .choice("preset", preset,
              {{"boker", WccPreset::boker},
               {"bitbox-2024", WccPreset::bitbox_2024},
               {"bitbox-2025", WccPreset::bitbox_2025},
               {"rmea", WccPreset::rmea}},
              "Definition of the windowed cross-correlation; the options below change what it sets")
      .number("window", window, Bounds::at_least(0), "Length of a window in seconds; 0: as the preset says")
      .number("step", step, Bounds::at_least(0),
              "Seconds from the start of one window to that of the next; 0: as the preset says")
      .number("lag", lag, Bounds::at_least(-1), "Max lag in seconds; -1: as the preset says")
      .number("lag-step", lag_step, Bounds::at_least(0), "Seconds from lag to lag; 0: every frame")
      .choice(
          "moving", moving,
          {{"as-preset", WccMoving::as_preset},
           {"second", WccMoving::second},
           {"earlier", WccMoving::earlier},
           {"both", WccMoving::both},
           {"within", WccMoving::within}},
          "Which window moves with the lag: that of the second signal, that of the signal that leads, both "
          "by "
          "themselves, or none (biased products within one window)")
      .choice("sides", sides,
              {{"as-preset", WccSides::as_preset},
               {"both", WccSides::both},
               {"x-leads", WccSides::x_leads},
               {"y-leads", WccSides::y_leads}},
              "Lags of either sign, or only those at which the first (x) or the second signal (y) leads")
      .choice("over-lags", over_lags,
              {{"as-preset", WccOverLags::as_preset},
               {"largest", WccOverLags::largest},
               {"maximum", WccOverLags::maximum},
               {"mean-z", WccOverLags::mean_z}},
              "What stands for a window: the r of largest modulus with its sign, the largest r, or the mean "
              "Fisher z of moduli")
      .number("valid", valid, Bounds::between(0, 1),
              "Share of the pairs of values of a window that must be there")
      .flag("leave-out-zeros", leave_out_zeros,
            "Take a window's correlation of exactly 0 as missing (bitbox-2025 always does)");
}

void WccOptions::check() const {
  check_bounds(*this);
  if (lag < 0 && lag != -1)
    throw option_error("lag", number_text(lag) + " is not ≥ 0", "-1 alone means: as the preset says");
  if (preset == WccPreset::rmea && (window == 0 || step == 0 || lag < 0))
    throw usage_error("preset rmea sets neither window, step nor lag",
                      "give " + field("window") + ", " + field("step") + " and " + field("lag"));
}

Eigen::Index WccFrames::windows(Eigen::Index frames) const {
  return frames < reach() ? 0 : (frames - reach()) / step + 1;
}

WccFrames wcc_frames(const WccOptions& options, double fps) {
  options.check();
  const WccDefinition preset = definition(options.preset);
  const double seconds = options.window > 0 ? options.window : preset.window;
  WccFrames made;
  made.window = in_frames(seconds, fps);
  if (made.window < 3)
    throw option_error("window",
                       number_text(seconds) + " s at " + number_text(fps) + " frames per second hold " +
                           frames_text(made.window) + ", and fewer than 3 correlate with nothing",
                       "give a longer " + field("window"));
  const double step = options.step > 0 ? options.step : preset.step;
  made.step = std::max<Eigen::Index>(1, step > 0 ? in_frames(step, fps) : made.window / 2);
  made.moving = options.moving != WccMoving::as_preset ? options.moving : preset.moving;
  made.over_lags = options.over_lags != WccOverLags::as_preset ? options.over_lags : preset.over_lags;
  const WccSides sides = options.sides != WccSides::as_preset ? options.sides : preset.sides;
  Eigen::Index max_lag = 0;
  if (options.lag >= 0)
    max_lag = in_frames(options.lag, fps);
  else if (preset.lag >= 0)
    max_lag = in_frames(preset.lag, fps);
  else if (options.preset == WccPreset::bitbox_2024)
    max_lag = std::max<Eigen::Index>(0, made.window / 4 - 1);
  else
    max_lag = made.window / 4;
  if (made.moving == WccMoving::within && max_lag > made.window - 3)
    throw option_error("lag",
                       frames_text(max_lag) + (max_lag == 1 ? " leaves" : " leave") +
                           " fewer than 3 of a window of " + frames_text(made.window),
                       "give a shorter " + field("lag") + ", or windows that move (" + field("moving") + ")");
  made.shifts =
      shifts_of(made.moving, sides, max_lag, std::max<Eigen::Index>(1, in_frames(options.lag_step, fps)));
  made.valid = options.valid;
  made.leave_out_zeros = options.leave_out_zeros || options.preset == WccPreset::bitbox_2025;
  made.zero_diagonal = options.preset == WccPreset::bitbox_2024;
  made.mirrored = made.moving != WccMoving::second && sides == WccSides::both;
  if (made.moving != WccMoving::within)
    for (const WccShift& shift : made.shifts) {
      made.before = std::max({made.before, -shift.x, -shift.y});
      made.after = std::max({made.after, shift.x, shift.y});
    }
  return made;
}

}  // namespace facelex
