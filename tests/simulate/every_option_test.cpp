// Each key of a cohort's description changes what is recorded of its people.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/simulate/simulation.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

class EveryKeyOfACohort : public ::testing::Test {
 protected:
  EveryKeyOfACohort()
      : cohort_(Cohort::from_json(Json::parse(R"({"seconds": 8, "missing_share": 0.1, "groups": [
  {"name": "a", "subjects": 2, "behaviour": {
    "blink": {"rate_per_minute": 30},
    "units": [{"unit": "AU12", "rate_per_minute": 20, "asymmetry": 0.1}, {"unit": "AU04"}],
    "couplings": [{"from": "AU12", "to": "AU06", "probability": 0.7}],
    "speech": {"bouts_per_minute": 12, "bout_s": 2},
    "spread": {"asymmetry": 0.1, "lag_s": 0.1}}},
  {"name": "b", "subjects": 2, "behaviour": {}}]})"),
                                  "c.json", built_in_face().expression.names)) {}

  /// All that is written of the cohort.
  std::string recorded() const {
    std::string text = labels_csv(cohort_);
    for (const CohortItem& item : cohort_items(cohort_)) {
      write_simulated_truth(built_in_face(), cohort_, item, folder_ / "truth.csv", {});
      write_simulated_landmarks(built_in_face(), cohort_, item, true, folder_ / "landmarks.csv", {});
      text += test::file_text(folder_ / "truth.csv") + test::file_text(folder_ / "landmarks.csv");
    }
    return text;
  }

  template <class Options>
  void every_option(Options& options, const std::map<std::string, std::string>& values = {}) {
    test::every_option<Options>(options, values, [this] { return recorded(); });
  }

  Behaviour& behaviour() { return cohort_.groups[0].behaviour; }

  Cohort cohort_;
  test::TemporaryFolder folder_;
};

TEST_F(EveryKeyOfACohort, ChangesWhatIsRecorded) {
  every_option<Cohort>(cohort_);
  every_option<CohortGroup>(cohort_.groups[0], {{"name", "c"}});
}

TEST_F(EveryKeyOfACohort, ChangesWhatItsPeopleDo) {
  every_option<BlinkBehaviour>(behaviour().blink, {{"unit", "AU07"}});
  every_option<HeadBehaviour>(behaviour().head);
  every_option<UnitBehaviour>(behaviour().units[0], {{"unit", "AU15"}});
  every_option<Coupling>(behaviour().couplings[0], {{"from", "AU04"}, {"to", "AU10"}});
  every_option<SpeechBehaviour>(behaviour().speech, {{"units", "AU18"}});
  every_option<Spread>(behaviour().spread);
}

}  // namespace
}  // namespace facelex
