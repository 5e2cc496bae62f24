#pragma once

// The kernels of lasso paths, for the vectors of simd/vector.hpp: included by one source for each kind of
// processor.

#include "kernels.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

/// The lane of a vector that begins with unit `first` which is that of `unit`.
FACELEX_INLINE Mask lane_of(int unit, int first) {
  Mask lanes;
  for (int i = 0; i < width; ++i) lanes[i] = i;
  return lanes == Mask{} + static_cast<Bits>(unit - first);
}

FACELEX_INLINE double modulus(double value) {
  return __builtin_fabs(value);
}

FACELEX_INLINE double max_of(const double* values, int stride) {
  Vector maximum = load(values);
  for (int i = width; i < stride; i += width) maximum = larger(maximum, load(values + i));
  return highest(maximum);
}

/// The first that is not below `enough`, which one is.
FACELEX_INLINE int first_not_below(const double* values, double enough) {
  for (int i = 0;; i += width) {
    const unsigned bits = bits_of(~(load(values + i) < enough));
    if (bits != 0) return i + __builtin_ctz(bits);
  }
}

// With sign s of an active unit, its code a − αb reaches zero when s·a < 0, at a/b. The correlation a − αb of
// another reaches ±α when ±a > 0, at a/(b ± 1).
FACELEX_INLINE Vector event(const PathState& state, Vector a, Vector b, Vector sign, Vector open) {
  const Vector one = all(1), alpha = all(state.alpha);
  const Mask active = sign != 0;
  const Vector side = state.positive ? one : a > 0 ? one : -one;
  const Vector flip = active ? -sign : side;
  const Vector numerator = flip * a;
  const Vector denominator = flip * b + (active ? Vector{} : one);
  const Vector ratio = numerator / denominator;
  // Rounding may have carried a unit past its event: it takes place here and now.
  const Mask later = (denominator > 0) & (ratio < alpha);
  const Vector at = later ? ratio : alpha;
  return numerator > 0 ? open * at : Vector{};
}

/// largest: of the events.
FACELEX_INLINE void find_end(PathState& state, double largest) {
  for (;;) {
    state.end = largest;
    if (state.end <= state.floor) {
      state.end = 0;
      return;
    }
    const bool here = state.end >= state.alpha * (1 - same_path_alpha);
    if (here) state.end = state.alpha;
    const double enough = here ? state.alpha * (1 - same_path_alpha) : state.end;
    const int next = first_not_below(state.events, enough);
    state.next = next;
    // Rounding may send units round in a circle at one α: then the one that would move stays.
    const bool circles = here && state.pivots_here > 4 * state.units;
    const double pivot = state.columns[static_cast<std::ptrdiff_t>(next) * state.stride + next];
    if (!circles && (state.sign[next] != 0 || pivot > state.min_pivot[next])) return;
    state.open[next] = 0;
    state.events[next] = 0;
    largest = max_of(state.events, state.stride);
  }
}

void start(PathState& state, const double* projection) {
  double* const a = state.a();
  double* const b = state.b();
  state.columns = state.gram;
  for (int i = 0; i < state.units; ++i) a[i] = projection[i];
  Vector maximum{};
  for (int i = 0; i < state.stride; i += width) {
    const Vector correlation = load(a + i);
    maximum = larger(maximum, state.positive ? correlation : magnitude(correlation));
    store(b + i, Vector{});
    store(state.sign + i, Vector{});
    store(state.open + i, all(1));
  }
  state.active = state.pivots_here = 0;
  state.projected = state.projected_signs = state.signs = 0;
  state.alpha = highest(maximum);
  state.floor = 1e-14 * state.alpha;
  maximum = Vector{};
  for (int i = 0; i < state.stride; i += width) {
    const Vector at = event(state, load(a + i), Vector{}, Vector{}, all(1));
    store(state.events + i, at);
    maximum = larger(maximum, at);
  }
  find_end(state, highest(maximum));
}

