#include "facelex/batch/list_file.hpp"

#include <cstdio>
#include <string_view>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

constexpr std::string_view escaped_characters = "\"\\tnr", escaped_meanings = "\"\\\t\n\r";

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// Takes a field from the front of `line`: what is left begins with a tab or is empty.
std::string take_field(std::string_view& line, const std::string& place) {
  const auto fail = [&](const std::string& what) {
    return usage_error(place + ": " + what, "write \"…\" with \\\" for a quotation mark within");
  };
  line = trimmed(line);
  if (!line.starts_with('"')) {
    const auto tab = line.find('\t');
    const std::string_view field = trimmed(line.substr(0, tab));
    line = tab == std::string_view::npos ? std::string_view() : line.substr(tab);
    return std::string(field);
  }
  std::string text;
  std::size_t at = 1;
  for (; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] != '\\') {
      text += line[at];
      continue;
    }
    const char next = ++at < line.size() ? line[at] : '\0';
    if (const auto known = escaped_characters.find(next); known != std::string_view::npos) {
      text += escaped_meanings[known];
    } else if (at + 2 < line.size() && next <= '3' && is_octal(next) && is_octal(line[at + 1]) &&
               is_octal(line[at + 2])) {
      text += static_cast<char>((next - '0') * 64 + (line[at + 1] - '0') * 8 + (line[at + 2] - '0'));
      at += 2;
    } else {
      throw fail("there is no such escape as " + in_quotes("\\" + std::string(1, next)));
    }
  }
  if (at >= line.size()) throw fail("a quotation mark is not closed");
  std::string_view rest = line.substr(at + 1);
  if (const auto tab = rest.find_first_not_of(" \r"); tab == std::string_view::npos)
    rest = {};
  else if (rest[tab] != '\t')
    throw fail("text stands after a closing quotation mark");
  line = rest;
  return text;
}

bool stands_for_itself(const std::string& field) {
  return trimmed(field).size() == field.size() && !field.starts_with('"') &&
         field.find_first_of("\t\n\r") == std::string::npos && field.find('\0') == std::string::npos;
}

std::string field_text(const std::string& field) {
  if (stands_for_itself(field)) return field;
  std::string text = "\"";
  for (const char c : field) {
    const auto known = escaped_meanings.find(c);
    if (known != std::string_view::npos) {
      text += '\\';
      text += escaped_characters[known];
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\%03o", static_cast<unsigned char>(c));
      text += escaped;
    } else {
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace

std::vector<ListedPath> read_list(std::istream& in, const std::string& source) {
  std::vector<ListedPath> listed;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string place = source + ": line " + std::to_string(++number);
    std::string_view rest = line;
    ListedPath one{take_field(rest, place)};
    if (!rest.empty()) one.name = take_field(rest, place);
    if (!trimmed(rest).empty())
      throw usage_error(place + ": more than a path and a name",
                        "put a field that holds a tab in quotation marks");
    if (!one.path.empty()) listed.push_back(std::move(one));
  }
  return listed;
}

std::vector<ListedPath> read_list0(std::istream& in) {
  std::vector<ListedPath> listed;
  for (std::string path; std::getline(in, path, '\0');)
    if (!path.empty()) listed.push_back({path});
  return listed;
}

std::string list_line(const ListedPath& listed) {
  return field_text(listed.path) + "\t" + field_text(listed.name) + "\n";
}

}  // namespace facelex
