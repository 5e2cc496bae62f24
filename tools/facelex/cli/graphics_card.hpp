#pragma once

#include "facelex/pipeline/learning.hpp"

namespace facelex::cli {

/// How this program trains on a graphics card: facelex-nn by libtorch, facelex not at all.
DfeCard graphics_card();

/// Becomes facelex-nn, with the same arguments, when `device` asks for a graphics card, or lets us choose and
/// there are both. Returns where this program is to do the work. Throws Error (environment) when the card was
/// asked for and facelex-nn does not stand beside this program.
void hand_over_to_nn(DfeDevice device);

}  // namespace facelex::cli
