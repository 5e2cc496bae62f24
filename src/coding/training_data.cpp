#include "facelex/coding/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "column_names.hpp"
#include "facelex/coding/frame_history.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

/// FNV-1a: a number for a name, the same on every machine.
std::uint64_t number_of(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

/// Keeps all rows, or the `max_rows` rows whose random keys are smallest: a fair draw that does not depend on
/// the order in which rows come.
class RowKeeper {
 public:
  RowKeeper(Eigen::Index width, long long max_rows)
      : width_(width), max_rows_(static_cast<std::size_t>(max_rows)) {}

  bool is_full() const { return max_rows_ > 0 && kept_.size() == max_rows_; }
  /// The rows as they came; while is_full() has been false till now.
  const std::vector<double>& values() const { return values_; }

  template <class Row>
  void offer(std::uint64_t key, std::size_t source, std::int64_t row, const Row& values) {
    const Kept kept{key, source, row, kept_.size()};
    if (max_rows_ == 0 || kept_.size() < max_rows_) {
      kept_.push_back(kept);
      values_.resize(kept_.size() * static_cast<std::size_t>(width_));
      store(kept.slot, values);
      if (kept_.size() == max_rows_) std::make_heap(kept_.begin(), kept_.end(), before);
    } else if (before(kept, kept_.front())) {
      std::pop_heap(kept_.begin(), kept_.end(), before);
      const std::size_t slot = kept_.back().slot;
      kept_.back() = {key, source, row, slot};
      std::push_heap(kept_.begin(), kept_.end(), before);
      store(slot, values);
    }
  }

  /// The rows by source and place in it.
  RowMatrix take() {
    std::sort(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) {
      return std::pair(a.source, a.row) < std::pair(b.source, b.row);
    });
    RowMatrix rows(static_cast<Eigen::Index>(kept_.size()), width_);
    for (std::size_t i = 0; i < kept_.size(); ++i)
      rows.row(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::RowVectorXd>(at(kept_[i].slot), width_);
    std::vector<double>().swap(values_);
    return rows;
  }

  void count(std::vector<TrainingSource>& sources) const {
    for (const Kept& kept : kept_) ++sources[kept.source].used;
  }

 private:
  struct Kept {
    std::uint64_t key;
    std::size_t source;
    std::int64_t row;
    std::size_t slot;
  };

  static bool before(const Kept& a, const Kept& b) {
    return std::tuple(a.key, a.source, a.row) < std::tuple(b.key, b.source, b.row);
  }

  double* at(std::size_t slot) { return values_.data() + slot * static_cast<std::size_t>(width_); }

  template <class Row>
  void store(std::size_t slot, const Row& values) {
    Eigen::Map<Eigen::RowVectorXd>(at(slot), width_) = values;
  }

  Eigen::Index width_;
  std::size_t max_rows_;
  std::vector<Kept> kept_;
  std::vector<double> values_;
};

/// Rows that are learnt from: in memory as long as they fit, all in a store when they do not.
class RowCollector {
 public:
  RowCollector(Eigen::Index width, long long max_frames, std::int64_t max_bytes)
      : width_(width),
        rows_that_fit_(max_frames > 0 ? 0 : rows_in(max_bytes, width)),
        keeper_(width, max_frames > 0 ? max_frames : rows_that_fit_) {}

  void offer(std::uint64_t key, std::size_t source, std::int64_t row, const Eigen::RowVectorXd& values) {
    if (rows_that_fit_ > 0 && keeper_.is_full()) {
      if (!store_) {
        keeper_.count(used_before(source));
        // Many blocks even when little more than one fits: the atoms move after each.
        store_ = std::make_shared<FrameStore>(width_, std::max<Eigen::Index>(rows_that_fit_ / 8, 1024));
        store_->append(keeper_.values().data(), static_cast<Eigen::Index>(keeper_.values().size()) / width_);
      }
      store_->append(values.data(), 1);
      ++used_before(source)[source].used;
    }
    keeper_.offer(key, source, row, values);
  }

  void take(TrainingData& data) {
    data.values = keeper_.take();
    if (!store_) {
      keeper_.count(data.sources);
      return;
    }
    for (std::size_t i = 0; i < used_.size(); ++i) data.sources[i].used = used_[i].used;
    data.store = std::move(store_);
  }

 private:
  /// Four numbers for each of a row: itself, a feature's samples, their codes, and what the kernels take.
  static Eigen::Index rows_in(std::int64_t max_bytes, Eigen::Index width) {
    if (max_bytes == 0) return 0;
    constexpr Eigen::Index min_rows = 1024;
    const std::int64_t row_bytes = 4 * static_cast<std::int64_t>(sizeof(double)) * width;
    if (max_bytes / row_bytes < min_rows)
      throw option_error("memory",
                         number_text(static_cast<double>(max_bytes) / 1e9) + " GB hold " +
                             std::to_string(max_bytes / row_bytes) + " frames of these recordings",
                         "give at least " + number_text(static_cast<double>(min_rows * row_bytes) / 1e9));
    return max_bytes / row_bytes;
  }

  std::vector<TrainingSource>& used_before(std::size_t source) {
    if (used_.size() <= source) used_.resize(source + 1);
    return used_;
  }

  Eigen::Index width_, rows_that_fit_;
  RowKeeper keeper_;
  std::shared_ptr<FrameStore> store_;
  std::vector<TrainingSource> used_;  ///< with a store: how many rows of each
};

/// The unit of a file without sidecar.
std::string default_unit(SignalKind kind) {
  if (kind == SignalKind::keypoint_motion) return "template unit";
  return kind == SignalKind::displacement ? "mm" : "";
}

/// What is learnt from when these columns are taken of a recording: of a fit one of its parts.
SignalKind kind_of_part(SignalKind kind, const std::vector<Column>& columns) {
  if (kind != SignalKind::fit) return kind;
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const Column& column : columns) names.push_back(column.name);
  return kind_from_columns(names);
}

