#include "dlib_shape_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

/// Powers of two by which a float's mantissa (below 2^24) can be multiplied, exact in double.
constexpr int min_exponent = -200, max_exponent = 200;

class Reader {
 public:
  Reader(std::span<const unsigned char> bytes, const std::string& name) : bytes_(bytes), name_(name) {
    for (int e = min_exponent; e <= max_exponent; ++e)
      powers_[static_cast<std::size_t>(e - min_exponent)] = std::ldexp(1.0, e);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw data_error(Place{name_, 0, {}}, "byte " + std::to_string(position_) + ": " + what,
                     "give a dlib shape_predictor file with 68 landmarks (apt install libdlib-data)");
  }

  std::int64_t integer() {
    if (position_ >= bytes_.size()) fail("the file is cut off");
    const unsigned control = bytes_[position_++];
    const unsigned length = control & 0x0F;
    if (length > 8 || (control & 0x70)) fail("this is not a dlib serialisation");
    if (length > bytes_.size() - position_) fail("the file is cut off");
    std::uint64_t value = 0;
    for (unsigned i = 0; i < length; ++i) value |= static_cast<std::uint64_t>(bytes_[position_ + i]) << 8 * i;
    position_ += length;
    if (value >> 63) fail("a number is out of range");
    const auto magnitude = static_cast<std::int64_t>(value);
    return control & 0x80 ? -magnitude : magnitude;
  }

  /// A length: every element takes at least two bytes, so a length that lies is found before memory is
  /// asked for.
  std::size_t length(const char* what) {
    const std::int64_t n = integer();
    if (n < 0 || static_cast<std::uint64_t>(n) > (bytes_.size() - position_) / 2)
      fail(std::string(what) + " of " + std::to_string(n) + " elements do not fit into the file");
    return static_cast<std::size_t>(n);
  }

  std::uint64_t index(std::uint64_t bound, const char* what) {
    const std::int64_t i = integer();
    if (i < 0 || static_cast<std::uint64_t>(i) >= bound)
      fail(std::string(what) + " " + std::to_string(i) + " is not below " + std::to_string(bound));
    return static_cast<std::uint64_t>(i);
  }

  float number() {
    const std::int64_t mantissa = integer();
    const std::int64_t exponent = integer();
    if (exponent < min_exponent || exponent > max_exponent)
      fail("a number is infinite, missing or out of range");
    const double value =
        static_cast<double>(mantissa) * powers_[static_cast<std::size_t>(exponent - min_exponent)];
    if (!(std::abs(value) < 1e6)) fail("a number is out of range");
    return static_cast<float>(value);
  }

  /// A column vector of `values` numbers (dlib writes both sizes negated in its newer format).
  void column(std::size_t values, float* to) {
    const std::int64_t rows = std::abs(integer()), columns = std::abs(integer());
    if (static_cast<std::uint64_t>(rows) != values || columns != 1)
      fail("a shape of " + std::to_string(rows) + "×" + std::to_string(columns) + " numbers where " +
           std::to_string(values) + "×1 are needed");
    for (std::size_t i = 0; i < values; ++i) to[i] = number();
  }

 private:
  std::span<const unsigned char> bytes_;
  const std::string& name_;
  std::size_t position_ = 0;
  std::array<double, static_cast<std::size_t>(max_exponent - min_exponent + 1)> powers_{};
};

/// Feature indices are packed into 16 bits by the evaluator.
constexpr std::uint64_t max_features = 65536;
constexpr std::size_t max_leaves = 256;

void read_tree(Reader& in, std::size_t values, ShapeCascade& cascade, bool first) {
  const std::size_t splits = in.length("splits");
  if (!std::has_single_bit(splits + 1) || splits + 1 > max_leaves || splits == 0)
    in.fail("a tree with " + std::to_string(splits) + " splits is not full");
  const int depth = std::countr_zero(splits + 1);
  if (first) cascade.depth = depth;
  if (depth != cascade.depth) in.fail("trees of different depth in one cascade");
  for (std::size_t i = 0; i < splits; ++i) {
    ShapeSplit split;
    split.first = in.index(max_features, "feature");
    split.second = in.index(max_features, "feature");
    split.threshold = in.number();
    cascade.splits.push_back(split);
  }
  const std::size_t leaves = in.length("leaves");
  if (leaves != splits + 1) in.fail("a tree's leaves do not fit its splits");
  const std::size_t begin = cascade.leaves.size();
  cascade.leaves.resize(begin + leaves * values);
  for (std::size_t i = 0; i < leaves; ++i) in.column(values, &cascade.leaves[begin + i * values]);
}

}  // namespace

ShapeFile read_shape_file(std::span<const unsigned char> bytes, const std::string& name, std::size_t values,
                          const std::function<void(const ShapeCascade&)>& use) {
  Reader in(bytes, name);
  if (const auto version = in.integer(); version != 1)
    in.fail("version " + std::to_string(version) + " is not known, only 1 is");
  ShapeFile file;
  file.mean_shape.resize(values);
  in.column(values, file.mean_shape.data());

  const std::size_t cascades = in.length("cascades");
  std::vector<std::uint64_t> features_used(cascades, 0);
  ShapeCascade cascade;
  for (std::size_t c = 0; c < cascades; ++c) {
    cascade.trees = in.length("trees");
    if (cascade.trees == 0) in.fail("a cascade of " + std::to_string(cascade.trees) + " trees");
    cascade.splits.clear();
    cascade.leaves.clear();
    for (std::size_t t = 0; t < cascade.trees; ++t) read_tree(in, values, cascade, t == 0);
    for (const ShapeSplit& split : cascade.splits)
      features_used[c] = std::max({features_used[c], split.first + 1, split.second + 1});
    use(cascade);
  }

  file.features.resize(cascades);
  if (in.length("anchor lists") != cascades) in.fail("anchor lists do not fit the cascades");
  for (ShapeFeatures& features : file.features) {
    features.anchors.resize(in.length("anchors"));
    for (auto& anchor : features.anchors) anchor = in.index(values / 2, "anchor");
  }
  if (in.length("offset lists") != cascades) in.fail("offset lists do not fit the cascades");
  for (std::size_t c = 0; c < cascades; ++c) {
    ShapeFeatures& features = file.features[c];
    const std::size_t count = in.length("offsets");
    if (count != features.anchors.size() || count < features_used[c])
      in.fail(std::to_string(count) + " offsets where " + std::to_string(features.anchors.size()) +
              " anchors are and " + std::to_string(features_used[c]) + " features are used");
    features.offsets.resize(2 * count);
    for (float& offset : features.offsets) offset = in.number();
  }
  return file;
}

}  // namespace facelex
