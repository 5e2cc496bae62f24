#include "facelex/core/json.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/json_parse.hpp"

namespace facelex {
namespace {

constexpr int deepest_json = 64;
constexpr std::size_t most_names_of_object = 20'000;  // the library searches them one after another

/// Watches a text while it is parsed. An exception thrown here ends the parsing.
class JsonWatch {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        if (depth >= deepest_json) throw JsonError("nested more than 64 deep");
        if (names_.size() < level + 2) names_.resize(level + 2);
        names_[level + 1].clear();
        break;
      case Json::parse_event_t::key:
        take_name(names_[level], parsed.get_ref<const std::string&>());
        break;
      case Json::parse_event_t::value:
        if (parsed.is_string()) refuse_nul(parsed.get_ref<const std::string&>());
        break;
      default:
        break;
    }
    return true;
  }

 private:
  static void refuse_nul(const std::string& text) {
    if (text.find('\0') != std::string::npos)
      throw JsonError("the text " + in_quotes(text) + " holds a NUL character");
  }
  static void take_name(std::set<std::string>& names, const std::string& name) {
    refuse_nul(name);
    if (!names.insert(name).second) throw JsonError("the name " + in_quotes(name) + " repeats");
    if (names.size() > most_names_of_object)
      throw JsonError("an object of more than " + std::to_string(most_names_of_object) + " names");
  }

  std::vector<std::set<std::string>> names_;  // of the open object of each depth
};

/// The library's message without its number, and with what it read last as it may stand in a message:
/// "[json.exception.parse_error.101] parse error at line 1, column 2: … - invalid literal; last read: 'x…'".
std::string json_problem(std::string text) {
  if (const auto end = text.find("] "); text.starts_with("[json.exception.") && end != std::string::npos)
    text.erase(0, end + 2);
  for (const std::string_view before : {"last read: '", "number overflow parsing '"}) {
    const auto begin = text.find(before);
    const auto end = text.rfind('\'');
    if (begin == std::string::npos || end < begin + before.size()) continue;
    const std::size_t raw = begin + before.size();
    text.replace(raw - 1, end + 2 - raw, in_quotes(std::string_view(text).substr(raw, end - raw)));
  }
  return text;
}

}  // namespace

Json parse_json(std::string_view text) {
  // The library takes a NUL byte for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw JsonError("a NUL byte at byte " + std::to_string(nul) + ", which no text has");
  JsonWatch watch;
  try {
    return Json::parse(text.begin(), text.end(), std::ref(watch));
  } catch (const Json::parse_error& e) {
    const auto before = text.substr(0, e.byte);
    throw JsonError(json_problem(e.what()), 1 + std::count(before.begin(), before.end(), '\n'));
  } catch (const Json::exception& e) {
    throw JsonError(json_problem(e.what()));
  }
}

Json read_json(const std::filesystem::path& file) {
  if (std::error_code error; std::filesystem::is_directory(file, error))
    throw system_error(file.string(), "read", EISDIR);
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(file.string(), "open", errno ? errno : EIO);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (in.bad()) throw system_error(file.string(), "read", errno ? errno : EIO);
  try {
    return parse_json(text);
  } catch (const JsonError& e) {
    throw data_error({file.string(), e.line(), {}}, std::string("not valid JSON: ") + e.what());
  }
}

std::string canonical_text(const Json& value) {
  // nlohmann::json (unlike ordered_json) keeps its objects sorted by key.
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace facelex
