#include "facelex/video/track/landmark_model.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <new>
#include <thread>
#include <vector>

#include "dlib_shape_file.hpp"
#include "facelex/core/digest.hpp"
#include "video/source/mapped_file.hpp"

namespace facelex {
namespace {

constexpr int points = 68;
constexpr int values = 2 * points;
constexpr int pixel_steps = 16;  // feature pixels are whole grey values times this

/// Storage on huge pages where the system has them: leaves are read all over 65 MB, and with pages of 4 KB
/// most reads would miss the page table's cache too.
template <class T>
struct HugePages {
  using value_type = T;
  static constexpr std::size_t page = std::size_t{1} << 21;

  HugePages() = default;
  template <class U>
  explicit HugePages(const HugePages<U>&) {}
  T* allocate(std::size_t n) {
    const std::size_t bytes = n * sizeof(T);
    void* memory = ::operator new(bytes, std::align_val_t(page));
    if (bytes >= page) ::madvise(memory, bytes, MADV_HUGEPAGE);  // advice: it may be ignored
    return static_cast<T*>(memory);
  }
  void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t(page)); }
  bool operator==(const HugePages&) const { return true; }
};

/// Left when pixel[first] − pixel[second] > threshold, in steps of 1/pixel_steps grey value.
struct Split {
  std::uint16_t first, second;
  std::int16_t threshold;
  std::uint16_t unused;
};
static_assert(sizeof(Split) == 8);

struct Cascade {
  int depth = 0;
  std::size_t trees = 0;
  std::vector<Split> splits;                    // trees × 2^depth, the last of each tree unused
  std::vector<float, HugePages<float>> leaves;  // trees × 2^depth × values
  std::vector<std::uint16_t> anchors;
  std::vector<float> offset_x, offset_y;
};

Cascade packed(const ShapeCascade& from) {
  Cascade to;
  to.depth = from.depth;
  to.trees = from.trees;
  const std::size_t leaves = std::size_t{1} << from.depth;
  to.splits.assign(from.trees * leaves, Split{0, 0, 0, 0});
  for (std::size_t t = 0; t < from.trees; ++t)
    for (std::size_t i = 0; i + 1 < leaves; ++i) {
      const ShapeSplit& split = from.splits[t * (leaves - 1) + i];
      // Differences of grey values are whole steps, so rounding the threshold down changes no comparison.
      const double threshold = std::floor(static_cast<double>(split.threshold) * pixel_steps);
      to.splits[t * leaves + i] = {static_cast<std::uint16_t>(split.first),
                                   static_cast<std::uint16_t>(split.second),
                                   static_cast<std::int16_t>(std::clamp(threshold, -32768.0, 32767.0)), 0};
    }
  to.leaves.assign(from.leaves.begin(), from.leaves.end());
  return to;
}

/// a + ib with which `from` is best turned and scaled onto `to`, both about their means (Umeyama 1991; in the
/// plane the least-squares similarity is a complex division).
void similarity(const float* from, const float* to, double& a, double& b) {
  double fx = 0, fy = 0, tx = 0, ty = 0;
  for (int i = 0; i < points; ++i) {
    fx += from[2 * i];
    fy += from[2 * i + 1];
    tx += to[2 * i];
    ty += to[2 * i + 1];
  }
  fx /= points, fy /= points, tx /= points, ty /= points;
  double along = 0, across = 0, spread = 0;
  for (int i = 0; i < points; ++i) {
    const double px = from[2 * i] - fx, py = from[2 * i + 1] - fy;
    const double qx = to[2 * i] - tx, qy = to[2 * i + 1] - ty;
    along += px * qx + py * qy;
    across += px * qy - py * qx;
    spread += px * px + py * py;
  }
  a = spread > 0 ? along / spread : 1;
  b = spread > 0 ? across / spread : 0;
}

/// In double as dlib does it: a pixel chosen differently changes the landmarks.
std::int16_t nearest_pixel(const cv::Mat& gray, double x, double y) {
  const double i = std::floor(x + 0.5), j = std::floor(y + 0.5);
  if (!(i >= 0 && j >= 0 && i < gray.cols && j < gray.rows)) return 0;
  return static_cast<std::int16_t>(gray.ptr<std::uint8_t>(static_cast<int>(j))[static_cast<int>(i)] *
                                   pixel_steps);
}

