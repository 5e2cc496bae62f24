#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "facelex/core/json.hpp"

namespace facelex {

/// How an outcome of a row is called in sidecars, and what a user should know of rows with it.
struct OutcomeText {
  const char* name;
  const char* message;  ///< after their number; empty: it goes without saying
};

/// Why rows have no values. Outcomes are numbers 0 …; `texts` has one for each, the first for rows with
/// values.
template <const auto& texts>
class OutcomeCounts {
 public:
  template <class Outcome>
  void add(Outcome outcome) {
    ++counts_[static_cast<std::size_t>(outcome)];
  }
  /// How many rows each reason has.
  Json json() const {
    Json json = Json::object();
    for (std::size_t i = 1; i < counts_.size(); ++i) json[texts[i].name] = counts_[i];
    return json;
  }
  /// What a user should know: faces that were found and yet give nothing.
  std::string message() const {
    std::string text;
    for (std::size_t i = 1; i < counts_.size(); ++i)
      if (counts_[i] > 0 && *texts[i].message != '\0')
        text += (text.empty() ? "" : "; ") + std::to_string(counts_[i]) + texts[i].message;
    return text;
  }

 private:
  std::array<std::int64_t, texts.size()> counts_{};
};

}  // namespace facelex
