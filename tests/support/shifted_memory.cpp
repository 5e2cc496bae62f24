// Memory at other addresses: loaded before a program (LD_PRELOAD), it moves all that malloc and its kin give
// by FACELEX_TEST_SHIFT bytes, a multiple of 16 below 64. What a program writes must not depend on it. (A
// shift of 8 would break what malloc promises, and compilers and libraries rely on.)
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {

void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);

namespace {

/// Stands before each piece of memory.
struct Header {
  void* whole;       ///< what glibc gave
  std::size_t size;  ///< what was asked for
};
static_assert(sizeof(Header) == 16);

std::size_t shift() {
  static std::size_t bytes = [] {
    const char* const set = std::getenv("FACELEX_TEST_SHIFT");
    return set ? static_cast<std::size_t>(std::strtoul(set, nullptr, 10)) / 16 * 16 % 64 : 0;
  }();
  return bytes;
}

Header* header_of(void* memory) {
  return static_cast<Header*>(memory) - 1;
}

void* take(std::size_t size, std::size_t alignment) {
  // Of what is aligned to more than 64 bytes the shift would ask for as much again.
  const std::size_t room = sizeof(Header) + 64 + (alignment > 16 ? alignment : 0);
  if (size > SIZE_MAX - room) {
    errno = ENOMEM;
    return nullptr;
  }
  auto* const whole = static_cast<char*>(__libc_malloc(size + room));
  if (!whole) return nullptr;
  auto at = reinterpret_cast<std::uintptr_t>(whole) + sizeof(Header);
  at = alignment > 16 ? (at + alignment - 1) / alignment * alignment : at + shift();
  auto* const memory = reinterpret_cast<void*>(at);
  *header_of(memory) = {whole, size};
  return memory;
}

}  // namespace

void* malloc(std::size_t size) {
  return take(size, 16);
}

void free(void* memory) {
  if (memory) __libc_free(header_of(memory)->whole);
}

void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* const memory = take(bytes, 16);
  return memory ? std::memset(memory, 0, bytes) : nullptr;
}

void* realloc(void* memory, std::size_t size) {
  if (!memory) return take(size, 16);
  void* const moved = take(size, 16);
  if (!moved) return nullptr;
  const std::size_t before = header_of(memory)->size;
  std::memcpy(moved, memory, before < size ? before : size);
  free(memory);
  return moved;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return take(size, alignment);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return take(size, alignment);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  *memory = take(size, alignment);
  return *memory ? 0 : ENOMEM;
}

std::size_t malloc_usable_size(void* memory) {
  return memory ? header_of(memory)->size : 0;
}

}  // extern "C"
