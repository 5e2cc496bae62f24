#include "facelex/provenance/identity.hpp"

#include <system_error>
#include <utility>

#include "facelex/core/digest.hpp"

namespace facelex {

bool Identity::operator==(const Identity& other) const {
  return stage == other.stage && version == other.version && inputs == other.inputs &&
         models == other.models && canonical_text(options) == canonical_text(other.options);
}

Identity identity_of(const Sidecar& sidecar) {
  return {sidecar.stage, sidecar.options, sidecar.input_digest, sidecar.model_digest, sidecar.version};
}

Sidecar sidecar_of(const Provenance& made, StageResult result) {
  Sidecar sidecar;
  sidecar.command = made.command;
  sidecar.stage = made.identity.stage;
  sidecar.version = made.identity.version;
  sidecar.input = made.input;
  sidecar.input_digest = made.identity.inputs;
  sidecar.model_digest = made.identity.models;
  sidecar.options = made.identity.options;
  sidecar.result = std::move(result);
  return sidecar;
}

std::optional<Sidecar> complete_sidecar(const std::filesystem::path& file, const Identity& identity,
                                        const Work& work) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return {};
  auto sidecar = read_sidecar(file);
  if (!sidecar || identity_of(*sidecar) != identity ||
      sidecar->result.output_digest != sha256_of_file(file, work))
    return {};
  return sidecar;
}

bool is_complete(const std::filesystem::path& file, const Provenance& made, const Work& work) {
  const auto known = complete_sidecar(file, made.identity, work);
  return known && known->command == made.command && !known->result.partial;
}

std::string digest_of_files(const std::vector<NamedFile>& files, const Work& work) {
  Sha256 digest;
  for (const NamedFile& one : files) digest.update(one.name + "\n" + sha256_of_file(one.file, work) + "\n");
  return digest.hex();
}

}  // namespace facelex
