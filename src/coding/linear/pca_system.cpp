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

class ProjectionEncoder final : public Encoder {
 public:
  explicit ProjectionEncoder(const LinearModel& model) : model_(model) {
    for (const auto& group : model.groups) atoms_.emplace_back(model.group_atoms(group));
  }

  EncodedFrames encode(const RowMatrix& signals, const Work& work) const override {
    return encode_groups(
        model_, signals,
        [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
          // Summed in one fixed order, whatever the row's place in the block.
          for (Eigen::Index t = 0; t < samples.rows(); ++t)
            for (Eigen::Index d = 0; d < samples.cols(); ++d)
              codes.row(t) += samples(t, d) * atoms_[g].col(d).transpose();
          return std::int64_t{0};
        },
        work);
  }

 private:
  const LinearModel& model_;
  /// K×D, column-major: what one column of the samples adds to all codes.
  std::vector<Eigen::MatrixXd> atoms_;
};

}  // namespace

PcaSystem::PcaSystem(LinearModel model, std::string_view kind, const std::string& place)
    : model_(std::move(model)), kind_(kind) {
  check_parts(model_, place.empty() ? kind_ : place);
}

std::unique_ptr<PcaSystem> PcaSystem::from_model(const ModelFile& file) {
  return std::make_unique<PcaSystem>(LinearModel::from_file(file), file.kind, file.source);
}

Json PcaSystem::acting(const EncodeOptions&) const {
  return Json::object();
}

std::unique_ptr<Encoder> PcaSystem::prepared(const EncodeOptions&) const {
  return std::make_unique<ProjectionEncoder>(model_);
}

}  // namespace facelex
