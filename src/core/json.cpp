#include "facelex/core/json.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "facelex/core/error.hpp"

namespace facelex {

Json read_json(const std::filesystem::path& file) {
  if (std::error_code error; std::filesystem::is_directory(file, error))
    throw system_error(file.string(), "read", EISDIR);
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(file.string(), "open", errno ? errno : EIO);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (in.bad()) throw system_error(file.string(), "read", errno ? errno : EIO);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    const auto end = std::min(text.size(), e.byte);
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    throw data_error({file.string(), line, {}}, std::string("not valid JSON: ") + e.what());
  }
}

std::string canonical_text(const Json& value) {
  // nlohmann::json (unlike ordered_json) keeps its objects sorted by key.
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace facelex
