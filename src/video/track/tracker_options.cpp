#include <algorithm>
#include <array>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/video/track/face_tracker.hpp"

namespace facelex {

void TrackerOptions::describe(OptionList& options) {
  options
      .choice(
          "quality", quality,
          {{"fast", Quality::fast}, {"default", Quality::standard}, {"best", Quality::best}},
          "Steadiness of the landmarks against speed: the landmarks are the mean over 2, 5 or 15 slightly "
          "shifted boxes")
      .integer(
          "refine", refine, Bounds::between(0, 64),
          "Number of shifted boxes that the landmarks are averaged over; 0: as " + field("quality") + " says")
      .text("faces", faces, "How many faces are followed at once: a number, or all")
      .choice(
          "target", target,
          {{"largest", Target::largest},
           {"central", Target::central},
           {"longest", Target::longest},
           {"roi", Target::roi}},
          "Which face when there are more than wanted: the largest or most central when one is looked for, "
          "the one seen longest in the whole video, or the largest within " +
              field("roi"))
      .text("roi", roi,
            "Region for " + field("target") + " roi: x,y,width,height in pixels of the upright picture")
      .number("min-confidence", min_confidence, Bounds::between(0, 1),
              "Confidence below which a row has success 0 and no values")
      .number("min-face", min_face, Bounds::between(0.01, 1),
              "Smallest face that is looked for: height as a share of the picture's; smaller is slower")
      .integer("check-interval", check_interval, Bounds::between(1, 1000),
               "Frames between detections around a followed face")
      .integer("search-interval", search_interval, Bounds::between(1, 100000),
               "Frames between detections in the whole picture while fewer faces are followed than wanted");
}

int TrackerOptions::starts() const {
  if (refine > 0) return refine;
  return quality == Quality::fast ? 2 : quality == Quality::standard ? 5 : 15;
}

int TrackerOptions::wanted_faces() const {
  if (faces == "all") return 0;
  const auto count = parse_integer(faces);
  if (!count || *count < 1 || *count > 10000)
    throw usage_error(field("faces") + " " + in_quotes(faces) + " is neither a number ≥ 1 nor all");
  return static_cast<int>(*count);
}

std::optional<cv::Rect2d> TrackerOptions::region() const {
  if (roi.empty()) return std::nullopt;
  std::array<double, 4> numbers{};
  std::string_view rest = roi;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t comma = rest.find(',');
    const bool last = i + 1 == numbers.size();
    const auto value = parse_double(rest.substr(0, comma));
    if (!value || last != (comma == std::string_view::npos) || !(*value > -1e6 && *value < 1e6) ||
        (i >= 2 && *value <= 0))
      throw usage_error(field("roi") + " " + in_quotes(roi) + " is not x,y,width,height in pixels",
                        "for example " + field("roi") + " 0,0,960,1080");
    numbers[i] = *value;
    if (!last) rest.remove_prefix(comma + 1);
  }
  return cv::Rect2d(numbers[0], numbers[1], numbers[2], numbers[3]);
}

void TrackerOptions::check() const {
  check_bounds(*this);
  const int wanted = wanted_faces();
  const bool has_region = region().has_value();
  if (target == Target::roi && !has_region)
    throw usage_error(field("target") + " roi needs a region", "give " + field("roi") + " x,y,width,height");
  if (target != Target::roi && has_region)
    throw usage_error(field("roi") + " is used with " + field("target") + " roi only",
                      "add " + field("target") + " roi, or leave " + field("roi") + " out");
  if (target == Target::longest && wanted != 1)
    throw usage_error(
        field("target") + " longest chooses one face, but " + field("faces") + " is " + in_quotes(faces),
        "leave one of them out");
}

}  // namespace facelex
