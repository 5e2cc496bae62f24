#include "mutations.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace facelex::fuzz {
namespace {

/// A place of a piece in `bytes` and its length, mostly short.
struct Piece {
  std::size_t at = 0, size = 0;
};

Piece some_piece(const Bytes& bytes, Random& random) {
  if (bytes.empty()) return {};
  const std::size_t at = random.below(bytes.size()), rest = bytes.size() - at;
  const std::size_t longest = random.below(4) == 0 ? rest : std::min<std::size_t>(rest, 16);
  return {at, 1 + random.below(longest)};
}

std::ptrdiff_t offset(std::size_t at) {
  return static_cast<std::ptrdiff_t>(at);
}

void flip_bit(Bytes& bytes, Random& random) {
  if (!bytes.empty()) bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
}

/// Sizes, counts and offsets: little-endian, 1 to 8 bytes, near zero, near a power of two, or any.
void overwrite_integer(Bytes& bytes, Random& random) {
  const std::size_t width = std::size_t{1} << random.below(4);
  if (bytes.size() < width) return;
  const std::uint64_t near = random.below(5) - 2;  // −2 … 2
  std::uint64_t value = random.next();
  if (const auto kind = random.below(3); kind < 2) value = near + (kind == 0 ? 0 : 1ULL << random.below(64));
  const std::size_t at = random.below(bytes.size() - width + 1);
  for (std::size_t k = 0; k < width; ++k) bytes[at + k] = static_cast<std::uint8_t>(value >> (8 * k));
}

/// Over what is there, or between it; then sometimes as much is taken elsewhere, so that lengths that stand
/// before and offsets after it stay true.
void put_text(Bytes& bytes, Random& random) {
  constexpr std::array<std::string_view, 18> texts = {"0",
                                                      "7",
                                                      "-1",
                                                      "1000",
                                                      "1e999",
                                                      "nan",
                                                      "2147483648",
                                                      "1000000000000",
                                                      "18446744073709551615",
                                                      "99999999999999999999",
                                                      ",",
                                                      "\"",
                                                      "\n",
                                                      "[",
                                                      "{",
                                                      ":",
                                                      std::string_view("\0", 1),
                                                      "\xff"};
  const std::string_view text = texts[random.below(texts.size())];
  const auto erase = [&](std::size_t at) {
    bytes.erase(bytes.begin() + offset(at), bytes.begin() + offset(std::min(bytes.size(), at + text.size())));
  };
  const std::size_t at = random.below(bytes.size() + 1);
  const auto how = random.below(3);
  if (how == 0) erase(at);
  bytes.insert(bytes.begin() + offset(at), text.begin(), text.end());
  if (how == 1) erase(random.below(bytes.size()));
}

/// A digit by another one.
void change_digit(Bytes& bytes, Random& random) {
  const auto is_digit = [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; };
  const auto digits = static_cast<std::uint64_t>(std::count_if(bytes.begin(), bytes.end(), is_digit));
  if (digits == 0) return flip_bit(bytes, random);
  auto place = std::find_if(bytes.begin(), bytes.end(), is_digit);
  for (std::uint64_t skip = random.below(digits); skip > 0; --skip)
    place = std::find_if(place + 1, bytes.end(), is_digit);
  *place = static_cast<std::uint8_t>('0' + random.below(10));
}

void cut_out(Bytes& bytes, Random& random) {
  const Piece piece = some_piece(bytes, random);
  bytes.erase(bytes.begin() + offset(piece.at), bytes.begin() + offset(piece.at + piece.size));
}

void repeat(Bytes& bytes, Random& random) {
  const Piece piece = some_piece(bytes, random);
  const Bytes copy(bytes.begin() + offset(piece.at), bytes.begin() + offset(piece.at + piece.size));
  for (std::uint64_t times = 1 + random.below(8); times > 0; --times)
    bytes.insert(bytes.begin() + offset(piece.at), copy.begin(), copy.end());
}

void splice(Bytes& bytes, const Bytes& other, Random& random) {
  const Piece from = some_piece(other, random), to = some_piece(bytes, random);
  bytes.erase(bytes.begin() + offset(to.at), bytes.begin() + offset(to.at + to.size));
  bytes.insert(bytes.begin() + offset(to.at), other.begin() + offset(from.at),
               other.begin() + offset(from.at + from.size));
}

void cut_off(Bytes& bytes, Random& random) {
  bytes.resize(random.below(bytes.size() + 1));
}

}  // namespace

Bytes mutated(const std::vector<Bytes>& inputs, std::size_t max_size, Random& random) {
  Bytes bytes = inputs[random.below(inputs.size())];
  for (std::uint64_t times = 1 + random.below(4); times > 0; --times) switch (random.below(9)) {
      case 0:
      case 1:
        flip_bit(bytes, random);
        break;
      case 2:
        overwrite_integer(bytes, random);
        break;
      case 3:
        put_text(bytes, random);
        break;
      case 4:
        cut_out(bytes, random);
        break;
      case 5:
        repeat(bytes, random);
        break;
      case 6:
        change_digit(bytes, random);
        break;
      case 7:
        splice(bytes, inputs[random.below(inputs.size())], random);
        break;
      default:
        cut_off(bytes, random);
    }
  if (bytes.size() > max_size) bytes.resize(max_size);
  return bytes;
}

}  // namespace facelex::fuzz
