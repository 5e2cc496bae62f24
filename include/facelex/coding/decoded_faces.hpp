#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facelex/coding/expression_face.hpp"
#include "facelex/core/options.hpp"
#include "facelex/io/recording_file.hpp"

namespace facelex {

/// Frames by their numbers.
class FrameChoice {
 public:
  /// "1,50-60": these numbers (from 1, in any order); "every:25" (or "every 25"): 1, 26, 51 …
  /// Throws Error (usage) that begins with --frames and says what is wrong.
  explicit FrameChoice(std::string_view text);

  bool contains(std::int64_t number) const;

 private:
  std::int64_t step_ = 0;                                      // 0: the ranges
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges_;  // first and last
};

/// What decode writes of a face besides its table.
struct DecodedFacesOptions {
  enum class Mesh { obj, ply };

  bool meshes = false;              ///< a mesh of each chosen frame
  Mesh mesh_format = Mesh::obj;     ///< as write_mesh writes it
  bool vertices = false;            ///< the displacement of every vertex in each chosen frame
  std::string frames = "every:25";  ///< FrameChoice: which frames
  double most_gigabytes = 1;        ///< of all these files together; > 0

  void describe(OptionList& options);
  bool any() const { return meshes || vertices; }
  /// Throws Error (usage) for what FrameChoice throws, and for an option that needs --meshes or --vertices
  /// but comes without them.
  void check() const;
};

/// About how many bytes a chosen frame takes.
std::uint64_t decoded_face_bytes(const MorphableModel& face, const DecodedFacesOptions& options);
/// How many rows of a table of codes are chosen and have success. Throws what RecordingReader throws.
std::int64_t chosen_rows(const std::filesystem::path& codes, const DecodedFacesOptions& options);

/// What stands beside the decoded table x.csv: the folder of meshes and the array of displacements.
inline constexpr std::string_view meshes_suffix = ".meshes";
inline constexpr std::string_view vertices_suffix = ".vertices.npy";

/// Writes faces as they are decoded, block by block.
///
/// x.meshes/frame000026.obj: the mean face moved by the signals of frame 26, in mm with y up (write_mesh), in
/// the face's own order of vertices and triangles; frame000026_face2.obj for a face_id above 0. Rows without
/// signals have no mesh. x.vertices.npy: float64 N×3P, mm, in the face's axes (y down): a row for each chosen
/// row of the table, NaN without signals; columns x₀ y₀ z₀ x₁ … of its P vertices.
class DecodedFaces {
 public:
  /// `table`: x.csv or x.npy. face and moved must outlive this.
  DecodedFaces(const std::filesystem::path& table, const MorphableModel& face, const ExpressionFace& moved,
               DecodedFacesOptions options);
  ~DecodedFaces();
  DecodedFaces(const DecodedFaces&) = delete;
  DecodedFaces& operator=(const DecodedFaces&) = delete;

  /// The next rows: their frames and T×D signals, NaN where there are none.
  void add(const std::vector<Frame>& frames, const RowMatrix& signals);
  /// Removes what an earlier run left beside that table; other files in its folder of meshes stay.
  static void remove(const std::filesystem::path& table);
  /// Completes the files. For the sidecar: "meshes" (how many), "vertex_frames" (the frame of each row).
  Json finish();

 private:
  std::filesystem::path folder_;
  const MorphableModel& face_;
  const ExpressionFace& moved_;
  DecodedFacesOptions options_;
  FrameChoice choice_;
  std::int64_t meshes_ = 0;
  std::vector<std::int64_t> vertex_frames_;
  std::optional<RecordingWriter> vertices_;
  std::vector<Column> vertex_columns_;
};

}  // namespace facelex
