#include "facelex/core/student.hpp"

#include <cmath>
#include <numbers>

namespace facelex {

double student_within(double t, int degrees) {
  const double angle = std::atan2(t, std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1, sum = 0;
  for (int k = odd ? 1 : 0; k < degrees - 1; k += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(k + 1) / static_cast<double>(k + 2);
  }
  return odd ? 2 / std::numbers::pi * (angle + sine * sum) : sine * sum;
}

double student_bound(double share, int degrees) {
  double low = 0, high = 1;
  while (student_within(high, degrees) < share) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (student_within(middle, degrees) < share ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace facelex
