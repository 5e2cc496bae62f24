#include "facelex/pipeline/power_pool_settings.hpp"

#include <cmath>
#include <cstdint>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
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
             "What is taken of the codes: " + feature_set_names(make_feature_sets(), ", ", ", ") +
                 "; several are put side by side. None: bow of tokens, else wcc with the head");
}

void PowerPoolSettings::resolve(const std::string& file, const PowerOptions& studies,
                                const FoldOptions& folds) {
  cohort_file = file;
  for (const auto& set : sets)
    with_names_here(set->own_list(), set->text().name + "-", [&] { set->check(); });
  const int largest = studies.sizes().back();
  if (options.pool == 0) options.pool = 4 * largest;
  if (options.pool < largest)
    throw usage_error(field("pool") + " " + std::to_string(options.pool) +
                          " is less than the largest study, " + std::to_string(largest) + " of each group",
                      "simulate more, or ask for smaller studies");
  cohort = read_cohort(cohort_file, simulation(), built_in_face());
  if (cohort.groups.size() < 2)
    throw usage_error(cohort_file + " has one group", "studies compare groups: describe two");
  check_power(studies, folds, cohort.groups.size());
  check_learning();
  if (!options.model.empty()) system = load_system(options.model);
  check_features();
  check_length();
}

void PowerPoolSettings::check_learning() {
  with_names_here(learn.describe_system("facial-basis"), "facial-basis-",
                  [&] { learn.facial_basis.check(); });
  const Json changed = learn.describe_system("facial-basis").changed();
  if (!options.model.empty() && !changed.empty())
    throw usage_error(field("facial-basis-" + changed.items().begin().key()) +
                          " says how a Facial Basis is learnt, but " + field("model") + " gives the system",
                      "leave one of them out");
}

/// Whether recordings are long enough is known before hours of simulation and fitting.
void PowerPoolSettings::check_length() const {
  const auto frames = static_cast<std::int64_t>(std::llround(cohort.seconds * cohort.fps));
  for (FeatureSet* set : features)
    with_names_here(set->own_list(), set->text().name + "-", [&] {
      if (const auto obstacle = set->obstacle(frames, cohort.fps))
        throw usage_error(
            cohort_file + ": its recordings of " + number_text(cohort.seconds) + " s " + obstacle->what,
            "longer \"seconds\" in the cohort, or " + obstacle->remedy);
    });
}

/// `features` as given, or what suits the system; known and possible.
void PowerPoolSettings::check_features() {
  const bool tokens = system && system->system->code_form() == CodeForm::tokens;
  std::vector<std::string> names = options.features;
  if (names.empty()) names = {tokens ? "bow" : "wcc"};
  for (const std::string& name : names) {
    FeatureSet* const set = find_feature_set(sets, name);
    if (!set)
      throw option_error("features", "there is no " + in_quotes(name),
                         "one of " + feature_set_names(sets, ", ", ", "));
    if ((set->needs().codes == SignalKind::tokens) != tokens)
      throw usage_error(
          field("features") + " " + name + " does not fit " +
              (tokens ? "the tokens of " + options.model : "a system of coefficients"),
          "take " +
              feature_set_names(sets, ", ", " or ", tokens ? SignalKind::tokens : SignalKind::coefficients) +
              (tokens ? Message() : ", or a " + field("model") + " of tokens"));
    features.push_back(set);
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
