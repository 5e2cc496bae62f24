#include "facelex/features/feature_table.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>

#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {
namespace {

struct FeatureOutcome {
  std::optional<VideoFeatures> features;
  Message problem;
};

/// Why the columns of a video are not those of the table: the first name that differs.
std::string other_columns(const std::vector<Column>& wanted, const std::vector<Column>& held,
                          const std::string& first) {
  for (std::size_t i = 0; i < std::max(wanted.size(), held.size()); ++i) {
    const std::string want = i < wanted.size() ? in_quotes(wanted[i].name) : "nothing";
    const std::string have = i < held.size() ? in_quotes(held[i].name) : "nothing";
    if (want != have)
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

}  // namespace

VideoFeatureTable make_feature_table(std::vector<FeatureInput> inputs, const FeatureMaker& maker,
                                     const Work& work) {
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const FeatureInput& a, const FeatureInput& b) { return natural_less(a.name, b.name); });
  std::vector<FeatureOutcome> outcomes(inputs.size());
  const int workers = std::max(1, std::min<int>(work.threads, static_cast<int>(inputs.size())));
  ThreadPool pool(workers);
  std::mutex mutex;
  std::int64_t done = 0;
  pool.for_each(inputs.size(), [&](std::size_t i) {
    work.check_stop();
    Work own;
    own.threads = std::max(1, work.threads / workers);
    own.stop = work.stop;
    try {
      if (!inputs[i].problem.empty())
        throw data_error({inputs[i].file.string(), 0, {}}, inputs[i].problem, "check the path");
      outcomes[i].features = maker(inputs[i], own);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data) throw;
      const std::string file = inputs[i].file.string();
      const Error complete = error.with_place({file, 0, {}});
      outcomes[i].problem =
          complete.place().file == file ? complete.message() : file + ": " + complete.message();
    }
    const std::lock_guard lock(mutex);
    work.report(++done, static_cast<std::int64_t>(inputs.size()));
  });
  VideoFeatureTable table;
  std::string first;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    FeatureOutcome& outcome = outcomes[i];
    if (outcome.features && first.empty()) {
      first = inputs[i].name;
      table.columns = outcome.features->columns;
    }
    if (outcome.features)
      if (const auto misfit = other_columns(table.columns, outcome.features->columns, first); !misfit.empty())
        outcome = {{}, Message(inputs[i].file.string() + ": " + misfit)};
    if (!outcome.features) {
      const std::string& note = inputs[i].note;
      table.left_out.push_back({inputs[i].name, outcome.problem + (note.empty() ? "" : "; note: " + note)});
      continue;
    }
    std::string note = inputs[i].note;
    if (!note.empty() && !outcome.features->note.empty()) note += "; ";
    note += outcome.features->note;
    for (FeatureRow& row : outcome.features->rows)
      table.rows.push_back({inputs[i].name, std::move(row), note});
  }
  return table;
}

StageResult write_feature_table(const std::filesystem::path& file, const VideoFeatureTable& table) {
  StageResult result;
  result.columns.push_back({"name", "the video: path of its codes below the input folder", ""});
  result.columns.push_back({"face_id", "the face, in a video of several; else empty", ""});
  result.columns.insert(result.columns.end(), table.columns.begin(), table.columns.end());
  AtomicFile out(file);
  std::string text;
  for (const Column& column : result.columns) text += (text.empty() ? "" : ",") + csv_field(column.name);
  text += '\n';
  Json videos = Json::array(), left_out = Json::array();
  for (const VideoFeatureTable::Row& row : table.rows) {
    text += csv_field(row.name);
    text += ',';
    if (row.features.face_id >= 0) text += std::to_string(row.features.face_id);
    for (const double value : row.features.values) {
      text += ',';
      append_number(text, value);
    }
    text += '\n';
    out.write(text);
    text.clear();
    Json video = {{"name", row.name}};
    if (row.features.face_id >= 0) video["face_id"] = row.features.face_id;
    video.update(row.features.details);
    if (!row.note.empty()) video["note"] = row.note;
    videos.push_back(std::move(video));
    result.counts.rows += 1;
  }
  out.write(text);
  for (const LeftOut& one : table.left_out)
    left_out.push_back({{"name", one.name}, {"reason", one.reason.text()}});
  result.details["videos"] = std::move(videos);
  result.details["left_out"] = std::move(left_out);
  if (!table.left_out.empty()) {
    result.state = "partial";
    result.message = std::to_string(table.left_out.size()) + " videos are left out";
  }
  result.output_digest = out.commit();
  return result;
}

}  // namespace facelex
