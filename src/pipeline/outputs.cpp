#include "facelex/pipeline/outputs.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/provenance/ownership.hpp"
#include "facelex/provenance/temporaries.hpp"

namespace facelex {

namespace fs = std::filesystem;

void check_table_path(const fs::path& output, const std::string& option) {
  if (output.empty())
    throw usage_error(field(option) + " is empty", "name a file; is a shell variable unset?");
  if (std::error_code error; fs::is_directory(output, error))
    throw option_error(option, path_in_quotes(output.string()) + " is a folder",
                       "one table is written: name a file .csv");
  if (output.extension() != ".csv")
    throw option_error(option, path_in_quotes(output.string()) + " is not named .csv", "name a file .csv");
}

void check_model_path(const fs::path& output) {
  if (output.extension() != ".safetensors")
    throw option_error("output", path_in_quotes(output.string()) + " is not named .safetensors",
                       "the model's format; its .json is written beside it");
}

void check_folder_path(const fs::path& output) {
  if (output.empty())
    throw usage_error(field("output") + " is empty", "name a folder; is a shell variable unset?");
  std::error_code error;
  if (fs::exists(output, error) && !fs::is_directory(output, error))
    throw option_error("output", path_in_quotes(output.string()) + " is a file",
                       "several files are written: name a folder");
  if (output.extension() == ".csv")
    throw option_error("output", path_in_quotes(output.string()) + " is named like a table",
                       "several files are written: name a folder");
}

void check_writable(const fs::path& file) {
  try {
    const AtomicFile probe(file);
  } catch (const Error& error) {
    throw error.of_kind(ErrorKind::environment)
        .with_remedy("nothing can be written there; give another " + field("output"));
  }
}

void prepare_output(const fs::path& file, const Provenance& made, const std::vector<NamedFile>& sources,
                    bool force) {
  require_replaceable(file, sources, force);
  const auto known = force ? std::nullopt : read_sidecar(file);
  const auto command = [](const std::string& stage) { return stage.substr(0, stage.find(' ')); };
  if (known && command(known->stage) != command(made.identity.stage))
    throw usage_error(path_in_quotes(file.string()) + " is there already, written by facelex " + known->stage,
                      "give another " + field("output") + ", or " + field("force") + " to replace it");
  remove_stale_temporaries_of(file);
  check_writable(file);
}

std::string write_face_model(const fs::path& file, const MorphableModel& model, const Provenance& made) {
  StageResult result;
  result.details = {{"name", model.name},
                    {"vertices", model.vertex_count()},
                    {"expression_modes", model.expression.size()},
                    {"identity_modes", model.identity.size()}};
  result.output_digest = write_model(file, morphable_model_to_file(model));
  write_sidecar(file, sidecar_of(made, std::move(result)));
  return model.name + ": " + std::to_string(model.vertex_count()) + " vertices, " +
         std::to_string(model.expression.size()) + " expression modes, " +
         std::to_string(model.identity.size()) + " identity modes";
}

void write_plain_output(const fs::path& file, std::string_view content, bool force) {
  Sha256 digest;
  digest.update(content.data(), content.size());
  std::error_code error;
  const bool same = fs::is_regular_file(file, error) && sha256_of_file(file) == digest.hex();
  require_ours(file, same, force);
  if (!same) write_file_atomically(file, content);
}

}  // namespace facelex
