#include "output_name.hpp"

#include <filesystem>

#include "facelex/core/text.hpp"
#include "facelex/io/spelling.hpp"

namespace facelex {
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
