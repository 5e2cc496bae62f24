// Each option of training changes the weights or what is kept of it, or is refused.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "facelex/dfe/train/learn.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "io/test_files.hpp"
#include "small_dfe.hpp"

namespace facelex {
namespace {

/// Blendshapes, some of which hardly move.
NamedFile write_blendshapes(const test::TemporaryFolder& folder, const std::string& name,
                            std::uint64_t seed) {
  Recording recording;
  recording.kind = SignalKind::expression;
  for (const char* column : {"jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp"})
    recording.columns.push_back({column, "", ""});
  Random random(seed);
  recording.values.resize(40, 4);
  for (double& value : recording.values.reshaped()) value = random.uniform();
  for (Eigen::Index t = 0; t < 40; ++t)
    recording.frames.push_back({t + 1, 0, 0.04 * static_cast<double>(t), 0.9, true});
  const auto file = folder / (name + ".csv");
  RecordingWriter writer(file, recording.columns, TableFormat::csv);
  writer.write(recording);
  writer.finish();
  return {file, name};
}

TEST(EveryOption, OfTrainingChangesTheModel) {
  const test::TemporaryFolder folder;
  std::vector<NamedFile> inputs;
  std::map<std::string, std::string> subjects;
  for (int i = 0; i < 4; ++i) {
    inputs.push_back(write_blendshapes(folder, "r" + std::to_string(i), static_cast<std::uint64_t>(i)));
    subjects[inputs.back().name] = i < 3 ? "one" : "other";
  }
  DfeOptions options = test::small_dfe_options(DfeEncoder::transformer);
  options.training.max_frames = 120;
  options.shape.token_width = 2;
  options.shape.stages = 2;
  options.dropout = 0.1;
  options.batch = 32;
  options.epochs = 4;
  options.validation = 0.3;
  options.revive_after = 2;
  options.patience = 3;
  options.learning_rate = 0.01;
  const DfeTrainingFiles files = {folder / "m.checkpoint.safetensors", folder / "m.curve.csv", "m"};
  test::every_option<DfeOptions>(
      options,
      {{"max-frames", "80"},
       {"columns", "mouth*,jawOpen"},
       {"subjects", "labels.csv"},
       {"face", "face.safetensors"},
       {"patience", "1"},
       {"validation", "0.6"},
       {"checkpoint-every", "1"},
       {"revive-after", "1"},
       {"memory", "0.00000001"}},
      [&] {
        std::filesystem::remove(files.checkpoint);
        const auto learnt =
            learn_dfe(inputs, options, options.subjects.empty() ? decltype(subjects)() : subjects, files,
                      [](const DfeTask& task) { return make_cpu_backend(task, 1); });
        std::string text = test::file_text(files.curve);
        for (const auto& [name, tensor] : learnt.system->to_model().tensors)
          text += name + std::string(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
        return text + (std::filesystem::exists(files.checkpoint) ? "kept" : "");
      },
      {{"fit-part", "blendshapes have one part"}, {"device", "who trains is said by the caller here"}});
}

}  // namespace
}  // namespace facelex
