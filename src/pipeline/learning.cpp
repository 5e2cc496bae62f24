#include "facelex/pipeline/learning.hpp"

#include <algorithm>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/pipeline/dfe_learning.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/provenance/ownership.hpp"
#include "facelex/provenance/temporaries.hpp"

namespace facelex {
const std::vector<std::pair<std::string, std::string>>& LearnOptions::systems() {
  static const std::vector<std::pair<std::string, std::string>> all = {
      {"facial-basis", "A sparse dictionary of local movements for each facial feature (paper 000)"},
      {"dfecs", "Full-face units that only add up, from local units of seven parts (paper 001)"},
      {"dfe", "A codebook whose entries add up to each frame, by a network (paper 002)"},
      {"pca", "Principal components of the whole face, the papers' comparator"},
      {"local-pca", "Principal components of each facial feature, the papers' comparator"}};
  return all;
}

OptionList LearnOptions::describe_system(const std::string& system) {
  if (system == "facial-basis") return described(facial_basis);
  if (system == "dfecs") return described(dfecs);
  if (system == "dfe") return described(dfe);
  if (system == "pca") return described(pca);
  return described(local_pca);
}

Learning LearnOptions::learning(const std::string& system, const std::filesystem::path& model, bool anew,
                                const DfeCard& card) {
  Learning learning;
  learning.system = system;
  const OptionList list = describe_system(system);
  learning.own = list;
  learning.made = provenance_of("learn " + system, list, "INPUT...");
  if (system == "facial-basis") {
    facial_basis.check();
    if (const std::string& start = facial_basis.start_from; !start.empty()) {
      if (std::error_code none; !std::filesystem::is_regular_file(start, none))
        throw usage_error("--start-from: no such file: " + path_in_quotes(start),
                          "name a model of facelex learn");
      learning.made.identity.options["start_from_sha256"] = sha256_of_file(start);
    }
    learning.learn = [options = facial_basis](const auto& inputs, const Work& work) {
      return learn_facial_basis(inputs, options, work);
    };
  } else if (system == "dfecs") {
    dfecs.check();
    auto search_log = model;
    search_log.replace_extension(".search.csv");
    if (dfecs.search) learning.noun = "cells";
    learning.learn = [options = dfecs, search_log, anew](const auto& inputs, const Work& work) {
      if (std::error_code none; anew && options.search) std::filesystem::remove(search_log, none);
      return learn_dfecs(inputs, options, search_log, work);
    };
  } else if (system == "dfe") {
    Learning own = dfe_learning(dfe, model, anew, card);
    learning.made.identity.options.update(own.made.identity.options);
    learning.noun = own.noun;
    learning.leftovers = std::move(own.leftovers);
    learning.learn = std::move(own.learn);
  } else if (system == "pca") {
    learning.learn = [options = pca](const auto& inputs, const Work& work) {
      return learn_pca(inputs, options, work);
    };
  } else {
    local_pca.check();
    learning.learn = [options = local_pca](const auto& inputs, const Work& work) {
      return learn_local_pca(inputs, options, work);
    };
  }
  return learning;
}

int learn_model(const Learning& learning, const std::vector<TrainingInput>& inputs,
                const std::filesystem::path& model, bool force, const Work& work, Reporter& reporter) {
  std::vector<NamedFile> files;
  for (const TrainingInput& input : inputs) files.push_back({input.file, input.name});
  require_replaceable(model, files, force);
  remove_stale_temporaries_of(model);
  Provenance made = learning.made;
  made.input = std::to_string(inputs.size()) + " recordings";
  made.identity.inputs = digest_of_files(files);
  if (!force && complete_sidecar(model, made.identity)) {
    reporter.info(model.string() + " is complete already for these recordings and options");
    return 0;
  }

  reporter.begin("learn", learning.noun, 0);
  Work watched = work;
  std::int64_t before = -1;  // what an earlier run did: its time says nothing of this one's
  watched.progress = [&](std::int64_t done, std::int64_t total) {
    if (before < 0 && total > 0) {
      before = done - 1;
      reporter.begin("learn", learning.noun, total - before);
    }
    reporter.progress(done - std::max<std::int64_t>(before, 0), {});
  };
  const LearnResult result = learning.learn(inputs, watched);
  reporter.end();
  for (const auto& warning : result.warnings)
    reporter.warning(as_called_here(warning, learning.own, learning.option_prefix));

  StageResult written;
  written.kind = result.system->code_kind();
  written.columns = result.system->units();
  written.details = result.system->training();
  for (const auto& warning : result.warnings)
    written.message += (written.message.empty() ? "" : "; ") + warning;
  written.output_digest = write_model(model, result.system->to_model());
  write_sidecar(model, sidecar_of(made, std::move(written)));
  std::error_code missing;
  for (const auto& file : learning.leftovers) std::filesystem::remove(file, missing);
  const Json& training = result.system->training();
  reporter.info(
      model.string() + ": " + std::to_string(result.system->units().size()) +
      (result.system->code_kind() == SignalKind::tokens ? " tokens for each frame, from " : " units from ") +
      (training.contains("frames") ? training["frames"].dump() : "?") + " frames of " +
      std::to_string(inputs.size()) + " recordings");
  return 0;
}

}  // namespace facelex
