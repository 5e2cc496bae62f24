#include <cctype>
#include <sstream>

#include "facelex/core/json.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/model/import/model.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

using LandmarkVertices = std::array<std::int32_t, 68>;

class LandmarkFile {
 public:
  LandmarkFile(const std::filesystem::path& file, Eigen::Index vertices) : file_(file), vertices_(vertices) {
    landmarks_.fill(-1);
  }

  LandmarkVertices read() {
    const std::string text = file_bytes(file_);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && text[first] == '{') {
      read_json_object();
    } else {
      read_mapping(text);
    }
    if (count_ == 0)
      throw bad_import(file_, "names no landmark",
                       R"(expected JSON {"30": 114, …} or a [landmark_mappings] section of eos)");
    return landmarks_;
  }

 private:
  void read_json_object() {
    const Json object = read_json(file_);
    for (const auto& [key, vertex] : object.items()) {
      const auto point = parse_integer(key);
      if (!point || !vertex.is_number_integer())
        throw data_error({file_.string(), 0, key}, R"(expected "number of the point, from 0": vertex)");
      take(*point, vertex.get<std::int64_t>(), {file_.string(), 0, key});
    }
  }

  /// Lines "9 = 33  # chin bottom" of the section [landmark_mappings]; points count from 1, vertices from 0.
  void read_mapping(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    bool ours = false;
    for (long long number = 1; std::getline(lines, line); ++number) {
      const std::string_view content = trimmed(std::string_view(line).substr(0, line.find('#')));
      if (content.empty()) continue;
      if (content.front() == '[' && content.back() == ']') {
        ours = content == "[landmark_mappings]";
        continue;
      }
      if (!ours) continue;
      const auto equals = content.find('=');
      const auto point = parse_integer(content.substr(0, equals));
      const auto vertex =
          equals == std::string_view::npos ? std::nullopt : parse_integer(content.substr(equals + 1));
      if (!point || !vertex)
        throw data_error({file_.string(), number, {}}, in_quotes(content) + " is not a mapping",
                         "expected: number of the point, from 1 = vertex");
      take(*point - 1, *vertex, {file_.string(), number, {}});
    }
  }

  void take(std::int64_t point, std::int64_t vertex, const Place& place) {
    const auto points = static_cast<std::int64_t>(landmarks_.size());
    if (point < 0 || point >= points) throw data_error(place, "there is no such point of the 68");
    if (vertex < 0 || vertex >= vertices_)
      throw data_error(place, "vertex " + std::to_string(vertex) + " is not in the mesh, which has " +
                                  std::to_string(vertices_));
    std::int32_t& landmark = landmarks_[static_cast<std::size_t>(point)];
    if (landmark >= 0) throw data_error(place, "the point is named twice");
    landmark = static_cast<std::int32_t>(vertex);
    ++count_;
  }

  const std::filesystem::path& file_;
  Eigen::Index vertices_;
  LandmarkVertices landmarks_{};
  int count_ = 0;
};

}  // namespace

LandmarkVertices read_landmark_vertices(const std::filesystem::path& file, Eigen::Index vertices) {
  return LandmarkFile(file, vertices).read();
}

}  // namespace facelex
