// Codes the frames of one CSV with a model and prints the codes as CSV, a line per frame:
//   encode_csv FRAMES.csv [MODEL.safetensors]
// Without a model it takes the codebook that the library carries.
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/frame_history.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/dfe/built_in_codebook.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/systems/loading.hpp"

namespace {

/// The system's input columns, found in the recording by their names.
facelex::RowMatrix signals_for(const facelex::CodingSystem& system, const facelex::Recording& recording) {
  const auto& wanted = system.input_columns();
  facelex::RowMatrix signals(recording.rows(), static_cast<Eigen::Index>(wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Eigen::Index column = recording.column(wanted[i].name);
    if (column < 0) throw facelex::data_error({recording.name, 0, wanted[i].name}, "no such column");
    signals.col(static_cast<Eigen::Index>(i)) = recording.values.col(column);
  }
  // Codes of some systems depend on the frames before, too.
  return facelex::FrameHistory(system.history(), signals.cols()).widened(recording.frames, signals);
}

void print_codes(const char* frames, const char* model) {
  const std::unique_ptr<facelex::CodingSystem> system =
      model ? facelex::load_coding_system(model)
            : facelex::coding_system_from_model(facelex::built_in_codebook());
  const facelex::Recording recording = facelex::read_recording(frames);
  const facelex::EncodedFrames encoded = system->encode(signals_for(*system, recording));

  std::string line = "frame";
  for (const auto& unit : system->units()) line += "," + unit.name;
  std::puts(line.c_str());
  for (Eigen::Index row = 0; row < encoded.codes.rows(); ++row) {
    line = std::to_string(recording.frames[static_cast<std::size_t>(row)].number);
    for (const double code : encoded.codes.row(row)) facelex::append_number(line += ',', code);
    std::puts(line.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("Usage: encode_csv FRAMES.csv [MODEL.safetensors]\n", stderr);
    return 2;
  }
  try {
    print_codes(argv[1], argc == 3 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "encode_csv: %s\n", error.what());
    return 1;
  }
}
