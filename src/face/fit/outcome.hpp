#pragma once

#include <array>
#include <cstddef>

#include "face/outcomes.hpp"

namespace facelex {

/// What becomes of a row of landmarks that are fitted.
enum class FitOutcome : std::size_t { fitted, no_face, incomplete, no_pose, profile, bad_fit, no_face_id };
inline constexpr std::array<OutcomeText, 7> fit_outcome_texts = {
    {{"fitted", ""},
     {"no_face", ""},
     {"incomplete", " rows with a face lack landmarks, and have no values"},
     {"no_pose", " rows have landmarks that no head pose explains, and have no values"},
     {"profile", " rows show a face turned by more than 75 degrees, and have no values"},
     {"bad_fit", " rows have landmarks that the model does not reach, and have no values"},
     {"no_face_id", " rows with a face have no face_id in a file of several faces, and have no values"}}};
using FitOutcomeCounts = OutcomeCounts<fit_outcome_texts>;

}  // namespace facelex
