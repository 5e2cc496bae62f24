#include <algorithm>
#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/io/tables/npy.hpp"
#include "reader.hpp"

namespace facelex {
namespace {

/// Frames are numbered from 1 and have no time stamps; a frame without any value has no face.
class NpyTable final : public TableReader {
 public:
  explicit NpyTable(const std::filesystem::path& file) : name_(file.string()), array_(file) {}

  const std::vector<std::string>& signals() const override { return no_names_; }
  Eigen::Index width() const override { return array_.cols(); }

  bool read(Recording& block, Eigen::Index max_rows) override {
    const Eigen::Index count = std::min(rows_of_block(max_rows, width()), array_.rows() - row_);
    block.frames.clear();
    array_.read(row_, count, block.values);
    for (Eigen::Index i = 0; i < count; ++i) block.frames.push_back(frame_of(block.values, i));
    return count > 0;
  }

 private:
  Frame frame_of(const RowMatrix& values, Eigen::Index i) {
    ++row_;
    bool any = false;
    for (Eigen::Index j = 0; j < width(); ++j) {
      if (std::isinf(values(i, j)))
        throw data_error(
            {name_, 0, {}},
            "row " + std::to_string(row_) + ", column " + std::to_string(j + 1) + ": the value is infinite",
            "expected a number, or NaN for a missing one");
      any = any || !std::isnan(values(i, j));
    }
    return {.number = row_,
            .face_id = -1,
            .timestamp = std::numeric_limits<double>::quiet_NaN(),
            .confidence = any ? 1.0 : 0.0,
            .success = any};
  }

  std::string name_;
  NpyFile array_;
  std::vector<std::string> no_names_;
  Eigen::Index row_ = 0;
};

}  // namespace

std::unique_ptr<TableReader> open_npy_table(const std::filesystem::path& file) {
  return std::make_unique<NpyTable>(file);
}

}  // namespace facelex
