#include "facelex/compare/comparison.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "comparison_figures.hpp"
#include "comparison_sums.hpp"
#include "facelex/compare/stability.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// What a recording gave, or why it gave nothing.
struct Outcome {
  std::optional<RecordingSums> sums;
  Message problem;
};

/// Sums over the frames of each subject, in the order of the recordings.
struct SubjectSums {
  std::vector<std::vector<SystemSums>> of_subject;  // subjects × systems
  std::vector<std::string> truth_units;
  std::vector<ComparedRecording> used;
};

class Collector {
 public:
  explicit Collector(Comparison& comparison) : comparison_(comparison) {}

  void add(const ComparedRecording& recording, Outcome outcome) {
    if (outcome.sums && !outcome.sums->truth_units.empty()) {
      if (sums_.truth_units.empty()) sums_.truth_units = outcome.sums->truth_units;
      if (outcome.sums->truth_units != sums_.truth_units) {
        outcome.sums.reset();
        outcome.problem = recording.truth.string() + ": its e_* are not those of the first recording's truth";
      }
    }
    if (!outcome.sums) {
      comparison_.left_out.push_back({recording.name, outcome.problem});
      return;
    }
    const auto [subject, is_new] = number_of_.try_emplace(recording.subject, sums_.of_subject.size());
    if (is_new) sums_.of_subject.emplace_back(outcome.sums->systems.size());
    for (std::size_t s = 0; s < outcome.sums->systems.size(); ++s)
      sums_.of_subject[subject->second][s] += outcome.sums->systems[s];
    comparison_.frames += outcome.sums->frames;
    comparison_.with_truth += !outcome.sums->truth_units.empty();
    sums_.used.push_back(recording);
  }

  const SubjectSums& sums() const { return sums_; }

 private:
  Comparison& comparison_;
  SubjectSums sums_;
  std::map<std::string, std::size_t> number_of_;
};

Outcome outcome_of(const ComparedRecording& recording, const std::vector<ComparedSystem>& systems,
                   const std::vector<SystemView>& views, const ComparisonOptions& options, const Work& work) {
  try {
    return {sums_of(recording, systems, views, options, work), {}};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    return {std::nullopt, error.message()};
  }
}

/// The figure and, in of_unit, its parts.
void add_stability(const ComparedSystem& system, std::size_t number,
                   const std::vector<ComparedRecording>& recordings, const ComparisonOptions& options,
                   const Work& work, ComparedFigures& figures) {
  if (options.resamples == 0) {
    figures.stability.missing = "not asked for (the option resamples)";
  } else if (!system.relearn) {
    figures.stability.missing = "cannot be learnt again here";
  } else {
    std::vector<std::filesystem::path> files;
    files.reserve(recordings.size());
    for (const auto& recording : recordings) files.push_back(recording.files[number]);
    try {
      const Eigen::VectorXd stability = unit_stability(system, recordings, files, options.resamples,
                                                       static_cast<std::uint64_t>(options.seed), work);
      for (std::size_t k = 0; k < figures.of_unit.size(); ++k)
        figures.of_unit[k].stability = stability[static_cast<Eigen::Index>(k)];
      figures.stability.value = stability.mean();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::environment) throw;
      figures.stability.missing = std::string("learning again failed: ") + error.what();
    }
  }
}

}  // namespace

void ComparisonOptions::describe(OptionList& options) {
  options
      .integers("units", units, Bounds::at_least(1),
                "Numbers of units at which variance explained is compared")
      .integers("active-units", active_units, Bounds::at_least(1),
                "Numbers of units active in a frame at which variance explained is compared")
      .integer("every", every, Bounds::at_least(1), "Compare on every n-th frame of each recording")
      .integer("draws", draws, Bounds::at_least(0),
               "Draws of subjects with replacement for 95 % intervals; 0: no intervals")
      .integer("resamples", resamples, Bounds::at_least(0),
               "Learn each system this many times again from resampled subjects, for its stability; 0: not")
      .integer("seed", seed, Bounds::at_least(0), "Seed of draws and resamples");
}

void ComparisonOptions::check() const {
  check_bounds(*this);
}

Comparison compare_systems(const std::vector<ComparedSystem>& systems,
                           const std::vector<ComparedRecording>& recordings, const ComparisonOptions& options,
                           const Work& work) {
  options.check();
  if (recordings.empty()) throw usage_error("there are no recordings to compare systems on");
  const auto views = views_of(systems, recordings);
  Comparison comparison;
  Collector collector(comparison);
  ThreadPool pool(work.threads);
  // In waves, so that what recordings gave does not pile up; it is added in their order all the same.
  constexpr std::size_t wave = 64;
  for (std::size_t begin = 0; begin < recordings.size(); begin += wave) {
    const std::size_t count = std::min(wave, recordings.size() - begin);
    std::vector<Outcome> outcomes(count);
    pool.for_each(count, [&](std::size_t i) {
      outcomes[i] = outcome_of(recordings[begin + i], systems, views, options, work);
    });
    for (std::size_t i = 0; i < count; ++i) collector.add(recordings[begin + i], std::move(outcomes[i]));
    work.report(static_cast<std::int64_t>(begin + count), static_cast<std::int64_t>(recordings.size()));
  }
  const SubjectSums& sums = collector.sums();
  if (sums.used.empty())
    throw data_error({}, "no recording is left to compare systems on; " + comparison.left_out.front().name +
                             ": " + comparison.left_out.front().reason);
  comparison.recordings = sums.used.size();
  comparison.subjects = sums.of_subject.size();
  const PartDraws draws(comparison.subjects, options.draws, static_cast<std::uint64_t>(options.seed));
  for (std::size_t s = 0; s < systems.size(); ++s) {
    std::vector<SystemSums> parts;
    for (const auto& subject : sums.of_subject) parts.push_back(subject[s]);
    ComparedFigures figures = figures_of(systems[s], views[s], parts, draws, options);
    comparison.true_units = std::max(comparison.true_units, add_agreement(parts, sums.truth_units, figures));
    add_stability(systems[s], s, sums.used, options, work, figures);
    comparison.systems.push_back(std::move(figures));
  }
  return comparison;
}

}  // namespace facelex
