#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "facelex/core/json.hpp"

namespace facelex {

/// Where the search stands: a part ("LB") with k units at α, or the whole face ("FF") with q units at α_A and
/// α_B. Penalties are number_text of what the user gave; those that do not apply are empty.
struct SearchCell {
  std::string part;
  int units = 0;
  std::string alpha, alpha_a, alpha_b;

  bool operator<(const SearchCell& other) const {
    return std::tie(part, units, alpha, alpha_a, alpha_b) <
           std::tie(other.part, other.units, other.alpha, other.alpha_a, other.alpha_b);
  }
};

struct SearchOutcome {
  double variance_explained = 0;
  int iterations = 0;
  bool converged = false;
};

/// The table of all cells that a search has fitted, one line each, written as they are fitted. A process that
/// is killed loses at most the cell that it works on.
class SearchLog {
 public:
  /// `identity`: what the outcomes depend on besides the cell. Reads the cells that `file` holds; with an
  /// empty path nothing is read or written. Throws Error (usage) when `file` belongs to another identity,
  /// Error (data) when it is damaged other than by a cut last line.
  SearchLog(std::filesystem::path file, const Json& identity);

  std::optional<SearchOutcome> find(const SearchCell& cell) const;
  void add(const SearchCell& cell, const SearchOutcome& outcome);

 private:
  void create(const Json& identity) const;
  void read();

  std::filesystem::path file_;
  std::map<SearchCell, SearchOutcome> cells_;
};

}  // namespace facelex
