#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "facelex/face/model/import/model.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {
namespace {

constexpr float reach = 25;        // mm that the outline moves over the cheek when the head turns
constexpr float band = 8;          // mm from the plane in which a line may run
constexpr float straightness = 2;  // mm of length that a mm beside the plane is worth
constexpr std::size_t max_points = 10;

/// The neighbours of each vertex, ascending.
std::vector<std::vector<std::int32_t>> neighbours_of(const MorphableModel& model) {
  std::vector<std::vector<std::int32_t>> neighbours(static_cast<std::size_t>(model.vertex_count()));
  for (Eigen::Index t = 0; t < model.triangles.rows(); ++t)
    for (int corner = 0; corner < 3; ++corner) {
      const std::int32_t a = model.triangles(t, corner), b = model.triangles(t, (corner + 1) % 3);
      neighbours[static_cast<std::size_t>(a)].push_back(b);
      neighbours[static_cast<std::size_t>(b)].push_back(a);
    }
  for (auto& list : neighbours) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return neighbours;
}

/// Where a line starts, and the plane in which it runs.
struct Section {
  Eigen::Vector3f start;
  Eigen::Vector3f normal;   ///< of the plane: the jaw line's direction
  Eigen::Vector3f towards;  ///< in the plane, to the middle of the face

  float beside(const Eigen::Vector3f& point) const { return std::abs((point - start).dot(normal)); }
};

/// Shortest paths over the mesh's edges from one vertex, within the section's band and the reach (Dijkstra
/// 1959; a step beside the plane costs more than its length).
class LineSearch {
 public:
  LineSearch(const MorphableModel& model, const std::vector<std::vector<std::int32_t>>& neighbours)
      : model_(model), neighbours_(neighbours), states_(neighbours.size()) {}

  std::vector<std::int32_t> line(std::int32_t start, const Section& section) {
    std::fill(states_.begin(), states_.end(), State{});
    std::priority_queue<Step, std::vector<Step>, std::greater<>> queue;
    states_[static_cast<std::size_t>(start)] = {0, 0, -1, false};
    queue.push({0, start});
    std::int32_t end = start;
    float best = 0;
    while (!queue.empty()) {
      const std::int32_t vertex = queue.top().second;
      queue.pop();
      State& state = states_[static_cast<std::size_t>(vertex)];
      if (std::exchange(state.done, true)) continue;
      const Eigen::Vector3f point = model_.mean.row(vertex);
      const float gain = (point - section.start).norm() - straightness * section.beside(point);
      if (gain > best) {
        best = gain;
        end = vertex;
      }
      for (const std::int32_t next : neighbours_[static_cast<std::size_t>(vertex)]) {
        if (!reaches(next, vertex, section)) continue;
        queue.push({states_[static_cast<std::size_t>(next)].cost, next});
      }
    }
    return path_to(end);
  }

 private:
  using Step = std::pair<float, std::int32_t>;
  struct State {
    float cost = std::numeric_limits<float>::infinity(), length = 0;
    std::int32_t before = -1;
    bool done = false;
  };

  /// Whether the way to `next` over `vertex` is allowed and the best so far; keeps it then.
  bool reaches(std::int32_t next, std::int32_t vertex, const Section& section) {
    const Eigen::Vector3f from = model_.mean.row(vertex), to = model_.mean.row(next);
    const State& state = states_[static_cast<std::size_t>(vertex)];
    const float step = (to - from).norm(), beside = section.beside(to);
    const float cost = state.cost + step + straightness * beside;
    State& other = states_[static_cast<std::size_t>(next)];
    if (state.length + step > reach || beside > band || (to - section.start).dot(section.towards) <= 0 ||
        cost >= other.cost)
      return false;
    other = {cost, state.length + step, vertex, false};
    return true;
  }

  std::vector<std::int32_t> path_to(std::int32_t end) const {
    std::vector<std::int32_t> path;
    for (std::int32_t vertex = end; vertex >= 0; vertex = states_[static_cast<std::size_t>(vertex)].before)
      path.push_back(vertex);
    std::reverse(path.begin(), path.end());
    return path;
  }

  const MorphableModel& model_;
  const std::vector<std::vector<std::int32_t>>& neighbours_;
  std::vector<State> states_;
};

/// Mean of those of the points first … last that the model has; false when it has none.
bool middle_of(const MorphableModel& model, std::size_t first, std::size_t last, Eigen::Vector3f& middle) {
  middle.setZero();
  int count = 0;
  for (std::size_t point = first; point <= last; ++point)
    if (model.landmarks[point] >= 0) {
      middle += model.mean.row(model.landmarks[point]).transpose();
      ++count;
    }
  if (count > 0) middle /= static_cast<float>(count);
  return count > 0;
}

/// The section at a jaw point: across the direction from the jaw point before it to the one after it.
bool section_at(const MorphableModel& model, std::size_t point, const Eigen::Vector3f& middle,
                Section& section) {
  const auto at = [&](std::size_t p) -> Eigen::Vector3f { return model.mean.row(model.landmarks[p]); };
  const std::size_t before = point > 0 && model.landmarks[point - 1] >= 0 ? point - 1 : point;
  const std::size_t after = point + 1 < jaw_points && model.landmarks[point + 1] >= 0 ? point + 1 : point;
  section.start = at(point);
  section.normal = at(after) - at(before);
  if (section.normal.norm() == 0) return false;
  section.normal.normalize();
  const Eigen::Vector3f inwards = middle - section.start;
  section.towards = inwards - inwards.dot(section.normal) * section.normal;
  return section.towards.norm() > 0;
}

/// At most `max_points` of them, evenly, both ends among them.
std::vector<std::int32_t> thinned(const std::vector<std::int32_t>& path) {
  if (path.size() <= max_points) return path;
  std::vector<std::int32_t> line;
  for (std::size_t i = 0; i < max_points; ++i) line.push_back(path[i * (path.size() - 1) / (max_points - 1)]);
  return line;
}

}  // namespace

std::array<std::vector<std::int32_t>, 17> jaw_contour(const MorphableModel& model) {
  constexpr std::size_t nose_first = 27, nose_last = 35, inner_first = 17, inner_last = 67;
  std::array<std::vector<std::int32_t>, jaw_points> contour;
  Eigen::Vector3f middle;
  if (!middle_of(model, nose_first, nose_last, middle) && !middle_of(model, inner_first, inner_last, middle))
    return contour;
  const auto neighbours = neighbours_of(model);
  LineSearch search(model, neighbours);
  for (std::size_t point = 0; point < jaw_points; ++point) {
    Section section;
    if (model.landmarks[point] >= 0 && section_at(model, point, middle, section))
      contour[point] = thinned(search.line(model.landmarks[point], section));
  }
  return contour;
}

}  // namespace facelex
