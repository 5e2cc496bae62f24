#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "facelex/compare/variance_curves.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Curves of one system on one set of recordings ("train", "test").
struct MeasuredCurves {
  std::string system, set;
  VarianceCurves curves;
};

/// A row for each system, set, budget and size of it, written to `file` (.csv) when it is complete; returns
/// its columns, its digest and how many frames were measured.
StageResult write_variance_table(const std::filesystem::path& file,
                                 const std::vector<MeasuredCurves>& measured);

}  // namespace facelex
