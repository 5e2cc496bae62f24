// Extraction against the plain loop that people write: dlib's detector and predictor on every whole frame.
// Usage: bench_extract [--raw FILE.csv] [--threads N] [--repeat N] VIDEO...
// For each video in one run: the decoder alone, the plain loop, and facelex extract (CSV written) in each
// quality, the fastest of N runs each; the distance of our landmarks from the plain loop's, the noise of
// both.

#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/video/extract.hpp"
#include "facelex/video/track/confidence.hpp"

/// A grey picture as dlib wants to see it, without a copy.
struct BenchGrayView {
  const cv::Mat* image;
};
namespace dlib {
template <>
struct image_traits<BenchGrayView> {
  using pixel_type = unsigned char;
};
}  // namespace dlib
static long num_rows(const BenchGrayView& view) {
  return view.image->rows;
}
static long num_columns(const BenchGrayView& view) {
  return view.image->cols;
}
static const void* image_data(const BenchGrayView& view) {
  return view.image->data;
}
static long width_step(const BenchGrayView& view) {
  return static_cast<long>(view.image->step);
}

namespace {

using namespace facelex;
using Shapes = std::map<std::int64_t, Landmarks68>;  // by frame number; frames without a face are missing

/// Wall time, and processor time of all threads (which colleagues on the same machine do not lengthen).
class Stopwatch {
 public:
  double wall() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
  }
  double processor() const { return processor_now() - processor_; }

 private:
  static double processor_now() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  double processor_ = processor_now();
};

struct Measured {
  std::int64_t frames = 0;
  double wall = 0, processor = 0;
  Shapes shapes;

  double rate() const { return static_cast<double>(frames) / wall; }
};

Measured decode_only(const std::filesystem::path& video, int threads) {
  const Stopwatch watch;
  Measured result;
  const auto source = open_frames(video, {}, threads);
  for (VideoFrame frame; source->next(frame);) ++result.frames;
  result.wall = watch.wall();
  result.processor = watch.processor();
  return result;
}

Measured plain_loop(const std::filesystem::path& video, dlib::frontal_face_detector& detector,
                    const dlib::shape_predictor& predictor, int threads) {
  const Stopwatch watch;
  Measured result;
  const auto source = open_frames(video, {}, threads);
  for (VideoFrame frame; source->next(frame);) {
    ++result.frames;
    const BenchGrayView view{&frame.gray};
    std::vector<dlib::rect_detection> found;
    detector(view, found);
    if (found.empty()) continue;
    const auto shape = predictor(view, found.front().rect);
    Landmarks68 points;
    for (unsigned long i = 0; i < 68; ++i)
      points.row(static_cast<Eigen::Index>(i)) << static_cast<double>(shape.part(i).x()),
          static_cast<double>(shape.part(i).y());
    result.shapes[frame.number] = points;
  }
  result.wall = watch.wall();
  result.processor = watch.processor();
  return result;
}

Measured ours(const std::filesystem::path& video, const FaceModels& models, const ExtractOptions& options,
              int threads) {
  const std::filesystem::path csv =
      std::filesystem::temp_directory_path() / ("bench_extract_" + std::to_string(getpid()) + ".csv");
  Work work;
  work.threads = threads;
  const Stopwatch watch;
  Measured result;
  result.frames = extract(video, csv, std::nullopt, models, options, work).counts.frames;
  result.wall = watch.wall();
  result.processor = watch.processor();
  const Recording rows = read_recording(csv);
  const LandmarkColumns columns = find_landmark_columns(rows.columns, csv.string());
  for (std::size_t i = 0; i < rows.frames.size(); ++i)
    if (rows.frames[i].success)
      result.shapes[rows.frames[i].number] =
          landmarks_of_row(columns, rows.values, static_cast<Eigen::Index>(i));
  std::filesystem::remove(csv);
  return result;
}

