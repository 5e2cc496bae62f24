#include "head.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "facelex/face/model/mesh.hpp"

namespace facelex {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

float eased(float share) {
  const float s = std::clamp(share, 0.0F, 1.0F);
  return s * s * (3 - 2 * s);
}

Eigen::RowVector3f reflectance(const cv::Vec3f& color) {
  return Eigen::RowVector3f(color[0], color[1], color[2]) / 255;
}

/// Joins rows of `columns` points each to a surface; `closed` joins the last column to the first.
Surface grid_surface(Eigen::Index rows, Eigen::Index columns, bool closed) {
  Surface surface;
  surface.points.resize(rows * columns, 3);
  surface.colors.resize(rows * columns, 3);
  const Eigen::Index steps = closed ? columns : columns - 1;
  surface.triangles.resize(2 * (rows - 1) * steps, 3);
  Eigen::Index t = 0;
  for (Eigen::Index r = 0; r + 1 < rows; ++r)
    for (Eigen::Index c = 0; c < steps; ++c) {
      const auto at = [&](Eigen::Index row, Eigen::Index column) {
        return static_cast<std::int32_t>(row * columns + column % columns);
      };
      surface.triangles.row(t++) << at(r, c), at(r + 1, c), at(r + 1, c + 1);
      surface.triangles.row(t++) << at(r, c), at(r + 1, c + 1), at(r, c + 1);
    }
  surface.two_sided = true;
  return surface;
}

void finish(Surface& surface) {
  surface.normals = vertex_normals(surface.points, surface.triangles);
}

/// The middle of the head, and its half axes without hair.
const Eigen::RowVector3f head_middle(0, -52, 80);
const Eigen::RowVector3f head_axes(75, 90, 92);
/// How far behind the outline the hair has its full height, as a share of the way to the back.
constexpr float hair_rise = 0.14F;

/// The distance of the ellipsoid with these half axes from its middle.
float ellipsoid_radius(const Eigen::RowVector3f& direction, const Eigen::RowVector3f& axes) {
  return 1 / direction.cwiseQuotient(axes).norm();
}

/// From one direction to another along the great circle.
Eigen::RowVector3f turned(const Eigen::RowVector3f& from, const Eigen::RowVector3f& to, float share) {
  const float angle = std::acos(std::clamp(from.dot(to), -1.0F, 1.0F));
  return (std::sin((1 - share) * angle) * from + std::sin(share * angle) * to) / std::sin(angle);
}

Surface ellipsoid(const Eigen::RowVector3f& middle, const Eigen::RowVector3f& axes,
                  const Eigen::RowVector3f& color) {
  constexpr Eigen::Index rows = 15, columns = 24;
  Surface surface = grid_surface(rows, columns, true);
  for (Eigen::Index r = 0; r < rows; ++r)
    for (Eigen::Index c = 0; c < columns; ++c) {
      const float polar = pi * static_cast<float>(r) / (rows - 1),
                  round = 2 * pi * static_cast<float>(c) / columns;
      const Eigen::RowVector3f direction(std::sin(polar) * std::cos(round), -std::cos(polar),
                                         std::sin(polar) * std::sin(round));
      surface.points.row(r * columns + c) = middle + direction.cwiseProduct(axes);
      surface.colors.row(r * columns + c) = color;
    }
  finish(surface);
  return surface;
}

Surface joined(const Surface& a, const Surface& b) {
  Surface both = a;
  both.points.resize(a.points.rows() + b.points.rows(), 3);
  both.points << a.points, b.points;
  both.normals.resize(both.points.rows(), 3);
  both.normals << a.normals, b.normals;
  both.colors.resize(both.points.rows(), 3);
  both.colors << a.colors, b.colors;
  both.triangles.resize(a.triangles.rows() + b.triangles.rows(), 3);
  both.triangles << a.triangles, b.triangles.array() + static_cast<std::int32_t>(a.points.rows());
  return both;
}

}  // namespace

