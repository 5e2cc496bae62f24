#include "sparse_encoding.hpp"

#include <numeric>
#include <utility>
#include <vector>

#include "facelex/factor/lasso/path.hpp"
#include "linear_encoding.hpp"

namespace facelex {
namespace {

double acting_alpha(const SparseCodeOptions& options, double model_alpha) {
  return options.alpha == 0 ? model_alpha : options.alpha;
}

/// The same units as one group of all columns: a budget counts the units of all features.
LinearModel in_one_group(LinearModel model) {
  std::vector<Eigen::Index> all(model.input_columns.size());
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  model.groups = {{"all", "all units", std::move(all), 0, model.atoms.rows()}};
  return model;
}

class PathEncoder final : public Encoder {
 public:
  PathEncoder(const LinearModel& model, bool positive, const PathStop& stop)
      : model_(in_one_group(model)), coder_(model_.atoms, positive, stop) {}

  EncodedFrames encode(const RowMatrix& signals, const Work& work) const override {
    return encode_groups(
        model_, signals,
        [&](std::size_t, const RowMatrix& samples, RowMatrix& codes) {
          codes = coder_.encode(samples);
          return std::int64_t{0};
        },
        work);
  }

 private:
  LinearModel model_;
  PathCoder coder_;
};

class LassoEncoder final : public Encoder {
 public:
  LassoEncoder(const LinearModel& model, const LassoOptions& lasso) : model_(model) {
    for (const auto& group : model.groups) coders_.emplace_back(model.group_atoms(group), lasso);
  }

  EncodedFrames encode(const RowMatrix& signals, const Work& work) const override {
    return encode_groups(
        model_, signals,
        [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
          return coders_[g].encode(samples, codes);
        },
        work);
  }

 private:
  const LinearModel& model_;
  std::vector<SparseCoder> coders_;  ///< of each group
};

}  // namespace

Json resolved_sparse(EncodeOptions options, double model_alpha) {
  options.sparse.alpha = acting_alpha(options.sparse, model_alpha);
  return options_json(options);
}

std::unique_ptr<Encoder> sparse_encoder(const LinearModel& model, double model_alpha, bool positive,
                                        const SparseCodeOptions& options) {
  const double alpha = acting_alpha(options, model_alpha);
  if (options.most_units > 0 || options.l1_budget > 0)
    return std::make_unique<PathEncoder>(model, positive,
                                         PathStop{alpha, options.most_units, options.l1_budget});
  LassoOptions lasso;
  lasso.alpha = alpha;
  lasso.solver = options.solver;
  lasso.positive = positive;
  return std::make_unique<LassoEncoder>(model, lasso);
}

}  // namespace facelex
