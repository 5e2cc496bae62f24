// Whether `facelex evaluate groups` keeps what it promises, a line of CSV for each kind of study: p of studies
// without an effect (shares at most .05 and .01, and the Kolmogorov-Smirnov distance from the uniform law),
// and how often the 95 % interval holds the true effect.
// Usage: bench_groups [--studies N] [--permutations N] [--draws N]
// Everything is independent: a study has one feature, and labels, people and covariates of its own.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/evaluate/groups/groups.hpp"

namespace {

using namespace facelex;

enum class StudyKind { groups, unequal, skewed, adjusted, score };

struct Study {
  StudyKind kind;
  const char* name;
  int people;     ///< a class; of a score twice as many in all
  double effect;  ///< difference in SD within groups, or the correlation
};

/// Of mean 0 and SD 1; skewed: a gamma law of shape 2.
double noise(Random& random, bool skewed) {
  if (!skewed) return random.normal();
  return (-std::log(1 - random.uniform()) - std::log(1 - random.uniform()) - 2) / std::sqrt(2.0);
}

SubjectTable people_of(const Study& study, Random& random) {
  SubjectTable table;
  const int first = study.people, second = study.kind == StudyKind::unequal ? 3 * study.people : study.people;
  const int all = first + second;
  const bool score = study.kind == StudyKind::score, adjusted = study.kind == StudyKind::adjusted;
  if (!score) table.classes = {"a", "b"};
  table.label.assign(1, 'y');
  table.features = {"f"};
  table.x.resize(all, 1);
  table.y.resize(all);
  table.z.resize(all, adjusted ? 2 : 0);
  if (adjusted) table.covariates = {"age", "site=2"};
  for (int s = 0; s < all; ++s) {
    table.subjects.push_back(std::to_string(s));
    table.videos.push_back(1);
    const double group = s < first ? 0 : 1;
    table.y(s) = score ? random.normal() : group;
    double x = noise(random, study.kind == StudyKind::skewed);
    x = score ? study.effect * table.y(s) + std::sqrt(1 - study.effect * study.effect) * x
              : x + study.effect * group;
    if (adjusted) {  // the groups differ in both, and both move the feature
      table.z(s, 0) = random.normal() + 0.7 * group;
      table.z(s, 1) = random.uniform() < 0.3 + 0.3 * group ? 1 : 0;
      x += table.z(s, 0) + 2 * table.z(s, 1);
    }
    table.x(s, 0) = x;
  }
  return table;
}

void run_studies(const Study& study, int studies, GroupOptions options) {
  std::vector<double> p;
  int held = 0, known = 0;
  double width = 0;
  for (int i = 0; i < studies; ++i) {
    Random random = Random(2026).stream(static_cast<std::uint64_t>(i));
    options.seed = i;
    const SubjectTable table = people_of(study, random);
    FeatureContrast figures;
    try {
      figures = compare_groups(table, options, {}).contrasts[0].features[0];
    } catch (const Error&) {  // of 16 people the site may by chance say the group
      continue;
    }
    p.push_back(figures.p);
    if (std::isnan(figures.low)) continue;
    ++known;
    held += figures.low <= study.effect && study.effect <= figures.high;
    width += figures.high - figures.low;
  }
  std::sort(p.begin(), p.end());
  const auto share = [&](double bound) {
    return static_cast<double>(std::upper_bound(p.begin(), p.end(), bound) - p.begin()) /
           static_cast<double>(p.size());
  };
  double distance = 0;  // at the values that p can have
  for (int k = 1; k <= 1 + options.permutations; ++k) {
    const double value = static_cast<double>(k) / (1 + options.permutations);
    distance = std::max(distance, std::abs(share(value + 1e-12) - value));
  }
  std::printf("%s,%d,%g,%zu,%.3f,%.3f,%.3f,%d,%.3f,%.2f\n", study.name, study.people, study.effect, p.size(),
              share(0.05 + 1e-12), share(0.01 + 1e-12), distance, known, held / std::max(1.0, double(known)),
              width / std::max(1, known));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int studies = 1000;
  GroupOptions options;
  options.permutations = 999;
  options.draws = 1000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const int value = std::atoi(argv[i + 1]);
    if (name == "--studies") studies = value;
    if (name == "--permutations") options.permutations = value;
    if (name == "--draws") options.draws = value;
  }
  std::printf("study,people,effect,studies,p_05,p_01,ks,intervals,coverage,width\n");
  for (const int people : {8, 11, 13, 20, 60}) {
    for (const double effect : {0.0, 0.8, 1.5}) {
      run_studies({StudyKind::groups, "groups", people, effect}, studies, options);
      run_studies({StudyKind::skewed, "skewed", people, effect}, studies, options);
      run_studies({StudyKind::adjusted, "adjusted", people, effect}, studies, options);
    }
    run_studies({StudyKind::unequal, "unequal", people, 0}, studies, options);
    run_studies({StudyKind::unequal, "unequal", people, 0.8}, studies, options);
    run_studies({StudyKind::score, "score", people, 0}, studies, options);
    run_studies({StudyKind::score, "score", people, 0.5}, studies, options);
  }
}
