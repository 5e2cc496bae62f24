#include "facelex/io/sidecar.hpp"

#include <stdexcept>

#include "facelex/core/error.hpp"
#include "facelex/core/json_parse.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar_problem.hpp"
#include "input_file.hpp"
#include "json_text.hpp"

namespace facelex {
namespace {

constexpr const char* format_name = "facelex sidecar";
constexpr int newest_sidecar_version = 1;
constexpr std::uint64_t max_sidecar_bytes = std::uint64_t{64} << 20;

std::int64_t count_from(const Json& value) {
  const auto count = value.is_number_integer() ? value.get<std::int64_t>() : -1;
  if (count < 0) throw std::runtime_error("has a count that is none");
  return count;
}

Sidecar sidecar_from(const Json& json) {
  const auto text = [&](const char* name) { return json.at(name).get<std::string>(); };
  Sidecar sidecar;
  sidecar.version = text("version");
  sidecar.stage = text("stage");
  sidecar.command = text("command");
  sidecar.input = text("input");
  sidecar.input_digest = text("input_digest");
  sidecar.model_digest = text("model_digest");
  sidecar.options = json.at("options");
  const std::string state = text("state");
  if (state != "ok" && state != "partial") throw std::runtime_error("has the state " + in_quotes(state));
  sidecar.result.partial = state == "partial";
  sidecar.result.message = text("message");
  sidecar.result.kind = kind_from_name(text("kind"));
  const Json& counts = json.at("counts");
  sidecar.result.counts = {count_from(counts.at("rows")), count_from(counts.at("frames")),
                           count_from(counts.at("with_face"))};
  sidecar.result.details = json.at("details");
  sidecar.result.output_digest = text("output_digest");
  sidecar.result.columns = columns_from_json(json.at("columns"));
  return sidecar;
}

}  // namespace

void FrameCounter::add(const std::vector<Frame>& frames) {
  for (const auto& frame : frames) {
    ++counts_.rows;
    if (frame.number != last_frame_) {
      ++counts_.frames;
      last_frame_ = frame.number;
      last_had_face_ = false;
    }
    if (frame.success && !last_had_face_) {
      ++counts_.with_face;
      last_had_face_ = true;
    }
  }
}

Json columns_json(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const auto& column : columns)
    list.push_back({{"name", column.name}, {"description", column.description}, {"unit", column.unit}});
  return list;
}

std::vector<Column> columns_from_json(const Json& list) {
  std::vector<Column> columns;
  for (const auto& item : list)
    columns.push_back({item.at("name").get<std::string>(), item.at("description").get<std::string>(),
                       item.at("unit").get<std::string>()});
  return columns;
}

std::filesystem::path sidecar_path(const std::filesystem::path& file) {
  return std::filesystem::path(file).replace_extension(".json");
}

void write_sidecar(const std::filesystem::path& file, const Sidecar& sidecar) {
  const StageResult& result = sidecar.result;
  const Json json = {
      {"format", format_name},
      {"format_version", newest_sidecar_version},
      {"version", sidecar.version},
      {"stage", sidecar.stage},
      {"command", sidecar.command},
      {"input", sidecar.input},
      {"input_digest", sidecar.input_digest},
      {"model_digest", sidecar.model_digest},
      {"options", sidecar.options},
      {"state", result.partial ? "partial" : "ok"},
      {"message", result.message},
      {"kind", kind_name(result.kind)},
      {"counts",
       {{"rows", result.counts.rows},
        {"frames", result.counts.frames},
        {"with_face", result.counts.with_face}}},
      {"details", result.details},
      {"output_digest", result.output_digest},
      {"frame_columns", columns_json(frame_columns())},
      {"columns", columns_json(result.columns)},
  };
  write_file_atomically(sidecar_path(file), json_text(json, 2) + "\n");
}

namespace {

/// What lies at the sidecar's place: nothing that is ours, ours, or `problem`.
struct Beside {
  std::optional<Sidecar> sidecar;
  std::string problem;
};

Beside look_beside(const std::filesystem::path& file) {
  const auto path = sidecar_path(file);
  std::error_code error;
  if (path == file || !std::filesystem::is_regular_file(path, error)) return {};
  InputFile in(path);
  const auto size = in.size();
  if (!size || *size > max_sidecar_bytes) return {{}, "is larger than 64 MiB"};
  std::string text(*size, '\0');
  in.read_at(0, text.data(), text.size());
  try {
    const Json json = parse_json(text);
    if (!json.is_object() || json.value("format", Json()) != format_name) return {};  // another program's
    if (count_from(json.at("format_version")) > newest_sidecar_version)
      return {{}, "is of a newer facelex than this one"};
    return {sidecar_from(json), {}};
  } catch (const JsonError& e) {
    return {{}, std::string("is not valid JSON: ") + e.what()};
  } catch (const Json::exception&) {
    return {{}, "lacks what a sidecar of facelex says, or was changed by hand"};
  } catch (const Error& e) {
    return {{}, e.what()};
  } catch (const std::runtime_error& e) {
    return {{}, e.what()};
  }
}

}  // namespace

std::optional<Sidecar> read_sidecar(const std::filesystem::path& file) {
  return look_beside(file).sidecar;
}

std::string sidecar_problem(const std::filesystem::path& file) {
  std::string problem;
  try {
    problem = look_beside(file).problem;
  } catch (const Error& error) {
    return error.what();
  }
  if (problem.empty()) return {};
  return sidecar_path(file).string() + ": " + problem +
         "; what it says of the table beside it is not taken: copy it again, or remove it";
}

}  // namespace facelex
