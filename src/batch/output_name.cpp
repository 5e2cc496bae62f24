#include "output_name.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "facelex/core/text.hpp"
#include "unicode_table.hpp"

namespace facelex {
namespace {

constexpr char32_t not_unicode = 0x110000;  ///< plus a byte that is not UTF-8

/// The next character of UTF-8 text, and `at` after it.
char32_t next_character(const std::string& text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  char32_t character = length == 1 ? lead : lead & (0x7fU >> length);
  bool valid = (lead < 0x80 || (lead >= 0xc2 && lead <= 0xf4)) && at + length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(at + i) & 0xc0) == 0x80;
    character = character << 6 | (byte(at + i) & 0x3fU);
  }
  at += valid ? length : 1;
  return valid ? character : not_unicode + lead;
}

void append_decomposed(std::u32string& text, char32_t character) {
  // Syllables of Hangul decompose by arithmetic (The Unicode Standard, 3.12).
  constexpr char32_t syllables = 0xac00, leads = 0x1100, vowels = 0x1161, tails = 0x11a7;
  constexpr char32_t vowel_count = 21, tail_count = 28, syllable_count = 19 * vowel_count * tail_count;
  if (character >= syllables && character < syllables + syllable_count) {
    const char32_t index = character - syllables;
    text += leads + index / (vowel_count * tail_count);
    text += vowels + index % (vowel_count * tail_count) / tail_count;
    if (index % tail_count > 0) text += tails + index % tail_count;
    return;
  }
  const auto found = std::lower_bound(std::begin(decompositions), std::end(decompositions), character,
                                      [](const Decomposition& d, char32_t c) { return d.composed < c; });
  if (found == std::end(decompositions) || found->composed != character) {
    text += character;
    return;
  }
  append_decomposed(text, found->first);
  if (found->second != 0) append_decomposed(text, found->second);
}

char32_t combining_class(char32_t character) {
  const auto found = std::lower_bound(std::begin(combining_ranges), std::end(combining_ranges), character,
                                      [](const CombiningRange& r, char32_t c) { return r.last < c; });
  return found != std::end(combining_ranges) && found->first <= character ? found->combining_class : 0;
}

std::u32string decomposed(const std::string& text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) append_decomposed(characters, next_character(text, at));
  for (auto begin = characters.begin(); begin != characters.end();) {
    const auto is_starter = [](char32_t c) { return combining_class(c) == 0; };
    begin = std::find_if_not(begin, characters.end(), is_starter);
    const auto end = std::find_if(begin, characters.end(), is_starter);
    std::stable_sort(begin, end,
                     [](char32_t a, char32_t b) { return combining_class(a) < combining_class(b); });
    begin = end;
  }
  return characters;
}

}  // namespace

std::string plain_name(const std::string& name) {
  std::string plain = std::filesystem::path(name).lexically_normal().string();
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

std::string problem_of_name(const std::string& plain) {
  if (plain.empty() || plain == ".") return "its name is none";
  if (plain.starts_with('/') || plain == ".." || plain.starts_with("../"))
    return "its name leads out of the output folder";
  if (plain.find('\0') != std::string::npos) return "its name holds a NUL byte";
  return {};
}

std::string name_key(const std::string& plain) {
  std::string key;
  for (const auto& part : std::filesystem::path(plain)) {
    if (!key.empty()) key += '/';
    for (const char32_t character : decomposed(std::string(trimmed(part.string()))))
      for (const int shift : {16, 8, 0}) key += static_cast<char>(character >> shift & 0xff);
  }
  return key;
}

}  // namespace facelex
