#pragma once

#include <filesystem>
#include <string_view>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/decoded_faces.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// The stage `encode`: codes every row of a recording and writes a recording with the system's units and
/// `reconstruction_error` (EncodedFrames) as its columns. The rows are those of the input. A row without
/// success, or where one of the system's input columns is empty, has empty codes and success 0. Codes of a
/// system with history depend on the frames before, as FrameHistory says.
///
/// Works in blocks of rows: memory does not depend on the length of the recording. The result's details hold
/// "model" (kind), "rows_coded", "rows_without_values" (with success, but a value missing),
/// "unconverged", "mean_reconstruction_error" (null when no row was coded), and the options as
/// CodingSystem::resolved gives them. Throws Error (usage) for options that the system does not have; Error
/// (data): what RecordingReader throws, a missing input column (it names what is missing and what the file
/// has), a signal of another kind.
StageResult encode_recording(const std::filesystem::path& input, const std::filesystem::path& output,
                             const CodingSystem& system, const EncodeOptions& options, TableFormat format,
                             const Work& work = {});

/// The stage `decode`: the signals that the codes of a recording stand for, in the system's input columns.
/// Columns that are not units (reconstruction_error) are not needed. Rows without success or with an empty
/// code have empty signals and success 0. Blocks, details and errors as in encode_recording.
///
/// With a face whose expressions are the system's input columns (in any order, all of them among the face's;
/// the others are 0) the displacement E·ε of its landmarks (paper 000, equation 1) follows, as facelex fit
/// writes it: dX_<point> …, mm (none for a mesh without landmarks), and meshes and vertices as `faces` asks
/// (decoded_faces.hpp). Throws Error (usage) when the system takes no expression of that face, and when
/// `faces` asks for anything without one.
StageResult decode_recording(const std::filesystem::path& input, const std::filesystem::path& output,
                             const CodingSystem& system, TableFormat format, const Work& work = {},
                             const MorphableModel* face = nullptr, const DecodedFacesOptions& faces = {});

/// The name of that column, which is not a signal to learn from.
inline constexpr const char* reconstruction_error_name = "reconstruction_error";

/// Whether a column of encode's table accompanies the codes without being one: reconstruction_error, r<n>,
/// hat_<signal>.
bool accompanies_codes(std::string_view column);

/// The column that encode adds to the units: the root mean square error in the unit of the signal.
Column reconstruction_error_column(const CodingSystem& system);

}  // namespace facelex
