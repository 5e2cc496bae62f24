#include "facelex/pipeline/learning.hpp"

#include <algorithm>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/pipeline/dfe_learning.hpp"
#include "facelex/pipeline/option_names.hpp"
#include "facelex/pipeline/sidecar_text.hpp"
#include "facelex/provenance/ownership.hpp"
#include "facelex/provenance/temporaries.hpp"

namespace facelex {
namespace {

void facial_basis_maker(LearnOptions& all, const LearningPlace&, Learning& learning) {
  all.facial_basis.check();
  if (const std::string& start = all.facial_basis.start_from; !start.empty()) {
    if (std::error_code none; !std::filesystem::is_regular_file(start, none))
      throw option_error("start-from", "no such file: " + path_in_quotes(start),
                         "name a model of facelex learn");
    learning.made.identity.options["start_from_sha256"] = sha256_of_file(start);
  }
  learning.learn = [options = all.facial_basis](const auto& inputs, const Work& work) {
    return learn_facial_basis(inputs, options, work);
  };
}

/// Whether the file says which search its table is of.
bool is_search(const std::filesystem::path& file) {
  try {
    const Json json = read_json(file);
    return json.is_object() && json.value("stage", Json()) == "search dfecs";
  } catch (const Error&) {
    return false;
  }
}

void dfecs_maker(LearnOptions& all, const LearningPlace& place, Learning& learning) {
  all.dfecs.check();
  std::filesystem::path search_log;
  if (all.dfecs.search) {
    learning.noun = "cells";
    if (!place.model.empty())
      search_log = std::filesystem::path(place.model).replace_extension(".search.csv");
  }
  if (!search_log.empty())
    learning.beside = {{search_log, begins_with(search_log, "part,units,alpha,")},
                       {sidecar_path(search_log), is_search(sidecar_path(search_log))}};
  learning.learn = [options = all.dfecs, search_log, anew = place.anew](const auto& inputs,
                                                                        const Work& work) {
    if (std::error_code none; anew && !search_log.empty()) std::filesystem::remove(search_log, none);
    return learn_dfecs(inputs, options, search_log, work);
  };
}

void dfe_maker(LearnOptions& all, const LearningPlace& place, Learning& learning) {
  Learning own = dfe_learning(all.dfe, place.model, place.anew, place.card);
  learning.made.identity.options.update(own.made.identity.options);
  learning.noun = own.noun;
  learning.beside = std::move(own.beside);
  learning.leftovers = std::move(own.leftovers);
  learning.learn = std::move(own.learn);
}

void pca_maker(LearnOptions& all, const LearningPlace&, Learning& learning) {
  learning.learn = [options = all.pca](const auto& inputs, const Work& work) {
    return learn_pca(inputs, options, work);
  };
}

void local_pca_maker(LearnOptions& all, const LearningPlace&, Learning& learning) {
  all.local_pca.check();
  learning.learn = [options = all.local_pca](const auto& inputs, const Work& work) {
    return learn_local_pca(inputs, options, work);
  };
}

template <auto member>
OptionList options_of(LearnOptions& all) {
  return described(all.*member);
}

template <auto member>
void take_part_of(LearnOptions& all, FitPart part) {
  (all.*member).fit_part = part;
}

}  // namespace

const std::vector<LearnableSystem>& learnable_systems() {
  static const std::vector<LearnableSystem> all = {
      {.name = "facial-basis",
       .summary = "A sparse dictionary of local movements for each facial feature (paper 000)",
       .example = "fits",
       .options = &options_of<&LearnOptions::facial_basis>,
       .maker = &facial_basis_maker},
      {.name = "dfecs",
       .summary = "Full-face units that only add up, from local units of seven parts (paper 001)",
       .example = "motion",
       .options = &options_of<&LearnOptions::dfecs>,
       .maker = &dfecs_maker},
      {.name = "dfe",
       .summary = "A codebook whose entries add up to each frame, by a network (paper 002)",
       .example = "fits",
       .options = &options_of<&LearnOptions::dfe>,
       .maker = &dfe_maker,
       .take_part = &take_part_of<&LearnOptions::dfe>,
       .by_network = true},
      {.name = "pca",
       .summary = "Principal components of the whole face, the papers' comparator",
       .example = "fits",
       .options = &options_of<&LearnOptions::pca>,
       .maker = &pca_maker,
       .take_part = &take_part_of<&LearnOptions::pca>},
      {.name = "local-pca",
       .summary = "Principal components of each facial feature, the papers' comparator",
       .example = "fits",
       .options = &options_of<&LearnOptions::local_pca>,
       .maker = &local_pca_maker}};
  return all;
}

const LearnableSystem* find_learnable_system(std::string_view name) {
  const auto& all = learnable_systems();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

OptionList LearnOptions::describe_system(const std::string& system) {
  return find_learnable_system(system)->options(*this);
}

Learning LearnOptions::learning(const std::string& system, const std::filesystem::path& model, bool anew,
                                const DfeCard& card) {
  Learning learning;
  learning.system = system;
  const OptionList list = describe_system(system);
  learning.own = list;
  learning.made = provenance_of("learn " + system, list, "INPUT...");
  find_learnable_system(system)->maker(*this, {model, anew, card}, learning);
  return learning;
}

int learn_model(const Learning& learning, const std::vector<NamedFile>& inputs,
                const std::filesystem::path& model, bool force, const Work& work, Reporter& reporter) {
  require_replaceable(model, inputs, force);
  for (const FileBesideModel& one : learning.beside) require_ours(one.file, one.ours, force);
  remove_stale_temporaries_of(model);
  Provenance made = learning.made;
  made.input = std::to_string(inputs.size()) + " recordings";
  made.identity.inputs = digest_of_files(inputs, work);
  if (!force && complete_sidecar(model, made.identity, work)) {
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
    reporter.warning(warning.named(names_here(learning.own, learning.option_prefix)));

  StageResult written;
  written.kind = result.system->code_kind();
  written.columns = result.system->units();
  written.details = result.system->training();
  for (const auto& warning : result.warnings)
    written.message += (written.message.empty() ? "" : "; ") + warning.text();
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
