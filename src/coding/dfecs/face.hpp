#pragma once

#include "facelex/factor/nmf/nmf.hpp"
#include "parts.hpp"

namespace facelex {

/// The whole signal that the second level explains.
struct FaceSignal {
  RowMatrix samples;                  ///< T×n, scaled
  std::vector<Eigen::Index> columns;  ///< n: those that move in parts with units, of the data's
  double squares = 0;                 ///< ‖samples‖²
};

/// The second level (paper 001, 2.3.2): V ≈ AB.
struct FullFaceFit {
  NmfResult nmf;
  double residual = 0;  ///< Σ (x − UAb)² over observed values
};

/// Factorises the parts' codes into q units with the given penalties.
FullFaceFit fit_face(const PartLevel& parts, const FaceSignal& signal, int units, double alpha_a,
                     double alpha_b, const DfecsOptions& options, const ObservedColumns& observed,
                     const Work& work);

/// The model of a fit: units scaled to length 1, in order of use, named, with the summary of the training but
/// for what the first level and the data say. `model` holds the input and the options.
LearnResult finished_dfecs(const FullFaceFit& fit, PartLevel parts, const FaceSignal& signal,
                           LinearModel model, const DfecsOptions& options, const ObservedColumns& observed,
                           const Work& work);

}  // namespace facelex