void sort_by_name(std::vector<NamedFile>& inputs) {
  std::sort(inputs.begin(), inputs.end(),
            [](const NamedFile& a, const NamedFile& b) { return natural_less(a.name, b.name); });
  for (std::size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i].name == inputs[i - 1].name)
      throw usage_error("two inputs are called " + in_quotes(inputs[i].name) + ": " +
                            inputs[i - 1].file.string() + " and " + inputs[i].file.string(),
                        "give the folder that holds both");
}

}  // namespace

void TrainingOptions::describe(OptionList& options) {
  options.integer("every", every, Bounds::at_least(1), "Learn from every n-th frame of each recording")
      .integer("max-frames", max_frames, Bounds::at_least(0),
               "Learn from this many frames, drawn at random from all recordings; 0: from all")
      .integer("seed", seed, Bounds::at_least(0), "Seed of the random numbers");
}

void describe_memory(OptionList& options, double& memory) {
  options.number("memory", memory, Bounds::at_least(0),
                 "Max memory for frames in GB; when there are more, learning makes passes over a temporary "
                 "file in $TMPDIR; 0: no bound");
}

void check_memory(double memory, const TrainingOptions& options) {
  OptionList list;
  describe_memory(list, memory);
  list.check();
  if (memory > 0 && options.max_frames > 0)
    throw usage_error(field("memory") + " and " + field("max-frames") + " both bound the frames in memory",
                      "give one of them");
}

std::int64_t memory_in_bytes(double memory) {
  return std::llround(memory * 1e9);
}

Json TrainingData::summary() const {
  Json recordings = Json::array();
  for (const auto& source : sources)
    recordings.push_back({{"name", source.name},
                          {"rows", source.rows},
                          {"used", source.used},
                          {"without_face", source.without_face},
                          {"without_values", source.without_values}});
  Json summary = {{"frames", frames()}};
  if (store) summary["frames_in_memory"] = values.rows();
  summary["recordings"] = std::move(recordings);
  return summary;
}

