#include "measure_codes.hpp"

#include "facelex/compare/retrieval.hpp"
#include "facelex/core/error.hpp"

namespace facelex::cli {
namespace {

struct MatchOptions {
  int least_matches = 5;

  void describe(OptionList& options) {
    options.integer("least-matches", least_matches, Bounds::at_least(1),
                    "A frame with fewer matches is not a query");
  }
};

class MeasureRetrievalCommand final : public MeasureCodesCommand {
 public:
  explicit MeasureRetrievalCommand(CLI::App& measure)
      : MeasureCodesCommand(
            measure,
            {"retrieval", "How similar frames with the same codes are",
             "Codes recordings and takes each frame as a query: its matches are the other frames with "
             "exactly "
             "the same set of units (paper 002, 5.1). Reports cosine, Euclidean distance and standard "
             "deviation of the signals, once with all matches and once with those of other recordings only. "
             "Without a "
             "model the signals are the codes (intensities of units that another program gave), and the sets "
             "those above --threshold.",
             "facelex measure retrieval expressions -m dfe.safetensors -o retrieval.csv"},
            true) {
    add_measuring();
  }

 private:
  OptionList own_options() override { return described(matches_); }

  std::vector<NamedFigure> measure(const CodedFrames& frames, const Work& work) override {
    if (!frames.system && frames.tokens > 0)
      throw usage_error("tokens alone do not say how alike frames are",
                        "give --model and the recordings of signals that they were made from");
    const CodeSets sets = sets_of(frames);
    std::vector<std::int32_t> recording_of;
    for (std::size_t i = 0; i < frames.data.sources.size(); ++i)
      recording_of.insert(recording_of.end(), static_cast<std::size_t>(frames.data.sources[i].used),
                          static_cast<std::int32_t>(i));
    std::vector<NamedFigure> figures;
    for (const bool others : {false, true}) {
      const Retrieval found =
          retrieval(sets, frames.data.values, recording_of, others, matches_.least_matches, work);
      const std::string suffix = others ? "_other_recordings" : "";
      const std::string what = others ? ", matches of other recordings only" : "";
      if (!others)
        figures = {{"frames", of_count(found.frames), "", "frames with codes"},
                   {"different_sets", of_count(found.different_sets), "", "different sets of units"}};
      const std::string unit = frames.data.columns.front().unit;
      figures.insert(
          figures.end(),
          {{"queries" + suffix, of_count(found.queries), "", "frames with enough matches" + what},
           {"coverage" + suffix, found.coverage, "", "queries / frames" + what},
           {"mean_cosine" + suffix, found.mean_cosine, "", "of query and match" + what},
           {"mean_distance" + suffix, found.mean_distance, unit, "Euclidean, of query and match" + what},
           {"mean_deviation" + suffix, found.mean_deviation, unit,
            "standard deviation of the matches, mean over signals" + what}});
    }
    return figures;
  }

  MatchOptions matches_;
};

}  // namespace

std::unique_ptr<Command> make_measure_retrieval_command(CLI::App& measure) {
  return std::make_unique<MeasureRetrievalCommand>(measure);
}

}  // namespace facelex::cli
