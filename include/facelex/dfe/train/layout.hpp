#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/dfe/network.hpp"

namespace facelex {

/// One matrix of weights in the flat vector of all.
struct DfeParameter {
  std::string name;  ///< as in DfeNetwork
  Eigen::Index rows = 0;
  Eigen::Index cols = 0;
  std::size_t offset = 0;  ///< of its first number; a multiple of 16, row-major from there
};

/// Where the learnt weights of a network stand in one flat vector, so that Adam, a checkpoint and a sum of
/// gradients are loops over one array. Between the matrices stand zeros that stay zero.
class DfeLayout {
 public:
  /// Throws Error (usage) for sizes that do not fit each other (check_shape).
  explicit DfeLayout(const DfeShape& shape);

  const DfeShape& shape() const { return shape_; }
  const std::vector<DfeParameter>& parameters() const { return parameters_; }
  const DfeParameter& parameter(const std::string& name) const;  ///< requires that there is one
  std::size_t size() const { return size_; }                     ///< of the flat vector
  std::size_t weights() const;                                   ///< numbers that are learnt

  /// Random weights as libtorch begins with: linear maps uniform in ±1/√inputs, qkv Glorot-uniform with zero
  /// biases, norms 1 and 0, positions normal with sd 0.02; the codebook uniform in ±1/K (van den Oord 2017).
  std::vector<float> initial(const Random& random) const;
  /// The network of these weights, with mean and scale of the inputs (1×D each).
  DfeNetwork network(const std::vector<float>& flat, const FloatRowMatrix& mean,
                     const FloatRowMatrix& scale) const;
  /// The reverse, for a network of this shape.
  std::vector<float> flat(const DfeNetwork& network) const;

 private:
  DfeShape shape_;
  std::vector<DfeParameter> parameters_;
  std::size_t size_ = 0;
};

/// Throws Error (usage) that names the option when sizes are not positive, or heads do not divide width.
void check_shape(const DfeShape& shape);

}  // namespace facelex
