#pragma once

#include <filesystem>

#include "facelex/dfe/train/options.hpp"
#include "learning.hpp"

namespace facelex::cli {

/// Learning of a DiscreteFacialEncoding. Beside `model` stand its curve (.curve.csv) and, until it is
/// complete, its checkpoint (.checkpoint.safetensors), which `anew` removes first. Throws Error (environment)
/// when a graphics card is asked for that this program or machine lacks.
Learning dfe_learning(const DfeOptions& options, const std::filesystem::path& model, bool anew);

/// Becomes facelex-nn, with the same arguments, when `device` asks for a graphics card, or lets us choose and
/// there are both. Returns where this program is to do the work. Throws Error (environment) when the card was
/// asked for and facelex-nn does not stand beside this program.
void hand_over_to_nn(DfeDevice device);

}  // namespace facelex::cli
