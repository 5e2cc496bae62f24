#pragma once

#include <string>
#include <vector>

#include "facelex/io/recording.hpp"

namespace facelex {

/// "dx_17, dx_18, dx_19 … (102 in all)": enough of the names for a message.
std::string some_names(const std::vector<Column>& columns);

/// Where the wanted columns stand in a recording. Throws Error (data) that names `file`, the first that are
/// missing, `taker` ("the facial-basis model takes") and what the file has instead.
std::vector<Eigen::Index> columns_of(const Recording& header, const std::vector<Column>& wanted,
                                     const std::string& file, const std::string& who_takes,
                                     const std::string& remedy);

}  // namespace facelex
