#include "json_text.hpp"

#include <set>
#include <stdexcept>
#include <string>

#include "facelex/core/error.hpp"

namespace facelex {

Json parse_untrusted_json(std::string_view text) {
  constexpr int deepest = 64;
  std::set<std::string> names;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) throw std::runtime_error("nested more than 64 deep");
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second)
      throw std::runtime_error("the name " + in_quotes(parsed.get<std::string>()) + " repeats");
    return true;
  };
  return Json::parse(text.begin(), text.end(), watch);
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace facelex
