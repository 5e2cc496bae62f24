#pragma once

#include "facelex/core/random.hpp"
#include "facelex/simulate/cohort.hpp"

namespace facelex {

/// What of a subject is drawn from a stream of its own, so that one does not change with another: with
/// `null` or another length of recording the same seed keeps the same faces.
enum class SubjectStream : std::uint64_t { identity, group, behaviour, look, events = 1000, noise = 1000000 };

/// For events and noise, which differ between sessions, the session is part of the stream.
inline Random subject_stream(const Cohort& cohort, const CohortItem& item, SubjectStream what) {
  std::uint64_t part = static_cast<std::uint64_t>(what);
  if (what >= SubjectStream::events) part += static_cast<std::uint64_t>(item.session);
  return Random(static_cast<std::uint64_t>(cohort.seed))
      .stream(static_cast<std::uint64_t>(item.subject_index))
      .stream(part);
}

}  // namespace facelex
