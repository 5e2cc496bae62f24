#include "facelex/systems/loading.hpp"

#include <array>
#include <string>

#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/linear/observables.hpp"
#include "facelex/coding/linear/pca_system.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/dfe/system.hpp"

namespace facelex {
namespace {

template <class System>
std::unique_ptr<CodingSystem> read(const ModelFile& model) {
  return System::from_model(model);
}

}  // namespace

std::span<const SystemKind> system_kinds() {
  static constexpr std::array<SystemKind, 8> kinds = {{
      {FacialBasis::model_kind, &read<FacialBasis>},
      {PcaSystem::global_kind, &read<PcaSystem>},
      {PcaSystem::local_kind, &read<PcaSystem>},
      {Observables::model_kind, &read<Observables>},
      {PositiveUnits::dfecs_kind, &read<PositiveUnits>},
      {PositiveUnits::facs_kind, &read<PositiveUnits>},
      {PositiveUnits::signed_pairs_kind, &read<PositiveUnits>},
      {DiscreteFacialEncoding::model_kind, &read<DiscreteFacialEncoding>},
  }};
  return kinds;
}

std::unique_ptr<CodingSystem> coding_system_from_model(const ModelFile& model) {
  std::string known;
  for (const auto& [name, from_model] : system_kinds()) {
    if (name == model.kind) return from_model(model);
    known.append(known.empty() ? "" : ", ").append(name);
  }
  throw data_error({model.source, 0, "kind"}, in_quotes(model.kind) + " is not a coding system",
                   "known: " + known);
}

std::unique_ptr<CodingSystem> load_coding_system(const std::filesystem::path& file) {
  return coding_system_from_model(read_model(file));
}

}  // namespace facelex
