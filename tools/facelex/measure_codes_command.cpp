#include "commands.hpp"
#include "facelex/analysis/code_sets.hpp"
#include "facelex/analysis/reconstruction.hpp"
#include "facelex/analysis/retrieval.hpp"
#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/parallel.hpp"
#include "figures.hpp"
#include "measuring.hpp"

namespace facelex::cli {
namespace {

struct PresenceOptions {
  double threshold = 0;

  void describe(OptionList& options) {
    options.number(
        "threshold", threshold, Bounds::at_least(0),
        "A unit is present in a frame where its |code| is above this, in the unit of the codes; of "
        "tokens those of the frame are");
  }
};

struct MatchOptions {
  int least_matches = 5;

  void describe(OptionList& options) {
    options.integer("least-matches", least_matches, Bounds::at_least(1),
                    "A frame with fewer matches is no query");
  }
};

/// What diversity, retrieval and reconstruction have in common: recordings coded with one model.
class MeasureCodesCommand : public Command {
 protected:
  MeasureCodesCommand(CLI::App& measure, Text text, bool of_sets)
      : Command(measure, std::move(text)), of_sets_(of_sets) {
    add_inputs("Recordings of the signals that the model takes, or folders of them", input_options_struct_,
               false);
    app_->add_option("-m,--model", model_, "Model file, or built-in")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    add_output("Table to write (.csv)");
  }

  virtual OptionList own_options() { return {}; }
  virtual std::vector<Figure> measure(const CodingSystem& system, const TrainingData& data,
                                      const RowMatrix& codes, const Work& work) = 0;

  void add_measuring() { add_options("Measuring", list()); }

  CodeSets sets_of(const CodingSystem& system, const RowMatrix& codes) const {
    return system.code_kind() == SignalKind::tokens ? CodeSets::of_tokens(codes, vocabulary_size(system))
                                                    : CodeSets::of_coefficients(codes, presence_.threshold);
  }

 private:
  OptionList list() {
    OptionList options = own_options();
    if (of_sets_) options.append(described(presence_));
    OptionList coding = described(coding_);
    coding.remove("residuals");
    coding.remove("reconstruct");
    options.append(coding);
    options.append(described(training_));
    return options;
  }

  int run() override {
    coding_.check();
    if (std::filesystem::path(output_).extension() != ".csv")
      throw usage_error("--output: " + in_quotes(output_) + " is not named .csv");
    const LoadedSystem loaded = load_system(model_);
    const CodingSystem& system = *loaded.system;
    system.resolved(coding_);
    if (system.code_kind() == SignalKind::tokens && presence_.threshold > 0)
      throw usage_error("--threshold has no meaning for a model of kind " + std::string(system.kind()),
                        "leave it out: a token is there or not");
    Work work;
    work.threads = threads_ > 0 ? threads_ : available_processors();
    work.stop = &stop_requested;
    const auto items = inputs(recording_files("recordings (.csv, .npy)")).items;
    const TrainingData data =
        read_measured(items, system.input_columns(), system.input_kind(), training_, work);
    for (const auto& warning : data.warnings()) reporter_->warning(warning);
    const RowMatrix codes = system.encode(data.values, coding_, work).codes;
    const auto figures = measure(system, data, codes, work);
    write_figures(output_, figures, sidecar_of(loaded, items));
    for (const Figure& figure : figures) reporter_->info(figure_text(figure));
    return 0;
  }

  Sidecar sidecar_of(const LoadedSystem& loaded, const std::vector<BatchItem>& items) {
    Sidecar sidecar = measurement_sidecar("measure " + app_->get_name(), {}, list());
    sidecar.command += " --model " + loaded.file;
    sidecar.model_digest = loaded.digest;
    sidecar.input = std::to_string(items.size()) + " recordings";
    Sha256 digest;
    for (const BatchItem& item : items) digest.update(item.name + "\n" + sha256_of_file(item.source) + "\n");
    sidecar.input_digest = digest.hex();
    return sidecar;
  }

