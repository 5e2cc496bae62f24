#include "facelex/io/spelling.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <optional>

#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Nothing for what is not UTF-8.
std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* result = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &result,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(result), static_cast<std::size_t>(size));
}

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string without_extra_spaces(std::string_view text) {
  std::string result;
  for (const char c : trimmed(text))
    if (c != ' ' || result.back() != ' ') result += c;
  return result;
}

std::string without_leading_zeros(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool leads = text[i] == '0' && (result.empty() || !is_ascii_digit(result.back()));
    if (!leads || i + 1 == text.size() || !is_ascii_digit(text[i + 1])) result += text[i];
  }
  return result;
}

}  // namespace

std::string composed(std::string_view text) {
  return mapped(text, UTF8PROC_COMPOSE).value_or(std::string(text));
}

std::string spelling_key(std::string_view text) {
  const auto folded = mapped(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
  return folded ? without_leading_zeros(without_extra_spaces(*folded)) : std::string(trimmed(text));
}

std::string spelling_difference(std::string_view a, std::string_view b) {
  if (without_extra_spaces(a) == without_extra_spaces(b)) return "spaces";
  if (without_leading_zeros(a) == without_leading_zeros(b)) return "leading zeros";
  if (composed(a) == composed(b)) return "how a letter is encoded";
  const auto small = [](std::string_view text) { return mapped(text, UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD); };
  return small(a) == small(b) ? "letter case" : "spelling alone";
}

}  // namespace facelex
