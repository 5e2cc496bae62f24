#pragma once

#include <string>
#include <vector>

#include "facelex/coding/learn.hpp"
#include "facelex/coding/linear/linear_model.hpp"
#include "facelex/face/schemes/features.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// Options that every linear system shares.
void describe_atoms(OptionList& options, std::vector<std::string>& atoms);

/// A feature and how many units it gets.
struct Allocation {
  FacialFeature feature;
  int units = 0;
};

/// The features of a division that have units, with their numbers: default_atoms, or what `given` ("MO=10")
/// says. Throws Error (usage) for an entry of another form, an unknown or repeated feature, a negative
/// number, or when no feature has any.
std::vector<Allocation> allocate(FeatureDivision division, const std::vector<std::string>& given);

/// The columns of all features, in the signal's order. Throws Error (data) when a feature has none, or when
/// the kind cannot be learnt from.
std::vector<Eigen::Index> columns_of_features(const Recording& header,
                                              const std::vector<Allocation>& allocation,
                                              const std::string& file);

/// Throws Error (data) for pixels and tokens: no linear system of movements comes from them.
void require_movement(const Recording& header, const std::string& file);

/// A model with its input, scale, groups, unit names and atoms of zeros.
LinearModel empty_model(const TrainingData& data, const SignalOptions& signal,
                        const std::vector<Allocation>& allocation);
/// The unit of measure of a signal's columns.
std::string unit_of(const TrainingData& data);
/// Appends a group of units named <name>-1, <name>-2 … over `columns`.
void add_group(LinearModel& model, const std::string& name, const std::string& description,
               std::vector<Eigen::Index> columns, int units, const std::string& unit);

}  // namespace facelex
