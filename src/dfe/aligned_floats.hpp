#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace facelex {

/// Floats, zero at first, that begin at a multiple of 64 bytes: what a vector of any width may be loaded
/// from.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size)
      : data_(static_cast<float*>(::operator new(std::max<std::size_t>(size, 1) * sizeof(float), boundary))),
        size_(size) {
    std::fill_n(data_.get(), size, 0.0F);
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  float& operator[](std::size_t i) { return data_[i]; }
  float operator[](std::size_t i) const { return data_[i]; }

 private:
  static constexpr std::align_val_t boundary{64};
  struct Free {
    void operator()(float* memory) const { ::operator delete(memory, boundary); }
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace facelex
