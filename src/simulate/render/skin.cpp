#include "skin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "facelex/face/model/mesh.hpp"

namespace facelex {
namespace {

constexpr double per_mm = 3;  ///< pixels of the texture
constexpr double margin_mm = 6;
/// The head's axis lies this far behind the bridge of the nose, and the unrolled surface about as far from
/// it.
constexpr double axis_depth_mm = 80, unrolled_radius_mm = 70;

cv::Vec3f rgb(float red, float green, float blue) {
  return {blue, green, red};
}

/// Between neighbours of a row of colours, `at` from 0 to 1.
template <std::size_t count>
cv::Vec3f along(const std::array<cv::Vec3f, count>& colors, double at) {
  const double place = std::clamp(at, 0.0, 1.0) * (count - 1);
  const auto first = std::min(static_cast<std::size_t>(place), count - 2);
  const auto share = static_cast<float>(place - static_cast<double>(first));
  return colors[first] * (1 - share) + colors[first + 1] * share;
}

const std::array<cv::Vec3f, 6> skins = {rgb(240, 208, 190), rgb(228, 186, 162), rgb(206, 158, 130),
                                        rgb(176, 126, 98),  rgb(136, 94, 72),   rgb(104, 72, 56)};
const std::array<cv::Vec3f, 5> hairs = {rgb(26, 22, 20), rgb(48, 34, 26), rgb(86, 58, 38), rgb(150, 112, 68),
                                        rgb(120, 116, 112)};
const std::array<cv::Vec3f, 4> irises = {rgb(70, 46, 30), rgb(104, 74, 44), rgb(96, 110, 82),
                                         rgb(92, 122, 150)};

cv::Point fixed(const cv::Point2f& point) {
  constexpr float subpixels = 16;
  return {cvRound(point.x * subpixels), cvRound(point.y * subpixels)};
}
constexpr int fixed_bits = 4;

/// A share 0 … 1 of each pixel: a line or a filled polygon, its edges softened.
cv::Mat soft_line(const cv::Size& size, const std::vector<cv::Point2f>& line, double width_mm,
                  double soft_mm) {
  cv::Mat share(size, CV_32FC1, cv::Scalar(0));
  for (std::size_t i = 0; i + 1 < line.size(); ++i)
    cv::line(share, fixed(line[i]), fixed(line[i + 1]), cv::Scalar(1),
             std::max(1, static_cast<int>(std::lround(width_mm * per_mm))), cv::LINE_8, fixed_bits);
  cv::GaussianBlur(share, share, {}, soft_mm * per_mm);
  return share;
}

cv::Mat soft_polygon(const cv::Size& size, const std::vector<cv::Point2f>& border, double soft_mm) {
  cv::Mat share(size, CV_32FC1, cv::Scalar(0));
  std::vector<cv::Point> corners;
  corners.reserve(border.size());
  for (const auto& point : border) corners.push_back(fixed(point));
  cv::fillPoly(share, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(1), cv::LINE_8, fixed_bits);
  cv::GaussianBlur(share, share, {}, soft_mm * per_mm);
  return share;
}

/// Smooth noise of mean 0 and about unit size, `grain_mm` from bump to bump.
cv::Mat noise(const cv::Size& size, double grain_x_mm, double grain_y_mm, Random& random) {
  const cv::Size coarse(std::max(4, static_cast<int>(size.width / (grain_x_mm * per_mm))),
                        std::max(4, static_cast<int>(size.height / (grain_y_mm * per_mm))));
  cv::Mat values(coarse, CV_32FC1);
  for (auto it = values.begin<float>(); it != values.end<float>(); ++it)
    *it = static_cast<float>(random.normal());
  cv::Mat smooth;
  cv::resize(values, smooth, size, 0, 0, cv::INTER_CUBIC);
  return smooth;
}

/// A smooth line through points (Catmull and Rom).
std::vector<cv::Point2f> smooth_line(const std::vector<cv::Point2f>& through, int pieces, bool closed) {
  std::vector<cv::Point2f> line;
  const auto size = static_cast<int>(through.size());
  const auto at = [&](int i) {
    const int index = closed ? (i + size) % size : std::clamp(i, 0, size - 1);
    return through[static_cast<std::size_t>(index)];
  };
  for (int i = 0; i < (closed ? size : size - 1); ++i)
    for (int k = 0; k < pieces; ++k) {
      const float t = static_cast<float>(k) / static_cast<float>(pieces);
      const cv::Point2f a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
      line.push_back((b * 2 + (c - a) * t + (a * 2 - b * 5 + c * 4 - d) * (t * t) +
                      (b * 3 - a - c * 3 + d) * (t * t * t)) *
                     0.5F);
    }
  if (!closed) line.push_back(through.back());
  return line;
}

float eased(double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  return static_cast<float>(s * s * (3 - 2 * s));
}

}  // namespace

SubjectLook draw_look(Random& random) {
  SubjectLook look;
  const double tone = random.uniform();
  look.skin = along(skins, tone);
  const double redness = random.uniform(0.85, 1.1);
  look.lips = look.skin.mul(cv::Vec3f(0.66F, 0.60F, 0.84F)) * static_cast<float>(redness);
  // Light hair and light eyes go with light skin.
  look.hair = along(hairs, random.uniform(0, tone < 0.45 ? 1.0 : 0.4));
  look.iris = along(irises, random.uniform(0, tone < 0.45 ? 1.0 : 0.35));
  look.shirt =
      cv::Vec3f(static_cast<float>(random.uniform(30, 190)), static_cast<float>(random.uniform(30, 180)),
                static_cast<float>(random.uniform(30, 190)));
  const double gray = random.uniform(90, 215);
  look.background = cv::Vec3f(static_cast<float>(gray * random.uniform(0.92, 1.08)), static_cast<float>(gray),
                              static_cast<float>(gray * random.uniform(0.92, 1.06)));
  look.long_hair = random.uniform() < 0.5;
  look.hair_mm = look.long_hair ? random.uniform(10, 17) : random.uniform(5, 14);
  look.fringe_mm = random.uniform(3, 12);
  look.brow_mm = look.long_hair ? random.uniform(5, 7) : random.uniform(6, 9);
  look.stubble = look.long_hair ? 0 : random.uniform(0, 1) * (tone < 0.7 ? 1 : 0.4);
  look.grain = random.next();
  return look;
}

SkinPainting::SkinPainting(const MorphableModel& model, const SubjectLook& look)
    : model_(model), look_(look), random_(look.grain), outline_(mesh_borders(model.triangles).front()) {
  unroll();
  paint_skin();
  paint_nose();
  paint_lips();
  paint_eyes();
  paint_brow({17, 18, 19, 20, 21});
  paint_brow({26, 25, 24, 23, 22});
  paint_hair_border();
  colors_.convertTo(texture_, CV_8UC3);
}

void SkinPainting::unroll() {
  places_.resize(model_.vertex_count(), 2);
  const float bridge = model_.mean(model_.landmarks[27], 2);
  for (Eigen::Index i = 0; i < model_.vertex_count(); ++i)
    places_.row(i) << unrolled_radius_mm *
                          std::atan2(model_.mean(i, 0), axis_depth_mm + bridge - model_.mean(i, 2)),
        model_.mean(i, 1);
  const Eigen::RowVector2f low = places_.colwise().minCoeff(), high = places_.colwise().maxCoeff();
  places_ = ((places_.rowwise() - low).array() + float{margin_mm}) * float{per_mm};
  const Eigen::RowVector2f size = ((high - low).array() + 2 * float{margin_mm}) * float{per_mm};
  colors_ = cv::Mat(cvCeil(size.y()), cvCeil(size.x()), CV_32FC3, cv::Scalar(look_.skin));
}

SkinPainting::Line SkinPainting::landmarks(const std::vector<int>& points) const {
  Line line;
  for (const int point : points) line.push_back(place(model_.landmarks[static_cast<std::size_t>(point)]));
  return line;
}

void SkinPainting::mix(const cv::Mat& share, const cv::Vec3f& color) {
  for (int y = 0; y < colors_.rows; ++y) {
    auto* row = colors_.ptr<cv::Vec3f>(y);
    const auto* shares = share.ptr<float>(y);
    for (int x = 0; x < colors_.cols; ++x) row[x] += (color - row[x]) * std::clamp(shares[x], 0.0F, 1.0F);
  }
}

/// Multiplies the colours about a point by up to `factor`.
void SkinPainting::shade(const cv::Point2f& middle, double width_mm, double height_mm,
                         const cv::Vec3f& factor) {
  for (int y = 0; y < colors_.rows; ++y)
    for (int x = 0; x < colors_.cols; ++x) {
      const double dx = (x - middle.x) / (width_mm * per_mm), dy = (y - middle.y) / (height_mm * per_mm);
      const double squared = dx * dx + dy * dy;
      if (squared > 9) continue;
      const auto share = static_cast<float>(std::exp(-squared));
      auto& color = colors_.at<cv::Vec3f>(y, x);
      for (int c = 0; c < 3; ++c) color[c] *= 1 + (factor[c] - 1) * share;
    }
}

void SkinPainting::paint_skin() {
  const cv::Mat mottling = noise(colors_.size(), 9, 9, random_),
                grain = noise(colors_.size(), 0.7, 0.7, random_);
  for (int y = 0; y < colors_.rows; ++y)
    for (int x = 0; x < colors_.cols; ++x)
      colors_.at<cv::Vec3f>(y, x) *= 1 + 0.012F * mottling.at<float>(y, x) + 0.012F * grain.at<float>(y, x);
  const cv::Vec3f blush(0.86F, 0.88F, 1.0F), shadow(0.78F, 0.80F, 0.84F), light(1.05F, 1.05F, 1.04F);
  for (const int side : {0, 1}) {
    const cv::Point2f eye = landmarks({side ? 39 : 42})[0], outer = landmarks({side ? 36 : 45})[0],
                      mouth = landmarks({side ? 48 : 54})[0], wing = landmarks({side ? 31 : 35})[0];
    const cv::Point2f cheek((outer.x + mouth.x) / 2, (wing.y * 2 + eye.y) / 3);
    shade(cheek, 20, 14, blush);
    shade({eye.x * 0.8F + outer.x * 0.2F, eye.y - 6 * float{per_mm}}, 8, 7, shadow);  // orbit
    shade({(eye.x + outer.x) / 2, eye.y + 8 * float{per_mm}}, 13, 4, cv::Vec3f(0.92F, 0.92F, 0.94F));
    shade({wing.x * 0.75F + mouth.x * 0.25F, wing.y * 0.6F + mouth.y * 0.4F}, 4, 7,
          cv::Vec3f(0.9F, 0.9F, 0.93F));
    shade(mouth, 3.2, 3, shadow);
  }
  const cv::Point2f base = landmarks({33})[0], lip = landmarks({57})[0], chin = landmarks({8})[0],
                    tip = landmarks({30})[0], bridge = landmarks({28})[0];
  shade(base, 9, 3, cv::Vec3f(0.74F, 0.74F, 0.80F));
  shade({lip.x, lip.y + 5 * float{per_mm}}, 14, 4, cv::Vec3f(0.84F, 0.85F, 0.88F));
  shade(tip, 8, 7, blush);
  shade(bridge, 3, 12, light);
  shade({chin.x, chin.y - 8 * float{per_mm}}, 14, 8, blush);
  // Stubble, and the shadow below the jaw.
  const auto stubble = static_cast<float>(0.22 * look_.stubble);
  shade({chin.x, chin.y - 4 * float{per_mm}}, 52, 26,
        cv::Vec3f(1 - 0.7F * stubble, 1 - stubble, 1 - 1.15F * stubble));
  shade({chin.x, chin.y + 7 * float{per_mm}}, 60, 7, cv::Vec3f(0.6F, 0.6F, 0.62F));
}

void SkinPainting::paint_lips() {
  const Line outer = smooth_line(landmarks({48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59}), 8, true);
  cv::Mat share = soft_polygon(colors_.size(), outer, 0.7);
  share *= 0.85;
  mix(share, look_.lips);
  // A darker line where the lips meet, and lighter middles.
  const cv::Vec3f dark = look_.lips * 0.42F;
  for (const auto& inner :
       {Line(landmarks({48, 60, 61, 62, 63, 64, 54})), Line(landmarks({60, 67, 66, 65, 64}))})
    mix(soft_line(colors_.size(), smooth_line(inner, 6, false), 1.1, 0.5), dark);
  const cv::Point2f lower = (landmarks({66})[0] + landmarks({57})[0]) / 2;
  shade(lower, 9, 2.4, cv::Vec3f(1.16F, 1.14F, 1.1F));
}

void SkinPainting::paint_nose() {
  const cv::Vec3f dark = look_.skin * 0.26F;
  for (const auto& [inner, wing] : {std::pair{32, 31}, std::pair{34, 35}}) {
    const cv::Point2f a = landmarks({inner})[0], b = landmarks({wing})[0];
    const cv::Point2f middle = a * 0.85F + b * 0.15F - cv::Point2f(0, 1.5F * float{per_mm});
    const cv::Point2f along = (b - a) * 0.3F;
    mix(soft_line(colors_.size(), {middle - along, middle + along}, 2.4, 0.8), dark);
    mix(soft_line(colors_.size(),
                  {a, b + (b - a) * 0.3F, b + (b - a) * 0.5F - cv::Point2f(0, 5 * float{per_mm})}, 1.0, 1.0),
        look_.skin * 0.55F);
  }
}

void SkinPainting::paint_eyes() {
  const cv::Vec3f lash = look_.hair * 0.25F + cv::Vec3f(14, 14, 16);
  for (const auto& border : {opening_about(model_, image_left_eye), opening_about(model_, image_right_eye)}) {
    // The border without its corners: above and below the line between them.
    const auto [leftmost, rightmost] = std::minmax_element(
        border.begin(), border.end(), [&](auto a, auto b) { return places_(a, 0) < places_(b, 0); });
    const cv::Point2f left = place(*leftmost), right = place(*rightmost);
    Line upper = {left, right}, lower = {left, right}, crease;
    for (const std::int32_t vertex : border) {
      const cv::Point2f at = place(vertex);
      if (vertex == *leftmost || vertex == *rightmost) continue;
      const float level = left.y + (right.y - left.y) * (at.x - left.x) / (right.x - left.x);
      (at.y < level ? upper : lower).push_back(at);
    }
    const auto by_x = [](const cv::Point2f& a, const cv::Point2f& b) { return a.x < b.x; };
    for (Line* line : {&upper, &lower}) std::sort(line->begin(), line->end(), by_x);
    for (const cv::Point2f& at : upper) crease.emplace_back(at.x, at.y - 4.4F * float{per_mm});
    mix(soft_line(colors_.size(), crease, 0.9, 0.8), look_.skin * 0.5F);
    cv::Mat edge = soft_line(colors_.size(), lower, 1.0, 0.6);
    edge *= 0.7;
    mix(edge, look_.skin * 0.42F);
    mix(soft_line(colors_.size(), upper, 1.9, 0.35), lash);
  }
}

void SkinPainting::paint_brow(const std::vector<int>& points) {
  const Line line = smooth_line(landmarks(points), 16, false);
  const cv::Vec3f hair = look_.hair * 0.8F;
  cv::Mat share(colors_.size(), CV_32FC1, cv::Scalar(0));
  const float outwards = line.front().x < line.back().x ? -1.0F : 1.0F;
  constexpr int strokes = 420;
  // The landmarks lie near a brow's upper border.
  constexpr double brow_above = 0.12;
  for (int i = 0; i < strokes; ++i) {
    // From tail (0) to head (1): wider and steeper towards the head.
    const double at = random_.uniform();
    const cv::Point2f middle = line[static_cast<std::size_t>(at * static_cast<double>(line.size() - 1))];
    const double width = look_.brow_mm * (0.35 + 0.65 * eased(at / 0.6)) * per_mm;
    const cv::Point2f root =
        middle + cv::Point2f(0, static_cast<float>(width * (random_.uniform() - brow_above)));
    const double lean = 0.25 + 0.75 * at + 0.25 * random_.normal();
    const double length = (3.2 + random_.uniform() * 2) * per_mm;
    const cv::Point2f tip = root + cv::Point2f(outwards * static_cast<float>(length * std::cos(lean)),
                                               static_cast<float>(-0.6 * length * std::sin(lean)));
    cv::line(share, fixed(root), fixed(tip), cv::Scalar(0.75 + 0.25 * random_.uniform()), 1, cv::LINE_8,
             fixed_bits);
  }
  cv::GaussianBlur(share, share, {}, 0.45 * per_mm);
  share *= 1.15;
  mix(share, hair);
}

void SkinPainting::paint_hair_border() {
  // Distance from the outline, inwards.
  cv::Mat inside(colors_.size(), CV_8UC1, cv::Scalar(0));
  std::vector<cv::Point> corners;
  for (const std::int32_t vertex : outline_) corners.emplace_back(place(vertex));
  cv::fillPoly(inside, std::vector<std::vector<cv::Point>>{corners}, cv::Scalar(255));
  cv::Mat distance;
  cv::distanceTransform(inside, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
  const cv::Mat ragged = noise(colors_.size(), 1.6, 30, random_),
                wave = noise(colors_.size(), 22, 60, random_);
  const cv::Mat strands = noise(colors_.size(), 0.8, 14, random_);
  const float brow = landmarks({24})[0].y, eye = landmarks({45})[0].y;
  const cv::Point2f middle = landmarks({27})[0];
  for (int y = 0; y < colors_.rows; ++y)
    for (int x = 0; x < colors_.cols; ++x) {
      // All of the fringe above the brows, sideburns beside the eyes, none below.
      const double beside = std::abs(x - middle.x) / (85 * per_mm);
      const double side = eased((beside - 0.6) / 0.3);
      const double depth = (look_.fringe_mm + 7 * side) * (1 - eased((y - brow) / (1.6 * (eye - brow)))) +
                           0.8 * ragged.at<float>(y, x) + 1.5 * wave.at<float>(y, x);
      const double lowest = eye + (look_.long_hair ? 10 : 2) * per_mm;
      const float share = eased((depth - distance.at<float>(y, x) / per_mm) / 4 + 0.5) *
                          (1 - eased((y - lowest) / (8 * per_mm)));
      if (share <= 0) continue;
      auto& color = colors_.at<cv::Vec3f>(y, x);
      color += (look_.hair * (1 + 0.16F * strands.at<float>(y, x)) - color) * share;
    }
}

}  // namespace facelex
