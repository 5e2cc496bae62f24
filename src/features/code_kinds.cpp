#include "facelex/features/code_kinds.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

/// Throws Error (usage) when the first file of a known kind holds something else.
void check_holds_tokens(const std::vector<NamedFile>& inputs) {
  for (const NamedFile& input : inputs) {
    const auto kind = kind_of(input);
    if (!kind || *kind == SignalKind::other) continue;
    if (*kind != SignalKind::tokens)
      throw usage_error(input.file.string() + " holds " + std::string(kind_name(*kind)) + ", no tokens",
                        "codes with magnitudes have features summary and features wcc");
    return;
  }
}

}  // namespace

std::optional<SignalKind> kind_of(const NamedFile& input) {
  if (!input.problem.empty()) return {};
  try {
    return RecordingReader(input.file).header().kind;
  } catch (const Error&) {
    return {};
  }
}

int codebook_size(const std::vector<NamedFile>& inputs) {
  int codes = 0;
  std::string first;
  for (const NamedFile& input : inputs) {
    if (!input.problem.empty()) continue;
    std::optional<Sidecar> sidecar;
    try {
      sidecar = read_sidecar(input.file);
    } catch (const Error&) {
      continue;  // as good as none: the file itself may be
    }
    if (!sidecar || !sidecar->result.details.contains("codes")) continue;
    const Json& said = sidecar->result.details["codes"];
    if (!said.is_number_integer() || said.get<std::int64_t>() < 1 ||
        said.get<std::int64_t>() > std::numeric_limits<int>::max())
      continue;
    if (codes > 0 && said.get<int>() != codes)
      throw usage_error("the sidecars name codebooks of different sizes: " + std::to_string(codes) + " of " +
                            first + ", " + std::to_string(said.get<int>()) + " of " + input.name,
                        "tokens of one table come from one model");
    codes = said.get<int>();
    if (first.empty()) first = input.name;
  }
  if (codes == 0) {
    check_holds_tokens(inputs);
    throw usage_error("no sidecar says how many codes the tokens are of",
                      "say the size of the codebook: " + field("codes") + " 64");
  }
  return codes;
}

}  // namespace facelex
