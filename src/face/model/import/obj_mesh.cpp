#include <charconv>
#include <cmath>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/io/tables/csv_number.hpp"
#include "obj_mesh.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

class ObjReader {
 public:
  ObjReader(const std::filesystem::path& file, bool with_triangles)
      : name_(file.string()), text_(file_bytes(file)), with_triangles_(with_triangles) {}

  ObjMesh read() {
    at_ = text_.data();
    end_ = text_.data() + text_.size();
    for (; at_ < end_; ++at_) {
      ++line_;
      skip_blanks();
      if (word('v')) {
        vertex();
      } else if (with_triangles_ && word('f')) {
        face();
      }
      while (at_ < end_ && *at_ != '\n') ++at_;
    }
    if (points_.empty()) refuse("has no vertices", "expected a Wavefront OBJ file");
    return mesh();
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const {
    throw data_error({name_, line_, {}}, what, remedy);
  }
  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool at_line_end() const { return at_ == end_ || *at_ == '\n'; }
  bool word(char letter) {
    if (end_ - at_ < 2 || at_[0] != letter || (at_[1] != ' ' && at_[1] != '\t')) return false;
    ++at_;
    return true;
  }

  void vertex() {
    for (int axis = 0; axis < 3; ++axis) {
      skip_blanks();
      double value = 0;
      const char* end = at_line_end() ? nullptr : read_number(at_, end_, value);
      if (!end || !std::isfinite(value))
        refuse("a vertex without three numbers", "the file is damaged or cut");
      points_.push_back(value);
      at_ = end;
    }
  }

  void face() {
    corners_.clear();
    for (skip_blanks(); !at_line_end(); skip_blanks()) {
      corners_.push_back(corner());
      while (!at_line_end() && *at_ != ' ' && *at_ != '\t') ++at_;  // texture and normal after slashes
    }
    if (corners_.size() < 3) refuse("a face of fewer than three corners", "the file is damaged or cut");
    for (std::size_t i = 2; i < corners_.size(); ++i)
      triangles_.insert(triangles_.end(), {corners_[0], corners_[i - 1], corners_[i]});
  }

  std::int32_t corner() {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(at_, end_, number);
    const auto count = static_cast<std::int64_t>(points_.size() / 3);
    if (error != std::errc()) refuse("a face with a corner that is not a number");
    // From 1; negative numbers count back from the last vertex so far.
    const std::int64_t vertex = number < 0 ? count + number : number - 1;
    if (vertex < 0 || vertex >= count)
      refuse("a face with the vertex " + std::to_string(number) + ", there are " + std::to_string(count));
    at_ = end;
    return static_cast<std::int32_t>(vertex);
  }

  ObjMesh mesh() const {
    ObjMesh mesh;
    mesh.points =
        Eigen::Map<const Eigen::VectorXd>(points_.data(), static_cast<Eigen::Index>(points_.size()));
    mesh.triangles =
        Eigen::Map<const Triangles>(triangles_.data(), static_cast<Eigen::Index>(triangles_.size() / 3), 3);
    return mesh;
  }

  std::string name_, text_;
  bool with_triangles_;
  const char *at_ = nullptr, *end_ = nullptr;
  long long line_ = 0;
  std::vector<double> points_;
  std::vector<std::int32_t> corners_, triangles_;
};

}  // namespace

ObjMesh read_obj(const std::filesystem::path& file, bool with_triangles) {
  return ObjReader(file, with_triangles).read();
}

Eigen::VectorXd read_obj_shape(const std::filesystem::path& file, Eigen::Index vertices) {
  const ObjMesh mesh = read_obj(file, false);
  if (mesh.vertex_count() != vertices)
    throw bad_import(file,
                     "has " + std::to_string(mesh.vertex_count()) + " vertices, the neutral shape " +
                         std::to_string(vertices),
                     "all shapes must be of the same mesh");
  return mesh.points;
}

}  // namespace facelex
