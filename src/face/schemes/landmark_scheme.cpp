#include "facelex/face/schemes/landmark_scheme.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

std::vector<int> numbers_without(int first, const std::vector<int>& left_out) {
  std::vector<int> numbers;
  for (int i = first; i < 68; ++i)
    if (std::find(left_out.begin(), left_out.end(), i) == left_out.end()) numbers.push_back(i);
  return numbers;
}

/// The number in "x_12" or "x12" for the letter x.
std::optional<int> number_after(std::string_view name, char letter) {
  if (name.empty() || name.front() != letter) return std::nullopt;
  name.remove_prefix(1);
  if (!name.empty() && name.front() == '_') name.remove_prefix(1);
  if (name.empty() || name.front() < '0' || name.front() > '9') return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

using NumberedColumns = std::map<int, Eigen::Index>;

NumberedColumns numbered_columns(const std::vector<Column>& columns, char letter, std::string_view file) {
  NumberedColumns found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto number = number_after(columns[i].name, letter);
    if (!number) continue;
    if (!found.emplace(*number, static_cast<Eigen::Index>(i)).second)
      throw data_error({std::string(file), 0, columns[i].name}, "the point occurs twice",
                       "name the points x_0, x_1 … only");
  }
  return found;
}

bool counts_from(const std::vector<int>& numbers, int first) {
  return numbers.front() == first &&
         numbers.back() == first + static_cast<int>(numbers.size()) - 1;  // ascending and without repeats
}

std::string expectation() {
  return "expected x_0…x_67 and y_0…y_67 (or 66, 51 or 49 points in iBUG's order)";
}

std::string range_text(const std::vector<int>& numbers) {
  return std::to_string(numbers.size()) + " points numbered " + std::to_string(numbers.front()) + " to " +
         std::to_string(numbers.back());
}

}  // namespace

int point_count(LandmarkScheme scheme) {
  return static_cast<int>(ibug_numbers(scheme).size());
}

const std::vector<int>& ibug_numbers(LandmarkScheme scheme) {
  static const std::vector<int> of_49 = numbers_without(17, {60, 64});
  static const std::vector<int> of_51 = numbers_without(17, {});
  static const std::vector<int> of_66 = numbers_without(0, {60, 64});
  static const std::vector<int> of_68 = numbers_without(0, {});
  switch (scheme) {
    case LandmarkScheme::points_49:
      return of_49;
    case LandmarkScheme::points_51:
      return of_51;
    case LandmarkScheme::points_66:
      return of_66;
    case LandmarkScheme::points_68:
      return of_68;
  }
  return of_68;
}

std::vector<int> missing_points(LandmarkScheme scheme) {
  return numbers_without(0, ibug_numbers(scheme));
}

bool has_jaw_line(LandmarkScheme scheme) {
  return ibug_numbers(scheme).front() == 0;
}

std::optional<LandmarkScheme> scheme_of_count(int points) {
  for (const auto scheme : all_landmark_schemes)
    if (point_count(scheme) == points) return scheme;
  return std::nullopt;
}

LandmarkColumns find_landmark_columns(const std::vector<Column>& columns, std::string_view file,
                                      std::optional<LandmarkScheme> given) {
  const NumberedColumns xs = numbered_columns(columns, 'x', file);
  const NumberedColumns ys = numbered_columns(columns, 'y', file);
  const Place place{std::string(file), 0, ""};
  if (xs.empty() && ys.empty())
    throw data_error(place, "no landmarks among its " + std::to_string(columns.size()) + " columns",
                     expectation());
  std::vector<int> numbers;
  for (const auto& [number, column] : xs) {
    if (!ys.contains(number))
      throw data_error({std::string(file), 0, columns[static_cast<std::size_t>(column)].name},
                       "this x has no y", expectation());
    numbers.push_back(number);
  }
  for (const auto& [number, column] : ys)
    if (!xs.contains(number))
      throw data_error({std::string(file), 0, columns[static_cast<std::size_t>(column)].name},
                       "this y has no x", expectation());

  const auto scheme = scheme_of_count(static_cast<int>(numbers.size()));
  if (!scheme)
    throw data_error(place, range_text(numbers) + " are not a known landmark scheme", expectation());
  if (given && *given != *scheme)
    throw usage_error(std::string(file) + ": it has " + range_text(numbers) + ", not the " +
                          std::to_string(point_count(*given)) + " of the scheme asked for",
                      "leave the scheme to be recognised");
  const std::vector<int>& ibug = ibug_numbers(*scheme);
  if (numbers != ibug && !counts_from(numbers, 0) && !counts_from(numbers, 1))
    throw data_error(place, range_text(numbers) + " with gaps", expectation());

  LandmarkColumns found;
  found.scheme = *scheme;
  found.x.fill(-1);
  found.y.fill(-1);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    found.x[static_cast<std::size_t>(ibug[i])] = xs.at(numbers[i]);
    found.y[static_cast<std::size_t>(ibug[i])] = ys.at(numbers[i]);
  }
  return found;
}

Landmarks68 landmarks_of_row(const LandmarkColumns& columns, const RowMatrix& values, Eigen::Index row) {
  Landmarks68 points;
  for (Eigen::Index i = 0; i < 68; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const bool present = columns.x[n] >= 0;
    points(i, 0) = present ? values(row, columns.x[n]) : std::numeric_limits<double>::quiet_NaN();
    points(i, 1) = present ? values(row, columns.y[n]) : std::numeric_limits<double>::quiet_NaN();
  }
  return points;
}

}  // namespace facelex
