#include "vector_source.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <optional>

#include "facelex/coding/expression_vectors.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/schemes/blendshape_name.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/tables/npy.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr Eigen::Index vector_block_rows = 4096;
constexpr const char* emoca_expression = "exp.npy";
constexpr const char* emoca_pose = "pose.npy";

/// The file of that name but with `other` for the last `what` in it; empty when it is not.
fs::path named_beside(const fs::path& file, const std::string& what, const char* other) {
  std::string name = file.filename().string();
  const std::size_t at = name.rfind(what);
  if (at == std::string::npos) return {};
  return file.parent_path() / name.replace(at, what.size(), other);
}

/// a.expressions → a.poses; empty for other names.
fs::path poses_beside(const fs::path& file) {
  return named_beside(file, "expressions", "poses");
}

Error wrong_width(const fs::path& file, Eigen::Index found, const MorphableModel& model) {
  return data_error({file.string(), 0, ""},
                    "it has " + std::to_string(found) + " coefficients a frame, the expression basis of " +
                        model.name + " has " + std::to_string(model.expression.size()),
                    "give " + field("face") + " the model whose coefficients these are");
}

Frame numbered_frame(std::int64_t number, bool success) {
  return {number, -1, std::numeric_limits<double>::quiet_NaN(), success ? 1.0 : 0.0, success};
}

/// The column of that name, else the one whose name is the same blendshape; −1 without. Throws Error (data) when
/// there are several of these.
Eigen::Index named_column(const Recording& header, const std::string& name, const fs::path& file) {
  if (const Eigen::Index exact = header.column(name); exact >= 0) return exact;
  const std::string key = blendshape_key(name);
  Eigen::Index found = -1;
  for (std::size_t i = 0; i < header.columns.size(); ++i) {
    const std::string& column = header.columns[i].name;
    if (blendshape_key(column) != key) continue;
    if (found >= 0)
      throw data_error({file.string(), 1, ""},
                       in_quotes(header.columns[static_cast<std::size_t>(found)].name) + " and " +
                           in_quotes(column) + " are one blendshape",
                       "leave one of them out");
    found = static_cast<Eigen::Index>(i);
  }
  return found;
}

/// The columns of a CSV file by the names of the model's expressions; missing ones are −1.
std::vector<Eigen::Index> named_columns(const Recording& header, const MorphableModel& model,
                                        const fs::path& file) {
  std::vector<Eigen::Index> columns;
  for (const std::string& name : model.expression.names) {
    const bool has_side = name.ends_with("_L") || name.ends_with("_R");
    const std::string both_sides = has_side ? name.substr(0, name.size() - 2) : name;
    Eigen::Index found = -1;
    for (const auto& wanted : {name, "e_" + name, both_sides, "e_" + both_sides})
      if (found < 0) found = named_column(header, wanted, file);
    columns.push_back(found);
  }
  return columns;
}

/// All columns in order: p_0 … p_<n> where there are such, else all signals.
std::vector<Eigen::Index> counted_columns(const Recording& header) {
  std::vector<Eigen::Index> columns;
  for (;;) {
    const Eigen::Index next = header.column("p_" + std::to_string(columns.size()));
    if (next < 0) break;
    columns.push_back(next);
  }
  if (!columns.empty()) return columns;
  for (std::size_t i = 0; i < header.columns.size(); ++i) columns.push_back(static_cast<Eigen::Index>(i));
  return columns;
}

/// CSV and NumPy files.
class TableSource : public VectorSource {
 public:
  TableSource(const fs::path& file, const MorphableModel& model) : reader_(file) {
    columns_ = named_columns(reader_.header(), model, file);
    const auto missing = std::count(columns_.begin(), columns_.end(), -1);
    if (missing == 0) return;
    if (missing < std::ssize(columns_)) {
      const auto first = std::find(columns_.begin(), columns_.end(), -1) - columns_.begin();
      throw data_error({file.string(), 1, ""},
                       "it lacks " + std::to_string(missing) + " of the " + std::to_string(columns_.size()) +
                           " expressions of " + model.name + ", " +
                           in_quotes(model.expression.names[static_cast<std::size_t>(first)]) + " first",
                       "give " + field("face") + " the model whose expressions these are");
    }
    columns_ = counted_columns(reader_.header());
    if (std::ssize(columns_) != model.expression.size()) throw wrong_width(file, std::ssize(columns_), model);
  }

