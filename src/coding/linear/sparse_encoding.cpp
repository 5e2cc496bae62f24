#include "sparse_encoding.hpp"

#include <numeric>
#include <vector>

#include "facelex/factor/lasso/path.hpp"
#include "linear_encoding.hpp"

namespace facelex {
namespace {

EncodeOptions acting_options(const EncodeOptions& options, double model_alpha) {
  options.check();
  EncodeOptions acting = options;
  if (acting.alpha == 0) acting.alpha = model_alpha;
  return acting;
}

/// The same units as one group of all columns: a budget counts the units of all features.
LinearModel in_one_group(LinearModel model) {
  std::vector<Eigen::Index> all(model.input_columns.size());
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  model.groups = {{"all", "all units", std::move(all), 0, model.atoms.rows()}};
  return model;
}

}  // namespace

Json resolved_sparse(const EncodeOptions& options, double model_alpha) {
  return options_json(acting_options(options, model_alpha));
}

EncodedFrames encode_sparse(const LinearModel& model, double model_alpha, bool positive,
                            const RowMatrix& signals, const EncodeOptions& options, const Work& work) {
  const EncodeOptions acting = acting_options(options, model_alpha);
  if (acting.most_units > 0 || acting.l1_budget > 0) {
    const PathStop stop{acting.alpha, acting.most_units, acting.l1_budget};
    return encode_groups(
        in_one_group(model), signals,
        [&](std::size_t, const RowMatrix& samples, RowMatrix& codes) {
          codes = encode_by_path(samples, model.atoms, positive, stop);
          return std::int64_t{0};
        },
        work);
  }
  LassoOptions lasso;
  lasso.alpha = acting.alpha;
  lasso.solver = acting.solver;
  lasso.positive = positive;
  std::vector<SparseCoder> coders;
  for (const auto& group : model.groups) coders.emplace_back(model.group_atoms(group), lasso);
  return encode_groups(
      model, signals,
      [&](std::size_t g, const RowMatrix& samples, RowMatrix& codes) {
        return coders[g].encode(samples, codes);
      },
      work);
}

}  // namespace facelex
