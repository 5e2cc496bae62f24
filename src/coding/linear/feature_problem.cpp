#include "feature_problem.hpp"

#include <algorithm>
#include <utility>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

std::vector<Eigen::Index> images_of(const std::vector<Eigen::Index>& columns, const ColumnMirror& mirror) {
  std::vector<Eigen::Index> images;
  images.reserve(columns.size());
  for (const auto d : columns) images.push_back(mirror.other[static_cast<std::size_t>(d)]);
  return images;
}

bool is_image_of(const FeatureColumns& a, const FeatureColumns& b, const ColumnMirror& mirror) {
  std::vector<Eigen::Index> images = images_of(a.columns, mirror);
  std::sort(images.begin(), images.end());
  return images == b.columns;
}

}  // namespace

FeatureProblem::FeatureProblem(const TrainingData& data, double scale, std::vector<FeatureColumns> features,
                               const ColumnMirror* mirror)
    : features_(std::move(features)),
      mirror_(mirror),
      store_(data.store),
      scale_(scale),
      frames_(data.values.rows()),
      width_(data.values.cols()) {
  const FeatureColumns& feature = features_.front();
  const bool own_image = mirror_ && sides() == 1;
  for (const auto d : feature.columns)
    if (data.moves(d) || (mirror_ && data.moves(mirror_->other[static_cast<std::size_t>(d)])))
      moving_.push_back(d);
  if (moving_.empty())
    throw data_error(
        {},
        "the " + feature.description + " (" + name() + ") never moves in " + std::to_string(data.frames()) +
            " frames",
        "learn from other recordings, or leave it out: " + field("atoms") + " " + feature.name + "=0");
  samples_ = samples_of(data.values);
  if (samples_.rows() < units())
    throw data_error({},
                     std::to_string(samples_.rows()) + " frames are too few for " + std::to_string(units()) +
                         " atoms of the " + feature.description,
                     "learn from more frames, or ask for fewer atoms: " + field("atoms") + " " +
                         feature.name + "=" + std::to_string(samples_.rows()));
  if (!own_image) return;
  for (const auto d : images_of(moving_, *mirror_))
    reflection_.reflected.push_back(std::lower_bound(moving_.begin(), moving_.end(), d) - moving_.begin());
  reflection_.reflection_sign = mirror_->sign(moving_);
}

RowMatrix FeatureProblem::samples_of(const RowMatrix& values) const {
  const Eigen::Index frames = values.rows();
  RowMatrix samples(frames * sides(), static_cast<Eigen::Index>(moving_.size()));
  for (std::size_t i = 0; i < moving_.size(); ++i) {
    auto column = samples.col(static_cast<Eigen::Index>(i));
    column.head(frames) = scale_ * values.col(moving_[i]);
    if (sides() == 2)
      column.tail(frames) = scale_ * mirror_->sign[moving_[i]] *
                            values.col(mirror_->other[static_cast<std::size_t>(moving_[i])]);
  }
  return samples;
}

SampleBlocks FeatureProblem::all_samples() const {
  if (!store_) return nullptr;
  return [this, rows = RowMatrix()](std::int64_t block, RowMatrix& samples) mutable {
    if (block >= store_->blocks()) return false;
    store_->read(block, rows);
    samples = samples_of(rows);
    return true;
  };
}

std::string FeatureProblem::name() const {
  return features_.front().name + (features_.size() == 2 ? " and " + features_.back().name : "");
}

RowMatrix FeatureProblem::spread(const RowMatrix& atoms, std::size_t side) const {
  RowMatrix rows = RowMatrix::Zero(atoms.rows(), width_);
  rows(Eigen::all, moving_) = atoms;
  return side == 0 ? rows : mirror_->mirrored(rows);
}

RowMatrix FeatureProblem::gathered(const RowMatrix& rows) const {
  return rows(Eigen::all, moving_);
}

std::vector<std::vector<FeatureColumns>> learnt_together(const std::vector<Allocation>& allocation,
                                                         const std::vector<Column>& columns,
                                                         const ColumnMirror* mirror) {
  std::vector<std::vector<FeatureColumns>> together;
  for (const auto& [feature, units] : allocation) {
    FeatureColumns own{feature.name, feature.description, feature_columns(feature, columns), units};
    const auto other_side = std::find_if(together.begin(), together.end(), [&](const auto& features) {
      return mirror && features.size() == 1 && is_image_of(features.front(), own, *mirror);
    });
    if (other_side == together.end()) {
      together.push_back({std::move(own)});
      continue;
    }
    const FeatureColumns& first = other_side->front();
    if (first.units != own.units)
      throw option_error("mirrored",
                         first.name + " has " + std::to_string(first.units) + " atoms and " + own.name + " " +
                             std::to_string(own.units) + ", but mirror images are as many on both sides",
                         "give both as many with " + field("atoms"));
    other_side->push_back(std::move(own));
  }
  return together;
}

}  // namespace facelex
