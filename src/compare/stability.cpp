#include "facelex/compare/stability.hpp"

#include <map>

#include "facelex/compare/unit_geometry.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"

namespace facelex {
namespace {

/// The movements of units over the columns of another system.
RowMatrix over_columns(const RowMatrix& movements, const std::vector<Column>& own,
                       const std::vector<Column>& wanted) {
  RowMatrix moved = RowMatrix::Zero(movements.rows(), static_cast<Eigen::Index>(wanted.size()));
  std::map<std::string_view, Eigen::Index> position;
  for (std::size_t i = 0; i < own.size(); ++i) position.emplace(own[i].name, static_cast<Eigen::Index>(i));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (const auto found = position.find(wanted[i].name); found != position.end())
      moved.col(static_cast<Eigen::Index>(i)) = movements.col(found->second);
  return moved;
}

UnitMovements linear_movements(const ComparedSystem& system, const CodingSystem& learnt) {
  auto movements = unit_movements(learnt);
  if (!movements)
    throw data_error({}, system.name + " does not decode linearly: its units have no movements");
  return *std::move(movements);
}

}  // namespace

std::vector<NamedFile> resampled_inputs(const std::vector<ComparedRecording>& recordings,
                                        const std::vector<std::filesystem::path>& files, std::uint64_t seed,
                                        int index) {
  std::map<std::string, std::vector<std::size_t>> of_subject;
  for (std::size_t i = 0; i < recordings.size(); ++i) of_subject[recordings[i].subject].push_back(i);
  std::vector<const std::vector<std::size_t>*> subjects;
  subjects.reserve(of_subject.size());
  for (const auto& [subject, own] : of_subject) subjects.push_back(&own);
  Random random = Random(seed).stream(static_cast<std::uint64_t>(index));
  std::vector<int> drawn(subjects.size(), 0);
  std::vector<NamedFile> inputs;
  for (std::size_t draw = 0; draw < subjects.size(); ++draw) {
    const auto subject = random.below(subjects.size());
    const int times = ++drawn[subject];
    for (const std::size_t i : *subjects[subject])
      inputs.push_back(
          {files[i], times == 1 ? recordings[i].name : recordings[i].name + "#" + std::to_string(times)});
  }
  return inputs;
}

Eigen::VectorXd unit_stability(const ComparedSystem& system, const std::vector<ComparedRecording>& recordings,
                               const std::vector<std::filesystem::path>& files, int resamples,
                               std::uint64_t seed, const Work& work) {
  const UnitMovements own = linear_movements(system, *system.system);
  const bool either_sign = has_signed_codes(*system.system, own);
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(own.movements.rows());
  for (int r = 0; r < resamples; ++r) {
    const auto learnt = system.relearn(resampled_inputs(recordings, files, seed, r), work);
    const UnitMovements again = linear_movements(system, *learnt);
    sum += matched_likeness(
        own.movements, over_columns(again.movements, learnt->input_columns(), system.system->input_columns()),
        either_sign);
  }
  return sum / resamples;
}

}  // namespace facelex
