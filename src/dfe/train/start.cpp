#include "start.hpp"

#include "facelex/factor/kmeans.hpp"

namespace facelex {

FloatRowMatrix start_codes(const FloatRowMatrix& points, int codes, int stages, std::uint64_t seed,
                           const Work& work) {
  constexpr int iterations = 30;  // of Lloyd's; what training makes of a start does not need more
  FloatRowMatrix placed(codes, points.cols());
  Eigen::Index count = 0;
  FloatRowMatrix residual = points;
  for (int stage = 0; stage < stages; ++stage) {
    const int share = codes * (stage + 1) / stages - codes * stage / stages;
    if (share == 0) continue;
    const RowMatrix centres = kmeans(residual.cast<double>(), share, seed, iterations, work).centres;
    placed.middleRows(count, centres.rows()) = centres.cast<float>();
    count += centres.rows();
    const auto all = placed.topRows(count);
    for (Eigen::Index t = 0; t < residual.rows(); ++t) {
      Eigen::Index nearest = 0;
      (all.rowwise() - residual.row(t)).rowwise().squaredNorm().minCoeff(&nearest);
      residual.row(t) -= all.row(nearest);
    }
  }
  return placed.topRows(count);
}

}  // namespace facelex
