#pragma once

#include <string>
#include <vector>

#include "facelex/features/summary/features.hpp"

namespace facelex {

/// One row as it is made: its columns and values grow together.
struct SummaryRow {
  std::vector<Column> columns;
  FeatureRow row;
  std::string note;

  void add(const std::string& name, const std::string& description, const std::string& unit, double value);
  void add_note(const std::string& text);
};

void add_statistics(const VideoSignals& units, const SummaryOptions& options, SummaryRow& made);
void add_activations(const VideoSignals& units, const SummaryOptions& options, SummaryRow& made);
void add_asymmetry(const VideoSignals& units, const std::string& file, SummaryRow& made);
/// Expressivity and diversity, as asked for.
void add_peaks(const VideoSignals& units, const SummaryOptions& options, const std::string& file,
               const Work& work, SummaryRow& made);

/// Groups of columns of a recording that are one moving thing.
struct MovingThing {
  std::string name, description, unit;
  bool angles = false;
  std::vector<std::vector<Eigen::Index>> points;  ///< coordinates of each
};
/// Throws Error (data) when there is none.
std::vector<MovingThing> moving_things(const std::vector<Column>& columns, bool each_point,
                                       const std::string& file);
/// `coordinates`: all columns of the recording that `things` counts.
void add_kinematics(const VideoSignals& coordinates, const std::vector<MovingThing>& things,
                    const SummaryOptions& options, const std::string& file, SummaryRow& made);

}  // namespace facelex
