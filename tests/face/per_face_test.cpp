#include "face/per_face.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace facelex {
namespace {

/// Numbers of the rows of a face.
struct Rows {
  std::vector<std::int64_t> numbers;

  std::size_t kept() const { return numbers.size(); }
  void thin() {
    for (std::size_t i = 0; 2 * i < numbers.size(); ++i) numbers[i] = numbers[2 * i];
    numbers.resize((numbers.size() + 1) / 2);
  }
};

void add(PerFace<Rows>& faces, std::int64_t number, int face_id, bool has_values = true) {
  Frame frame;
  frame.number = number;
  frame.face_id = face_id;
  faces.add(frame, has_values, [&](Rows& rows) { rows.numbers.push_back(number); });
}

std::vector<std::pair<int, std::size_t>> kept_of(const PerFace<Rows>& faces) {
  std::vector<std::pair<int, std::size_t>> kept;
  faces.each(
      [&](const Rows& rows, std::optional<int> id) { kept.emplace_back(id.value_or(-1), rows.kept()); });
  return kept;
}

TEST(PerFaceTest, ManyIdsAreOneFaceUntilAFrameNumberOccursTwice) {
  PerFace<Rows> faces(100);
  add(faces, 1, 7);
  add(faces, 2, 3);
  add(faces, 3, -1);
  add(faces, 4, 3, false);
  EXPECT_FALSE(faces.several());
  EXPECT_EQ(faces.ids(), 2U);
  EXPECT_EQ(kept_of(faces), (std::vector<std::pair<int, std::size_t>>{{-1, 3}}));
  add(faces, 4, 7);
  EXPECT_TRUE(faces.several());
  EXPECT_EQ(kept_of(faces), (std::vector<std::pair<int, std::size_t>>{{7, 2}, {3, 1}})) << "as they appear";
  Frame frame;
  frame.face_id = 7;
  EXPECT_EQ(faces.of(frame)->numbers, (std::vector<std::int64_t>{1, 4}));
  frame.face_id = 8;
  EXPECT_EQ(faces.of(frame), nullptr);
}

TEST(PerFaceTest, FacesThatKeepMostAreThinnedWhenAllKeepTooMuch) {
  PerFace<Rows> faces(10);
  for (std::int64_t number = 1; number <= 9; ++number) add(faces, number, 0);
  add(faces, 9, 1);
  EXPECT_EQ(kept_of(faces), (std::vector<std::pair<int, std::size_t>>{{0, 9}, {1, 1}}));
  add(faces, 10, 1);
  EXPECT_EQ(kept_of(faces), (std::vector<std::pair<int, std::size_t>>{{0, 5}, {1, 2}}));
}

TEST(PerFaceTest, FacesWithOneRowEachHaveNothingToGive) {
  PerFace<Rows> faces(2);
  for (int id = 0; id < 5; ++id) add(faces, 1, id);
  for (const auto& [id, kept] : kept_of(faces)) EXPECT_EQ(kept, 1U) << id;
}

}  // namespace
}  // namespace facelex