std::int16_t bilinear_pixel(const std::uint8_t* data, std::size_t step, int cols, int rows, float x,
                            float y) {
  if (!(x >= -0.5F && y >= -0.5F && x < static_cast<float>(cols) - 0.5F &&
        y < static_cast<float>(rows) - 0.5F))
    return 0;
  // In 1/32 pixel, rounded (what is below 0 is clamped anyway); at the border the outermost pixel is
  // repeated.
  constexpr float half = 0.5F;
  const int u = std::clamp(static_cast<int>(x * 32 + half), 0, (cols - 1) * 32);
  const int v = std::clamp(static_cast<int>(y * 32 + half), 0, (rows - 1) * 32);
  const int i = std::min(u >> 5, std::max(cols - 2, 0)), j = std::min(v >> 5, std::max(rows - 2, 0));
  const int s = u - (i << 5), t = v - (j << 5);
  const int right = cols > 1 ? 1 : 0;
  const std::uint8_t* above = data + static_cast<std::size_t>(j) * step + i;
  const std::uint8_t* below = above + (rows > 1 ? step : 0);
  const int sum =
      (above[0] * (32 - s) + above[right] * s) * (32 - t) + (below[0] * (32 - s) + below[right] * s) * t;
  return static_cast<std::int16_t>((sum + 32) >> 6);  // 1024 steps a grey value → 16
}

/// One start on its way through the cascades.
struct Path {
  float shape[values];
  std::vector<std::int16_t> pixels;
  std::vector<std::uint8_t> leaf;  // of each tree
};

void read_pixels(const Cascade& cascade, const float* mean, const cv::Mat& gray, const FaceBox& box,
                 LandmarkModel::Sampling sampling, Path& path) {
  double turn_a = 0, turn_b = 0;
  similarity(mean, path.shape, turn_a, turn_b);
  const auto a = static_cast<float>(turn_a), b = static_cast<float>(turn_b);
  const double left = box.center_x - box.size / 2, top = box.center_y - box.size / 2;
  const std::size_t count = cascade.anchors.size();
  path.pixels.resize(count);
  const std::uint8_t* data = gray.ptr<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) {
    const float* anchor = path.shape + 2 * cascade.anchors[i];
    const float dx = cascade.offset_x[i], dy = cascade.offset_y[i];
    const double x = left + box.size * static_cast<double>(a * dx - b * dy + anchor[0]);
    const double y = top + box.size * static_cast<double>(b * dx + a * dy + anchor[1]);
    path.pixels[i] = sampling == LandmarkModel::Sampling::nearest
                         ? nearest_pixel(gray, x, y)
                         : bilinear_pixel(data, gray.step, gray.cols, gray.rows, static_cast<float>(x),
                                          static_cast<float>(y));
  }
}

void find_leaves(const Cascade& cascade, Path& path) {
  path.leaf.resize(cascade.trees);
  const std::size_t leaves = std::size_t{1} << cascade.depth;
  const std::int16_t* pixels = path.pixels.data();
  for (std::size_t t = 0; t < cascade.trees; ++t) {
    const Split* splits = &cascade.splits[t * leaves];
    std::size_t node = 0;
    for (int d = 0; d < cascade.depth; ++d) {
      const Split split = splits[node];
      const int difference = pixels[split.first] - pixels[split.second];
      node = 2 * node + (difference > split.threshold ? 1 : 2);
    }
    const std::size_t leaf = node + 1 - leaves;
    path.leaf[t] = static_cast<std::uint8_t>(leaf);
    const float* begin = &cascade.leaves[(t * leaves + leaf) * values];
    for (int line = 0; line < values; line += 16) __builtin_prefetch(begin + line, 0, 2);
  }
}

/// Adds the rows of all trees to the shapes, one after another in the order of the trees: the rounding of the
/// sums is then dlib's, and so are the pixels that the next cascade reads. (Sums that differ in the seventh
/// digit move a few of 7500 feature pixels to their neighbours, and the cascades make half a pixel of that.)
/// Trees outside, starts inside: starts that fall into the same leaf find it in the cache.
void add_leaves(const Cascade& cascade, std::span<Path> paths) {
  const std::size_t leaves = std::size_t{1} << cascade.depth;
  const auto row_of = [&](const Path& path, std::size_t tree) {
    return &cascade.leaves[(tree * leaves + path.leaf[tree]) * values];
  };
  std::size_t t = 0;
  for (; t + 4 <= cascade.trees; t += 4)
    for (Path& path : paths) {
      float* __restrict shape = path.shape;
      const float *r0 = row_of(path, t), *r1 = row_of(path, t + 1), *r2 = row_of(path, t + 2),
                  *r3 = row_of(path, t + 3);
      for (int i = 0; i < values; ++i) shape[i] = (((shape[i] + r0[i]) + r1[i]) + r2[i]) + r3[i];
    }
  for (; t < cascade.trees; ++t)
    for (Path& path : paths) {
      const float* r = row_of(path, t);
      for (int i = 0; i < values; ++i) path.shape[i] += r[i];
    }
}

}  // namespace

