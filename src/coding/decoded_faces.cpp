#include "facelex/coding/decoded_faces.hpp"

#include <algorithm>
#include <cstdio>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/face/model/export.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view every = "every", mesh_prefix = "frame";

[[noreturn]] void refuse(std::string_view text) {
  throw option_error("frames", in_quotes(std::string(text)) + " names no frames",
                     "give numbers from 1 and ranges, as 1,50-60, or a step, as every:25");
}

std::int64_t frame_number(std::string_view word, std::string_view text) {
  const auto number = parse_integer(trimmed(word));
  if (!number || *number < 1) refuse(text);
  return *number;
}

std::string mesh_name(const Frame& frame, DecodedFacesOptions::Mesh format) {
  constexpr std::size_t longest = 64;
  char name[longest];
  std::snprintf(name, sizeof name, "%s%06lld", std::string(mesh_prefix).c_str(),
                static_cast<long long>(frame.number));
  return name + (frame.face_id > 0 ? "_face" + std::to_string(frame.face_id) : std::string()) +
         (format == DecodedFacesOptions::Mesh::obj ? ".obj" : ".ply");
}

fs::path beside(const fs::path& table, std::string_view suffix) {
  return table.parent_path() / (table.stem().string() + std::string(suffix));
}

/// Only files that this writes: the folder may hold a user's own beside them.
void remove_meshes(const fs::path& folder) {
  std::error_code none;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const auto extension = entry.path().extension();
    if ((extension == ".obj" || extension == ".ply") &&
        entry.path().filename().string().starts_with(mesh_prefix))
      old.push_back(entry.path());
  }
  for (const auto& file : old) fs::remove(file, none);
  fs::remove(folder, none);  // stays where it is not empty
}

std::vector<Column> columns_of_vertices(Eigen::Index count) {
  std::vector<Column> columns;
  columns.reserve(static_cast<std::size_t>(3 * count));
  for (Eigen::Index v = 0; v < count; ++v)
    for (const char axis : {'X', 'Y', 'Z'})
      columns.push_back({std::string("d") + axis + "_vertex" + std::to_string(v), {}, "mm"});
  return columns;
}

}  // namespace

FrameChoice::FrameChoice(std::string_view text) {
  const std::string_view given = trimmed(text);
  if (given.starts_with(every)) {
    std::string_view step = given.substr(every.size());
    if (!step.empty() && (step.front() == ':' || step.front() == ' ')) step.remove_prefix(1);
    step_ = frame_number(step, given);
    return;
  }
  for (std::size_t begin = 0; begin <= given.size();) {
    const std::size_t end = std::min(given.find(',', begin), given.size());
    const std::string_view word = given.substr(begin, end - begin);
    const auto dash = word.find('-');
    const std::int64_t first = frame_number(word.substr(0, dash), given);
    const std::int64_t last =
        dash == std::string_view::npos ? first : frame_number(word.substr(dash + 1), given);
    if (last < first) refuse(given);
    ranges_.emplace_back(first, last);
    begin = end + 1;
  }
}

bool FrameChoice::contains(std::int64_t number) const {
  if (step_ > 0) return number % step_ == 1 % step_;
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const auto& range) { return number >= range.first && number <= range.second; });
}

void DecodedFacesOptions::describe(OptionList& options) {
  options.flag("meshes", meshes, "Write the face of each chosen frame as a mesh, into <name>.meshes")
      .choice("mesh-format", mesh_format, {{"obj", Mesh::obj}, {"ply", Mesh::ply}},
              "Meshes as Wavefront OBJ, or as binary PLY of a third of the size")
      .flag(
          "vertices", vertices,
          "Write how far every vertex of the face moves in each chosen frame, in mm, as <name>.vertices.npy")
      .text("frames", frames, "Frames chosen, by number (1,50-60), or every so many (every:25)")
      .number("most-gigabytes", most_gigabytes, Bounds::above(0),
              "Write nothing if meshes and vertices would take more than this");
}

