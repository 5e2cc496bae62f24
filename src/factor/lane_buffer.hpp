#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace facelex {

/// Numbers that begin at a multiple of 64 bytes, zero at first: what a vector of any width may be loaded
/// from.
template <class Number>
class LaneBuffer {
 public:
  LaneBuffer() = default;
  explicit LaneBuffer(std::size_t size) : size_(size) {
    constexpr std::size_t line = 64;
    const std::size_t bytes = (size * sizeof(Number) + line - 1) / line * line;
    data_.reset(static_cast<Number*>(std::aligned_alloc(line, bytes > 0 ? bytes : line)));
    if (!data_) throw std::bad_alloc();
    std::memset(data_.get(), 0, bytes);
  }

  Number* data() { return data_.get(); }
  const Number* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(Number* memory) const { std::free(memory); }
  };
  std::unique_ptr<Number[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace facelex
