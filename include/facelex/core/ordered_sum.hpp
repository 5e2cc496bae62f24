#pragma once

#include <cstddef>

namespace facelex {

/// Σ term(i), i = 0 … count − 1, in an order that the count alone decides: eight sums side by side, of every
/// eighth term each, then ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) of them. Neither the address of the
/// operands (which decides where Eigen's own sums over memory that Eigen did not allocate begin), nor the
/// width of the processor's vectors, nor the compiler changes a bit. As fast as a vectorised sum.
template <class Number, class Term>
Number ordered_sum_of(std::ptrdiff_t count, const Term& term) {
  constexpr std::ptrdiff_t lanes = 8;
  Number sum[lanes] = {};
  std::ptrdiff_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::ptrdiff_t k = 0; k < lanes; ++k) sum[k] += term(i + k);
  for (std::ptrdiff_t k = 0; i + k < count; ++k) sum[k] += term(i + k);
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/// Σ of `count` values that lie one after another.
template <class Number>
Number ordered_sum(const Number* values, std::ptrdiff_t count) {
  return ordered_sum_of<Number>(count, [&](std::ptrdiff_t i) { return values[i]; });
}

/// Σ (value − center)².
template <class Number>
Number ordered_squares(const Number* values, std::ptrdiff_t count, Number center) {
  return ordered_sum_of<Number>(
      count, [&](std::ptrdiff_t i) { return (values[i] - center) * (values[i] - center); });
}

}  // namespace facelex
