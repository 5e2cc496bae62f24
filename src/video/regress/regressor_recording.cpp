#include <cmath>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/video/regress/regressor.hpp"

namespace facelex {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// Rows read at once: as many crops are held.
constexpr Eigen::Index rows_at_once = 64;

/// E·ε at the landmarks that the model has.
class Displacement {
 public:
  explicit Displacement(const MorphableModel& model) {
    std::vector<Eigen::Index> vertices;
    for (std::size_t point = 0; point < model.landmarks.size(); ++point)
      if (model.landmarks[point] >= 0) {
        points_.push_back(static_cast<int>(point));
        vertices.push_back(model.landmarks[point]);
      }
    const auto n = static_cast<Eigen::Index>(vertices.size());
    modes_.resize(3 * n, model.expression.size());
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index axis = 0; axis < 3; ++axis)
        modes_.row(axis * n + i) =
            model.expression.modes.row(3 * vertices[static_cast<std::size_t>(i)] + axis).cast<double>();
  }

  std::vector<Column> columns() const {
    std::vector<Column> columns;
    for (const char axis : {'X', 'Y', 'Z'})
      for (const int point : points_)
        columns.push_back({std::string("d") + axis + "_" + std::to_string(point),
                           "displacement of point " + std::to_string(point) + " by the expression", "mm"});
    return columns;
  }
  /// All X, all Y, all Z.
  Eigen::RowVectorXd of(const Eigen::RowVectorXd& expression) const {
    return (modes_ * expression.transpose()).transpose();
  }

 private:
  std::vector<int> points_;
  Eigen::MatrixXd modes_;
};

/// The video's pictures by number.
class Pictures {
 public:
  Pictures(const std::filesystem::path& video, const FrameSourceOptions& options, int threads)
      : source_(open_frames(video, options, threads, true)) {}

  /// The picture of that number, empty when it cannot be read or the video broke off before it; false when
  /// the video is whole and has no such frame. Numbers never go back.
  bool find(std::int64_t number, cv::Mat& picture) {
    while (frame_.number < number && !ended_) ended_ = !source_->next(frame_);
    picture = !ended_ && frame_.number == number ? frame_.color : cv::Mat();
    return !ended_ || !source_->broken().empty();
  }
  /// Why the video is not whole; reads on to its end.
  std::string broken() {
    while (!ended_) ended_ = !source_->next(frame_);
    return source_->broken();
  }
  std::int64_t last() const { return frame_.number; }

 private:
  std::unique_ptr<FrameSource> source_;
  VideoFrame frame_;
  bool ended_ = false;
};

/// The columns of landmarks that are copied.
std::vector<Eigen::Index> pose_columns(const std::vector<Column>& columns) {
  std::vector<Eigen::Index> found;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name.starts_with("pose_")) found.push_back(static_cast<Eigen::Index>(i));
  return found;
}

struct RowsWithoutValues {
  std::int64_t no_face = 0, no_crop = 0, no_picture = 0;

  Json json() const { return {{"no_face", no_face}, {"no_crop", no_crop}, {"no_picture", no_picture}}; }
};

class RegressedTable {
 public:
  RegressedTable(const Recording& landmarks, const Regressor& regressor, const MorphableModel* model)
      : regressor_(regressor), poses_(pose_columns(landmarks.columns)) {
    recording_.kind = model ? SignalKind::fit : SignalKind::expression;
    for (const Eigen::Index pose : poses_)
      recording_.columns.push_back(landmarks.columns[static_cast<std::size_t>(pose)]);
    std::vector<Column> told = regressor.columns();
    if (model) {
      const std::vector<Column> names = model->expression_columns();
      std::copy(names.begin(), names.end(), told.begin());
      displacement_.emplace(*model);
      const std::vector<Column> moved = displacement_->columns();
      told.insert(told.end(), moved.begin(), moved.end());
    }
    recording_.columns.insert(recording_.columns.end(), told.begin(), told.end());
  }

  const std::vector<Column>& columns() const { return recording_.columns; }
  SignalKind kind() const { return recording_.kind; }

