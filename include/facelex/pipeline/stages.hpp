#pragma once

#include "facelex/batch/runner.hpp"
#include "facelex/coding/decoded_faces.hpp"
#include "facelex/coding/import_codes.hpp"
#include "facelex/face/standardize/standardize.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/loaded_system.hpp"

namespace facelex {

/// How a command writes its tables.
struct TableOptions {
  TableFormat format = TableFormat::csv;

  void describe(OptionList& options);
};

/// The items of a batch whose outputs stand in `folder`, as the inputs of the next stage.
Inputs outputs_of(const Inputs& inputs, const std::vector<ManifestRow>& rows,
                  const std::filesystem::path& folder);

/// The stages, made the same way by their own commands and by `run`: so both write the same bytes.
/// Options are copied.
Stage standardize_stage(StandardizeOptions options, TableFormat format);
Stage encode_stage(const LoadedSystem& model, EncodeOptions options, TableFormat format);
/// With a face (fit_stage.hpp) the displacement of its landmarks, and meshes and vertices as `faces` asks.
Stage decode_stage(const LoadedSystem& model, TableFormat format, const LoadedFace& face = {},
                   DecodedFacesOptions faces = {});
Stage import_stage(ImportCodesOptions options, TableFormat format);

}  // namespace facelex
