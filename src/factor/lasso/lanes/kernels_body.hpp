#pragma once

// The kernels, for the vectors of simd/vector.hpp: included by one source for each kind of processor.

#include "kernels.hpp"
#include "simd/vector.hpp"

namespace facelex {
namespace {

using Dictionary = LaneDictionaryFor<Number>;

constexpr int parts = tile_lanes / width;  ///< vectors in a column of a tile

/// The first column of vector number v, which is part v % parts of tile v / parts.
FACELEX_INLINE std::ptrdiff_t vector_at(std::ptrdiff_t v, int columns) {
  return v / parts * columns * tile_lanes + v % parts * width;
}

/// K vectors in registers, or any number of them in memory (K = 0).
template <int K>
struct Vectors {
  Vector values[K];
  FACELEX_INLINE explicit Vectors(Number*) {}
  FACELEX_INLINE Vector& operator[](int k) { return values[k]; }
  FACELEX_INLINE const Vector& operator[](int k) const { return values[k]; }
};
template <>
struct Vectors<0> {
  Vector* values;
  FACELEX_INLINE explicit Vectors(Number* memory) : values(reinterpret_cast<Vector*>(memory)) {}
  FACELEX_INLINE Vector& operator[](int k) const { return values[k]; }
};

/// Coordinate descent of M vectors of samples side by side: one alone would wait for its own results. K
/// units, or any number with K = 0 and M = 1.
template <int K, int M>
struct Group {
  const Dictionary& dictionary;
  const int units;
  const Number* samples[M];
  Number* codes[M];
  Vectors<M * K> gradients;  ///< g = q − Gz
  Vectors<M * K> projections;
  Vector threshold, lower_bound;

  FACELEX_INLINE Group(const Dictionary& d, const Number* all_samples, Number* all_codes,
                       std::ptrdiff_t first, Number* scratch)
      : dictionary(d),
        units(K > 0 ? K : d.units),
        gradients(scratch),
        projections(scratch + units * tile_lanes) {
    each_vector([&](auto m) FACELEX_LAMBDA {
      samples[m] = all_samples + vector_at(first + m, d.columns);
      codes[m] = all_codes + vector_at(first + m, units);
    });
    threshold = all(static_cast<Number>(d.alpha));
    // Below −α the soft threshold subtracts −α; with positive codes it subtracts the whole.
    lower_bound = all(static_cast<Number>(d.positive ? -__builtin_inf() : -d.alpha));
  }

  template <class Body>
  static FACELEX_INLINE void each_vector(Body body) {
    repeat<M>(M, body);
  }
  template <class Body>
  FACELEX_INLINE void each_unit(Body body) const {
    repeat<K>(units, body);
  }
  FACELEX_INLINE Vector code_of(int m, int k) const { return load(codes[m] + k * tile_lanes); }

  /// q = Wx, in the order of the columns.
  FACELEX_INLINE void project() {
    repeat<M * K>(units, [&](auto i) FACELEX_LAMBDA { gradients[i] = Vector{}; });
    const Number* column = dictionary.atoms;
    for (int d = 0; d < dictionary.columns; ++d, column += units)
      each_vector([&](auto m) FACELEX_LAMBDA {
        const Vector x = load(samples[m] + d * tile_lanes);
        each_unit([&](auto k) FACELEX_LAMBDA { gradients[m * units + k] += x * column[k]; });
      });
  }

  FACELEX_INLINE void subtract_codes() {
    each_unit([&](auto k)
                  FACELEX_LAMBDA { each_vector([&](auto m) FACELEX_LAMBDA { move(k, m, code_of(m, k)); }); });
  }

  FACELEX_INLINE void move(int k, int m, Vector step) {
    const Number* const row = dictionary.gram + k * units;
    each_unit([&](auto j) FACELEX_LAMBDA { gradients[m * units + j] -= step * row[j]; });
  }

  /// What minimises the objective in coordinate k of vector m.
  FACELEX_INLINE Vector minimum(int k, int m, Vector before) const {
    const Vector aim = gradients[m * units + k] + before * dictionary.gram[k * units + k];
    return (aim - larger(smaller(aim, threshold), lower_bound)) * dictionary.inverse_norm[k];
  }

