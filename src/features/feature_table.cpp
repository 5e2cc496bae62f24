#include "facelex/features/feature_table.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

/// Whose rows are in memory at a time: enough that threads seldom wait for the last of them.
constexpr std::size_t inputs_at_once = 256;

struct FeatureOutcome {
  std::optional<VideoFeatures> features;
  Message problem;
};

/// Why the columns of a video are not those of the table: the first name that differs.
std::string other_columns(std::span<const Column> wanted, const std::vector<Column>& held,
                          const std::string& first) {
  for (std::size_t i = 0; i < std::max(wanted.size(), held.size()); ++i) {
    if (i < wanted.size() && i < held.size() && wanted[i].name == held[i].name) continue;
    const std::string want = i < wanted.size() ? in_quotes(wanted[i].name) : "nothing";
    const std::string have = i < held.size() ? in_quotes(held[i].name) : "nothing";
    return std::string("its features are other ones than those of ")
        .append(first)
        .append(": ")
        .append(have)
        .append(" where that has ")
        .append(want)
        .append("; codes of one table come from one model");
  }
  return {};
}

FeatureOutcome outcome_of(const FeatureInput& input, const FeatureMaker& maker, const Work& work) {
  const std::string file = input.file.string();
  try {
    if (!input.problem.empty()) throw data_error({file, 0, {}}, input.problem, "check the path");
    return {maker(input, work), {}};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    const Error complete = error.with_place({file, 0, {}});
    return {{}, complete.place().file == file ? complete.message() : file + ": " + complete.message()};
  }
}

}  // namespace

VideoFeatureTable::VideoFeatureTable(const std::filesystem::path& file, std::vector<FeatureInput> inputs,
                                     const FeatureMaker& maker, const Work& work)
    : out_(file) {
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const FeatureInput& a, const FeatureInput& b) { return natural_less(a.name, b.name); });
  const int workers = std::max(1, std::min<int>(work.threads, static_cast<int>(inputs.size())));
  ThreadPool pool(workers);
  Work own;
  own.threads = std::max(1, work.threads / workers);
  own.stop = work.stop;
  std::mutex mutex;
  std::int64_t done = 0;
  std::vector<FeatureOutcome> outcomes;
  for (std::size_t begin = 0; begin < inputs.size(); begin += inputs_at_once) {
    outcomes.assign(std::min(inputs_at_once, inputs.size() - begin), {});
    pool.for_each(outcomes.size(), [&](std::size_t i) {
      work.check_stop();
      outcomes[i] = outcome_of(inputs[begin + i], maker, own);
      const std::lock_guard lock(mutex);
      work.report(++done, static_cast<std::int64_t>(inputs.size()));
    });
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      if (outcomes[i].features)
        add(inputs[begin + i], std::move(*outcomes[i].features));
      else
        leave_out(inputs[begin + i], outcomes[i].problem);
  }
}

void VideoFeatureTable::add(const FeatureInput& input, VideoFeatures features) {
  std::string text;
  if (first_.empty()) {
    first_ = input.name;
    features_ = features.columns.size();
    result_.columns = {{"name", "the video: path of its codes below the input folder", ""},
                       {"face_id", "the face, in a video of several; else empty", ""}};
    result_.columns.insert(result_.columns.end(), features.columns.begin(), features.columns.end());
    for (const Column& column : result_.columns) text += (text.empty() ? "" : ",") + csv_field(column.name);
    text += '\n';
  } else if (const std::string misfit =
                 other_columns(std::span(result_.columns).subspan(2), features.columns, first_);
             !misfit.empty()) {
    leave_out(input, input.file.string() + ": " + misfit);
    return;
  }
  std::string note = input.note;
  if (!note.empty() && !features.note.empty()) note += "; ";
  note += features.note;
  for (const FeatureRow& row : features.rows) {
    text += csv_field(input.name);
    text += ',';
    if (row.face_id >= 0) text += std::to_string(row.face_id);
    for (const double value : row.values) {
      text += ',';
      append_number(text, value);
    }
    text += '\n';
    Json video = {{"name", input.name}};
    if (row.face_id >= 0) video["face_id"] = row.face_id;
    video.update(row.details);
    if (!note.empty()) video["note"] = note;
    videos_.push_back(std::move(video));
    if (!note.empty()) notes_.push_back({input.name, note});
    result_.counts.rows += 1;
  }
  out_.write(text);
}

void VideoFeatureTable::leave_out(const FeatureInput& input, const Message& reason) {
  left_out_.push_back({input.name, reason + (input.note.empty() ? "" : "; note: " + input.note)});
}

StageResult VideoFeatureTable::commit() {
  Json left_out = Json::array();
  for (const LeftOut& one : left_out_)
    left_out.push_back({{"name", one.name}, {"reason", one.reason.text()}});
  result_.details["videos"] = std::move(videos_);
  result_.details["left_out"] = std::move(left_out);
  if (!left_out_.empty()) {
    result_.partial = true;
    result_.message = std::to_string(left_out_.size()) + " videos are left out";
  }
  result_.output_digest = out_.commit();
  return std::move(result_);
}

}  // namespace facelex
