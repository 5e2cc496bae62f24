#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace facelex {

/// Numbers that begin at a multiple of 64 bytes, zero at first: what a vector of any width may be loaded
/// from. Throws std::bad_alloc.
template <class Number>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    // Large tables lie in large pages: a page fault for each 4 KB would cost as much as an iteration.
    constexpr std::size_t line = 64, page = std::size_t{1} << 21;
    const std::size_t bytes = std::max<std::size_t>(size * sizeof(Number), 1);
    const std::size_t boundary = bytes < 2 * page ? line : page;
    const std::size_t whole = (bytes + boundary - 1) / boundary * boundary;
    data_.reset(static_cast<Number*>(std::aligned_alloc(boundary, whole)));
    if (!data_) throw std::bad_alloc();
#ifdef __linux__
    if (boundary == page) madvise(data_.get(), whole, MADV_HUGEPAGE);
#endif
    std::memset(data_.get(), 0, bytes);
  }

  Number* data() {
    return data_.get();
  }
  const Number* data() const {
    return data_.get();
  }
  std::size_t size() const {
    return size_;
  }
  Number& operator[](std::size_t i) {
    return data_[i];
  }
  const Number& operator[](std::size_t i) const {
    return data_[i];
  }

 private:
  struct Free {
    void operator()(Number* memory) const { std::free(memory); }
  };
  std::unique_ptr<Number[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace facelex
