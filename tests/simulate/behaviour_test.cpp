#include "facelex/simulate/behaviour.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/simulate/movement.hpp"

namespace facelex {
namespace {

const std::vector<std::string>& names() {
  return built_in_face().expression.names;
}

Behaviour parsed(const std::string& json) {
  return Behaviour::from_json(Json::parse(json), "c.json: groups[0].behaviour", names());
}

std::string message(const std::string& json) {
  try {
    parsed(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

Eigen::VectorXd times(double seconds, double fps) {
  const auto frames = static_cast<Eigen::Index>(seconds * fps);
  return Eigen::VectorXd::LinSpaced(frames, 0, static_cast<double>(frames - 1)) / fps;
}

Eigen::Index unit(const std::string& name) {
  return units_of_name(name, names()).at(0);
}

/// Onsets within the recording.
std::vector<double> onsets(const std::vector<UnitEvent>& events, Eigen::Index unit) {
  std::vector<double> list;
  for (const UnitEvent& event : events)
    if (event.unit == unit && event.onset_s >= 0) list.push_back(event.onset_s);
  return list;
}

TEST(Behaviour, RatesAreThoseThatWereAsked) {
  const Behaviour behaviour =
      parsed(R"({"blink": {"rate_per_minute": 20}, "units": [{"unit": "AU12", "rate_per_minute": 8}]})");
  constexpr double minutes = 60;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Random random(seed);
    const auto events = draw_events(behaviour, names(), minutes * 60, random);
    EXPECT_NEAR(static_cast<double>(onsets(events, unit("AU43_L")).size()) / minutes, 20, 1.8) << seed;
    EXPECT_NEAR(static_cast<double>(onsets(events, unit("AU12_R")).size()) / minutes, 8, 1.2) << seed;
    // The beginning is like the rest: summed over many recordings, the first seconds hold their share.
    int early = 0;
    for (int i = 0; i < 600; ++i) {
      const auto first = draw_events(behaviour, names(), 2, random);
      early += static_cast<int>(onsets(first, unit("AU43_L")).size());
    }
    EXPECT_NEAR(early / 1200.0 * 60, 20, 3) << seed;
  }
}

TEST(Behaviour, BothEyesBlinkAndEventsDoNotOverlap) {
  const Behaviour behaviour = parsed(R"({"blink": {"rate_per_minute": 60, "duration_s": 0.4}})");
  Random random(4);
  const auto events = draw_events(behaviour, names(), 600, random);
  const auto left = onsets(events, unit("AU43_L"));
  EXPECT_EQ(left, onsets(events, unit("AU43_R")));
  double last = -1;
  for (const UnitEvent& event : events) {
    if (event.unit != unit("AU43_L")) continue;
    EXPECT_GE(event.onset_s, last);
    last = event.end_s();
  }
}

TEST(Behaviour, CoursesAreSmoothAndBounded) {
  const Behaviour behaviour = parsed(R"({"blink": {"rate_per_minute": 20},
    "units": [{"unit": "AU12", "rate_per_minute": 20, "amplitude": 1, "hold_s": 0.3, "rise_s": 0.3, "fall_s": 0.3},
              {"unit": "AU12_L", "rate_per_minute": 20, "amplitude": 0.9, "hold_s": 0.3}],
    "speech": {"bouts_per_minute": 10}})");
  const Eigen::VectorXd most = built_in_face().expression.upper;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Random random(seed);
    const auto events = draw_events(behaviour, names(), 30, random);
    const Eigen::MatrixXd course = expression_course(events, times(30, 25), most);
    EXPECT_GE(course.minCoeff(), 0);
    EXPECT_LE(course.maxCoeff(), most.maxCoeff());
    EXPECT_GT(course.col(unit("AU12_L")).maxCoeff(), 0.5);
    // The largest change of slope from step to step shrinks with the step: no kinks.
    const auto max_bend = [&](double fps) {
      const Eigen::MatrixXd fine = expression_course(events, times(10, fps), most);
      const Eigen::Index rows = fine.rows();
      return ((fine.bottomRows(rows - 2) - 2 * fine.middleRows(1, rows - 2) + fine.topRows(rows - 2)) * fps)
          .cwiseAbs()
          .maxCoeff();
    };
    EXPECT_LT(max_bend(8000), 0.3 * max_bend(2000));
  }
}

TEST(Behaviour, OverlappingEventsJoinAsTheHeaderSays) {
  const std::vector<UnitEvent> events = {{0, 0, 0.5, 1, 2, 1}, {0, 0.5, 0.8, 1, 2, 1}};
  const Eigen::MatrixXd course =
      expression_course(events, Eigen::VectorXd::Constant(1, 2), Eigen::VectorXd::Constant(1, 1.2));
  EXPECT_NEAR(course(0, 0), 1.2 * (1 - (1 - 0.5 / 1.2) * (1 - 0.8 / 1.2)), 1e-12);
}

TEST(Behaviour, EventsRiseHoldAndFall) {
  const UnitEvent event{0, 10, 0.8, 1, 2, 4};
  EXPECT_EQ(event.at(9.9), 0);
  EXPECT_NEAR(event.at(10.5), 0.4, 1e-12);
  EXPECT_EQ(event.at(12), 0.8);
  EXPECT_NEAR(event.at(15), 0.4, 1e-12);
  EXPECT_EQ(event.at(17), 0);
}

/// The shift of `b` against `a` at which their product sums to most, in seconds.
double best_lag(const Eigen::VectorXd& a, const Eigen::VectorXd& b, double fps) {
  double best = 0, most = -1;
  for (int shift = -50; shift <= 50; ++shift) {
    const auto size = a.size() - std::abs(shift);
    const double sum = a.segment(std::max(0, -shift), size).dot(b.segment(std::max(0, shift), size));
    if (sum > most) {
      most = sum;
      best = shift / fps;
    }
  }
  return best;
}

TEST(Behaviour, APlantedLagIsFoundByCrossCorrelation) {
  for (const double lag : {0.2, 0.8, -0.4}) {
    Behaviour behaviour = parsed(
        R"({"units": [{"unit": "AU12", "rate_per_minute": 10, "amplitude": 0.5}],
            "couplings": [{"from": "AU12", "to": "AU01", "lag_sd_s": 0.02, "gain": 0.9}]})");
    behaviour.couplings[0].lag_s = lag;
    Random random(6);
    const auto events = draw_events(behaviour, names(), 300, random);
    const Eigen::MatrixXd course =
        expression_course(events, times(300, 25), built_in_face().expression.upper);
    EXPECT_NEAR(best_lag(course.col(unit("AU12_L")), course.col(unit("AU01_R")), 25), lag, 0.041);
  }
}

TEST(Behaviour, CouplingsFollowWithTheirProbabilityAndGain) {
  const Behaviour behaviour = parsed(
      R"({"units": [{"unit": "AU12", "rate_per_minute": 12, "amplitude": 0.5, "amplitude_sd": 0}],
          "couplings": [{"from": "AU12", "to": "AU26", "probability": 0.3, "gain": 0.4}]})");
  Random random(3);
  const auto events = draw_events(behaviour, names(), 6000, random);
  const auto followed = static_cast<double>(onsets(events, unit("AU26")).size());
  EXPECT_NEAR(followed / static_cast<double>(onsets(events, unit("AU12_L")).size()), 0.3, 0.05);
  for (const UnitEvent& event : events)
    if (event.unit == unit("AU26")) {
      EXPECT_NEAR(event.amplitude, 0.2, 1e-12);
    }
}