/// The fastest of several runs: other programs on the machine only ever make one slower.
template <class Run>
Measured fastest(int runs, const Run& run) {
  Measured best = run();
  for (int i = 1; i < runs; ++i) {
    Measured again = run();
    again.processor = best.processor = std::min(best.processor, again.processor);
    if (again.wall < best.wall) best = std::move(again);
  }
  return best;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return std::nan("");
  const auto at = std::lround(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

struct Difference {
  double median = 0, inner_95 = 0;  // percent of the outer-eye distance
  std::int64_t lost = 0;            // frames where only the plain loop has a face
  std::int64_t extra = 0;           // frames where only ours has one
};

Difference difference(const Shapes& plain, const Shapes& ours) {
  Difference d;
  std::vector<double> all, inner;
  for (const auto& [number, p] : plain) {
    const auto o = ours.find(number);
    if (o == ours.end()) {
      ++d.lost;
      continue;
    }
    const double eyes = outer_eye_distance(p);
    for (Eigen::Index i = 0; i < 68; ++i) {
      const double distance = 100 * (p.row(i) - o->second.row(i)).norm() / eyes;
      all.push_back(distance);
      if (i >= 17) inner.push_back(distance);
    }
  }
  for (const auto& one : ours) d.extra += plain.count(one.first) ? 0 : 1;
  d.median = percentile(all, 0.5);
  d.inner_95 = percentile(inner, 0.95);
  return d;
}

using Inner = Eigen::Matrix<double, 51, 2>;

/// `shape` about its mean, turned and scaled onto `target` (about its mean) by least squares.
Inner aligned(Inner shape, const Inner& target) {
  shape.rowwise() -= shape.colwise().mean().eval();
  const double spread = shape.squaredNorm();
  const double a = shape.cwiseProduct(target).sum() / spread;
  const double b = (shape.col(0).dot(target.col(1)) - shape.col(1).dot(target.col(0))) / spread;
  Inner out;
  out.col(0) = a * shape.col(0) - b * shape.col(1);
  out.col(1) = b * shape.col(0) + a * shape.col(1);
  return out;
}

struct Noise {
  double median = 0,
         root_mean_square = 0;  // of points' second differences, percent of the outer-eye distance
};

/// Noise in shape space (design: extraction.md): inner 51 points aligned to their mean shape by a similarity,
/// second differences over neighbouring frames, over the outer-eye distance of the mean shape.
Noise noise(const Shapes& shapes, const Shapes& only_frames_of) {
  std::vector<std::int64_t> numbers;
  std::vector<Inner> inner;
  for (const auto& [number, shape] : shapes)
    if (only_frames_of.count(number)) {
      numbers.push_back(number);
      inner.push_back(shape.bottomRows<51>());
    }
  if (inner.size() < 3) return {std::nan(""), std::nan("")};
  Inner mean = inner[0];
  mean.rowwise() -= mean.colwise().mean().eval();
  for (int round = 0; round < 5; ++round) {
    const double size = mean.norm();
    Inner sum = Inner::Zero();
    for (const Inner& shape : inner) sum += aligned(shape, mean);
    mean = sum / sum.norm() * size;
  }
  for (Inner& shape : inner) shape = aligned(shape, mean);
  const double eyes = (mean.row(36 - 17) - mean.row(45 - 17)).norm();
  std::vector<double> lengths;
  double squares = 0;
  for (std::size_t i = 1; i + 1 < inner.size(); ++i) {
    if (numbers[i + 1] - numbers[i - 1] != 2) continue;
    const Inner second = inner[i + 1] - 2 * inner[i] + inner[i - 1];
    for (Eigen::Index p = 0; p < 51; ++p) {
      lengths.push_back(100 * second.row(p).norm() / eyes);
      squares += lengths.back() * lengths.back();
    }
  }
  return {percentile(lengths, 0.5), std::sqrt(squares / static_cast<double>(lengths.size()))};
}

class Report {
 public:
  explicit Report(const std::string& raw) {
    if (!raw.empty()) {
      raw_.open(raw);
      raw_ << "video,what,frames,faces,wall_s,cpu_s,frames_per_s,times_plain_wall,times_plain_cpu,"
              "median_pct,inner95_pct,lost,extra,noise_median_pct,noise_rms_pct\n";
    }
    std::printf("%-26s %-8s %6s %6s %9s %9s %7s %7s %7s %7s %5s %5s %7s %7s\n", "video", "what", "frames",
                "faces", "frames/s", "cpu ms/fr", "×plain", "×cpu", "diff %", "in95 %", "lost", "extra",
                "noise %", "rms %");
  }

  void line(const std::string& video, const std::string& what, const Measured& m, const Measured& plain) {
    const Difference d = difference(plain.shapes, m.shapes);
    const Noise n = noise(m.shapes, plain.shapes);
    const double times_wall = m.rate() / plain.rate(), times_processor = plain.processor / m.processor;
    std::printf("%-26s %-8s %6lld %6zu %9.1f %9.2f %7.1f %7.1f %7.2f %7.2f %5lld %5lld %7.3f %7.3f\n",
                video.c_str(), what.c_str(), static_cast<long long>(m.frames), m.shapes.size(), m.rate(),
                1e3 * m.processor / static_cast<double>(m.frames), times_wall, times_processor, d.median,
                d.inner_95, static_cast<long long>(d.lost), static_cast<long long>(d.extra), n.median,
                n.root_mean_square);
    std::fflush(stdout);
    if (raw_.is_open())
      raw_ << video << ',' << what << ',' << m.frames << ',' << m.shapes.size() << ',' << m.wall << ','
           << m.processor << ',' << m.rate() << ',' << times_wall << ',' << times_processor << ',' << d.median
           << ',' << d.inner_95 << ',' << d.lost << ',' << d.extra << ',' << n.median << ','
           << n.root_mean_square << '\n';
  }

 private:
  std::ofstream raw_;
};

int run(const std::vector<std::string>& arguments) {
  std::string raw;
  int threads = available_processors(), repeat = 3;
  std::vector<std::filesystem::path> videos;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--raw" && has_value)
      raw = arguments[++i];
    else if (arguments[i] == "--threads" && has_value)
      threads = static_cast<int>(parse_integer(arguments[++i]).value_or(1));
    else if (arguments[i] == "--repeat" && has_value)
      repeat = static_cast<int>(parse_integer(arguments[++i]).value_or(1));
    else
      videos.emplace_back(arguments[i]);
  }
  if (videos.empty() || threads < 1)
    throw usage_error("usage: bench_extract [--raw FILE.csv] [--threads N] [--repeat N] VIDEO...");

  const Stopwatch our_load;
  const FaceModels models = FaceModels::load({});
  const double our_seconds = our_load.wall();
  const Stopwatch peer_load;
  dlib::shape_predictor predictor;
  dlib::deserialize("/usr/share/dlib/shape_predictor_68_face_landmarks.dat") >> predictor;
  auto detector = dlib::get_frontal_face_detector();
  std::printf("loading models: ours %.3f s, dlib %.3f s; threads: %d\n", our_seconds, peer_load.wall(),
              threads);

  Report report(raw);
  for (const std::filesystem::path& video : videos) {
    const std::string name = video.filename().string();
    const Measured plain = fastest(repeat, [&] { return plain_loop(video, detector, predictor, threads); });
    Measured decoder = fastest(repeat, [&] { return decode_only(video, threads); });
    report.line(name, "plain", plain, plain);
    decoder.shapes = plain.shapes;
    report.line(name, "decode", decoder, plain);
    for (const auto& [quality, text] : {std::pair{TrackerOptions::Quality::fast, "fast"},
                                        std::pair{TrackerOptions::Quality::standard, "default"},
                                        std::pair{TrackerOptions::Quality::best, "best"}}) {
      ExtractOptions options;
      options.tracker.quality = quality;
      report.line(name, text, fastest(repeat, [&] { return ours(video, models, options, threads); }), plain);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "bench_extract: " << error.what() << '\n';
    return 1;
  }
}