  FACELEX_INLINE void sweep() {
    each_unit([&](auto k) FACELEX_LAMBDA {
      each_vector([&](auto m) FACELEX_LAMBDA {
        const Vector before = code_of(m, k), after = minimum(k, m, before);
        store(codes[m] + k * tile_lanes, after);
        move(k, m, after - before);
      });
    });
  }

  /// The same; Σ|projected gradient| of positive codes, as each coordinate is met. The codes of an atom of
  /// norm 0 stay as they are.
  FACELEX_INLINE Vector sweep_with_violation() {
    Vector total{};
    each_unit([&](auto k) FACELEX_LAMBDA {
      const bool moves = dictionary.inverse_norm[k] != 0;
      each_vector([&](auto m) FACELEX_LAMBDA {
        const Vector before = code_of(m, k), after = moves ? minimum(k, m, before) : before;
        const Vector slope = threshold - gradients[m * units + k];
        total += magnitude(before == 0 ? smaller(slope, Vector{}) : slope);
        store(codes[m] + k * tile_lanes, after);
        move(k, m, after - before);
      });
    });
    return total;
  }

  /// What the stopping rule looks at: max|Δz| and max|z|.
  struct Step {
    Vector max_step[M], max_code[M];
    FACELEX_INLINE Mask is_small(int m) const { return max_step[m] <= stopping_tolerance * max_code[m]; }
  };

  /// Lanes that are not active stay as they are.
  FACELEX_INLINE Step sweep(const Mask (&active)[M]) {
    Step result;
    each_vector([&](auto m) FACELEX_LAMBDA { result.max_step[m] = result.max_code[m] = Vector{}; });
    each_unit([&](auto k) FACELEX_LAMBDA {
      each_vector([&](auto m) FACELEX_LAMBDA {
        const Vector before = code_of(m, k), best = minimum(k, m, before);
        const Vector after = active[m] ? best : before, step = after - before;
        store(codes[m] + k * tile_lanes, after);
        move(k, m, step);
        result.max_step[m] = larger(result.max_step[m], magnitude(step));
        result.max_code[m] = larger(result.max_code[m], magnitude(after));
      });
    });
    return result;
  }

  /// The gap to the dual point that scaling the residual r gives, all of it from q, g and z:
  /// ‖r‖² = ‖x‖² − qᵀz − gᵀz, since Gz = q − g, and rᵀx = ‖x‖² − qᵀz.
  FACELEX_INLINE Vector duality_gap(int m, Vector squared_norm) const {
    Vector q_z{}, g_z{}, l1{}, dual_norm{};
    each_unit([&](auto k) FACELEX_LAMBDA {
      const Vector code = code_of(m, k), gradient = gradients[m * units + k];
      q_z += projections[m * units + k] * code;
      g_z += gradient * code;
      l1 += magnitude(code);
      dual_norm = larger(dual_norm, dictionary.positive ? gradient : magnitude(gradient));
    });
    const Vector residual = squared_norm - q_z - g_z;
    const Vector scale = dual_norm > threshold ? threshold / dual_norm : all(1);
    return static_cast<Number>(0.5) * residual * (1 + scale * scale) + threshold * l1 -
           scale * (squared_norm - q_z);
  }

  /// Until scikit-learn's rule is met; returns how many samples met max_sweeps first.
  FACELEX_INLINE std::int64_t code(const Number* squared_norms, std::ptrdiff_t first, int max_sweeps) {
    project();
    repeat<M * K>(units, [&](auto i) FACELEX_LAMBDA { projections[i] = gradients[i]; });
    subtract_codes();
    Mask active[M], open[M];
    each_vector([&](auto m) FACELEX_LAMBDA { active[m] = open[m] = ~Mask{}; });
    for (int i = 1;; ++i) {
      const Step last = sweep(active);
      Mask asks{}, remaining{};
      each_vector([&](auto m) FACELEX_LAMBDA { asks |= active[m] & last.is_small(m); });
      if (i < max_sweeps && !any(asks)) continue;
      each_vector([&](auto m) FACELEX_LAMBDA {
        const Vector squared_norm = load(squared_norms + vector_at(first + m, 1));
        const Mask zero = (last.max_code[m] == 0) & (last.max_step[m] == 0);
        const Mask closed = zero | (duality_gap(m, squared_norm) < stopping_tolerance * squared_norm);
        open[m] = active[m] & ~closed;
        active[m] &= ~(closed & last.is_small(m));
        remaining |= active[m];
      });
      if (i >= max_sweeps || !any(remaining)) break;
    }
    std::int64_t unconverged = 0;
    each_vector([&](auto m) FACELEX_LAMBDA { unconverged += count(active[m] & open[m]); });
    return unconverged;
  }