// The symmetric sweep of the tableau, and of a and b like two of its columns. Of a column c with c_u in the
// unit's place, c_u·row of the unit / pivot is taken off elsewhere, and c_u / |pivot| put there.
void pivot(PathState& state) {
  const int unit = state.next, units = state.units;
  const std::ptrdiff_t stride = state.stride;
  const bool enters = state.sign[unit] == 0;
  double* const a = state.a();
  double* const b = state.b();
  const double own_a = a[unit];
  const double side = !enters ? state.sign[unit] : state.positive || own_a > 0 ? 1 : -1;
  const double own_b = b[unit] + (enters ? side : 0);
  const double* const own = state.columns + unit * stride;
  const double pivot = own[unit], inverse = 1 / pivot, inverse_size = modulus(inverse);
  state.projected += own_a * own_a * inverse;
  state.projected_signs += own_a * own_b * inverse;
  state.signs += own_b * own_b * inverse;
  state.active += enters ? 1 : -1;
  state.pivots_here = state.end < state.alpha ? 0 : state.pivots_here + 1;
  state.alpha = state.end;

  // What comes next depends on a and b: the rest of the tableau can be done meanwhile.
  Vector maximum{};
  for (int i = 0; i < state.stride; i += width) {
    const Mask here = lane_of(unit, i);
    const Vector before = load(own + i);
    const Vector multipliers = here ? all(-inverse_size) : before * inverse;
    store(state.before + i, before);
    const Vector new_a = (here ? Vector{} : load(a + i)) - own_a * multipliers;
    const Vector new_b = (here ? all(enters ? 0 : -side) : load(b + i)) - own_b * multipliers;
    const Vector sign = here ? all(enters ? side : 0) : load(state.sign + i);
    // Without the unit that leaves, the others may be independent.
    const Vector open = enters ? load(state.open + i) : all(1);
    const Vector at = event(state, new_a, new_b, sign, open);
    store(a + i, new_a);
    store(b + i, new_b);
    store(state.sign + i, sign);
    store(state.open + i, open);
    store(state.events + i, at);
    maximum = larger(maximum, at);
  }
  for (int i = 0; i < state.stride; i += width) {
    const Mask here = lane_of(unit, i);
    const Vector multipliers = here ? all(-inverse_size) : load(state.before + i) * inverse;
    for (int j = 0; j < units; ++j) {
      const Vector column = load(state.columns + j * stride + i);
      store(state.table + j * stride + i, (here ? Vector{} : column) - state.before[j] * multipliers);
    }
    store(state.table + unit * stride + i, here ? all(-inverse) : load(state.before + i) * inverse_size);
  }
  state.columns = state.table;
  find_end(state, highest(maximum));
}

/// P vectors of units, so many sums of each side by side: one would wait for its own result.
template <int P>
FACELEX_INLINE void project_vectors(const double* atoms, std::ptrdiff_t stride, std::ptrdiff_t dimensions,
                                    const double* sample, double* projection) {
  constexpr int sums = 8 / P;
  Vector part[P * sums];
  repeat<P * sums>(P * sums, [&](auto i) FACELEX_LAMBDA { part[i] = Vector{}; });
  std::ptrdiff_t d = 0;
  for (; d + sums <= dimensions; d += sums)
    repeat<sums>(sums, [&](auto s) FACELEX_LAMBDA {
      repeat<P>(P, [&](auto p) FACELEX_LAMBDA {
        part[s * P + p] += sample[d + s] * load(atoms + (d + s) * stride + p * width);
      });
    });
  for (; d < dimensions; ++d)
    repeat<P>(P, [&](auto p) FACELEX_LAMBDA { part[p] += sample[d] * load(atoms + d * stride + p * width); });
  repeat<P>(P, [&](auto p) FACELEX_LAMBDA {
    repeat<sums>(sums, [&](auto s) FACELEX_LAMBDA {
      if constexpr (int(s) > 0) part[p] += part[s * P + p];
    });
    store(projection + p * width, part[p]);
  });
}

void project(const double* atoms, int stride, std::ptrdiff_t dimensions, const double* sample,
             double* projection) {
  constexpr int two = 2 * path_lanes;
  int i = 0;
  for (; i + two <= stride; i += two)
    project_vectors<two / width>(atoms + i, stride, dimensions, sample, projection + i);
  if (i < stride) project_vectors<path_lanes / width>(atoms + i, stride, dimensions, sample, projection + i);
}

}  // namespace
}  // namespace facelex
