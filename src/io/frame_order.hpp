#pragma once

#include <string>
#include <unordered_map>

#include "facelex/io/recording.hpp"

namespace facelex {

/// Checks that the rows of a file come in the order of time: frame numbers never go back and differ within a
/// face, time stamps never go back within a face.
class FrameOrder {
 public:
  explicit FrameOrder(std::string file) : file_(std::move(file)) {}
  /// The next row, on line `line`. Throws Error (data) that names both lines.
  void add(const Frame& frame, long long line);

 private:
  struct Last {
    std::int64_t number = 0;
    long long line = 0;  ///< 0 before the first row
    double timestamp = 0;
    long long timestamp_line = 0;  ///< of the last row that had a time stamp
  };

  std::string file_;
  std::int64_t last_number_ = 0;
  long long last_line_ = 0;
  std::unordered_map<int, Last> faces_;
};

}  // namespace facelex
