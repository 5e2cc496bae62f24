#include "linear_encoding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"

namespace facelex {
namespace {

constexpr double not_coded = std::numeric_limits<double>::quiet_NaN();

class ProjectionEncoder final : public Encoder {
 public:
  ProjectionEncoder(const LinearModel& model, std::vector<Eigen::MatrixXd> projections)
      : model_(model), projections_(std::move(projections)) {}

  EncodedFrames encode(const RowMatrix& signals, const Work& work) const override {
    return encode_groups(
        model_, signals,
        [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
          // Summed in one fixed order, whatever the row's place in the block.
          for (Eigen::Index t = 0; t < samples.rows(); ++t)
            for (Eigen::Index d = 0; d < samples.cols(); ++d)
              codes.row(t) += samples(t, d) * projections_[g].col(d).transpose();
          return std::int64_t{0};
        },
        work);
  }

 private:
  const LinearModel& model_;
  /// K×D, column-major: what one column of the samples adds to all codes.
  std::vector<Eigen::MatrixXd> projections_;
};

}  // namespace

EncodedFrames encode_groups(const LinearModel& model, const RowMatrix& signals, const GroupEncoder& encode,
                            const Work& work) {
  if (signals.cols() != model.atoms.cols())
    throw data_error({}, "signals have " + std::to_string(signals.cols()) + " columns, the model takes " +
                             std::to_string(model.atoms.cols()));
  EncodedFrames result;
  result.codes = RowMatrix::Constant(signals.rows(), model.atoms.rows(), not_coded);
  result.reconstruction_error = Eigen::VectorXd::Constant(signals.rows(), not_coded);
  std::vector<Eigen::Index> whole;
  for (Eigen::Index t = 0; t < signals.rows(); ++t)
    if (signals.row(t).allFinite()) whole.push_back(t);
  result.coded = static_cast<std::int64_t>(whole.size());

  constexpr std::size_t block = 128;
  std::vector<std::int64_t> unconverged((whole.size() + block - 1) / block);
  ThreadPool pool(std::max(1, std::min(work.threads, static_cast<int>(unconverged.size()))));
  pool.for_each_block(whole.size(), block, [&](std::size_t b, std::size_t begin, std::size_t end) {
    work.check_stop();
    const std::vector<Eigen::Index> rows(whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                         whole.begin() + static_cast<std::ptrdiff_t>(end));
    const RowMatrix x = signals(rows, Eigen::all);
    RowMatrix codes = RowMatrix::Zero(x.rows(), model.atoms.rows());
    for (std::size_t g = 0; g < model.groups.size(); ++g) {
      const UnitGroup& group = model.groups[g];
      RowMatrix of_group = RowMatrix::Zero(x.rows(), group.units);
      unconverged[b] += encode(g, model.group_samples(group, x), of_group);
      codes.middleCols(group.first_unit, group.units) = of_group;
    }
    const RowMatrix rest = x - model.decode(codes);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto from = static_cast<Eigen::Index>(i);
      double squares = 0;
      for (const double value : rest.row(from)) squares += value * value;
      result.codes.row(rows[i]) = codes.row(from);
      result.reconstruction_error[rows[i]] = std::sqrt(squares / static_cast<double>(rest.cols()));
    }
  });
  for (const auto count : unconverged) result.unconverged += count;
  return result;
}

std::unique_ptr<Encoder> projection_encoder(const LinearModel& model,
                                            std::vector<Eigen::MatrixXd> projections) {
  return std::make_unique<ProjectionEncoder>(model, std::move(projections));
}

}  // namespace facelex
