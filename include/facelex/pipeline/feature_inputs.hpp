#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/batch/inputs.hpp"
#include "facelex/features/feature_table.hpp"

namespace facelex {

/// The codes of a command line, and the recordings of the head that belong to them: `head` is "none", "auto"
/// (the file of codes itself, where it has pose_Rx, pose_Ry, pose_Rz) or a folder of recordings with the same
/// names, where one that is missing there becomes the video's problem. Throws Error (usage) for a head that
/// is no such folder.
std::vector<FeatureInput> feature_inputs(const Inputs& inputs, const std::string& head,
                                         const std::filesystem::path& output);

/// Two files as one pair "a~b", or two folders as pairs of the same names; what one folder alone holds is a
/// pair with a problem. Throws Error (usage) for anything else.
std::vector<FeatureInput> paired_inputs(const std::vector<std::string>& arguments,
                                        const std::filesystem::path& output);

/// Names and SHA-256 of all files that the inputs name, with their sidecars, and that can be read. Throws Error
/// (interrupted).
std::string digest_of_inputs(const std::vector<FeatureInput>& inputs, const Work& work);
/// All these files, with the names of their inputs.
std::vector<NamedFile> files_of_inputs(const std::vector<FeatureInput>& inputs);

}  // namespace facelex