/// Long lags reach over the ends of the recording: what follows is as frequent there as elsewhere.
TEST(Behaviour, CouplingsReachOverTheEndsOfTheRecording) {
  for (const double lag : {-8.0, 8.0}) {
    const Behaviour behaviour =
        parsed(R"({"units": [{"unit": "AU12", "rate_per_minute": 20}], "couplings": [{"from": "AU12", "to":
                  "AU01", "probability": 1, "lag_s": )" +
               std::to_string(lag) + "}]}");
    double first = 0, last = 0, events = 0;
    constexpr double seconds = 40;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Random random(seed);
      for (const double onset : onsets(draw_events(behaviour, names(), seconds, random), unit("AU01_L"))) {
        ++events;
        first += onset < 5 ? 1 : 0;
        last += onset >= seconds - 5 ? 1 : 0;
      }
    }
    EXPECT_NEAR(first / events, 5 / seconds, 0.015) << lag;
    EXPECT_NEAR(last / events, 5 / seconds, 0.015) << lag;
  }
}

TEST(Behaviour, AsymmetryIsThatOfTheAmplitudes) {
  const Behaviour behaviour =
      parsed(R"({"units": [{"unit": "AU12", "amplitude": 0.6, "amplitude_sd": 0, "asymmetry": 0.25}]})");
  Random random(3);
  double left = 0, right = 0;
  for (const UnitEvent& event : draw_events(behaviour, names(), 600, random)) {
    if (event.unit == unit("AU12_L")) left += event.amplitude;
    if (event.unit == unit("AU12_R")) right += event.amplitude;
  }
  EXPECT_NEAR((right - left) / (right + left), 0.25, 1e-12);
}

