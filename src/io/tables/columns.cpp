#include "columns.hpp"

#include <algorithm>
#include <unordered_map>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

using Role = TableColumns::Role;

constexpr std::size_t max_columns = 100000;

void check_names(const std::vector<std::string>& names, const Place& place) {
  if (names.size() > max_columns)
    throw data_error(place, std::to_string(names.size()) + " columns, but a table of frames has at most " +
                                std::to_string(max_columns));
  if (names.size() == 1 && names[0].find_first_of(";\t") != std::string::npos)
    throw data_error(place, "the columns are not separated by commas", "save the table with commas");
  const bool all_numbers = std::all_of(
      names.begin(), names.end(), [](const std::string& name) { return name.empty() || parse_double(name); });
  if (all_numbers)
    throw data_error(place, "the first line must name the columns, but it holds numbers or nothing",
                     "add a header line");
  std::unordered_map<std::string_view, std::size_t> first_of;
  for (std::size_t i = 0; i < names.size(); ++i) {
    // R and pandas write the numbers of rows under a first column without name.
    if (names[i].empty() && i == 0) continue;
    if (names[i].empty()) throw data_error(place, "column " + std::to_string(i + 1) + " has no name");
    const auto [first, is_new] = first_of.try_emplace(names[i], i);
    if (!is_new)
      throw data_error(place, "columns " + std::to_string(first->second + 1) + " and " +
                                  std::to_string(i + 1) + " have the same name " + in_quotes(names[i]));
  }
}

/// Columns of the frame are known whatever their capitals: R and spreadsheets write Frame, Success.
std::string small(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

Role role_of(const std::string& given, bool is_pyfeat) {
  const std::string name = small(given);
  if (name == "frame") return Role::frame;
  if (name == "file" || name.empty()) return Role::skipped;
  if (is_pyfeat) {
    if (given == "FaceScore") return Role::confidence;
    if (given == "Identity") return Role::identity;
    if (name == "input" || name == "approx_time") return Role::skipped;
    return Role::signal;
  }
  if (name == "face_id") return Role::face_id;
  if (name == "timestamp") return Role::timestamp;
  if (name == "confidence") return Role::confidence;
  if (name == "success") return Role::success;
  return Role::signal;
}

}  // namespace

TableColumns::TableColumns(std::vector<std::string> header, const Place& place) : names(std::move(header)) {
  check_names(names, place);
  const auto has = [&](const char* wanted) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return small(name) == wanted; });
  };
  is_pyfeat = std::find(names.begin(), names.end(), "FaceScore") != names.end() && !has("confidence") &&
              !has("success");
  has_frame = has("frame");
  has_success = !is_pyfeat && has("success");
  for (const auto& name : names) {
    const Role role = role_of(name, is_pyfeat);
    const auto same = std::find(roles.begin(), roles.end(), role);
    if (same != roles.end() && role != Role::signal && role != Role::skipped)
      throw data_error(place,
                       "columns " + std::to_string(same - roles.begin() + 1) + " and " +
                           std::to_string(roles.size() + 1) + ", " +
                           in_quotes(names[static_cast<std::size_t>(same - roles.begin())]) + " and " +
                           in_quotes(name) + ", say the same of a frame",
                       "leave one of them");
    roles.push_back(role);
    if (role == Role::signal) signals.push_back(name);
  }
  if (signals.empty())
    throw data_error(place, "no column of signals stands beside those of the frames",
                     "a table of frames has columns like x_0, e_0, LB-1");
}

}  // namespace facelex
