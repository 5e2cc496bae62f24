#include "measure_codes.hpp"

#include "facelex/compare/reconstruction.hpp"

namespace facelex::cli {
namespace {

class MeasureReconstructionCommand final : public MeasureCodesCommand {
 public:
  explicit MeasureReconstructionCommand(CLI::App& measure)
      : MeasureCodesCommand(
            measure,
            {"reconstruction", "What decoded codes keep of the signals, stage by stage",
             "Codes and decodes recordings: share of variance explained (paper 001, 3.4) and root mean "
             "square "
             "error, for a system of tokens after every stage.",
             "facelex measure reconstruction expressions -m dfe.safetensors -o reconstruction.csv"},
            false) {
    add_measuring();
  }

 private:
  std::vector<NamedFigure> measure(const CodedFrames& frames, const Work&) override {
    std::vector<NamedFigure> figures;
    for (const ReconstructionFigures& one :
         reconstruction_figures(*frames.system, frames.data.values, frames.codes)) {
      std::string name = one.codes;
      for (char& letter : name)
        if (letter == ' ') letter = '_';
      const std::string suffix = one.codes == "all" ? "" : "_" + name;
      const std::string what = one.codes == "all" ? "" : ", codes of " + one.codes;
      figures.insert(
          figures.end(),
          {{"variance_explained" + suffix, one.variance_explained, "",
            "1 - sum of squared errors / sum of squares about zero" + what},
           {"variance_explained_about_mean" + suffix, one.variance_explained_about_mean, "",
            "the same about the mean" + what},
           {"rmse" + suffix, one.rmse, frames.data.columns.front().unit, "root mean square error" + what}});
    }
    return figures;
  }
};

}  // namespace

std::unique_ptr<Command> make_measure_reconstruction_command(CLI::App& measure) {
  return std::make_unique<MeasureReconstructionCommand>(measure);
}

}  // namespace facelex::cli
