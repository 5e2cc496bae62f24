#include "facelex/coding/linear/pca_system.hpp"

#include <utility>

#include "facelex/core/error.hpp"
#include "linear_encoding.hpp"

namespace facelex {

namespace {

void check_parts(const LinearModel& model, const std::string& place) {
  model.check(place);
  const auto size = model.atoms.rows();
  if (!(model.atoms * model.atoms.transpose()).isApprox(Eigen::MatrixXd::Identity(size, size), 1e-8))
    throw data_error({place, 0, "atoms"}, "are not orthonormal",
                     "the model is damaged or was not written by facelex");
}

}  // namespace

PcaSystem::PcaSystem(LinearModel model, std::string_view kind) : model_(std::move(model)), kind_(kind) {
  check_parts(model_, kind_);
}

std::unique_ptr<CodingSystem> PcaSystem::from_model(const ModelFile& file) {
  LinearModel model = LinearModel::from_file(file);
  check_parts(model, file.source);
  return std::make_unique<PcaSystem>(std::move(model), file.kind);
}

Json PcaSystem::resolved(const EncodeOptions& options) const {
  options.check();
  options.refuse_token_options(kind_);
  const EncodeOptions usual;
  if (options.alpha != usual.alpha || options.solver != usual.solver ||
      options.most_units != usual.most_units || options.l1_budget != usual.l1_budget)
    throw usage_error(field("alpha") + ", " + field("solver") + ", " + field("most-units") + " and " +
                          field("l1-budget") + " have no meaning for a model of kind " + kind_,
                      "leave them out: its codes are projections, without penalty");
  return Json::object();
}

EncodedFrames PcaSystem::encode(const RowMatrix& signals, const EncodeOptions& options,
                                const Work& work) const {
  resolved(options);
  std::vector<Eigen::MatrixXd> atoms;  // K×D, column-major: what one column of the samples adds to all codes
  for (const auto& group : model_.groups) atoms.emplace_back(model_.group_atoms(group));
  return encode_groups(
      model_, signals,
      [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
        // Summed in one fixed order, whatever the row's place in the block.
        for (Eigen::Index t = 0; t < samples.rows(); ++t)
          for (Eigen::Index d = 0; d < samples.cols(); ++d)
            codes.row(t) += samples(t, d) * atoms[g].col(d).transpose();
        return std::int64_t{0};
      },
      work);
}

}  // namespace facelex
