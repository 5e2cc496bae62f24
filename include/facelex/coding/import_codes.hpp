#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Which columns of another program's table are taken as codes.
struct ImportCodesOptions {
  enum class Source {
    automatic,  ///< the first of the following three that the file has
    openface,   ///< AU01_r … (intensity, 0 … 5); its AU01_c (presence) only with `columns`
    pyfeat,     ///< AU01 … (0 … 1)
    /// ARKit's and MediaPipe's: browInnerUp, jawOpen, mouthSmileLeft or mouthSmile_L … (0 … 1); MediaPipe's
    /// _neutral is left out.
    blendshapes
  };
  Source from = Source::automatic;
  /// Columns by name, in this order; an entry that ends in * stands for all that begin so, in the file's
  /// order. Empty: as `from` says.
  std::vector<std::string> columns;

  void describe(OptionList& options);
  /// Throws Error (usage): columns together with from, an empty entry.
  void check() const;
};

/// The stage `import`: a recording of kind coefficients from a table that another program wrote, in the
/// layout of encode_recording (without reconstruction_error), so that features and comparisons take it like
/// the codes of a learnt system. Columns keep their names; description and unit are what is known of them.
/// Every row of the input is kept with its frame number, face_id, time stamp and confidence as the file has
/// them (RecordingReader); a row without success or with a value missing has empty codes and success 0.
///
/// Details: "source" ("openface", "py-feat", "blendshapes", "columns"), "rows_coded", "rows_without_values",
/// "has_timestamps". Throws Error (data): what RecordingReader throws, none of the columns wanted (it says
/// what the file has), a column of `columns` that is not there, the same column twice.
StageResult import_codes(const std::filesystem::path& input, const std::filesystem::path& output,
                         const ImportCodesOptions& options, TableFormat format, const Work& work = {});

}  // namespace facelex
