#include "facelex/video/track/face_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "face_track.hpp"
#include "facelex/core/parallel.hpp"

namespace facelex {
namespace {

/// Frames between searches while no face is followed.
constexpr int search_interval_without_faces = 5;
/// Of the searches that find too few faces, the first and every so many go on to smaller faces.
constexpr int fine_search_every = 4;
/// Pixels of the detector's window: the smallest face that it finds.
constexpr double detector_window = 80;
/// A detection that overlaps a followed face by this is that face; two tracks that do are one.
constexpr double same_live_face = 0.3;
/// Share of its side by which a followed face may be outside of the region.
constexpr double outside_by = 0.25;

}  // namespace

class FaceTracker::Faces {
 public:
  Faces(const LandmarkModel& model, const FaceDetector& detector, const TrackerOptions& options, int threads)
      : model_(model), detector_(detector), options_(options), region_(options.region()), pool_(threads) {
    options.check();
    settings_.starts = options.starts();
    settings_.check_interval = options.check_interval;
    wanted_ = options.target == TrackerOptions::Target::longest ? 0 : options.wanted_faces();
  }

  std::vector<TrackedFace> next(const cv::Mat& gray) {
    // An image that cannot be read shows no face, and what follows it need not be what was before.
    if (gray.empty()) {
      live_.clear();
      search_now_ = true;
      return {};
    }
    // A picture of another size (images of a folder) has nothing to do with the one before.
    if (gray.size() != size_) {
      live_.clear();
      search_now_ = true;
      size_ = gray.size();
    }
    const std::size_t trusted_before = trusted_count();
    pool_.for_each(live_.size(),
                   [&](std::size_t i) { live_[i].track.follow(gray, model_, live_[i].detector, settings_); });
    // A face that is in doubt from this picture on may be another one elsewhere: after a cut, among stills.
    if (trusted_count() < trusted_before) search_now_ = true;
    end_tracks();
    ++since_search_;
    if (search_due()) search(gray);

    std::vector<TrackedFace> faces;
    for (const Live& live : live_) {
      const FaceTrack& track = live.track;
      faces.push_back({track.id(), track.landmarks(), track.box(), track.evidence(), track.confidence(),
                       track.confidence() >= options_.min_confidence});
    }
    return faces;
  }

  int tracks() const { return next_id_; }

 private:
  struct Live {
    FaceTrack track;
    FaceDetector detector;  // of its own: detectors are not for several threads
  };

  bool trusted(const FaceTrack& track) const { return track.confidence() >= settings_.trusted_confidence; }

  std::size_t trusted_count() const {
    return static_cast<std::size_t>(
        std::count_if(live_.begin(), live_.end(), [&](const Live& live) { return trusted(live.track); }));
  }

  /// The box's middle lies outside of the region by more than a quarter of the box's side: a face on the
  /// region's edge neither comes nor goes with every step.
  bool has_left(const FaceBox& box) const {
    if (!region_) return false;
    const auto beyond = [](double at, double from, double length) {
      return std::max({from - at, at - (from + length), 0.0});
    };
    return std::hypot(beyond(box.center_x, region_->x, region_->width),
                      beyond(box.center_y, region_->y, region_->height)) > outside_by * box.size;
  }

  /// Lost tracks, those that left the region, and of two on the same face the younger.
  void end_tracks() {
    const std::size_t before = live_.size();
    std::erase_if(live_,
                  [this](const Live& live) { return live.track.lost() || has_left(live.track.box()); });
    for (std::size_t i = 0; i < live_.size(); ++i)
      for (std::size_t j = live_.size(); j-- > i + 1;)
        if (overlap(live_[i].track.box(), live_[j].track.box()) > same_live_face)
          live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(j));
    if (live_.size() < before) search_now_ = true;
  }

  bool search_due() const {
    const std::size_t good = trusted_count();
    if (wanted_ > 0 && good >= static_cast<std::size_t>(wanted_)) return false;
    const int interval = good > 0 ? options_.search_interval
                                  : std::min(search_interval_without_faces, options_.search_interval);
    return search_now_ || since_search_ >= interval;
  }

