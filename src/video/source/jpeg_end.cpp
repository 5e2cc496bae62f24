#include "jpeg_end.hpp"

#include <cstddef>

namespace facelex {

bool is_cut_jpeg(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t start_of_image = 0xd8, end_of_image = 0xd9, start_of_scan = 0xda;
  if (bytes.size() < 2 || bytes[0] != 0xff || bytes[1] != start_of_image) return false;
  bool in_scan = false;
  std::size_t i = 2;
  while (i + 1 < bytes.size()) {
    const std::uint8_t marker = bytes[i + 1];
    const bool stuffed = marker == 0 || (marker >= 0xd0 && marker <= 0xd7);
    // Entropy-coded data, in which 0xff is followed by 0 or by a restart marker; fill bytes before a marker.
    if (bytes[i] != 0xff || (in_scan && stuffed) || marker == 0xff) {
      ++i;
    } else if (marker == end_of_image) {
      return false;
    } else {
      if (i + 3 >= bytes.size()) return true;
      in_scan = marker == start_of_scan;
      i += 2 + (static_cast<std::size_t>(bytes[i + 2]) << 8 | bytes[i + 3]);
    }
  }
  return true;
}

}  // namespace facelex
