#pragma once

#include <memory>

#include "facelex/batch/runner.hpp"
#include "facelex/face/fit/fit.hpp"

namespace facelex {

/// A face model as it is used by a batch.
struct LoadedFace {
  std::shared_ptr<const MorphableModel> model;
  std::string digest;  ///< of the file; of the tensors for the built-in face
  std::string file;    ///< its name without folder; empty for the built-in face
};
/// The model of that file; the built-in face for an empty name.
LoadedFace load_face(const std::string& file);

/// The stages, made the same way by their own command and by others. Options are copied.
Stage fit_stage(const LoadedFace& face, FitOptions options, TableFormat format);
/// Tables and arrays of expression vectors, and folders that EMOCA wrote.
InputKind vector_inputs();
/// Expression vectors of other systems through the model.
Stage vectors_stage(const LoadedFace& face, const std::vector<std::string>& signals, TableFormat format);

}  // namespace facelex