std::vector<Message> TrainingData::warnings() const {
  std::vector<Message> lines;
  for (const auto& source : sources) {
    const std::string of_rows = " of " + std::to_string(source.rows) + " rows";
    if (source.without_values > 0)
      lines.push_back(source.name + ": " + std::to_string(source.without_values) + of_rows +
                      " with a face lack values and are left out");
    const std::int64_t bad = source.without_face + source.without_values;
    if (bad == source.rows)
      lines.push_back(source.name + ": none" + of_rows + " can be learnt from");
    else if (bad + source.left_out_by_every == source.rows)
      lines.push_back(source.name + ": " + field("every") + " leaves none" + of_rows);
  }
  return lines;
}

TrainingData read_training_data(std::vector<NamedFile> inputs, const ColumnChoice& choose,
                                const TrainingOptions& options, const Work& work, std::int64_t max_bytes,
                                int history) {
  if (inputs.empty()) throw usage_error("there are no recordings to learn from");
  sort_by_name(inputs);
  TrainingData data;
  data.history = history;
  const Random random(static_cast<std::uint64_t>(options.seed));
  std::optional<RowCollector> rows;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string file = inputs[i].file.string();
    RecordingReader reader(inputs[i].file, inputs[i].name);
    const Recording& header = reader.header();
    std::vector<Eigen::Index> columns;
    if (i == 0) {
      columns = choose(header, file);
      for (const auto column : columns)
        data.columns.push_back(header.columns[static_cast<std::size_t>(column)]);
      data.kind = kind_of_part(header.kind, data.columns);
      for (Column& column : data.columns)
        if (column.unit.empty()) column.unit = default_unit(data.kind);
      rows.emplace(static_cast<Eigen::Index>(columns.size()) * (history + 1), options.max_frames, max_bytes);
    } else {
      columns = columns_of(header, data.columns, file, inputs[0].file.string() + " gives",
                           "learn from recordings of one kind");
      if (!gives(header.kind, data.kind))
        throw data_error({file, 0, {}},
                         "holds " + std::string(kind_name(header.kind)) + ", but " + inputs[0].file.string() +
                             " holds " + std::string(kind_name(data.kind)),
                         "learn from recordings of one kind");
    }
    TrainingSource source;
    source.name = inputs[i].name;
    Random keys = random.stream(number_of(inputs[i].name));
    FrameHistory before(history, static_cast<Eigen::Index>(columns.size()));
    Recording block;
    while (reader.read(block)) {
      work.check_stop();
      for (Eigen::Index t = 0; t < block.rows(); ++t) {
        const Frame& frame = block.frames[static_cast<std::size_t>(t)];
        const std::int64_t row = source.rows++;
        // Of every row, left out or not: it is history of the next.
        const Eigen::RowVectorXd values = before.widened(frame, block.values.row(t)(columns));
        if (!frame.success) {
          ++source.without_face;
          continue;
        }
        if (!values.allFinite()) {
          ++source.without_values;
        } else if ((frame.number - 1) % options.every == 0) {
          rows->offer(keys.next(), i, row, values);
        } else {
          ++source.left_out_by_every;
        }
      }
    }
    data.sources.push_back(source);
  }
  rows->take(data);
  const bool every_took_all = std::any_of(data.sources.begin(), data.sources.end(),
                                          [](const auto& source) { return source.left_out_by_every > 0; });
  if (data.values.rows() == 0 && every_took_all)
    throw usage_error(field("every") + " " + std::to_string(options.every) + " leaves no row to learn from",
                      "lower it");
  if (data.values.rows() == 0)
    throw data_error(
        {inputs[0].file.string(), 0, {}},
        "there is no row with a face and all values in " +
            (inputs.size() == 1 ? "it" : "any of the " + std::to_string(inputs.size()) + " inputs"),
        "look at its columns success and " + some_names(data.columns));
  return data;
}

}  // namespace facelex
