#pragma once

#include <filesystem>
#include <memory>

#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Numbers of a pose that another system writes.
inline constexpr Eigen::Index vector_pose_numbers = 6;

/// A system's file as blocks of frames with the coefficients of the model's expressions and perhaps a pose.
class VectorSource {
 public:
  virtual ~VectorSource() = default;
  VectorSource() = default;
  VectorSource(const VectorSource&) = delete;
  VectorSource& operator=(const VectorSource&) = delete;

  /// Replaces the block's frames and values (coefficients, then pose); false at the end.
  virtual bool read(Recording& block) = 0;
  virtual bool has_pose() const { return false; }
};

/// The source that `input` is (expression_vectors.hpp names the formats). `model` must outlive it. Throws
/// Error (data) when the file is none of them or does not have the model's expressions.
std::unique_ptr<VectorSource> open_vector_source(const std::filesystem::path& input,
                                                 const MorphableModel& model);

}  // namespace facelex
