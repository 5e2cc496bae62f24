#include "summary_text.hpp"

#include <cstdio>

namespace facelex::cli {
namespace {

/// "0-16 18" of the list 0, 1 … 16, 18.
std::string ranges_text(const Json& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end].get<int>() + 1) ++end;
    text += (text.empty() ? "" : " ") + numbers[i].dump() + (end > i ? "-" + numbers[end].dump() : "");
    i = end + 1;
  }
  return text;
}

std::string value_text(const Json& value) {
  constexpr std::size_t longest = 32;
  char number[longest];
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return ranges_text(value);
  if (!value.is_number_float()) return value.dump();
  std::snprintf(number, sizeof number, "%.4g", value.get<double>());
  return number;
}

}  // namespace

std::string summary_text(const Json& summary) {
  std::string text;
  for (const auto& [field, value] : summary.items()) {
    const bool table = value.is_array() && !value.empty() && value[0].is_object();
    constexpr std::size_t name_width = 20;
    text += field + std::string(field.size() < name_width ? name_width - field.size() : 0, ' ') + ' ' +
            (table ? std::to_string(value.size()) : value_text(value)) + '\n';
    if (!table) continue;
    for (const Json& row : value) {
      std::string line = "  " + row["name"].get<std::string>();
      for (const auto& [key, entry] : row.items())
        if (key != "name" && !(entry.is_string() && entry.get_ref<const std::string&>().empty()))
          line.append("  ").append(entry.is_string() ? "" : key + " ").append(value_text(entry));
      text += line + '\n';
    }
  }
  return text;
}

}  // namespace facelex::cli
