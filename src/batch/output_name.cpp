#include "output_name.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Unicode's NFC of the text; what is not UTF-8 as it is.
std::string composed(std::string_view text) {
  utf8proc_uint8_t* result = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &result,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

}  // namespace

std::string plain_name(const std::string& name) {
  std::string plain = std::filesystem::path(name).lexically_normal().string();
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

std::string problem_of_name(const std::string& plain) {
  if (plain.empty() || plain == ".") return "its name is empty";
  if (plain.starts_with('/') || plain == ".." || plain.starts_with("../"))
    return "its name leads out of the output folder";
  if (plain.find('\0') != std::string::npos) return "its name holds a NUL byte";
  return {};
}

std::string name_key(const std::string& plain) {
  std::string key;
  for (const auto& part : std::filesystem::path(plain)) {
    if (!key.empty()) key += '/';
    const std::string name = part.string();
    key += composed(trimmed(name));
  }
  return key;
}

}  // namespace facelex
