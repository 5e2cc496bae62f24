#include "facelex/coding/observed_columns.hpp"

#include <algorithm>

#include "facelex/core/parallel.hpp"

namespace facelex {

ObservedColumns::ObservedColumns(const TrainingData& data) {
  Eigen::Index begin = 0;
  for (const TrainingSource& source : data.sources) {
    const Eigen::Index rows = source.used;
    Source of_source{begin, begin + rows, {}};
    for (Eigen::Index d = 0; d < data.values.cols(); ++d)
      of_source.observed.push_back(!data.values.col(d).segment(begin, rows).isZero(0));
    sources_.push_back(std::move(of_source));
    begin += rows;
  }
}

double ObservedColumns::residual(const RowMatrix& samples, const std::vector<Eigen::Index>& columns,
                                 const RowMatrix& codes, const RowMatrix& atoms, const Work& work) const {
  constexpr Eigen::Index block = 1024;
  struct Piece {
    Eigen::Index begin, rows;
    const Source* source;
  };
  std::vector<Piece> pieces;
  for (const Source& source : sources_)
    for (Eigen::Index at = source.begin; at < source.end; at += block)
      pieces.push_back({at, std::min(block, source.end - at), &source});
  std::vector<double> sums(pieces.size());
  ThreadPool pool(std::max(1, std::min(work.threads, static_cast<int>(pieces.size()))));
  pool.for_each(pieces.size(), [&](std::size_t p) {
    const Piece& piece = pieces[p];
    RowMatrix rest = samples.middleRows(piece.begin, piece.rows);
    rest.noalias() -= codes.middleRows(piece.begin, piece.rows) * atoms;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (!piece.source->observed[static_cast<std::size_t>(columns[i])])
        rest.col(static_cast<Eigen::Index>(i)).setZero();
    sums[p] = rest.squaredNorm();
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

}  // namespace facelex
