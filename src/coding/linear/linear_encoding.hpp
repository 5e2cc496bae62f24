#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/coding/linear/linear_model.hpp"

namespace facelex {

/// Codes n×D_g samples of group number g into n×K_g zeros; returns how many did not converge.
using GroupEncoder = std::function<std::int64_t(std::size_t g, const RowMatrix& samples, RowMatrix& codes)>;

/// Codes T×D signals group by group, in blocks of rows over work.threads; rows with a missing value get NaN
/// codes. Throws Error (data) when the width is not D.
EncodedFrames encode_groups(const LinearModel& model, const RowMatrix& signals, const GroupEncoder& encode,
                            const Work& work);

/// Codes that are projections: of each group z = P·x of its scaled, centred samples, P units×columns. The model
/// must outlive the encoder.
std::unique_ptr<Encoder> projection_encoder(const LinearModel& model,
                                            std::vector<Eigen::MatrixXd> projections);

}  // namespace facelex