  bool read(Recording& block) override {
    if (!reader_.read(rows_, vector_block_rows)) return false;
    block.frames = rows_.frames;
    block.values = rows_.values(Eigen::all, columns_);
    return true;
  }

 private:
  RecordingReader reader_;
  Recording rows_;
  std::vector<Eigen::Index> columns_;
};

/// Lines of numbers with blanks between them.
class NumberLines {
 public:
  explicit NumberLines(const fs::path& file) : file_(file), stream_(file) {
    if (!stream_) throw system_error(file.string(), "open", errno);
  }
  /// The next line; false at the end. Throws Error (data) for a line without numbers between others: dropping
  /// it would shift the frames after it.
  bool next(std::vector<double>& numbers) {
    std::string line;
    long long blank = 0;
    while (std::getline(stream_, line)) {
      ++row_;
      numbers.clear();
      std::string_view rest = trimmed(line);
      while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
        const auto number = parse_double(word);
        if (!number || std::isinf(*number))
          throw data_error({file_.string(), row_, ""}, in_quotes(word) + " is not a number",
                           "expected numbers with blanks between them and no header");
        numbers.push_back(*number);
        rest = trimmed(rest.substr(word.size()));
      }
      if (numbers.empty()) {
        blank = row_;
        continue;
      }
      if (blank > 0)
        throw data_error({file_.string(), blank, ""}, "is an empty line between frames",
                         "write a frame without values as nan");
      return true;
    }
    if (stream_.bad()) throw system_error(file_.string(), "read", errno);
    return false;
  }
  long long row() const { return row_; }
  const fs::path& file() const { return file_; }

 private:
  fs::path file_;
  std::ifstream stream_;
  long long row_ = 0;
};

class TextSource : public VectorSource {
 public:
  TextSource(const fs::path& file, const MorphableModel& model) : expressions_(file), model_(model) {
    const fs::path poses = poses_beside(file);
    if (std::error_code none; !poses.empty() && fs::is_regular_file(poses, none)) poses_.emplace(poses);
  }

  bool has_pose() const override { return poses_.has_value(); }

  bool read(Recording& block) override {
    const Eigen::Index modes = model_.expression.size();
    block.frames.clear();
    block.values.resize(vector_block_rows, modes + (poses_ ? vector_pose_numbers : 0));
    std::vector<double> numbers, pose;
    while (std::ssize(block.frames) < vector_block_rows && expressions_.next(numbers)) {
      if (std::ssize(numbers) != modes) {
        if (expressions_.row() == 1) throw wrong_width(expressions_.file(), std::ssize(numbers), model_);
        throw data_error({expressions_.file().string(), expressions_.row(), ""},
                         "has " + std::to_string(numbers.size()) + " numbers, not " + std::to_string(modes));
      }
      if (poses_) {
        read_pose(pose);
        numbers.insert(numbers.end(), pose.begin(), pose.end());
      }
      block.values.row(std::ssize(block.frames)) =
          Eigen::Map<const Eigen::RowVectorXd>(numbers.data(), std::ssize(numbers));
      block.frames.push_back(numbered_frame(++frame_, true));
    }
    block.values.conservativeResize(std::ssize(block.frames), Eigen::NoChange);
    if (block.frames.empty() && poses_ && poses_->next(pose))
      throw data_error({poses_->file().string(), poses_->row(), ""},
                       "has more rows than " + expressions_.file().filename().string());
    return !block.frames.empty();
  }

 private:
  void read_pose(std::vector<double>& pose) {
    if (!poses_->next(pose))
      throw data_error({poses_->file().string(), 0, ""},
                       "has fewer rows than " + expressions_.file().filename().string());
    if (std::ssize(pose) != vector_pose_numbers)
      throw data_error(
          {poses_->file().string(), poses_->row(), ""},
          "has " + std::to_string(pose.size()) + " numbers, not " + std::to_string(vector_pose_numbers));
  }

  NumberLines expressions_;
  std::optional<NumberLines> poses_;
  const MorphableModel& model_;
  std::int64_t frame_ = 0;
};

std::vector<fs::path> frame_folders(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && fs::is_regular_file(entry.path() / emoca_expression))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return folders;
}

class EmocaSource : public VectorSource {
 public:
  EmocaSource(const fs::path& folder, const MorphableModel& model)
      : folders_(frame_folders(folder)), model_(model) {
    number_frames();
    std::error_code none;
    has_pose_ = fs::is_regular_file(folders_.front() / emoca_pose, none);
  }

