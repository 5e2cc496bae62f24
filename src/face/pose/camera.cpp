#include "facelex/face/pose/camera.hpp"

#include <string>

#include "facelex/core/error.hpp"

namespace facelex {

Camera openface_camera(int width, int height) {
  if (width < 1 || height < 1)
    throw usage_error(
        "a picture of " + std::to_string(width) + "×" + std::to_string(height) + " pixels has no camera",
        "width and height must be at least 1");
  const double focal = 0.5 * (500 * (width / 640.0) + 500 * (height / 480.0));
  return {focal, focal, width / 2.0, height / 2.0};
}

}  // namespace facelex