double overlap(const FaceBox& a, const FaceBox& b) {
  const auto shared = [](double p, double q, double u, double v) {
    return std::max(0.0, std::min(p + u / 2, q + v / 2) - std::max(p - u / 2, q - v / 2));
  };
  const double both =
      shared(a.center_x, b.center_x, a.size, b.size) * shared(a.center_y, b.center_y, a.size, b.size);
  const double either = a.size * a.size + b.size * b.size - both;
  return either > 0 ? both / either : 0;
}

struct LandmarkModel::Forest {
  Landmarks68 mean_shape;
  float mean[values];
  std::vector<Cascade> cascades;
  std::string digest;
};

LandmarkModel::LandmarkModel(std::unique_ptr<Forest> forest) : forest_(std::move(forest)) {}
LandmarkModel::~LandmarkModel() = default;
LandmarkModel::LandmarkModel(LandmarkModel&&) noexcept = default;
LandmarkModel& LandmarkModel::operator=(LandmarkModel&&) noexcept = default;

const Landmarks68& LandmarkModel::mean_shape() const {
  return forest_->mean_shape;
}
const std::string& LandmarkModel::digest() const {
  return forest_->digest;
}

LandmarkModel LandmarkModel::load(const std::filesystem::path& file) {
  const MappedFile mapped(file, "the landmark model",
                          "apt install libdlib-data, or give another file with " + field("landmark-model"));
  return parse(mapped.bytes(), file.string());
}

LandmarkModel LandmarkModel::parse(std::span<const unsigned char> bytes, const std::string& name) {
  auto forest = std::make_unique<Forest>();
  std::jthread digesting([&] {
    Sha256 digest;
    digest.update(bytes.data(), bytes.size());
    forest->digest = digest.hex();
  });
  const ShapeFile file = read_shape_file(
      bytes, name, values, [&](const ShapeCascade& c) { forest->cascades.push_back(packed(c)); });
  std::copy(file.mean_shape.begin(), file.mean_shape.end(), forest->mean);
  for (int i = 0; i < points; ++i) forest->mean_shape.row(i) << forest->mean[2 * i], forest->mean[2 * i + 1];
  for (std::size_t c = 0; c < forest->cascades.size(); ++c) {
    const ShapeFeatures& features = file.features[c];
    Cascade& cascade = forest->cascades[c];
    for (std::size_t i = 0; i < features.anchors.size(); ++i) {
      cascade.anchors.push_back(static_cast<std::uint16_t>(features.anchors[i]));
      cascade.offset_x.push_back(features.offsets[2 * i]);
      cascade.offset_y.push_back(features.offsets[2 * i + 1]);
    }
  }
  digesting.join();
  return LandmarkModel(std::move(forest));
}

void LandmarkModel::locate(const cv::Mat& gray, std::span<const FaceBox> starts,
                           std::span<Landmarks68> landmarks, Sampling sampling) const {
  std::vector<Path> paths(starts.size());
  for (Path& path : paths) std::copy_n(forest_->mean, values, path.shape);
  for (const Cascade& cascade : forest_->cascades) {
    for (std::size_t s = 0; s < starts.size(); ++s) {
      read_pixels(cascade, forest_->mean, gray, starts[s], sampling, paths[s]);
      find_leaves(cascade, paths[s]);
    }
    add_leaves(cascade, paths);
  }
  for (std::size_t s = 0; s < starts.size(); ++s) {
    const FaceBox& box = starts[s];
    for (int i = 0; i < points; ++i)
      landmarks[s].row(i) << box.center_x + box.size * (static_cast<double>(paths[s].shape[2 * i]) - 0.5),
          box.center_y + box.size * (static_cast<double>(paths[s].shape[2 * i + 1]) - 0.5);
  }
}

}  // namespace facelex
