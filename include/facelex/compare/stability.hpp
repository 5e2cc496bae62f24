#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "facelex/compare/compared_recordings.hpp"
#include "facelex/core/work.hpp"

namespace facelex {

/// The recordings of one resample: as many subjects as there are, drawn with replacement, each with all its
/// recordings; a subject that is drawn again comes under names with "#2", "#3" … `files` holds one file for
/// each recording. The same for the same subjects, seed and index, so that all systems get the same ones.
std::vector<NamedFile> resampled_inputs(const std::vector<ComparedRecording>& recordings,
                                        const std::vector<std::filesystem::path>& files, std::uint64_t seed,
                                        int index);

/// How well the units of a system come back when it is learnt again from other subjects: K, the mean over
/// `resamples` of matched_likeness between its units and those learnt from resampled_inputs. Units learnt
/// again are compared over the columns of the system; a column that they lack counts as not moved. Throws
/// what the learner throws, Error (data) when what it learnt cannot be decoded linearly.
Eigen::VectorXd unit_stability(const ComparedSystem& system, const std::vector<ComparedRecording>& recordings,
                               const std::vector<std::filesystem::path>& files, int resamples,
                               std::uint64_t seed, const Work& work = {});

}  // namespace facelex
