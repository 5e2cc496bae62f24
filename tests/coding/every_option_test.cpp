// Each option of learning and coding changes units or codes, or is refused.
#include "support/every_option.hpp"

#include <gtest/gtest.h>

#include "facelex/coding/dfecs/learn.hpp"
#include "facelex/coding/encode.hpp"
#include "facelex/coding/import_codes.hpp"
#include "facelex/coding/learn.hpp"
#include "facelex/systems/loading.hpp"
#include "synthetic.hpp"

namespace facelex {
namespace {

using test::every_option;
using test::OptionTexts;

/// What a system is, but for the options that its model file repeats: tensors, units and codes of `signals`.
std::string content_of(const CodingSystem& system, const RowMatrix& signals) {
  std::string text(system.kind());
  for (const auto& [name, tensor] : system.to_model().tensors)
    text += name + std::string(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  for (const Column& unit : system.units()) text += unit.name + unit.unit + ",";
  const RowMatrix codes = system.encode(signals).codes;
  text.append(reinterpret_cast<const char*>(codes.data()),
              static_cast<std::size_t>(codes.size()) * sizeof(double));
  return text;
}

class EveryOptionOfLearning : public ::testing::Test {
 protected:
  EveryOptionOfLearning()
      : recording_(test::synthetic_motion(1, 120)), inputs_{test::write(folder_, "a", recording_)} {}

  std::string content_of(const CodingSystem& system) const {
    RowMatrix signals(recording_.rows(), static_cast<Eigen::Index>(system.input_columns().size()));
    for (Eigen::Index d = 0; d < signals.cols(); ++d)
      signals.col(d) =
          recording_.values.col(recording_.column(system.input_columns()[static_cast<std::size_t>(d)].name));
    return facelex::content_of(system, signals);
  }

  test::TemporaryFolder folder_;
  Recording recording_;
  std::vector<NamedFile> inputs_;
  const OptionTexts rows_ = {{"max-frames", "40"}};
};

TEST_F(EveryOptionOfLearning, OfPrincipalComponents) {
  PcaOptions options;
  options.training.max_frames = 60;
  options.components = 4;
  options.signed_pairs = true;
  every_option<PcaOptions>(options, rows_, [&] { return content_of(*learn_pca(inputs_, options).system); },
                           {{"fit-part", "a recording of keypoint motion has one part"}});
}

TEST_F(EveryOptionOfLearning, OfLocalPrincipalComponents) {
  LocalPcaOptions options;
  options.training.max_frames = 60;
  OptionTexts values = rows_;
  values["atoms"] = "MO=2";
  every_option<LocalPcaOptions>(options, values,
                                [&] { return content_of(*learn_local_pca(inputs_, options).system); });
}

TEST_F(EveryOptionOfLearning, OfTheFacialBasis) {
  FacialBasisOptions options;
  options.training.max_frames = 60;
  options.atoms = {"LB=3", "RB=3", "NO=2", "LE=3", "RE=3", "MO=4"};
  options.max_iterations = 8;
  FacialBasisOptions other = options;
  other.training.seed = 5;
  write_model(folder_ / "start.safetensors", learn_facial_basis(inputs_, other).system->to_model());
  OptionTexts values = rows_;
  values["atoms"] = "LB=3,RB=3,NO=2,LE=3,RE=3,MO=2";
  values["tolerance"] = "0.5";
  values["merge-above"] = "0.05";
  values["start-from"] = folder_ / "start.safetensors";
  values["memory"] = "0.00001";
  every_option<FacialBasisOptions>(options, values,
                                   [&] { return content_of(*learn_facial_basis(inputs_, options).system); });
}

TEST_F(EveryOptionOfLearning, OfTheFullFaceModel) {
  DfecsOptions options;
  options.training.max_frames = 60;
  options.part_units = {"LB=3", "RB=3", "LE=2", "RE=2", "NO=2", "MO=3", "JA=3"};
  options.units = 6;
  options.max_iterations = 8;
  options.beta = 0.5;  // of a search, which ends soon
  options.search_alphas = {3, 1};
  OptionTexts values = rows_;
  values["search-alphas"] = "2";
  values["part-units"] = "LB=3,RB=3,LE=2,RE=2,NO=2,MO=2,JA=3";
  values["part-alpha"] = "MO=0.3";
  values["tolerance"] = "0.5";
  every_option<DfecsOptions>(options, values,
                             [&] { return content_of(*learn_dfecs(inputs_, options, {}).system); },
                             {{"beta", "nothing is searched"}, {"search-alphas", "nothing is searched"}});
  options.search = true;
  const std::string found = content_of(*learn_dfecs(inputs_, options, {}).system);
  options.beta = 0.2;
  EXPECT_NE(content_of(*learn_dfecs(inputs_, options, {}).system), found);
  options.beta = 0.5;
  options.search_alphas = {2};
  EXPECT_NE(content_of(*learn_dfecs(inputs_, options, {}).system), found);
}

/// The codes of a recording, by `system`, with the options.
std::string encoded(const NamedFile& input, const CodingSystem& system, const EncodeOptions& options) {
  const auto output = input.file.parent_path() / "codes.csv";
  encode_recording(input.file, output, system, options, TableFormat::csv);
  return test::file_text(output);
}

TEST_F(EveryOptionOfLearning, OfCodingInCoefficients) {
  FacialBasisOptions learning;
  learning.max_iterations = 5;
  const auto system = learn_facial_basis(inputs_, learning).system;
  EncodeOptions options;
  every_option<EncodeOptions>(options, {}, [&] { return encoded(inputs_[0], *system, options); });
}

TEST_F(EveryOptionOfLearning, OfCodingInTokens) {
  const auto system = load_coding_system(FACELEX_TEST_FIXTURES "/models/dfe_v1.safetensors");
  Recording recording;
  recording.columns = system->input_columns();
  recording.kind = system->input_kind();
  Random random(7);
  recording.values.resize(40, static_cast<Eigen::Index>(recording.columns.size()));
  for (double& value : recording.values.reshaped()) value = 2 * random.normal();
  for (Eigen::Index t = 0; t < recording.rows(); ++t)
    recording.frames.push_back({t + 1, 0, 0.04 * static_cast<double>(t), 0.9, true});
  const NamedFile input = test::write(folder_, "signals", recording);
  EncodeOptions options;
  every_option<EncodeOptions>(options, {{"beam", "4"}}, [&] { return encoded(input, *system, options); });
}

TEST_F(EveryOptionOfLearning, OfImportedCodes) {
  const auto input = folder_.write("au.csv",
                                   "frame,face_id,timestamp,confidence,success,AU01_r,AU12_r,AU12\n"
                                   "1,0,0,1,1,0.5,2,0.25\n2,0,0.04,1,1,0,1,0.5\n");
  ImportCodesOptions options;
  every_option<ImportCodesOptions>(options, {{"from", "py-feat"}, {"columns", "AU12*"}}, [&] {
    import_codes(input, folder_ / "codes.csv", options, TableFormat::csv);
    return test::file_text(folder_ / "codes.csv");
  });
}

}  // namespace
}  // namespace facelex