void DecodedFacesOptions::check() const {
  check_bounds(*this);
  const FrameChoice parsed(frames);
  const DecodedFacesOptions defaults;
  if (!any() && (frames != defaults.frames || mesh_format != defaults.mesh_format))
    throw usage_error(field("frames") + " and " + field("mesh-format") +
                          " say what of meshes and vertices, but none are asked for",
                      "add " + field("meshes") + " or " + field("vertices"));
  if (!meshes && mesh_format != defaults.mesh_format)
    throw usage_error(field("mesh-format") + " is set, but no meshes are asked for",
                      "add " + field("meshes"));
}

std::uint64_t decoded_face_bytes(const MorphableModel& face, const DecodedFacesOptions& options) {
  const auto points = static_cast<std::uint64_t>(face.vertex_count());
  const auto triangles = static_cast<std::uint64_t>(face.triangles.rows());
  // Of an OBJ what lines usually have; of a PLY and an array exactly.
  constexpr std::uint64_t obj_point = 33, obj_triangle = 18, ply_point = 12, ply_triangle = 13, moved = 24;
  std::uint64_t bytes = options.vertices ? moved * points : 0;
  if (options.meshes)
    bytes += options.mesh_format == DecodedFacesOptions::Mesh::obj
                 ? obj_point * points + obj_triangle * triangles
                 : ply_point * points + ply_triangle * triangles;
  return bytes;
}

std::int64_t chosen_rows(const fs::path& codes, const DecodedFacesOptions& options) {
  const FrameChoice choice(options.frames);
  RecordingReader reader(codes);
  Recording block;
  std::int64_t count = 0;
  while (reader.read(block))
    count += std::count_if(block.frames.begin(), block.frames.end(), [&](const Frame& frame) {
      return frame.success && choice.contains(frame.number);
    });
  return count;
}

DecodedFaces::DecodedFaces(const fs::path& table, const MorphableModel& face, const ExpressionFace& moved,
                           DecodedFacesOptions options)
    : folder_(beside(table, meshes_suffix)),
      face_(face),
      moved_(moved),
      options_(std::move(options)),
      choice_(options_.frames) {
  if (options_.meshes) fs::create_directories(folder_);
  if (!options_.vertices) return;
  vertex_columns_ = columns_of_vertices(face.vertex_count());
  vertices_.emplace(beside(table, vertices_suffix), vertex_columns_, TableFormat::npy);
}

void DecodedFaces::remove(const fs::path& table) {
  remove_meshes(beside(table, meshes_suffix));
  std::error_code none;
  fs::remove(beside(table, vertices_suffix), none);
}

DecodedFaces::~DecodedFaces() = default;

void DecodedFaces::add(const std::vector<Frame>& frames, const RowMatrix& signals) {
  for (std::size_t t = 0; t < frames.size(); ++t) {
    if (!choice_.contains(frames[t].number)) continue;
    const auto row = static_cast<Eigen::Index>(t);
    const bool moves = frames[t].success && signals.row(row).allFinite();
    if (options_.meshes && moves) {
      write_mesh(folder_ / mesh_name(frames[t], options_.mesh_format), moved_.shape(signals.row(row)),
                 face_.triangles);
      ++meshes_;
    }
    if (!vertices_) continue;
    Recording one;
    one.columns = vertex_columns_;
    one.frames = {frames[t]};
    one.frames[0].success = moves;
    one.values = moved_.vertices(signals.row(row));
    vertices_->write(one);
    vertex_frames_.push_back(frames[t].number);
  }
}

Json DecodedFaces::finish() {
  Json details = Json::object();
  if (options_.meshes) details["meshes"] = meshes_;
  if (vertices_) {
    vertices_->finish();
    details["vertex_frames"] = vertex_frames_;
  }
  return details;
}

}  // namespace facelex
