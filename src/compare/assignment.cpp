#include "facelex/compare/assignment.hpp"

#include <limits>
#include <utility>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// The assignment of R ≤ C rows with the lowest cost. Rows are added one by one; each is connected by the
/// shortest path of reduced costs, along which the columns taken before are handed on.
class ShortestPaths {
 public:
  explicit ShortestPaths(const Eigen::MatrixXd& costs)
      : costs_(costs),
        row_price_(Eigen::VectorXd::Zero(costs.rows())),
        column_price_(Eigen::VectorXd::Zero(costs.cols())),
        row_of_(static_cast<std::size_t>(costs.cols()), -1) {
    for (Eigen::Index row = 0; row < costs.rows(); ++row) add(row);
  }

  std::vector<Eigen::Index> columns() const {
    std::vector<Eigen::Index> column_of(static_cast<std::size_t>(costs_.rows()), -1);
    for (std::size_t c = 0; c < row_of_.size(); ++c)
      if (row_of_[c] >= 0) column_of[static_cast<std::size_t>(row_of_[c])] = static_cast<Eigen::Index>(c);
    return column_of;
  }

 private:
  static constexpr Eigen::Index root = -1;

  void add(Eigen::Index new_row) {
    const auto columns = static_cast<std::size_t>(costs_.cols());
    std::vector<double> distance(columns, std::numeric_limits<double>::infinity());
    std::vector<Eigen::Index> before(columns, root);
    std::vector<bool> reached(columns, false);
    Eigen::Index column = root, row = new_row;
    do {
      if (column != root) reached[static_cast<std::size_t>(column)] = true;
      Eigen::Index nearest = root;
      double shortest = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < columns; ++c) {
        if (reached[c]) continue;
        const auto at = static_cast<Eigen::Index>(c);
        const double length = costs_(row, at) - row_price_[row] - column_price_[at];
        if (length < distance[c]) {
          distance[c] = length;
          before[c] = column;
        }
        if (distance[c] < shortest) {
          shortest = distance[c];
          nearest = at;
        }
      }
      row_price_[new_row] += shortest;
      for (std::size_t c = 0; c < columns; ++c) {
        if (reached[c]) {
          row_price_[row_of_[c]] += shortest;
          column_price_[static_cast<Eigen::Index>(c)] -= shortest;
        } else {
          distance[c] -= shortest;
        }
      }
      column = nearest;
      row = row_of_[static_cast<std::size_t>(column)];
    } while (row >= 0);
    while (column != root) {
      const Eigen::Index previous = before[static_cast<std::size_t>(column)];
      row_of_[static_cast<std::size_t>(column)] =
          previous == root ? new_row : row_of_[static_cast<std::size_t>(previous)];
      column = previous;
    }
  }

  const Eigen::MatrixXd& costs_;
  Eigen::VectorXd row_price_, column_price_;
  std::vector<Eigen::Index> row_of_;  // of each column; −1: free
};

}  // namespace

std::vector<Eigen::Index> best_assignment(const Eigen::MatrixXd& scores) {
  if (!scores.allFinite()) throw data_error({}, "the scores of an assignment must be finite");
  if (scores.rows() <= scores.cols()) {
    const Eigen::MatrixXd costs = -scores;
    return ShortestPaths(costs).columns();
  }
  const Eigen::MatrixXd costs = -scores.transpose();
  std::vector<Eigen::Index> column_of(static_cast<std::size_t>(scores.rows()), -1);
  const auto row_of = ShortestPaths(costs).columns();
  for (std::size_t c = 0; c < row_of.size(); ++c)
    column_of[static_cast<std::size_t>(row_of[c])] = static_cast<Eigen::Index>(c);
  return column_of;
}

}  // namespace facelex
