#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "facelex/core/json.hpp"

namespace facelex {

/// Why rows have no values; `fitted` comes first.
enum class FitOutcome : std::size_t { fitted, no_face, incomplete, no_pose, profile, bad_fit, no_face_id };
inline constexpr std::array<const char*, 7> fit_outcome_names = {
    "fitted", "no_face", "incomplete", "no_pose", "profile", "bad_fit", "no_face_id"};
inline constexpr std::array<const char*, 7> fit_outcome_texts = {
    "",
    "",
    " rows with a face lack landmarks",
    " rows have landmarks that no head pose explains",
    " rows show a face turned by more than 75 degrees",
    " rows have landmarks that the model does not reach",
    " rows with a face have no face_id in a file of several faces"};

class FitOutcomeCounts {
 public:
  void add(FitOutcome outcome) { ++counts_[static_cast<std::size_t>(outcome)]; }
  Json json() const {
    Json json = Json::object();
    for (std::size_t i = 1; i < counts_.size(); ++i) json[fit_outcome_names[i]] = counts_[i];
    return json;
  }
  /// What a user should know: faces that were found and yet give nothing.
  std::string message() const {
    std::string text;
    for (std::size_t i = 2; i < counts_.size(); ++i)
      if (counts_[i] > 0)
        text += (text.empty() ? "" : "; ") + std::to_string(counts_[i]) + fit_outcome_texts[i] +
                ", and have no values";
    return text;
  }

 private:
  std::array<std::int64_t, 7> counts_{};
};

}  // namespace facelex
