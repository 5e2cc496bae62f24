#pragma once

#include <string>
#include <vector>

#include "facelex/simulate/behaviour.hpp"

namespace facelex {

/// Subjects who share a behaviour.
struct CohortGroup {
  std::string name;
  int subjects = 10;
  int sessions = 1;  ///< recordings of each subject
  Behaviour behaviour;

  void describe(OptionList& options);
};

/// A study that never took place: who is recorded, how, and what they do (docs/simulation.md).
struct Cohort {
  long long seed = 1;
  double fps = 25;
  double seconds = 10;
  int width = 480, height = 360;  ///< pixels of the pictures
  double distance_mm = 450;       ///< from the camera (openface_camera of that size) to the face
  double noise_percent = 1;       ///< of landmarks: SD in percent of the distance of the outer eye corners
  double missing_share = 0;       ///< of frames without a face, in runs of about half a second
  double identity_sd = 0.8;       ///< how much faces differ: 1 as people do
  bool null = false;              ///< behaviour does not depend on the group
  std::vector<CohortGroup> groups;

  void describe(OptionList& options);

  /// Throws Error (usage) that names `file` and the path to what is wrong: an unknown key (with the nearest
  /// known one), a value of the wrong type or out of range, no groups, two groups of one name, and what
  /// Behaviour::from_json throws.
  static Cohort from_json(const Json& json, const std::string& file,
                          const std::vector<std::string>& model_units);
  /// Throws Error (usage) that names `file`: more than 10⁶ frames a recording or 10⁶ recordings; with `null`,
  /// groups of unequal numbers of sessions, which would tell a subject's group.
  void check(const std::string& file) const;
  /// All keys as resolved: from_json reads it back.
  Json to_json() const;
  int frames() const;  ///< of each recording
};

/// One recording of the cohort.
struct CohortItem {
  std::string name;       ///< "S03_1": subject and session
  std::string subject;    ///< "S03"
  int subject_index = 0;  ///< 0-based over all groups
  int session = 1;
  std::size_t group = 0;  ///< index of the subject's label
};
/// All recordings: groups in their order, subjects numbered through, sessions within.
std::vector<CohortItem> cohort_items(const Cohort& cohort);
/// labels.csv: name, subject, session, group.
std::string labels_csv(const Cohort& cohort);

/// Which group's behaviour the subject has: its own, or with `null` one that is drawn from all subjects
/// alike.
std::size_t behaving_group(const Cohort& cohort, const CohortItem& item);

}  // namespace facelex
