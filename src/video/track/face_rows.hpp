#pragma once

#include <cstdint>
#include <vector>

#include "facelex/face/schemes/landmark_scheme.hpp"
#include "facelex/video/track/landmark_model.hpp"

namespace facelex {

/// One face in one frame, on its way to the table.
struct FaceRow {
  int face_id = 0;
  FaceBox box;
  double confidence = 0;
  bool success = false;
  Landmarks68 landmarks;
};

/// All faces of one frame, by face_id.
struct FrameRows {
  std::int64_t number = 0;
  double timestamp = 0;
  int width = 0, height = 0;  // of the picture; 0 where it cannot be read and shows no face
  std::vector<FaceRow> faces;

  const FaceRow* face(int id) const {
    for (const FaceRow& row : faces)
      if (row.face_id == id) return &row;
    return nullptr;
  }
};

}  // namespace facelex
