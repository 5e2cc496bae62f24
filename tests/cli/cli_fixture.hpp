#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "facelex/core/random.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/provenance/manifest.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

namespace facelex::test {

inline Program::End facelex_command(const std::vector<std::string>& arguments,
                                    const std::vector<std::string>& environment = {}) {
  return Program(FACELEX_BINARY, arguments, environment).wait();
}

/// The words of every command that does something ({"learn", "pca"} …), as the program itself lists them when
/// it writes its pages.
inline std::vector<std::vector<std::string>> all_commands() {
  const TemporaryFolder folder;
  facelex_command({"docs", folder.path()});
  std::vector<std::vector<std::string>> commands;
  const std::string index = file_text(folder / "README.md"), begin = "[`facelex ";
  for (std::size_t at = 0; (at = index.find(begin, at)) != std::string::npos;) {
    at += begin.size();
    std::istringstream words(index.substr(at, index.find('`', at) - at));
    commands.emplace_back(std::istream_iterator<std::string>(words), std::istream_iterator<std::string>());
  }
  return commands;
}

/// All files below a folder by name, without manifests (they hold times).
inline std::map<std::string, std::string> folder_content(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !is_manifest_name(entry.path().filename()))
      files[entry.path().lexically_relative(folder)] = file_text(entry.path());
  return files;
}

/// A recording of a face's landmarks that talks and blinks a little, in the plane: enough for every stage.
inline void write_landmarks(const std::filesystem::path& file, int frames, std::uint64_t seed) {
  Recording recording;
  recording.kind = SignalKind::landmarks;
  for (const char axis : {'x', 'y'})
    for (int point = 0; point < 68; ++point)
      recording.columns.push_back({std::string(1, axis) + "_" + std::to_string(point), "", "px"});
  Random random(seed);
  recording.values.resize(frames, 136);
  for (int t = 0; t < frames; ++t) {
    recording.frames.push_back({t + 1, 0, t / 25.0, 0.9, t != 3});
    for (int point = 0; point < 68; ++point) {
      // Points on a face-like grid: what matters is that no anchors coincide.
      const double angle = 0.37 * point, radius = 20 + point;
      const double wave = point > 47   ? 4 * std::sin(0.7 * t)
                          : point > 35 ? 2 * std::cos(1.3 * t)
                                       : 1.5 * std::sin(0.4 * t);
      recording.values(t, point) =
          200 + radius * std::cos(angle) + wave * std::cos(point) + 0.3 * random.normal();
      recording.values(t, 68 + point) =
          150 + radius * std::sin(angle) + wave * std::sin(point) + 0.3 * random.normal();
    }
  }
  RecordingWriter writer(file, recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
}

}  // namespace facelex::test
