// Each option of fitting and standardising changes what is written, or is refused.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "face/fit/landmark_bias.hpp"
#include "face/fit/simulated_recording.hpp"
#include "face/standardize/fixture.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/fit/fit.hpp"
#include "facelex/face/standardize/frontalization.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

using test::every_option;

/// A person who moves head and face, as a recording of 68 points in a picture of 1280 × 720.
std::filesystem::path landmarks(const test::TemporaryFolder& folder, int frames) {
  std::vector<test::Row> rows;
  for (const auto& frame : test::simulated_recording(built_in_face(), {.seed = 1, .frames = frames}).frames) {
    const auto number = static_cast<std::int64_t>(rows.size()) + 1;
    rows.push_back(
        {{number, 0, 0.04 * static_cast<double>(number), 0.5 + 0.001 * static_cast<double>(number % 7), true},
         frame.points});
  }
  return test::write(folder / "in.csv", rows);
}

TEST(EveryOption, OfFittingChangesTheFit) {
  const test::TemporaryFolder folder;
  const auto input = landmarks(folder, 40);
  Sidecar sidecar;
  sidecar.stage = "extract";
  sidecar.result.kind = SignalKind::landmarks;
  sidecar.result.details["landmark_model_digest"] = LandmarkBias::of_dlib_cascade().landmark_model_digest();
  write_sidecar(input, sidecar);
  FitOptions options;
  options.image_size = "1280x720";
  options.identity_frames = 8;
  every_option<FitOptions>(options,
                           {{"image-size", "640x480"},
                            {"focal", "1500"},
                            {"signals", "expression"},
                            {"neutral", "model"},
                            {"neutral-file", input}},
                           [&] {
                             fit(input, folder / "out.csv", built_in_face(), options, TableFormat::csv, {});
                             return test::file_text(folder / "out.csv");
                           });
}

TEST(EveryOption, OfStandardisingChangesTheMotion) {
  const test::TemporaryFolder folder;
  const auto input = landmarks(folder, 40);
  FrontalizationOptions few;
  few.views = 100;
  write_model(folder / "map.safetensors",
              frontalization_to_file(learn_frontalization(built_in_face(), few, {})));
  StandardizeOptions options;
  every_option<StandardizeOptions>(options,
                                   {{"scheme", "51"},
                                    {"frontalize-map", folder / "map.safetensors"},
                                    {"fits", folder.path()},
                                    {"neutral", "first"},
                                    {"neutral-file", input}},
                                   [&] {
                                     options.check();
                                     standardize(input, folder / "out.csv", options, TableFormat::csv, {});
                                     return test::file_text(folder / "out.csv");
                                   });
}

TEST(EveryOption, OfAFrontalisationChangesItsMap) {
  FrontalizationOptions options;
  options.views = 100;
  every_option<FrontalizationOptions>(options, {}, [&] {
    std::string text;
    for (const auto& [name, tensor] :
         frontalization_to_file(learn_frontalization(built_in_face(), options, {})).tensors)
      text += name + std::string(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    return text;
  });
}

}  // namespace
}  // namespace facelex
