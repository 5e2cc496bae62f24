#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/evaluate/protocol.hpp"

namespace facelex::test {

inline std::vector<Eigen::Index> row_range(Eigen::Index begin, Eigen::Index end) {
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

/// `subjects` people of two classes with `videos` videos each; features are noise, and `effect` is added to
/// the first for class 1.
inline EvaluationData noise_data(int subjects, int videos, int features, double effect, std::uint64_t seed) {
  EvaluationData data;
  Random random(seed);
  data.classes = {"a", "b"};
  data.label = "group";
  const int rows = subjects * videos;
  data.x.resize(rows, features);
  data.y.resize(rows);
  for (int f = 0; f < features; ++f) data.features.push_back("f" + std::to_string(f));
  for (int s = 0; s < subjects; ++s) {
    data.subject_names.push_back("S" + std::to_string(s));
    for (int v = 0; v < videos; ++v) {
      const Eigen::Index row = s * videos + v;
      data.names.push_back(data.subject_names.back() + "_" + std::to_string(v));
      data.subject.push_back(s);
      data.y(row) = s % 2;
      for (int f = 0; f < features; ++f) data.x(row, f) = random.normal();
      data.x(row, 0) += effect * (s % 2);
    }
  }
  return data;
}

}  // namespace facelex::test
