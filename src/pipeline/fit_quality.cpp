#include "facelex/pipeline/fit_quality.hpp"

#include <algorithm>
#include <cstdio>

#include "facelex/io/sidecar.hpp"

namespace facelex {
namespace {

constexpr const char* expression_prefix = "e_";

/// Adds the shares of one face to `shares`.
void add_shares(const Json& named, const std::string& recording, FitQuality& quality,
                std::vector<double>& shares) {
  bool has_expression = false;
  for (const auto& [signal, share] : named.items())
    has_expression = has_expression || signal.starts_with(expression_prefix);
  for (const auto& [signal, share] : named.items()) {
    if (!share.is_number() || (has_expression && !signal.starts_with(expression_prefix))) continue;
    shares.push_back(share.get<double>());
    if (shares.back() <= quality.largest_share) continue;
    quality.largest_share = shares.back();
    quality.largest_signal = signal;
    quality.largest_recording = recording;
  }
}

}  // namespace

std::optional<FitQuality> fit_quality(const std::filesystem::path& folder,
                                      const std::vector<ManifestRow>& rows) {
  FitQuality quality;
  std::vector<double> shares;
  for (const ManifestRow& row : rows) {
    if (row.state == ItemState::failed || row.state == ItemState::pending) continue;
    const auto sidecar = read_sidecar(folder / (row.name + ".csv"));
    if (!sidecar) continue;
    const auto identity = sidecar->result.details.find("identity");
    if (identity == sidecar->result.details.end() || !identity->is_array()) continue;
    for (const Json& face : *identity) {
      if (!face.is_object()) continue;
      if (const auto named = face.find("head_linear_share"); named != face.end() && named->is_object()) {
        ++quality.faces;
        add_shares(*named, row.name, quality, shares);
      }
      if (const auto neutral = face.find("neutral_credibility");
          neutral != face.end() && neutral->is_object() && neutral->contains("credible")) {
        ++quality.neutrals;
        if (!neutral->value("credible", true)) ++quality.incredible;
      }
    }
  }
  if (quality.faces == 0 || shares.empty()) return std::nullopt;
  const auto middle = shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2);
  std::nth_element(shares.begin(), middle, shares.end());
  quality.median_share = *middle;
  return quality;
}

std::string FitQuality::text() const {
  char line[160];
  std::snprintf(line, sizeof line,
                "of %zu faces %.0f %% of a signal's variance is linear in head pose (median); most ", faces,
                100 * median_share);
  std::string text = line;
  std::snprintf(line, sizeof line, "%.0f %%", 100 * largest_share);
  text += line + (largest_signal.empty() ? "" : " (" + largest_signal + " of " + largest_recording + ")");
  if (neutrals > 0)
    text += "; " + std::to_string(incredible) + " of " + std::to_string(neutrals) +
            " neutrals are hardly credible";
  return text;
}

}  // namespace facelex