Surface hair_surface(const MorphableModel& model, const Vertices& neutral, const SubjectLook& look) {
  const std::vector<std::int32_t> outline = mesh_borders(model.triangles).front();
  constexpr Eigen::Index rows = 22;
  const auto columns = static_cast<Eigen::Index>(outline.size());
  Surface hair = grid_surface(rows, columns, true);
  Random random(look.grain);
  const float ear = neutral(model.landmarks[0], 1);  // the jaw line begins at the height of the eyes
  const Eigen::RowVector3f back = Eigen::RowVector3f(0, 0.12F, 1).normalized();
  const Eigen::RowVector3f skin = reflectance(look.skin), tone = reflectance(look.hair);
  const auto full = static_cast<float>(look.hair_mm);
  for (Eigen::Index c = 0; c < columns; ++c) {
    const Eigen::RowVector3f start = neutral.row(outline[static_cast<std::size_t>(c)]);
    const Eigen::RowVector3f from = (start - head_middle).normalized();
    const float strand = 1 + 0.1F * static_cast<float>(random.normal());
    // Hair above the ears; the nape is hairy, the jaw's underside is not.
    const float here = 1 - eased((start.y() - ear - 4) / 22);
    // Below the jaw no light comes.
    const float light = 1 - 0.55F * eased((start.y() - ear - 40) / 25);
    for (Eigen::Index r = 0; r < rows; ++r) {
      const float share = static_cast<float>(r) / (rows - 1);
      const Eigen::RowVector3f direction = turned(from, back, share);
      const float hairy = std::max(here, eased((share - 0.3F) / 0.2F));
      const float rise = eased(share / hair_rise);
      const float radius = (1 - rise) * (start - head_middle).norm() +
                           rise * (ellipsoid_radius(direction, head_axes) + hairy * full);
      const Eigen::Index row = r * columns + c;
      hair.points.row(row) = head_middle + radius * direction;
      const float shine = strand * (1 + 0.05F * static_cast<float>(random.normal()));
      hair.colors.row(row) = skin * (light * (1 - hairy)) + tone * (hairy * shine);
    }
  }
  hair.specular = 0.12F;
  hair.shininess = 10;
  finish(hair);
  return hair;
}

Surface ears_surface(const MorphableModel& model, const Vertices& neutral, const SubjectLook& look) {
  const Eigen::RowVector3f color = reflectance(look.skin.mul(cv::Vec3f(0.88F, 0.9F, 0.98F)));
  std::vector<Surface> ears;
  for (const int point : {1, 15}) {
    const Eigen::RowVector3f near = neutral.row(model.landmarks[static_cast<std::size_t>(point)]);
    const float side = near.x() < 0 ? -1.0F : 1.0F;
    Surface ear = ellipsoid(near + Eigen::RowVector3f(side * 6, -1, 20), {5, 29, 14}, color);
    for (Eigen::Index i = 0; i < ear.points.rows(); ++i) {
      Eigen::RowVector3f offset = ear.points.row(i) - near;
      // Leans back and out, and is dark inside.
      offset.z() -= 0.2F * offset.y();
      offset.x() += side * 0.35F * (offset.z() - 20);
      ear.points.row(i) = near + offset;
      const float out = side * ear.normals(i, 0);
      ear.colors.row(i) *= 1 - 0.45F * eased((out - 0.75F) / 0.25F);
    }
    finish(ear);
    ears.push_back(std::move(ear));
  }
  return joined(ears[0], ears[1]);
}

Surface long_hair_surface(const SubjectLook& look) {
  Surface hair = ellipsoid({0, 30, 118}, {88 + static_cast<float>(look.hair_mm), 135, 48},
                           reflectance(look.hair) * 0.8F);
  Random random(look.grain + 1);
  for (Eigen::Index i = 0; i < hair.colors.rows(); ++i)
    hair.colors.row(i) *= 1 + 0.1F * static_cast<float>(random.normal());
  return hair;
}

Surface mouth_surface(const std::vector<std::int32_t>& border, const Vertices& shape) {
  constexpr std::array<float, 4> shares = {1.04F, 0.97F, 0.8F, 0.0F}, depths = {1.2F, 6, 16, 22},
                                 light = {0.5F, 0.3F, 0.14F, 0.1F};
  const auto columns = static_cast<Eigen::Index>(border.size());
  Surface mouth = grid_surface(static_cast<Eigen::Index>(shares.size()), columns, true);
  Eigen::RowVector3f middle(0, 0, 0);
  for (const std::int32_t vertex : border) middle += shape.row(vertex) / static_cast<float>(columns);
  for (std::size_t r = 0; r < shares.size(); ++r)
    for (Eigen::Index c = 0; c < columns; ++c) {
      const Eigen::Index row = static_cast<Eigen::Index>(r) * columns + c;
      mouth.points.row(row) = middle + shares[r] * (shape.row(border[static_cast<std::size_t>(c)]) - middle) +
                              Eigen::RowVector3f(0, 0, depths[r]);
      mouth.colors.row(row) = Eigen::RowVector3f(0.36F, 0.3F, 0.62F) * light[r];
    }
  finish(mouth);
  return mouth;
}

namespace {

/// Teeth side by side on a strip, the gums at its top.
cv::Mat teeth_texture() {
  constexpr int width = 240, height = 60;
  constexpr std::array<int, 11> gaps = {0, 22, 42, 62, 90, 120, 150, 178, 198, 218, 240};
  cv::Mat texture(height, width, CV_8UC3, cv::Scalar(206, 224, 232));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      int distance = width;
      for (const int gap : gaps) distance = std::min(distance, std::abs(x - gap));
      float light = distance < 2 ? 0.72F : 1.0F;
      light *= 1 - 0.35F * std::abs(static_cast<float>(x) / width - 0.5F) * 2;
      cv::Vec3b& pixel = texture.at<cv::Vec3b>(y, x);
      if (y < 12) pixel = cv::Vec3b(120, 120, 190);
      for (int c = 0; c < 3; ++c)
        pixel[c] = cv::saturate_cast<unsigned char>(static_cast<float>(pixel[c]) * light);
    }
  return texture;
}

}  // namespace