  bool of_sets_;
  std::string model_;
  InputOptions input_options_struct_;
  PresenceOptions presence_;
  EncodeOptions coding_;
  TrainingOptions training_;
};

double of_count(std::int64_t count) {
  return static_cast<double>(count);
}

class MeasureDiversityCommand final : public MeasureCodesCommand {
 public:
  explicit MeasureDiversityCommand(CLI::App& measure)
      : MeasureCodesCommand(measure,
                            {"diversity", "How evenly and how independently a lexicon's units are used",
                             "Codes recordings and measures the use of units: normalised entropy H/log K "
                             "(paper 002, equation "
                             "8), perplexity, and the mean normalised mutual information of presence in a "
                             "frame over pairs of "
                             "units (equation 9).",
                             "facelex measure diversity expressions -m dfe.safetensors -o diversity.csv"},
                            true) {
    add_measuring();
  }

 private:
  std::vector<Figure> measure(const CodingSystem& system, const TrainingData&, const RowMatrix& codes,
                              const Work&) override {
    const CodeDiversity found = code_diversity(sets_of(system, codes));
    return {
        {"frames", of_count(found.frames), "", "frames with codes"},
        {"units", of_count(found.vocabulary), "", "units of the lexicon, K"},
        {"units_used", of_count(found.used), "", "units that occur"},
        {"occurrences", of_count(found.occurrences), "", "of units in frames; a token counts in each stage"},
        {"normalized_entropy", found.normalized_entropy, "",
         "H / log K of shares of occurrences; 1: all alike"},
        {"perplexity", found.perplexity, "units", "so many units, used alike, have the same entropy"},
        {"largest_share", found.largest_share, "", "share of occurrences of the most frequent unit"},
        {"mean_nmi", found.mean_nmi, "", "mean over pairs of I / sqrt(H_i H_j) of presence; 0: independent"},
        {"units_without_entropy", of_count(found.without_entropy), "",
         "never or always present, and left out of mean_nmi"}};
  }
};

class MeasureRetrievalCommand final : public MeasureCodesCommand {
 public:
  explicit MeasureRetrievalCommand(CLI::App& measure)
      : MeasureCodesCommand(
            measure,
            {"retrieval", "How alike frames are that a lexicon writes alike",
             "Codes recordings and takes each frame as a query: its matches are the other frames with "
             "exactly "
             "the same set of units (paper 002, 5.1). Tells cosine, Euclidean distance and standard "
             "deviation "
             "of the signals, once with all matches and once with those of other recordings only.",
             "facelex measure retrieval expressions -m dfe.safetensors -o retrieval.csv"},
            true) {
    add_measuring();
  }

 private:
  OptionList own_options() override { return described(matches_); }

  std::vector<Figure> measure(const CodingSystem& system, const TrainingData& data, const RowMatrix& codes,
                              const Work& work) override {
    const CodeSets sets = sets_of(system, codes);
    std::vector<std::int32_t> recording_of;
    for (std::size_t i = 0; i < data.sources.size(); ++i)
      recording_of.insert(recording_of.end(), static_cast<std::size_t>(data.sources[i].used),
                          static_cast<std::int32_t>(i));
    std::vector<Figure> figures;
    for (const bool others : {false, true}) {
      const Retrieval found =
          retrieval(sets, data.values, recording_of, others, matches_.least_matches, work);
      const std::string suffix = others ? "_other_recordings" : "";
      const std::string what = others ? ", matches of other recordings only" : "";
      if (!others)
        figures = {{"frames", of_count(found.frames), "", "frames with codes"},
                   {"different_sets", of_count(found.different_sets), "", "different sets of units"}};
      const std::string unit = data.columns.front().unit;
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
  std::vector<Figure> measure(const CodingSystem& system, const TrainingData& data, const RowMatrix& codes,
                              const Work&) override {
    std::vector<Figure> figures;
    for (const ReconstructionFigures& one : reconstruction_figures(system, data.values, codes)) {
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
           {"rmse" + suffix, one.rmse, data.columns.front().unit, "root mean square error" + what}});
    }
    return figures;
  }
};

}  // namespace

std::vector<std::unique_ptr<Command>> make_measure_codes_commands(CLI::App& measure) {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(std::make_unique<MeasureDiversityCommand>(measure));
  commands.push_back(std::make_unique<MeasureRetrievalCommand>(measure));
  commands.push_back(std::make_unique<MeasureReconstructionCommand>(measure));
  return commands;
}

}  // namespace facelex::cli