  int rows_of(const cv::Mat& gray, double min_share) const {
    // No more than twice the picture's own resolution: there is nothing to be seen beyond.
    return std::max(1, std::min(2 * gray.rows, static_cast<int>(std::lround(detector_window / min_share))));
  }

  void search(const cv::Mat& gray) {
    since_search_ = 0;
    search_now_ = false;
    const int fine = rows_of(gray, options_.min_face);
    const int coarse = std::min(rows_of(gray, 2 * options_.min_face), std::max(gray.rows, 1));
    add_faces(gray, coarse);
    const bool enough = wanted_ > 0 && trusted_count() >= static_cast<std::size_t>(wanted_);
    if (!enough && fine > coarse && searches_++ % fine_search_every == 0) add_faces(gray, fine);
  }

  void add_faces(const cv::Mat& gray, int rows) {
    std::vector<FaceDetection> found = detector_.search(gray, rows);
    std::erase_if(found, [&](const FaceDetection& one) { return !eligible(one.box); });
    std::stable_sort(found.begin(), found.end(), [&](const FaceDetection& a, const FaceDetection& b) {
      return rank(a.box, gray) > rank(b.box, gray);
    });
    for (const FaceDetection& one : found) {
      if (wanted_ > 0 && trusted_count() >= static_cast<std::size_t>(wanted_)) break;
      start(one, gray);
    }
  }

  bool eligible(const FaceBox& box) const {
    return !region_ || region_->contains({box.center_x, box.center_y});
  }

  double rank(const FaceBox& box, const cv::Mat& gray) const {
    if (options_.target == TrackerOptions::Target::central)
      return -std::hypot(box.center_x - gray.cols / 2.0, box.center_y - gray.rows / 2.0);
    return box.size;
  }

  Live* live_at(const FaceBox& box) {
    const auto at = std::find_if(live_.begin(), live_.end(), [&](const Live& live) {
      return overlap(live.track.box(), box) > same_live_face;
    });
    return at == live_.end() ? nullptr : &*at;
  }

  /// Starts a track if its first frame can be trusted; on a face that is followed already it only helps that
  /// track. With as many tracks as wanted nothing starts: one in doubt is followed until it is lost.
  void start(const FaceDetection& found, const cv::Mat& gray) {
    if (Live* same = live_at(found.box)) {
      if (!trusted(same->track)) same->track.reseat(found, gray, model_, same->detector, settings_);
      return;
    }
    if (wanted_ > 0 && live_.size() >= static_cast<std::size_t>(wanted_)) return;
    Live live{FaceTrack(next_id_, found, gray, detector_), detector_};
    live.track.follow(gray, model_, live.detector, settings_);
    if (!trusted(live.track) || live_at(live.track.box())) return;
    live_.push_back(std::move(live));
    ++next_id_;
  }

  const LandmarkModel& model_;
  FaceDetector detector_;
  TrackerOptions options_;
  std::optional<cv::Rect2d> region_;
  ThreadPool pool_;
  FollowSettings settings_;
  int wanted_ = 1;
  cv::Size size_;           // of the last picture
  std::vector<Live> live_;  // by face_id: new ones come last
  int next_id_ = 0;
  int since_search_ = 0;
  int searches_ = 0;        // that found too few faces
  bool search_now_ = true;  // in the first frame, and when a face was lost or came into doubt
};

FaceTracker::FaceTracker(const LandmarkModel& model, const FaceDetector& detector,
                         const TrackerOptions& options, int threads)
    : faces_(std::make_unique<Faces>(model, detector, options, threads)) {}
FaceTracker::~FaceTracker() = default;
FaceTracker::FaceTracker(FaceTracker&&) noexcept = default;
FaceTracker& FaceTracker::operator=(FaceTracker&&) noexcept = default;

std::vector<TrackedFace> FaceTracker::next(const cv::Mat& gray) {
  return faces_->next(gray);
}
int FaceTracker::tracks() const {
  return faces_->tracks();
}

}  // namespace facelex
