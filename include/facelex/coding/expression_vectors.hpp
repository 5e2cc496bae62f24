#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Whether a folder is what EMOCA writes of one video: a folder per frame with exp.npy in it.
bool is_emoca_folder(const std::filesystem::path& folder);

/// Turns expression vectors of another system into a recording like that of `fit`: e_<name> and the
/// displacement E·ε of the model's landmarks (paper 000, equation 1), as `signals` says ("expression",
/// "displacement").
///
/// `input` is one of
/// - an EMOCA folder: exp.npy in a folder per frame, in natural order. When all folders' names begin with
///   numbers that ascend, those are the frames' numbers (plus 1 when they begin at 0), and rows without
///   values stand for those left out; else they count from 1. Six numbers in pose.npy beside each become
///   pose_0 … pose_5, in EMOCA's own convention.
/// - a NumPy array T×K (SMIRK, DECA and others).
/// - a table without header whose numbers are separated by blanks, T×K, as 3DI and Facial Basis write them. A
///   file beside it with "poses" in its name for "expressions" holds T×6 numbers: pose_0 … pose_5 as they
///   are.
/// - a CSV file: columns that the model's expressions name, with or without "e_". ARKit's and MediaPipe's
///   names count as the same however they are spelt (blendshape_key: EyeBlinkLeft, eyeBlink_L); a blendshape
///   of both sides (browInnerUp) sets both of the model's. Else OpenFace's p_0 … p_<K−1>; else all its signals, if
///   they are K.
///
/// Rows whose values are missing have none, and details.rows_without_values counts them; a frame's other
/// columns are kept where the file has them. Values are taken as they are, whatever the model's bounds.
///
/// Throws Error (data): K is not the number of the model's expressions (the message gives both), blendshapes
/// that the file lacks (named), an array or text that cannot be read, poses of another number of rows;
/// displacement asked for with a model that has no landmarks.
StageResult expression_vectors(const std::filesystem::path& input, const std::filesystem::path& output,
                               const MorphableModel& model, const std::vector<std::string>& signals,
                               TableFormat format, const Work& work);

/// The files that make up an input besides itself: the poses beside a text of expressions, all arrays of an
/// EMOCA folder.
std::vector<std::filesystem::path> files_of_vectors(const std::filesystem::path& input);

/// Whether the file is the poses beside a text of expressions (a.poses beside a.expressions), which is read
/// with it.
bool is_poses_file(const std::filesystem::path& file);

}  // namespace facelex
