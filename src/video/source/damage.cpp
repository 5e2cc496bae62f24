#include "damage.hpp"

#include <cstdio>

namespace facelex {
namespace {

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

std::string VideoDamage::text(std::int64_t frames, std::int64_t promised) const {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (!cut_short.empty()) {
    add("cannot decode after frame " + std::to_string(frames) +
        (promised > 0 ? " of " + std::to_string(promised) : "") + ": " + cut_short);
  }
  if (undecodable > 0) {
    std::string part = counted(undecodable, "damaged frame", "damaged frames") + " skipped";
    if (undecodable_at == undecodable_at) {
      char seconds[32];
      std::snprintf(seconds, sizeof seconds, "%.3f", undecodable_at);
      part += std::string(", the first at ") + seconds + " s";
    }
    add(part + (reason.empty() ? "" : ": " + reason));
  }
  if (repaired > 0) {
    add(counted(repaired, "damaged frame", "damaged frames") +
        " filled in by the decoder, the first is frame " + std::to_string(repaired_first));
  }
  if (unordered > 0) {
    add(counted(unordered, "time stamp goes", "time stamps go") + " backwards and " +
        (unordered == 1 ? "is" : "are") + " left empty, the first at frame " +
        std::to_string(unordered_first));
  }
  return text;
}

}  // namespace facelex
