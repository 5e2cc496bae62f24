#include "facelex/pipeline/power_pool_settings.hpp"

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/pipeline/option_names.hpp"

namespace facelex {

void PowerPoolOptions::describe(OptionList& options) {
  options
      .integer(
          "pool", pool, Bounds::between(0, 100000),
          "Subjects of each group to simulate, from whom the studies are drawn; 0: four times the largest "
          "of " +
              field("subjects"))
      .integer("cohort-seed", seed, Bounds::at_least(-1), "Seed of the simulation; -1: that of the cohort")
      .text("model", model,
            "Coding system that codes the pool (a file, or built-in: the codebook); none: a Facial Basis is "
            "learnt from 40 of its recordings, without labels, as --facial-basis-… say")
      .texts("features", features,
             "What is taken of the codes: wcc, summary, bow; several are put side by side. None: bow of "
             "tokens, else wcc with the head");
}

void PowerPoolSettings::resolve(const std::string& file, const PowerOptions& studies,
                                const FoldOptions& folds) {
  cohort_file = file;
  with_names_here(described(wcc.wcc), "wcc-", [&] { wcc.check(); });
  with_names_here(described(summary.summary), "summary-", [&] { summary.check(); });
  const int largest = studies.sizes().back();
  if (options.pool == 0) options.pool = 4 * largest;
  if (options.pool < largest)
    throw usage_error(field("pool") + " " + std::to_string(options.pool) +
                          " is less than the largest study, " + std::to_string(largest) + " of each group",
                      "simulate more, or ask for smaller studies");
  cohort = read_cohort(cohort_file, simulation());
  if (cohort.groups.size() < 2)
    throw usage_error(cohort_file + " has one group", "studies compare groups: describe two");
  check_power(studies, folds, cohort.groups.size());
  check_learning();
  if (!options.model.empty()) system = load_system(options.model);
  check_features();
  check_windows();
}

void PowerPoolSettings::check_learning() {
  with_names_here(learn.describe_system("facial-basis"), "facial-basis-",
                  [&] { learn.facial_basis.check(); });
  const Json changed = learn.describe_system("facial-basis").changed();
  if (!options.model.empty() && !changed.empty())
    throw usage_error("--facial-basis-" + changed.items().begin().key() +
                          " says how a Facial Basis is learnt, but " + field("model") + " gives the system",
                      "leave one of them away");
}

/// The windows of wcc are known to fit before hours of simulation and fitting.
void PowerPoolSettings::check_windows() {
  if (std::find(kinds.begin(), kinds.end(), "wcc") == kinds.end()) return;
  const WccFrames frames =
      with_names_here(described(wcc.wcc), "wcc-", [&] { return wcc_frames(wcc.wcc, cohort.fps); });
  if (frames.windows(std::llround(cohort.seconds * cohort.fps)) > 0) return;
  const double least = std::ceil(100 * static_cast<double>(frames.reach()) / cohort.fps) / 100;
  throw usage_error(
      cohort_file + ": its recordings of " + number_text(cohort.seconds) + " s hold no window: one takes " +
          number_text(least) + " s with its lags",
      "longer \"seconds\" in the cohort, or a shorter " + field("wcc-window") + " or " + field("wcc-lag"));
}

/// `features` as given, or what suits the system; known and possible.
void PowerPoolSettings::check_features() {
  const bool tokens = system && system->system->code_kind() == SignalKind::tokens;
  kinds = options.features;
  if (kinds.empty()) kinds = {tokens ? "bow" : "wcc"};
  for (const std::string& kind : kinds) {
    if (kind != "wcc" && kind != "summary" && kind != "bow")
      throw option_error("features", "there is no " + in_quotes(kind), "one of wcc, summary, bow");
    if ((kind == "bow") != tokens)
      throw usage_error(field("features") + " " + kind + " does not fit " +
                            (tokens ? "the tokens of " + options.model : "a system of coefficients"),
                        tokens ? "take bow" : "take wcc or summary, or a " + field("model") + " of tokens");
  }
}

SimulateOptions PowerPoolSettings::simulation() const {
  SimulateOptions people;
  people.subjects = options.pool;
  people.seed = options.seed;
  people.landmarks_only = true;
  return people;
}

}  // namespace facelex
