#include "facelex/simd/aligned_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace facelex {
namespace {

TEST(AlignedBuffers, BeginAtMultiplesOf64BytesAndHoldZeros) {
  for (const std::size_t size : {0U, 1U, 7U, 16U, 4099U, 1U << 20}) {
    AlignedBuffer<float> numbers(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64, 0U);
    ASSERT_EQ(numbers.size(), size);
    EXPECT_TRUE(std::all_of(numbers.data(), numbers.data() + size, [](float value) { return value == 0; }));
    std::fill_n(numbers.data(), size, 1.0F);  // what is freed here is what the next may get
  }
}

TEST(AlignedBuffers, AreMovedAndIndexed) {
  AlignedBuffer<double> numbers(3);
  numbers[2] = 5;
  const double* const before = numbers.data();
  const AlignedBuffer<double> moved = std::move(numbers);
  EXPECT_EQ(moved.data(), before);
  EXPECT_EQ(moved[2], 5);
}

}  // namespace
}  // namespace facelex
