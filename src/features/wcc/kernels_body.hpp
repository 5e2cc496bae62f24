#pragma once

// The kernels of windowed cross-correlation, for vectors of FACELEX_LANES doubles: included by one source for
// each kind of processor.

#include "blocks_body.hpp"
#include "moments_body.hpp"
#include "shifts_body.hpp"

#define FACELEX_WCC_KERNELS(NAME) \
  { NAME, center, center_block, moments, join_blocks, choose, choose_blocks, split_still, split_moving }
