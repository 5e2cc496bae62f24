#pragma once

#include <filesystem>

#include "facelex/dfe/train/options.hpp"
#include "facelex/pipeline/learning.hpp"

namespace facelex {

/// Learning of a DiscreteFacialEncoding. Beside `model` stand its curve (.curve.csv) and, until it is
/// complete, its checkpoint (.checkpoint.safetensors), which `anew` removes first. Throws Error (environment)
/// when a graphics card is asked for that this program or machine lacks; `card` is how the program trains on
/// one.
Learning dfe_learning(const DfeOptions& options, const std::filesystem::path& model, bool anew,
                      const DfeCard& card);

}  // namespace facelex
