#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>

#include "facelex/factor/sparse_coding.hpp"

namespace facelex {

/// The lasso of many samples by cyclic coordinate descent with scikit-learn 1.2.1's stopping rule, several
/// samples at a time, each in a lane of the processor's vectors. A lane whose sample is done takes the next
/// one at once, so lanes do not wait for each other. Every lane does the arithmetic that a sample alone would
/// do, in the same order: its codes do not depend on its neighbours, to the last bit.
class LassoLanes {
 public:
  /// atoms: K×D, gram: K×K; all must outlive this.
  LassoLanes(const Eigen::MatrixXd& atoms, const Eigen::MatrixXd& gram, const LassoOptions& options);

  /// T×D samples; T×K codes, the start on entry. Returns how many met max_sweeps.
  std::int64_t encode(const Eigen::Ref<const RowMatrix>& samples, Eigen::Ref<RowMatrix> codes);

 private:
  static constexpr int lanes = 8;  ///< one 512-bit register, two of 256 bits
  using Lane = Eigen::Array<double, lanes, 1>;
  using LaneColumns = Eigen::Array<double, lanes, Eigen::Dynamic>;

  /// A lane per sample: what the stopping rule of each looks at.
  struct Sweep {
    Lane largest_step = Lane::Zero();  ///< max|Δz|
    Lane largest_code = Lane::Zero();  ///< max|z|
  };

  void prepare(const Eigen::Ref<const RowMatrix>& samples, const Eigen::Ref<RowMatrix>& codes,
               Eigen::Index first);
  void load(int lane, const Eigen::Ref<const RowMatrix>& samples, const Eigen::Ref<RowMatrix>& codes,
            Eigen::Index sample);
  void clear(int lane);
  Sweep sweep();
  Lane duality_gap() const;

  const Eigen::MatrixXd& atoms_;
  const Eigen::MatrixXd& gram_;
  const LassoOptions& options_;
  LaneColumns tile_;  ///< D columns: as many samples as there are lanes
  LaneColumns tile_projections_, tile_gradients_, tile_codes_;  ///< K columns, of the tile's samples
  Lane tile_squared_norms_ = Lane::Zero();
  LaneColumns projections_, gradients_, codes_;  ///< K columns: q = Wx, g = q − Gz, z
  Lane squared_norms_ = Lane::Zero();            ///< ‖x‖²
  std::array<Eigen::Index, lanes> sample_{};     ///< of each lane; −1: none
  std::array<int, lanes> sweeps_{};
};

}  // namespace facelex