TEST(Behaviour, SpeechMovesItsUnitsAtTheRateOfSyllables) {
  const Behaviour behaviour = parsed(R"({"blink": {"rate_per_minute": 0},
                 "speech": {"bouts_per_minute": 6, "bout_s": 4, "bout_sd_s": 0, "syllables_per_s": 5, "units": ["AU26"]}})");
  Random random(3);
  const auto syllables = onsets(draw_events(behaviour, names(), 1200, random), unit("AU26"));
  EXPECT_NEAR(static_cast<double>(syllables.size()), 20 * 6 * 4 * 5, 20 * 6 * 4 * 5 * 0.2);
}

TEST(Behaviour, HeadsMoveByTheirDeviationsAboutTheirOffsets) {
  HeadBehaviour head;
  head.yaw_sd_deg = 10;
  head.yaw_offset_deg = -5;
  head.pitch_sd_deg = 0;
  head.smoothness_s = 0.5;
  constexpr double degree = std::numbers::pi / 180;
  double variance = 0, mean = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Eigen::MatrixXd course = head_course(head, times(200, 25), random);
    ASSERT_EQ(course.cols(), 6);
    const Eigen::ArrayXd yaw = course.col(4).array() / degree;
    mean += yaw.mean() / 20;
    variance += (yaw - yaw.mean()).square().mean() / 20;
    EXPECT_EQ(course.col(3).cwiseAbs().maxCoeff(), 0);
    const Eigen::ArrayXd step = (yaw.tail(yaw.size() - 1) - yaw.head(yaw.size() - 1)).abs();
    EXPECT_LT(step.maxCoeff(), 10 / 0.5 / 25 * 5);
  }
  EXPECT_NEAR(mean, -5, 1);
  EXPECT_NEAR(std::sqrt(variance), 10, 1);
}

TEST(Behaviour, SubjectsDifferByTheSpread) {
  Behaviour behaviour = parsed(
      R"({"units": [{"unit": "AU12", "rate_per_minute": 10}], "spread": {"rate": 0.3, "amplitude": 0}})");
  double sum = 0, squares = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const Behaviour subject = behaviour.of_subject(random);
    const double logarithm = std::log(subject.units[0].rate_per_minute / 10);
    sum += logarithm / 400;
    squares += logarithm * logarithm / 400;
    EXPECT_EQ(subject.units[0].amplitude, behaviour.units[0].amplitude);
  }
  EXPECT_NEAR(sum, 0, 0.05);
  EXPECT_NEAR(std::sqrt(squares), 0.3, 0.04);
}

TEST(Behaviour, ReadsBackWhatItWrites) {
  const Behaviour behaviour = parsed(
      R"({"units": [{"unit": "AU12", "asymmetry": 0.1}], "couplings": [{"from": "AU12", "to": "AU01"}],
          "speech": {"units": ["AU26", "AU18"]}, "head": {"yaw_offset_deg": 3}})");
  EXPECT_EQ(parsed(behaviour.to_json().dump()).to_json(), behaviour.to_json());
  EXPECT_EQ(behaviour.to_json()["head"]["yaw_offset_deg"], 3);
}

TEST(Behaviour, SaysWhatIsWrongAndWhere) {
  const auto says = [](const std::string& json, const std::string& place, const std::string& what) {
    const std::string text = message(json);
    EXPECT_EQ(text.find("c.json: groups[0].behaviour" + place), 0U) << text;
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  says(R"([])", "", "expected an object");
  says(R"({"blinks": {}})", "", "did you mean 'blink'?");
  says(R"({"blink": {"rate_per_minut": 3}})", ".blink", "did you mean 'rate_per_minute'?");
  says(R"({"blink": {"rate_per_minute": -3}})", ".blink", "0 … 200");
  says(R"({"blink": {"unit": "AU99"}})", ".blink.unit", "no unit 'AU99'");
  says(R"({"blink": {"rate_per_minute": 190, "duration_s": 0.5}})", ".blink", "no time between");
  says(R"({"units": {}})", ".units", "expected a list");
  says(R"({"units": [{"unit": "AU12"}, {"unit": "AU13x"}]})", ".units[1].unit", "did you mean 'AU13'?");
  says(R"({"units": [{"unit": "AU26", "asymmetry": 0.1}]})", ".units[0].asymmetry", "both sides");
  says(R"({"units": [{"unit": "AU12", "rise_s": "fast"}]})", ".units[0]", "rise_s");
  says(R"({"couplings": [{"from": "AU12", "to": "AU01"}]})", ".couplings[0].from", "not among the units");
  says(R"({"units": [{"unit": "AU12"}], "couplings": [{"from": "AU12", "to": "AU0"}]})", ".couplings[0].to",
       "no unit 'AU0'");
  says(R"({"speech": {"units": ["AU25", "lips"]}})", ".speech.units[1]", "no unit 'lips'");
}

}  // namespace
}  // namespace facelex
