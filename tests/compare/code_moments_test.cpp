#include "facelex/compare/code_moments.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>

#include "hand_made.hpp"

namespace facelex {
namespace {

using test::random_matrix;

double error_of(const RowMatrix& codes, const RowMatrix& signals, const RowMatrix& decoder) {
  const Eigen::Index units = codes.cols();
  return (signals - ((codes * decoder.topRows(units)).rowwise() + decoder.row(units))).squaredNorm();
}

TEST(CodeMomentsTest, ErrorsAreThoseOfTheFrames) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RowMatrix codes = random_matrix(50, 6, seed), signals = random_matrix(50, 9, 100 + seed);
    const RowMatrix decoder = random_matrix(7, 9, 200 + seed);
    const CodeMoments moments(codes, signals);
    EXPECT_NEAR(moments.squared_error(decoder), error_of(codes, signals, decoder), 1e-9);
    EXPECT_DOUBLE_EQ(moments.squares(), signals.squaredNorm());
    EXPECT_EQ(moments.frames(), 50);
  }
}

TEST(CodeMomentsTest, PartsAddUp) {
  const RowMatrix codes = random_matrix(50, 6, 1), signals = random_matrix(50, 9, 2);
  const RowMatrix decoder = random_matrix(7, 9, 3);
  CodeMoments sum;
  EXPECT_EQ(sum.frames(), 0);
  sum += CodeMoments(codes.topRows(20), signals.topRows(20));
  sum += CodeMoments(codes.bottomRows(30), signals.bottomRows(30));
  sum += CodeMoments();
  EXPECT_EQ(sum.frames(), 50);
  EXPECT_NEAR(sum.squared_error(decoder), error_of(codes, signals, decoder), 1e-9);
}

TEST(CodeMomentsTest, BestDecoderIsThatOfLeastSquares) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RowMatrix codes = random_matrix(60, 5, seed);
    codes.col(1) *= 1e5;  // units of any measure
    const RowMatrix signals = random_matrix(60, 4, 50 + seed).array() + 0.5;
    Eigen::MatrixXd design(60, 4);
    design << codes.col(0), codes.col(1), codes.col(3), Eigen::VectorXd::Ones(60);
    const Eigen::MatrixXd expected = design.colPivHouseholderQr().solve(Eigen::MatrixXd(signals));
    const RowMatrix found = CodeMoments(codes, signals).best_decoder({0, 1, 3});
    EXPECT_TRUE(found.row(0).isApprox(expected.row(0), 1e-8));
    EXPECT_TRUE(found.row(1).isApprox(expected.row(1), 1e-8));
    EXPECT_TRUE(found.row(3).isApprox(expected.row(2), 1e-8));
    EXPECT_TRUE(found.row(5).isApprox(expected.row(3), 1e-8));
    EXPECT_TRUE(found.row(2).isZero() && found.row(4).isZero()) << "units that are not used";
  }
}

TEST(CodeMomentsTest, DependentAndSilentCodesDoNoHarm) {
  RowMatrix codes = random_matrix(60, 4, 5);
  codes.col(2) = codes.col(0) - 2 * codes.col(1);
  codes.col(3).setZero();
  const RowMatrix signals = codes.leftCols(2) * random_matrix(2, 3, 6);
  const CodeMoments moments(codes, signals);
  const RowMatrix decoder = moments.best_decoder({0, 1, 2, 3});
  EXPECT_TRUE(decoder.allFinite());
  EXPECT_LT(decoder.cwiseAbs().maxCoeff(), 100);
  EXPECT_LT(moments.squared_error(decoder), 1e-9 * moments.squares());
}

TEST(CodeMomentsTest, EachHalfIsDecodedByTheOther) {
  // Parts 0 and 2 follow one law, 1 and 3 the opposite one: what is learnt from one half is wrong for the
  // other, and a decoder that had seen its own half would not notice.
  std::vector<CodeMoments> parts;
  std::vector<RowMatrix> codes, signals;
  const RowMatrix law = random_matrix(3, 5, 1);
  for (std::uint64_t i = 0; i < 4; ++i) {
    codes.push_back(random_matrix(40, 3, 10 + i));
    signals.push_back((i % 2 ? -1 : 1) * codes.back() * law);
    parts.emplace_back(codes.back(), signals.back());
  }
  const auto errors = cross_decoded(parts, {0, 1, 2});
  ASSERT_TRUE(errors);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR((*errors)[i].error, 4 * (*errors)[i].squares, 1e-8 * (*errors)[i].squares);
    EXPECT_DOUBLE_EQ((*errors)[i].squares, signals[i].squaredNorm());
  }
  EXPECT_FALSE(cross_decoded({parts[0]}, {0, 1, 2})) << "one subject has no others";
}

TEST(CodeMomentsTest, NoiseExplainsNothingOfOthers) {
  std::vector<CodeMoments> parts;
  double squares = 0;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const RowMatrix signals = random_matrix(80, 4, 70 + i);
    squares += signals.squaredNorm();
    parts.emplace_back(random_matrix(80, 20, 50 + i), signals);
  }
  double error = 0;
  const auto errors = cross_decoded(parts, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  for (const auto& part : *errors) error += part.error;
  EXPECT_GT(error, squares) << "fitted to noise, it must not seem to explain";
}

}  // namespace
}  // namespace facelex
