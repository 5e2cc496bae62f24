#pragma once

#include <string>

#include "facelex/core/json.hpp"
#include "facelex/evaluate/data.hpp"

namespace facelex {

/// Which videos and features are left out, and why: the first fifty of each; `sidecar` has the others.
std::string left_out_markdown(const EvaluationData& data, const std::string& sidecar);
/// Warnings and all that is left out, for that sidecar.
Json left_out_details(const EvaluationData& data);

}  // namespace facelex
