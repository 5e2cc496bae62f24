#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace facelex {

/// A node that compares two feature pixels: left when first − second > threshold.
struct ShapeSplit {
  std::uint64_t first = 0, second = 0;
  float threshold = 0;
};

/// The trees of one cascade. Every tree is full: 2^depth leaves, 2^depth − 1 splits in heap order.
struct ShapeCascade {
  int depth = 0;
  std::size_t trees = 0;
  std::vector<ShapeSplit> splits;  ///< trees × (2^depth − 1)
  std::vector<float> leaves;       ///< trees × 2^depth × values
};

/// Where the feature pixels of one cascade are: a landmark and an offset from it, in the unit square.
struct ShapeFeatures {
  std::vector<std::uint64_t> anchors;
  std::vector<float> offsets;  ///< x, y per feature
};

/// A dlib::shape_predictor without its forests, which are handed over one by one (together they are large).
struct ShapeFile {
  std::vector<float> mean_shape;  ///< x, y per point
  std::vector<ShapeFeatures> features;
};

/// Reads dlib's portable serialisation (version 1) of a shape_predictor. A number in it is a byte with its
/// length and sign and then that many little-endian bytes; a float is mantissa and binary exponent.
/// `values` is the demanded length of a shape vector; `use` gets cascade 0, 1, … in order.
/// Throws Error (data) that names `name` and the byte: cut off, not such a file, sizes or values that cannot
/// be.
ShapeFile read_shape_file(std::span<const unsigned char> bytes, const std::string& name, std::size_t values,
                          const std::function<void(const ShapeCascade&)>& use);

}  // namespace facelex
