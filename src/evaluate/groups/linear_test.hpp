#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// A linear model of the same subjects: the mean, covariates and what is tested, orthonormal.
struct TestDesign {
  std::vector<Eigen::Index> rows;  ///< n, of subjects, ascending
  Eigen::MatrixXd covariates;      ///< n×q, orthogonal to the mean; those that depend on others are left out
  Eigen::MatrixXd tested;          ///< n×k, orthogonal to mean and covariates
  double length = 0;  ///< of the first tested column beside them: coefficient = coordinate / length

  Eigen::Index count() const { return tested.rows(); }
  Eigen::Index degrees() const { return count() - 1 - covariates.cols() - tested.cols(); }
};
/// `z`: n×Q, `d`: n×k. Nothing when d depends on the covariates or no degree of freedom is left.
std::optional<TestDesign> make_test_design(const std::vector<Eigen::Index>& rows, const Eigen::MatrixXd& z,
                                           const Eigen::MatrixXd& d);

/// Features that have values for the same subjects.
struct TestBlock {
  TestDesign design;
  std::vector<Eigen::Index> features;  ///< p, columns of the table
  Eigen::MatrixXd residuals;           ///< n×p, beside mean and covariates, of length 1
  Eigen::VectorXd length;              ///< p, before
};
/// Features of `x` (S×P) that do not vary beside the covariates are left out.
TestBlock make_test_block(TestDesign design, const std::vector<Eigen::Index>& features, const RowMatrix& x);

/// p: F of each feature for the block's residuals in the order `from`: subject i has those of from[i].
/// Of one tested column F = t².
Eigen::MatrixXd permuted_f(const TestBlock& block, const std::vector<std::vector<Eigen::Index>>& orders);
/// p: F as observed, and (k = 1) the coefficient of what is tested in units of the features.
Eigen::VectorXd observed_f(const TestBlock& block);
Eigen::VectorXd observed_coefficients(const TestBlock& block);

/// Hedges' factor J(df).
double hedges_correction(double degrees);

/// The scale on which an effect of this block has constant variance: of g, or of r.
class EffectScale {
 public:
  EffectScale(const TestDesign& design, bool correlation);
  double effect_of_t(double t, double variance) const;  ///< g or r; `variance` of the coordinate of d
  double to(double effect) const;
  double from(double value) const;

 private:
  double degrees_, length_, spread_;
  bool correlation_;
};

/// t of each draw and feature on that scale (draws × p, NaN: not known): draw b takes subject i
/// `times[b][i]` times.
Eigen::MatrixXd drawn_effects(const TestBlock& block, Eigen::Index begin, Eigen::Index end,
                              const std::vector<std::vector<std::uint16_t>>& times, const EffectScale& scale);

}  // namespace facelex