  /// `seen`: the rows of `block` that have a crop.
  const Recording& fill(const Recording& block, const std::vector<Eigen::Index>& seen,
                        const std::vector<cv::Mat>& crops) {
    recording_.frames = block.frames;
    recording_.values.setConstant(block.rows(), static_cast<Eigen::Index>(columns().size()), missing);
    for (Frame& frame : recording_.frames) frame.success = false;
    if (seen.empty()) return recording_;
    const RowMatrix told = regressor_.run(crops);
    const auto poses = static_cast<Eigen::Index>(poses_.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const auto from = static_cast<Eigen::Index>(i);
      recording_.frames[static_cast<std::size_t>(seen[i])].success = true;
      auto row = recording_.values.row(seen[i]);
      for (Eigen::Index k = 0; k < poses; ++k)
        row[k] = block.values(seen[i], poses_[static_cast<std::size_t>(k)]);
      row.segment(poses, told.cols()) = told.row(from);
      if (displacement_)
        row.tail(row.size() - poses - told.cols()) =
            displacement_->of(told.row(from).head(regressor_.expression_size()));
    }
    return recording_;
  }

 private:
  const Regressor& regressor_;
  std::vector<Eigen::Index> poses_;
  std::optional<Displacement> displacement_;
  Recording recording_;
};

void check_model(const Regressor& regressor, const MorphableModel* model) {
  if (model && model->expression.size() != regressor.expression_size())
    throw data_error({model->name, 0, ""},
                     "the model has " + std::to_string(model->expression.size()) +
                         " expression coefficients, the network gives " +
                         std::to_string(regressor.expression_size()),
                     "give the model that the network was trained with, or none");
}

/// The rows of a block that the network can look at, with their crops.
std::vector<Eigen::Index> crop_rows(const Recording& block, const LandmarkColumns& columns,
                                    const Regressor& regressor, Pictures& pictures,
                                    RowsWithoutValues& without, std::vector<cv::Mat>& crops) {
  std::vector<Eigen::Index> seen;
  crops.clear();
  cv::Mat picture;
  for (Eigen::Index row = 0; row < block.rows(); ++row) {
    const Frame& frame = block.frames[static_cast<std::size_t>(row)];
    if (!pictures.find(frame.number, picture))
      throw data_error({block.name, 0, "frame"},
                       "it has frame " + std::to_string(frame.number) + ", the video ends after " +
                           std::to_string(pictures.last()),
                       "give the video that the landmarks were extracted from");
    if (!frame.success) {
      ++without.no_face;
      continue;
    }
    if (picture.empty()) {
      ++without.no_picture;
      continue;
    }
    cv::Mat face = regressor.crop(picture, landmarks_of_row(columns, block.values, row));
    if (face.empty()) {
      ++without.no_crop;
      continue;
    }
    seen.push_back(row);
    crops.push_back(std::move(face));
  }
  return seen;
}

}  // namespace

StageResult regress_video(const std::filesystem::path& video, const std::filesystem::path& landmarks,
                          const std::filesystem::path& output, const Regressor& regressor,
                          const MorphableModel* model, const FrameSourceOptions& source, TableFormat format,
                          const Work& work) {
  check_model(regressor, model);
  RecordingReader reader(landmarks);
  const LandmarkColumns columns = find_landmark_columns(reader.header().columns, landmarks.string());
  Pictures pictures(video, source, work.threads);
  RegressedTable table(reader.header(), regressor, model);
  RecordingWriter writer(output, table.columns(), format);
  RowsWithoutValues without;
  FrameCounter counter;
  Recording block;
  std::vector<cv::Mat> crops;
  while (reader.read(block, rows_at_once)) {
    work.check_stop();
    const std::vector<Eigen::Index> seen = crop_rows(block, columns, regressor, pictures, without, crops);
    const Recording& regressed = table.fill(block, seen, crops);
    writer.write(regressed);
    counter.add(regressed.frames);
    work.report(counter.counts().rows, 0);
  }
  StageResult result;
  result.kind = table.kind();
  result.columns = table.columns();
  result.counts = counter.counts();
  if (const std::string broken = pictures.broken(); !broken.empty()) {
    result.partial = true;
    result.message = broken;
  }
  result.details["network"] = regressor.digest();
  if (model) result.details["model"] = model->name;
  result.details["size"] = regressor.description().size;
  result.details["rows_without_values"] = without.json();
  result.output_digest = writer.finish();
  return result;
}

}  // namespace facelex
