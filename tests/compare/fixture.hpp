#pragma once

#include <map>
#include <string>
#include <vector>

#include "facelex/compare/comparison.hpp"
#include "facelex/io/sidecar.hpp"
#include "hand_made.hpp"

namespace facelex::test {

/// A recording of any kind with its sidecar, so that readers know the kind.
inline NamedFile write_with_kind(const TemporaryFolder& folder, const std::string& name,
                                 const Recording& recording) {
  const NamedFile input = write(folder, name, recording);
  Sidecar sidecar;
  sidecar.stage = "test";
  sidecar.options = Json::object();
  sidecar.result.kind = recording.kind;
  sidecar.result.columns = recording.columns;
  write_sidecar(input.file, sidecar);
  return input;
}

/// Codes as a recording.
inline Recording codes_recording(const RowMatrix& codes, const std::string& prefix,
                                 SignalKind kind = SignalKind::coefficients) {
  Recording recording = motion_recording(RowMatrix::Zero(codes.rows(), 136));
  recording.kind = kind;
  recording.columns.clear();
  for (Eigen::Index k = 0; k < codes.cols(); ++k)
    recording.columns.push_back({prefix + std::to_string(k + 1), "", ""});
  recording.values = codes;
  return recording;
}

/// Six recordings of three subjects that move by three units, one column each, with known codes.
class ComparisonFixture : public ::testing::Test {
 protected:
  static constexpr Eigen::Index rows = 40;

  void SetUp() override {
    for (int i = 0; i < 6; ++i) {
      const std::string name = "s" + std::to_string(i / 2) + "_" + std::to_string(i % 2);
      RowMatrix codes = random_matrix(rows, 3, static_cast<std::uint64_t>(500 + i));
      codes = (codes.array().abs() < 0.5).select(0, codes);
      codes *= Eigen::Vector3d(8, 4, 2).asDiagonal();
      truth.push_back(codes);
      ComparedRecording recording;
      recording.name = name;
      recording.subject = "s" + std::to_string(i / 2);
      signals.push_back(codes * atoms);
      motion.push_back(write(folder, "motion/" + name, motion_recording(signals.back())));
      imported.push_back(write_with_kind(folder, "au/" + name, codes_recording(codes * 0.1, "AU0")));
      truths.push_back(
          write_with_kind(folder, "truth/" + name, codes_recording(codes, "e_T", SignalKind::expression)));
      recordings.push_back(recording);
    }
  }

  /// What every system takes: motion, or the imported codes.
  std::vector<ComparedRecording> recordings_for(const std::vector<ComparedSystem>& systems,
                                                bool with_truth = false) const {
    auto made = recordings;
    for (std::size_t i = 0; i < made.size(); ++i) {
      for (const auto& system : systems)
        made[i].files.push_back(system.imported() ? imported[i].file : motion[i].file);
      if (with_truth) made[i].truth = truths[i].file;
    }
    return made;
  }

  ComparedSystem named(const std::string& name, std::shared_ptr<const CodingSystem> system) const {
    ComparedSystem made;
    made.name = name;
    made.system = std::move(system);
    return made;
  }
  ComparedSystem imported_system() const {
    ComparedSystem made;
    made.name = "au";
    made.codes = imported;
    return made;
  }

  TemporaryFolder folder;
  RowMatrix atoms = one_hot({motion_column('y', 18), motion_column('y', 25), motion_column('x', 51)});
  std::vector<RowMatrix> truth, signals;
  std::vector<NamedFile> motion, imported, truths;
  std::vector<ComparedRecording> recordings;
};

}  // namespace facelex::test
