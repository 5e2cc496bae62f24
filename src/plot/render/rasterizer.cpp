#include "facelex/plot/render/rasterizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr int max_samples = 4;
constexpr float nearest_mm = 1;

/// The texture between its four nearest pixels, its border going on outwards.
cv::Vec3f texture_color(const cv::Mat& texture, float x, float y) {
  x = std::clamp(x, 0.0F, static_cast<float>(texture.cols - 1));
  y = std::clamp(y, 0.0F, static_cast<float>(texture.rows - 1));
  const int left = std::min(static_cast<int>(x), std::max(texture.cols - 2, 0));
  const int top = std::min(static_cast<int>(y), std::max(texture.rows - 2, 0));
  const float fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
  const int right = std::min(left + 1, texture.cols - 1);
  const auto* upper = texture.ptr<cv::Vec3b>(top);
  const auto* lower = texture.ptr<cv::Vec3b>(std::min(top + 1, texture.rows - 1));
  cv::Vec3f color;
  for (int c = 0; c < 3; ++c) {
    const auto at = [c](const cv::Vec3b& pixel) { return static_cast<float>(pixel[c]); };
    const float above = at(upper[left]) + (at(upper[right]) - at(upper[left])) * fx;
    const float below = at(lower[left]) + (at(lower[right]) - at(lower[left])) * fx;
    color[c] = (above + (below - above) * fy) / 255.0F;
  }
  return color;
}

/// The vertices of a triangle go clockwise in the picture (y down) when it is seen from outside … or the
/// reverse: twice the signed area, positive for anticlockwise as people see it.
double doubled_area(double ax, double ay, double bx, double by, double cx, double cy) {
  return (cx - ax) * (by - ay) - (bx - ax) * (cy - ay);
}

void check(const Surface& surface) {
  const Eigen::Index size = surface.points.rows();
  const bool textured = !surface.texture.empty();
  if (surface.normals.rows() != size || surface.colors.rows() != size ||
      (textured && surface.texture_places.rows() != size))
    throw usage_error("a surface of " + std::to_string(size) + " points has " +
                      std::to_string(surface.normals.rows()) + " normals, " +
                      std::to_string(surface.colors.rows()) + " colours and " +
                      std::to_string(surface.texture_places.rows()) + " places in its texture");
  if (textured && surface.texture.type() != CV_8UC3)
    throw usage_error("a surface's texture is not a picture of 8-bit BGR");
  if (surface.triangles.size() > 0 &&
      (surface.triangles.minCoeff() < 0 || surface.triangles.maxCoeff() >= size))
    throw usage_error("a surface of " + std::to_string(size) + " points has a triangle with a vertex " +
                      std::to_string(surface.triangles.maxCoeff()));
}

/// What light a point of the surface sends to the camera, besides its colour.
struct Shade {
  float diffuse, highlight;
};

Shade shade_of(const Eigen::Vector3f& point, Eigen::Vector3f normal, const Surface& surface,
               const Light& light) {
  const Eigen::Vector3f view = -point.normalized();
  if (surface.two_sided && normal.dot(view) < 0) normal = -normal;
  const Eigen::Vector3f key = light.key.normalized();
  const float lit = std::max(0.0F, normal.dot(key));
  const float filled = std::max(0.0F, normal.dot(light.fill.normalized()));
  const Eigen::Vector3f half = (key + view).normalized();
  const float gleam =
      lit > 0 && surface.specular > 0 ? std::pow(std::max(0.0F, normal.dot(half)), surface.shininess) : 0.0F;
  return {light.ambient + light.key_strength * lit + light.fill_strength * filled,
          light.key_strength * surface.specular * gleam};
}

}  // namespace

/// A projected vertex. What goes over the triangle is divided by z, so that it does so in perspective.
struct Rasterizer::Corner {
  enum : std::size_t { blue, green, red, highlight, texture_x, texture_y, count };
  double x = 0, y = 0;  // in samples
  float nearness = 0;   // 1/z; 0: too near to be drawn
  std::array<float, count> over_z{};
};

Rasterizer::Rasterizer(int width, int height, const Camera& camera, int samples) : samples_(samples) {
  if (width < 1 || height < 1 || samples < 1 || samples > max_samples)
    throw usage_error("a picture of " + std::to_string(width) + "×" + std::to_string(height) + " with " +
                          std::to_string(samples) + "² samples cannot be drawn",
                      "sizes are ≥ 1, samples 1 … 4");
  // Pixel (i, j) has its centre at (i, j), and so have samples.
  const double shift = (samples - 1) / 2.0;
  camera_ = {camera.fx * samples, camera.fy * samples, camera.cx * samples + shift,
             camera.cy * samples + shift};
  colors_.create(height * samples, width * samples, CV_8UC3);
  colors_.setTo(cv::Scalar::all(0));
  nearness_ = cv::Mat(colors_.size(), CV_32FC1, cv::Scalar(0));
}

void Rasterizer::clear(const cv::Mat& background) {
  if (background.type() != CV_8UC3 || background.size() * samples_ != colors_.size())
    throw usage_error("the background is no 8-bit BGR picture of the size that is drawn");
  cv::resize(background, colors_, colors_.size(), 0, 0, cv::INTER_NEAREST);
  nearness_.setTo(cv::Scalar(0));
}