Surface teeth_surface(const MorphableModel& model, const Vertices& neutral, bool upper,
                      const Eigen::RowVector3f& jaw, float opening_mm) {
  static const cv::Mat texture = teeth_texture();
  constexpr Eigen::Index rows = 3, columns = 17;
  constexpr float half_width = 23, height = 10, behind_lips = 5.5F, bow = 26;
  const Eigen::RowVector3f lip = neutral.row(model.landmarks[upper ? 62 : 66]);
  Surface teeth = grid_surface(rows, columns, false);
  teeth.texture = texture;
  teeth.texture_places.resize(teeth.points.rows(), 2);
  const float light = 0.12F + 0.88F * eased((opening_mm - 2.5F) / 7);
  for (Eigen::Index r = 0; r < rows; ++r)
    for (Eigen::Index c = 0; c < columns; ++c) {
      const float across = 2 * static_cast<float>(c) / (columns - 1) - 1, x = half_width * across;
      const float down = static_cast<float>(r) / (rows - 1);  // from the gums to the edge
      const float edge = upper ? 2.2F : 3.2F;
      const float y = upper ? edge - height * (1 - down) : edge + height * (1 - down);
      Eigen::RowVector3f point =
          lip + Eigen::RowVector3f(x, y, behind_lips + (upper ? 0 : 1.5F) + x * x / bow);
      if (!upper) point += jaw;
      const Eigen::Index row = r * columns + c;
      teeth.points.row(row) = point;
      teeth.colors.row(row).setConstant(light * (upper ? 1 : 0.85F));
      teeth.texture_places.row(row) << (across + 1) / 2 * 239, down * 59;
    }
  teeth.specular = 0.2F * light;
  teeth.shininess = 30;
  finish(teeth);
  return teeth;
}

Surface torso_surface(const SubjectLook& look) {
  // Height, half width and half depth from the collar down; the first rings are the collar's edge.
  constexpr std::array<std::array<float, 3>, 10> rings = {{{-34, 57, 58},
                                                           {-30, 66, 66},
                                                           {-22, 80, 70},
                                                           {-8, 112, 76},
                                                           {8, 150, 82},
                                                           {28, 186, 88},
                                                           {56, 206, 92},
                                                           {100, 216, 98},
                                                           {200, 218, 104},
                                                           {420, 215, 108}}};
  constexpr Eigen::Index columns = 40;
  Surface torso = grid_surface(static_cast<Eigen::Index>(rings.size()), columns, true);
  const Eigen::RowVector3f shirt = reflectance(look.shirt);
  for (std::size_t r = 0; r < rings.size(); ++r)
    for (Eigen::Index c = 0; c < columns; ++c) {
      const float round = 2 * pi * static_cast<float>(c) / columns;
      // The collar is lower in front.
      const float front = std::max(0.0F, -std::sin(round));
      const float drop = r < 3 ? 16 * front * front : 0;
      const Eigen::Index row = static_cast<Eigen::Index>(r) * columns + c;
      torso.points.row(row) << rings[r][1] * std::cos(round), rings[r][0] + drop,
          rings[r][2] * std::sin(round);
      torso.colors.row(row) = shirt * (r < 2 ? 0.72F : 1.0F);
    }
  finish(torso);
  return torso;
}

Surface neck_surface(const SubjectLook& look, const Eigen::RowVector3f& top,
                     const Eigen::RowVector3f& bottom) {
  constexpr Eigen::Index rows = 9, columns = 32;
  Surface neck = grid_surface(rows, columns, true);
  const Eigen::RowVector3f skin = reflectance(look.skin);
  for (Eigen::Index r = 0; r < rows; ++r)
    for (Eigen::Index c = 0; c < columns; ++c) {
      const float down = static_cast<float>(r) / (rows - 1), round = 2 * pi * static_cast<float>(c) / columns;
      const Eigen::RowVector3f middle = top + (bottom - top) * down;
      const float wide = 53 + 6 * eased((down - 0.6F) / 0.4F), deep = 50 + 6 * eased((down - 0.6F) / 0.4F);
      const Eigen::Index row = r * columns + c;
      neck.points.row(row) = middle + Eigen::RowVector3f(wide * std::cos(round), 0, deep * std::sin(round));
      // The head's shadow.
      neck.colors.row(row) = skin * (0.5F + 0.42F * eased((down - 0.35F) / 0.5F));
    }
  finish(neck);
  return neck;
}

}  // namespace facelex
