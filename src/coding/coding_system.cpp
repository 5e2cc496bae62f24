#include "facelex/coding/coding_system.hpp"

#include <cmath>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Throws when options are set that only other forms of codes have.
void refuse_other_forms(const EncodeOptions& options, CodeForm form, std::string_view kind) {
  const std::string of_kind = " no meaning for a model of kind " + std::string(kind);
  const TokenCodeOptions defaults;
  if (form != CodeForm::tokens &&
      (options.tokens.beam != defaults.beam || options.tokens.residuals != defaults.residuals))
    throw usage_error(field(options.tokens.beam != defaults.beam ? "beam" : "residuals") + " has" + of_kind,
                      "leave it out: its codes are not tokens");
  if (form != CodeForm::sparse && options.sparse != SparseCodeOptions())
    throw usage_error(field("alpha") + ", " + field("solver") + ", " + field("most-units") + " and " +
                          field("l1-budget") + " have" + of_kind,
                      form == CodeForm::tokens
                          ? "leave them out: its codes are the nearest of a codebook"
                          : "leave them out: its codes are projections, without penalty");
}

}  // namespace

void SparseCodeOptions::describe(OptionList& options) {
  options
      .choice("solver", solver, {{"exact", LassoSolver::exact}, {"sklearn", LassoSolver::sklearn}},
              "Where sparse coding stops: at the optimum, or where scikit-learn's lasso_cd stops")
      .number("alpha", alpha, Bounds::at_least(0),
              "Sparsity penalty of ½‖x−Wz‖² + alpha‖z‖₁, in the unit of the codes; 0: the model's own")
      .integer("most-units", most_units, Bounds::at_least(0),
               "At most this many units in a frame, by its lasso path down to alpha; 0: any number")
      .number("l1-budget", l1_budget, Bounds::at_least(0),
              "Max sum of absolute codes of a frame, by its lasso path down to alpha; 0: any");
}

void SparseCodeOptions::check() const {
  check_bounds(*this);
  if ((most_units > 0 || l1_budget > 0) && solver != LassoSolver::exact)
    throw usage_error(field("solver") + " sklearn has no paths: " + field("most-units") + " and " +
                      field("l1-budget") + " need " + field("solver") + " exact");
}

void TokenCodeOptions::describe(OptionList& options) {
  options
      .integer("beam", beam, Bounds::at_least(1),
               "Tokens: how many sums of codes are kept after each stage; the best is taken at the end")
      .flag("residuals", residuals,
            "Tokens: add r1 …, the norm of what is left of the latent vector after each stage");
}

void TokenCodeOptions::check() const {
  check_bounds(*this);
}

void EncodeOptions::describe(OptionList& options) {
  sparse.describe(options);
  tokens.describe(options);
  options.flag("reconstruct", reconstruct,
               "Add hat_<signal>: the signals that the codes stand for, as facelex decode gives them");
}

void EncodeOptions::check() const {
  sparse.check();
  tokens.check();
}

SignalKind CodingSystem::code_kind() const {
  return code_form() == CodeForm::tokens ? SignalKind::tokens : SignalKind::coefficients;
}

Json CodingSystem::resolved(const EncodeOptions& options) const {
  options.check();
  refuse_other_forms(options, code_form(), kind());
  return acting(options);
}

std::unique_ptr<Encoder> CodingSystem::encoder(const EncodeOptions& options) const {
  options.check();
  refuse_other_forms(options, code_form(), kind());
  return prepared(options);
}

EncodedFrames CodingSystem::encode(const RowMatrix& signals, const EncodeOptions& options,
                                   const Work& work) const {
  return encoder(options)->encode(signals, work);
}

RowMatrix CodingSystem::decode_prefix(const RowMatrix& codes, int count) const {
  RowMatrix kept = codes;
  for (Eigen::Index t = 0; t < kept.rows(); ++t)
    if (!kept.row(t).hasNaN()) kept.row(t).tail(kept.cols() - count).setZero();
  return decode(kept);
}

RowMatrix CodingSystem::templates() const {
  const auto count = static_cast<Eigen::Index>(units().size());
  return decode(RowMatrix::Identity(count, count)).rowwise() - rest();
}

Eigen::RowVectorXd CodingSystem::rest() const {
  return decode_prefix(RowMatrix::Zero(1, static_cast<Eigen::Index>(units().size())), 0).row(0);
}

}  // namespace facelex