void Rasterizer::draw(const Surface& surface, const Light& light) {
  check(surface);
  std::vector<Corner> corners(static_cast<std::size_t>(surface.points.rows()));
  for (Eigen::Index i = 0; i < surface.points.rows(); ++i) {
    const Eigen::Vector3f point = surface.points.row(i);
    if (point.z() < nearest_mm) continue;
    Corner& corner = corners[static_cast<std::size_t>(i)];
    const Eigen::Vector2d place = camera_.project(point.cast<double>());
    corner.x = place.x();
    corner.y = place.y();
    corner.nearness = 1 / point.z();
    const Shade shade = shade_of(point, surface.normals.row(i), surface, light);
    for (Eigen::Index c = 0; c < 3; ++c)
      corner.over_z[static_cast<std::size_t>(c)] = surface.colors(i, c) * shade.diffuse * corner.nearness;
    corner.over_z[Corner::highlight] = shade.highlight * corner.nearness;
    if (surface.texture.empty()) continue;
    corner.over_z[Corner::texture_x] = surface.texture_places(i, 0) * corner.nearness;
    corner.over_z[Corner::texture_y] = surface.texture_places(i, 1) * corner.nearness;
  }
  for (Eigen::Index t = 0; t < surface.triangles.rows(); ++t) {
    const auto corner = [&](Eigen::Index k) -> const Corner& {
      return corners[static_cast<std::size_t>(surface.triangles(t, k))];
    };
    draw_triangle(corner(0), corner(1), corner(2), surface);
  }
}

void Rasterizer::draw_triangle(const Corner& a, const Corner& b, const Corner& c, const Surface& surface) {
  if (a.nearness == 0 || b.nearness == 0 || c.nearness == 0) return;
  const double area = doubled_area(a.x, a.y, b.x, b.y, c.x, c.y);
  if (area == 0 || (area < 0 && !surface.two_sided)) return;
  const auto [low_x, high_x] = std::minmax({a.x, b.x, c.x});
  const auto [low_y, high_y] = std::minmax({a.y, b.y, c.y});
  const int left = static_cast<int>(std::ceil(std::max(low_x, 0.0)));
  const int right = static_cast<int>(std::floor(std::min(high_x, colors_.cols - 1.0)));
  const int top = static_cast<int>(std::ceil(std::max(low_y, 0.0)));
  const int bottom = static_cast<int>(std::floor(std::min(high_y, colors_.rows - 1.0)));
  const double share = 1 / area;
  for (int y = top; y <= bottom; ++y) {
    auto* colors = colors_.ptr<cv::Vec3b>(y);
    auto* nearness = nearness_.ptr<float>(y);
    for (int x = left; x <= right; ++x) {
      // Points on an edge belong to both triangles at it: the picture of a mirrored mesh is the mirrored one.
      const double at_a = doubled_area(x, y, b.x, b.y, c.x, c.y);
      const double at_b = doubled_area(a.x, a.y, x, y, c.x, c.y);
      const double at_c = doubled_area(a.x, a.y, b.x, b.y, x, y);
      if (area > 0 ? at_a < 0 || at_b < 0 || at_c < 0 : at_a > 0 || at_b > 0 || at_c > 0) continue;
      const auto wa = static_cast<float>(at_a * share), wb = static_cast<float>(at_b * share),
                 wc = static_cast<float>(at_c * share);
      const float near = wa * a.nearness + wb * b.nearness + wc * c.nearness;
      if (near <= nearness[x]) continue;
      nearness[x] = near;
      const float z = 1 / near, za = wa * z, zb = wb * z, zc = wc * z;
      std::array<float, Corner::count> value;
      for (std::size_t k = 0; k < Corner::count; ++k)
        value[k] = za * a.over_z[k] + zb * b.over_z[k] + zc * c.over_z[k];
      cv::Vec3f color(value[Corner::blue], value[Corner::green], value[Corner::red]);
      if (!surface.texture.empty())
        color = color.mul(texture_color(surface.texture, value[Corner::texture_x], value[Corner::texture_y]));
      for (int k = 0; k < 3; ++k)
        colors[x][k] = cv::saturate_cast<unsigned char>(255 * (color[k] + value[Corner::highlight]));
    }
  }
}

cv::Mat Rasterizer::picture() const {
  cv::Mat picture;
  cv::resize(colors_, picture, colors_.size() / samples_, 0, 0, cv::INTER_AREA);
  return picture;
}

cv::Mat Rasterizer::depth() const {
  cv::Mat depth(colors_.size() / samples_, CV_32FC1);
  for (int y = 0; y < depth.rows; ++y)
    for (int x = 0; x < depth.cols; ++x) {
      const cv::Mat samples = nearness_(cv::Rect(x * samples_, y * samples_, samples_, samples_));
      const float nearest = *std::max_element(samples.begin<float>(), samples.end<float>());
      depth.at<float>(y, x) = nearest > 0 ? 1 / nearest : std::numeric_limits<float>::infinity();
    }
  return depth;
}

}  // namespace facelex