  bool has_pose() const override { return has_pose_; }

  bool read(Recording& block) override {
    const Eigen::Index width = model_.expression.size() + (has_pose_ ? vector_pose_numbers : 0);
    block.frames.clear();
    block.values.setConstant(vector_block_rows, width, std::numeric_limits<double>::quiet_NaN());
    while (std::ssize(block.frames) < vector_block_rows && next_ < folders_.size()) {
      const bool is_there = numbers_[next_] == frame_;
      if (is_there) block.values.row(std::ssize(block.frames)) = row_of(folders_[next_++]);
      block.frames.push_back(numbered_frame(frame_++, is_there));
    }
    block.values.conservativeResize(std::ssize(block.frames), Eigen::NoChange);
    return !block.frames.empty();
  }

 private:
  /// By the folders' names where these ascend, else from 1.
  void number_frames() {
    for (const fs::path& folder : folders_) {
      const std::string name = folder.filename().string();
      const auto number = parse_integer(name.substr(0, name.find_first_not_of("0123456789")));
      if (!number || (!numbers_.empty() && *number <= numbers_.back())) break;
      numbers_.push_back(*number);
    }
    // Names that are times or dates number no frames: rows up to there would fill the disk.
    constexpr std::int64_t max_missing = 100000;
    if (!numbers_.empty() && numbers_.back() - std::ssize(numbers_) > max_missing) numbers_.clear();
    if (numbers_.size() != folders_.size()) {
      numbers_.resize(folders_.size());
      for (std::size_t i = 0; i < numbers_.size(); ++i) numbers_[i] = static_cast<std::int64_t>(i) + 1;
    } else if (numbers_.front() == 0) {
      for (std::int64_t& number : numbers_) ++number;
    }
  }

  Eigen::RowVectorXd row_of(const fs::path& folder) const {
    Eigen::RowVectorXd row(model_.expression.size() + (has_pose_ ? vector_pose_numbers : 0));
    const RowMatrix expression = read_npy(folder / emoca_expression);
    if (expression.size() != model_.expression.size())
      throw wrong_width(folder / emoca_expression, expression.size(), model_);
    row.head(expression.size()) = Eigen::Map<const Eigen::RowVectorXd>(expression.data(), expression.size());
    if (!has_pose_) return row;
    const RowMatrix pose = read_npy(folder / emoca_pose);
    if (pose.size() != vector_pose_numbers)
      throw data_error(
          {(folder / emoca_pose).string(), 0, ""},
          "has " + std::to_string(pose.size()) + " numbers, not " + std::to_string(vector_pose_numbers));
    row.tail(vector_pose_numbers) = Eigen::Map<const Eigen::RowVectorXd>(pose.data(), vector_pose_numbers);
    return row;
  }

  std::vector<fs::path> folders_;
  const MorphableModel& model_;
  std::vector<std::int64_t> numbers_;
  bool has_pose_ = false;
  std::size_t next_ = 0;
  std::int64_t frame_ = 1;
};

}  // namespace

std::unique_ptr<VectorSource> open_vector_source(const fs::path& input, const MorphableModel& model) {
  if (fs::is_directory(input)) {
    if (!is_emoca_folder(input))
      throw data_error({input.string(), 0, ""}, "has no folders of frames with exp.npy in them");
    return std::make_unique<EmocaSource>(input, model);
  }
  const std::string extension = input.extension().string();
  if (extension == ".csv" || extension == ".npy") return std::make_unique<TableSource>(input, model);
  return std::make_unique<TextSource>(input, model);
}

bool is_emoca_folder(const fs::path& folder) {
  std::error_code none;
  for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none))
    if (fs::is_regular_file(entry->path() / emoca_expression, none)) return true;
  return false;
}

std::vector<fs::path> files_of_vectors(const fs::path& input) {
  std::error_code none;
  if (!fs::is_directory(input, none)) return {poses_beside(input)};
  std::vector<fs::path> files;
  for (const fs::path& folder : frame_folders(input))
    for (const char* name : {emoca_expression, emoca_pose}) files.push_back(folder / name);
  return files;
}

bool is_poses_file(const fs::path& file) {
  const fs::path expressions = named_beside(file, "poses", "expressions");
  std::error_code none;
  return !expressions.empty() && fs::is_regular_file(expressions, none);
}

}  // namespace facelex
