#pragma once

#include <stdexcept>
#include <string>

#include "facelex/simulate/cohort.hpp"

namespace facelex {

/// The recording of that name.
inline CohortItem cohort_item(const Cohort& cohort, const std::string& name) {
  for (const CohortItem& item : cohort_items(cohort))
    if (item.name == name) return item;
  throw std::invalid_argument("no recording " + name);
}

}  // namespace facelex
