#include "facelex/core/printable.hpp"

namespace facelex {

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr unsigned char c1_lead = 0xc2, c1_first = 0x80, c1_last = 0x9f;
  std::string shown;
  shown.reserve(text.size());
  const auto escape = [&](unsigned char byte) {
    shown.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte < 0x20 || byte == 0x7f) {
      escape(byte);
    } else if (byte == c1_lead && next >= c1_first && next <= c1_last) {
      escape(next);
      ++i;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

}  // namespace facelex