  /// scikit-learn's, of steps and of the gap.
  static constexpr Number stopping_tolerance = static_cast<Number>(1e-4);
};

/// Vectors side by side, as many as their gradients leave room for in the registers.
constexpr int vectors_at_once(int units, int limit) {
  const int room = units > 0 ? (FACELEX_REGISTERS - 8) / units : 1;
  return room < 1 ? 1 : room > limit ? limit : room;
}

template <int K>
std::int64_t code_units(const Dictionary& dictionary, const Number* samples, const Number* squared_norms,
                        Number* codes, std::ptrdiff_t tiles, int max_sweeps, Number* scratch) {
  constexpr int M = vectors_at_once(K, 2);  // of more the slowest sample would take longer
  const std::ptrdiff_t vectors = tiles * parts;
  std::int64_t unconverged = 0;
  std::ptrdiff_t v = 0;
  for (; v + M <= vectors; v += M)
    unconverged += Group<K, M>(dictionary, samples, codes, v, scratch).code(squared_norms, v, max_sweeps);
  if constexpr (M > 1)
    for (; v < vectors; ++v)
      unconverged += Group<K, 1>(dictionary, samples, codes, v, scratch).code(squared_norms, v, max_sweeps);
  return unconverged;
}

template <int K>
void sweep_units(const Dictionary& dictionary, const Number* samples, Number* codes, std::ptrdiff_t tiles,
                 int sweeps, Number* scratch) {
  constexpr int M = vectors_at_once(K, 4);
  const std::ptrdiff_t vectors = tiles * parts;
  const auto sweep_group = [&](auto&& group) FACELEX_LAMBDA {
    group.project();
    group.subtract_codes();
    for (int i = 0; i < sweeps; ++i) group.sweep();
  };
  std::ptrdiff_t v = 0;
  for (; v + M <= vectors; v += M) sweep_group(Group<K, M>(dictionary, samples, codes, v, scratch));
  if constexpr (M > 1)
    for (; v < vectors; ++v) sweep_group(Group<K, 1>(dictionary, samples, codes, v, scratch));
}

template <int K>
double sweep_with_violation_units(const Dictionary& dictionary, const Number* samples, Number* codes,
                                  std::ptrdiff_t tiles, Number* scratch) {
  constexpr int M = vectors_at_once(K, 4);
  const std::ptrdiff_t vectors = tiles * parts;
  Vector total{};
  const auto sweep_group = [&](auto&& group) FACELEX_LAMBDA {
    group.project();
    group.subtract_codes();
    total += group.sweep_with_violation();
  };
  std::ptrdiff_t v = 0;
  for (; v + M <= vectors; v += M) sweep_group(Group<K, M>(dictionary, samples, codes, v, scratch));
  if constexpr (M > 1)
    for (; v < vectors; ++v) sweep_group(Group<K, 1>(dictionary, samples, codes, v, scratch));
  return sum(total);
}

/// R×C of the sums; a column of every tile once, in the order of the tiles.
template <int R, int C>
FACELEX_INLINE void multiply_corner(const Number* left, int left_columns, const Number* right,
                                    int right_columns, std::ptrdiff_t tiles, double* sums, int columns) {
  Vector totals[R * C];
  repeat<R * C>(R * C, [&](auto i) FACELEX_LAMBDA { totals[i] = Vector{}; });
  for (std::ptrdiff_t v = 0; v < tiles * parts; ++v) {
    const Number* const l = left + vector_at(v, left_columns);
    const Number* const r = right + vector_at(v, right_columns);
    Vector row[R];
    repeat<R>(R, [&](auto i) FACELEX_LAMBDA { row[i] = load(l + i * tile_lanes); });
    repeat<C>(C, [&](auto j) FACELEX_LAMBDA {
      const Vector value = load(r + j * tile_lanes);
      repeat<R>(R, [&](auto i) FACELEX_LAMBDA { totals[i * C + j] += row[i] * value; });
    });
  }
  for (int i = 0; i < R; ++i)
    for (int j = 0; j < C; ++j) sums[i * columns + j] = sum(totals[i * C + j]);
}

/// Corners of R×C; the last ones overlap those before, and set the same sums again.
template <int R, int C>
void multiply_corners(const Number* left, int left_columns, int rows, const Number* right, int columns,
                      std::ptrdiff_t tiles, double* sums) {
  for (int j = 0;;) {
    for (int i = 0;;) {
      multiply_corner<R, C>(left + i * tile_lanes, left_columns, right + j * tile_lanes, columns, tiles,
                            sums + i * columns + j, columns);
      if (i + R >= rows) break;
      i = i + 2 * R <= rows ? i + R : rows - R;
    }
    if (j + C >= columns) break;
    j = j + 2 * C <= columns ? j + C : columns - C;
  }
}

using Multiply = void (*)(const Number*, int, int, const Number*, int, std::ptrdiff_t, double*);

template <int R>
Multiply multiply_of(int columns) {
  constexpr int limit = (FACELEX_REGISTERS - 1 - R) / R;  // registers for the sums, a row and one value
  if constexpr (limit >= 4)
    if (columns >= 4) return multiply_corners<R, 4>;
  if constexpr (limit >= 2)
    if (columns >= 2) return multiply_corners<R, 2>;
  return multiply_corners<R, 1>;
}

void multiply(const Number* left, int left_columns, int rows, const Number* right, int columns,
              std::ptrdiff_t tiles, double* sums) {
  static constexpr Multiply (*kernels[])(int) = {multiply_of<1>, multiply_of<2>, multiply_of<3>,
                                                 multiply_of<4>, multiply_of<5>, multiply_of<6>};
  constexpr int limit = FACELEX_REGISTERS >= 32 ? 6 : 3;
  const int blocks = (rows + limit - 1) / limit;
  kernels[(rows + blocks - 1) / blocks - 1](columns)(left, left_columns, rows, right, columns, tiles, sums);
}

template <int... K>
std::int64_t code(const Dictionary& dictionary, const Number* samples, const Number* squared_norms,
                  Number* codes, std::ptrdiff_t tiles, int max_sweeps, Number* scratch) {
  std::int64_t (*kernel)(const Dictionary&, const Number*, const Number*, Number*, std::ptrdiff_t, int,
                         Number*) = code_units<0>;
  ((dictionary.units == K ? void(kernel = code_units<K>) : void()), ...);
  return kernel(dictionary, samples, squared_norms, codes, tiles, max_sweeps, scratch);
}

template <int... K>
void sweep(const Dictionary& dictionary, const Number* samples, Number* codes, std::ptrdiff_t tiles,
           int sweeps, Number* scratch) {
  void (*kernel)(const Dictionary&, const Number*, Number*, std::ptrdiff_t, int, Number*) = sweep_units<0>;
  ((dictionary.units == K ? void(kernel = sweep_units<K>) : void()), ...);
  kernel(dictionary, samples, codes, tiles, sweeps, scratch);
}

template <int... K>
double sweep_with_violation(const Dictionary& dictionary, const Number* samples, Number* codes,
                            std::ptrdiff_t tiles, Number* scratch) {
  double (*kernel)(const Dictionary&, const Number*, Number*, std::ptrdiff_t, Number*) =
      sweep_with_violation_units<0>;
  ((dictionary.units == K ? void(kernel = sweep_with_violation_units<K>) : void()), ...);
  return kernel(dictionary, samples, codes, tiles, scratch);
}

}  // namespace
}  // namespace facelex
