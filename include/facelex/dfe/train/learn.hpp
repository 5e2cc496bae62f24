#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "facelex/coding/learn.hpp"
#include "facelex/coding/training_data.hpp"
#include "facelex/dfe/train/train.hpp"

namespace facelex {

/// Rows first … end−1, all learnt from or all set aside.
struct DfeRowRange {
  std::int64_t first = 0, end = 0;
  bool aside = false;
};

/// Rows set aside to watch the loss on.
struct DfeSplit {
  std::vector<DfeRowRange> ranges;    ///< one after the other, together all rows
  std::vector<std::string> held_out;  ///< names of the recordings, or of the subjects

  std::int64_t count(bool aside) const;
  std::vector<std::int64_t> rows(bool aside) const;
};

/// Sets aside whole subjects (a recording that `subjects` does not name is its own), drawn by the seed until
/// they have `share` of the rows, but never all; of a single subject the last rows instead, for neighbours in
/// time are alike. Rows stand as read_training_data gives them.
DfeSplit split_for_validation(const std::vector<TrainingSource>& sources,
                              const std::map<std::string, std::string>& subjects, double share,
                              std::uint64_t seed);

/// What trains: make_cpu_backend, or that of libtorch.
using DfeBackendMaker = std::function<std::unique_ptr<DfeBackend>(const DfeTask&)>;

/// Learns a DiscreteFacialEncoding from recordings of expression (of a fit or a fitted face its e_*), of
/// blendshapes or of any other movement. Deterministic as train_dfe is. training() holds the frames used,
/// "epochs", "loss", "codes_used", "perplexity", "variance_explained" (1 − Σ‖ψ − ψ̂‖²/Σ‖ψ − mean‖² over
/// frames, the mean that of the training frames), and the last four as "validation" too, with what was set
/// aside. With options.memory, more frames than fit are learnt from as frames_in_file says, in files in
/// $TMPDIR of 12·D bytes for each while they are read and 4·D afterwards; "frames_in_memory" is then how many
/// are held, and that number and the order decide the model. Where they fit, the model is the one without the
/// option. With options.shape.history each row is kept with the frames before it: D·(history+1) numbers
/// wherever a frame has D.
///
/// `subjects`: who each recording is of; names that are not recordings are ignored, since a table of labels
/// may hold more. Throws Error (usage): options that do not fit, a checkpoint of something else, with
/// sparsity_on displacement columns that are not expressions of the face; Error (data): what
/// read_training_data and train_dfe throw (options.memory that does not hold a batch: usage), fewer training
/// frames than codes, frames that never change.
LearnResult learn_dfe(const std::vector<NamedFile>& inputs, const DfeOptions& options,
                      const std::map<std::string, std::string>& subjects, const DfeTrainingFiles& files,
                      const DfeBackendMaker& make_backend, const Work& work = {});

}  // namespace facelex
