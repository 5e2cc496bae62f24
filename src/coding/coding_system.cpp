#include "facelex/coding/coding_system.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "facelex/coding/dfecs/positive_units.hpp"
#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/coding/linear/pca_system.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/dfe/system.hpp"

namespace facelex {
namespace {

using FromModel = std::unique_ptr<CodingSystem> (*)(const ModelFile&);

constexpr std::array<std::pair<std::string_view, FromModel>, 7> systems = {{
    {FacialBasis::model_kind, &FacialBasis::from_model},
    {PcaSystem::global_kind, &PcaSystem::from_model},
    {PcaSystem::local_kind, &PcaSystem::from_model},
    {PositiveUnits::dfecs_kind, &PositiveUnits::from_model},
    {PositiveUnits::facs_kind, &PositiveUnits::from_model},
    {PositiveUnits::signed_pairs_kind, &PositiveUnits::from_model},
    {DiscreteFacialEncoding::model_kind, &DiscreteFacialEncoding::from_model},
}};

}  // namespace

void EncodeOptions::refuse_token_options(std::string_view kind) const {
  const EncodeOptions usual;
  if (beam != usual.beam || residuals != usual.residuals)
    throw usage_error(field(beam != usual.beam ? "beam" : "residuals") +
                          " has no meaning for a model of kind " + std::string(kind),
                      "leave it out: its codes are no tokens");
}

void EncodeOptions::describe(OptionList& options) {
  options
      .choice("solver", solver, {{"exact", LassoSolver::exact}, {"sklearn", LassoSolver::sklearn}},
              "Where sparse coding stops: at the optimum, or where scikit-learn's lasso_cd stops")
      .number("alpha", alpha, Bounds::at_least(0),
              "Sparsity penalty of ½‖x−Wz‖² + alpha‖z‖₁, in the unit of the codes; 0: the model's own")
      .integer("most-units", most_units, Bounds::at_least(0),
               "At most this many units in a frame, by its lasso path down to alpha; 0: any number")
      .number("l1-budget", l1_budget, Bounds::at_least(0),
              "Largest sum of absolute codes of a frame, by its lasso path down to alpha; 0: any")
      .integer("beam", beam, Bounds::at_least(1),
               "Tokens: how many sums of codes are kept after each stage; the best is taken at the end")
      .flag("residuals", residuals,
            "Tokens: add r1 …, the norm of what is left of the latent vector after each stage")
      .flag("reconstruct", reconstruct,
            "Add hat_<signal>: the signals that the codes stand for, as facelex decode gives them");
}

void EncodeOptions::check() const {
  check_bounds(*this);
  if ((most_units > 0 || l1_budget > 0) && solver != LassoSolver::exact)
    throw usage_error(field("solver") + " sklearn has no paths: " + field("most-units") + " and " +
                      field("l1-budget") + " need " + field("solver") + " exact");
}

std::unique_ptr<CodingSystem> coding_system_from_model(const ModelFile& model) {
  std::string known;
  for (const auto& [kind, from_model] : systems) {
    if (kind == model.kind) return from_model(model);
    known.append(known.empty() ? "" : ", ").append(kind);
  }
  throw data_error({model.source, 0, "kind"}, in_quotes(model.kind) + " is not a coding system",
                   "known are " + known);
}

std::unique_ptr<CodingSystem> load_coding_system(const std::filesystem::path& file) {
  return coding_system_from_model(read_model(file));
}

}  // namespace facelex
