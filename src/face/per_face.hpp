#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// What is gathered of each face of a recording in one pass over its rows, in bounded memory. Faces are those
/// of Recording::faces(): one, unless a frame number occurs twice, then one per face_id.
///
/// `Gathered` begins empty and has kept(), how much of that memory it takes, and thin(), which halves it.
template <class Gathered>
class PerFace {
 public:
  /// max_kept: what all faces together may keep. A face with one thing left has nothing to give.
  explicit PerFace(std::size_t max_kept) : max_kept_(max_kept) {}

  /// Every row, in the order of the file. gather(Gathered&) adds a row with values to its face.
  template <class Gather>
  void add(const Frame& frame, bool has_values, const Gather& gather) {
    // The reader refuses numbers that go back, so a repeated one follows its like.
    if (last_number_ == frame.number) several_ = true;
    last_number_ = frame.number;
    if (has_values && !several_) gather(whole_);
    if (frame.face_id < 0) return;
    const auto [face, is_new] = by_id_.try_emplace(frame.face_id);
    if (is_new) order_.push_back(frame.face_id);
    if (!has_values) return;
    kept_by_id_ -= face->second.kept();
    gather(face->second);
    kept_by_id_ += face->second.kept();
    bound_memory();
  }

  bool several() const { return several_; }
  /// How many different face_ids the rows have.
  std::size_t ids() const { return order_.size(); }

  /// Null for a row whose face was not there.
  const Gathered* of(const Frame& frame) const {
    if (!several_) return &whole_;
    const auto found = by_id_.find(frame.face_id);
    return found == by_id_.end() ? nullptr : &found->second;
  }

  /// The faces in the order in which they appear: visit(face, face_id), the face_id only with several.
  template <class Visit>
  void each(const Visit& visit) {
    if (!several_) return visit(whole_, std::optional<int>());
    for (const int id : order_) visit(by_id_.at(id), std::optional(id));
  }
  template <class Visit>
  void each(const Visit& visit) const {
    if (!several_) return visit(whole_, std::optional<int>());
    for (const int id : order_) visit(by_id_.at(id), std::optional(id));
  }

 private:
  /// Thins the faces that keep most.
  void bound_memory() {
    while (kept_by_id_ > max_kept_) {
      std::size_t largest = 0;
      for (const auto& [id, face] : by_id_) largest = std::max(largest, face.kept());
      if (largest < 2) return;
      for (auto& [id, face] : by_id_) {
        if (face.kept() < largest) continue;
        face.thin();
        kept_by_id_ -= largest - face.kept();
      }
    }
  }

  std::size_t max_kept_;
  Gathered whole_;                 ///< all rows as one face
  std::map<int, Gathered> by_id_;  ///< the rows of each face_id
  std::vector<int> order_;         ///< face_ids in order of appearance
  std::size_t kept_by_id_ = 0;     ///< by all of by_id_
  std::optional<std::int64_t> last_number_;
  bool several_ = false;
};

}  // namespace facelex
