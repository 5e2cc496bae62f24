#include "measure_codes.hpp"

#include "facelex/compare/code_sets.hpp"

namespace facelex::cli {
namespace {

class MeasureDiversityCommand final : public MeasureCodesCommand {
 public:
  explicit MeasureDiversityCommand(CLI::App& measure)
      : MeasureCodesCommand(
            measure,
            {"diversity", "How evenly and how independently a lexicon's units are used",
             "Codes recordings, or reads codes, and measures the use of units: normalised entropy H/log K "
             "(paper 002, equation "
             "8), perplexity, and the mean normalised mutual information of presence in a "
             "frame over pairs of "
             "units (equation 9).",
             "facelex measure diversity expressions -m dfe.safetensors -o diversity.csv"},
            true) {
    add_measuring();
  }

 private:
  std::vector<NamedFigure> measure(const CodedFrames& frames, const Work&) override {
    const CodeDiversity found = code_diversity(sets_of(frames));
    return {
        {"frames", of_count(found.frames), "", "frames with codes"},
        {"units", of_count(found.vocabulary), "", "units of the lexicon, K"},
        {"units_used", of_count(found.used), "", "units that occur"},
        {"occurrences", of_count(found.occurrences), "", "of units in frames; a token counts in each stage"},
        {"normalized_entropy", found.normalized_entropy, "",
         "H / log K of shares of occurrences; 1: all alike"},
        {"perplexity", found.perplexity, "units",
         "this many units, used equally often, have the same entropy"},
        {"largest_share", found.largest_share, "", "share of occurrences of the most frequent unit"},
        {"mean_nmi", found.mean_nmi, "", "mean over pairs of I / sqrt(H_i H_j) of presence; 0: independent"},
        {"units_without_entropy", of_count(found.without_entropy), "",
         "never or always present, and left out of mean_nmi"}};
  }
};

}  // namespace

std::unique_ptr<Command> make_measure_diversity_command(CLI::App& measure) {
  return std::make_unique<MeasureDiversityCommand>(measure);
}

}  // namespace facelex::cli
