#include "facelex/core/digest.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw environment_error("SHA-256 is not available from OpenSSL");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const void* data, std::size_t bytes) {
  EVP_DigestUpdate(state_->context, data, bytes);
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, raw.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[raw[i] >> 4];
    text += digits[raw[i] & 15];
  }
  return text;
}

std::string sha256_of_text(std::string_view text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex();
}

namespace {

void update_with_file(Sha256& digest, const std::filesystem::path& file, const Work& work) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (!opened) throw system_error(file.string(), "open", errno);
  std::vector<char> buffer(1 << 20);
  for (;;) {
    work.check_stop();
    const auto bytes = ::read(::fileno(opened.get()), buffer.data(), buffer.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) throw system_error(file.string(), "read", errno);
    if (bytes == 0) break;
    digest.update(buffer.data(), static_cast<std::size_t>(bytes));
  }
}

}  // namespace

std::string sha256_of_file(const std::filesystem::path& file, const Work& work) {
  Sha256 digest;
  if (std::filesystem::is_directory(file)) {
    std::vector<std::filesystem::path> members;
    for (const auto& entry : std::filesystem::directory_iterator(file))
      if (entry.is_regular_file()) members.push_back(entry.path());
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
      return natural_less(a.filename().string(), b.filename().string());
    });
    for (const auto& member : members) {
      digest.update(member.filename().string());
      digest.update(std::string_view("\0", 1));
      update_with_file(digest, member, work);
    }
  } else {
    update_with_file(digest, file, work);
  }
  return digest.hex();
}

}  // namespace facelex
