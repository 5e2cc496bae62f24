#include "facelex/face/schemes/landmark_scheme.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

std::vector<Column> columns_named(const std::vector<int>& numbers, const std::string& separator = "_") {
  std::vector<Column> columns = {{"pose_Rx", "", ""}};
  for (const char axis : {'x', 'y'})
    for (const int number : numbers) columns.push_back({axis + separator + std::to_string(number), "", ""});
  columns.push_back({"X_0", "", ""});
  return columns;
}

std::vector<int> counted(int count, int first = 0) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(first + i);
  return numbers;
}

std::string message_of(const std::vector<Column>& columns, std::optional<LandmarkScheme> given = {}) {
  try {
    find_landmark_columns(columns, "a.csv", given);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LandmarkScheme, NumbersOfIbug) {
  EXPECT_EQ(ibug_numbers(LandmarkScheme::points_68), counted(68));
  EXPECT_EQ(ibug_numbers(LandmarkScheme::points_51), counted(51, 17));
  EXPECT_EQ(missing_points(LandmarkScheme::points_66), (std::vector<int>{60, 64}));
  std::vector<int> missing_49 = counted(17);
  missing_49.insert(missing_49.end(), {60, 64});
  EXPECT_EQ(missing_points(LandmarkScheme::points_49), missing_49);
  for (const int count : {49, 51, 66, 68}) EXPECT_EQ(point_count(*scheme_of_count(count)), count);
  for (const int count : {0, 1, 17, 48, 50, 67, 69, 478}) EXPECT_FALSE(scheme_of_count(count)) << count;
  EXPECT_TRUE(has_jaw_line(LandmarkScheme::points_66));
  EXPECT_FALSE(has_jaw_line(LandmarkScheme::points_49));
}

TEST(LandmarkScheme, FoundByCountWhateverTheNumbering) {
  for (const auto scheme : all_landmark_schemes) {
    const int count = point_count(scheme);
    for (const auto& numbers : {counted(count), counted(count, 1), ibug_numbers(scheme)}) {
      for (const char* separator : {"_", ""}) {
        const auto columns = columns_named(numbers, separator);
        const LandmarkColumns found = find_landmark_columns(columns, "a.csv");
        ASSERT_EQ(found.scheme, scheme);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          const auto ibug = static_cast<std::size_t>(ibug_numbers(scheme)[i]);
          EXPECT_EQ(columns[static_cast<std::size_t>(found.x[ibug])].name,
                    std::string("x") + separator + std::to_string(numbers[i]));
          EXPECT_EQ(columns[static_cast<std::size_t>(found.y[ibug])].name,
                    std::string("y") + separator + std::to_string(numbers[i]));
        }
        for (const int missing : missing_points(scheme)) {
          EXPECT_EQ(found.x[static_cast<std::size_t>(missing)], -1);
          EXPECT_EQ(found.y[static_cast<std::size_t>(missing)], -1);
        }
      }
    }
  }
}

TEST(LandmarkScheme, ErrorsSayWhatWasFound) {
  EXPECT_NE(message_of({{"e_0", "", ""}}).find("a.csv: no landmarks among its 1 columns"), std::string::npos);
  EXPECT_NE(message_of(columns_named(counted(50))).find("50 points numbered 0 to 49"), std::string::npos);
  std::vector<int> with_gap = counted(51);
  with_gap.back() = 60;
  EXPECT_NE(message_of(columns_named(with_gap)).find("51 points numbered 0 to 60 with gaps"),
            std::string::npos);
  auto without_y = columns_named(counted(68));
  without_y[without_y.size() - 2].name = "other";
  EXPECT_NE(message_of(without_y).find("column x_67: this x has no y"), std::string::npos);
  auto without_x = columns_named(counted(68));
  without_x[1].name = "other";
  EXPECT_NE(message_of(without_x).find("column y_0: this y has no x"), std::string::npos);
  auto twice = columns_named(counted(68));
  twice.push_back({"x0", "", ""});
  EXPECT_NE(message_of(twice).find("column x0: the point occurs twice"), std::string::npos);
}

TEST(LandmarkScheme, AGivenSchemeIsDemanded) {
  const auto columns = columns_named(counted(51));
  EXPECT_EQ(find_landmark_columns(columns, "a.csv", LandmarkScheme::points_51).scheme,
            LandmarkScheme::points_51);
  try {
    find_landmark_columns(columns, "a.csv", LandmarkScheme::points_68);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("51 points numbered 0 to 50, not the 68"), std::string::npos);
  }
}

TEST(LandmarkScheme, RowBecomesPoints) {
  const LandmarkColumns columns = find_landmark_columns(columns_named(counted(49)), "a.csv");
  RowMatrix values(2, 100);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = static_cast<double>(i);
  values(1, 1) = std::nan("");
  const Landmarks68 points = landmarks_of_row(columns, values, 1);
  EXPECT_TRUE(std::isnan(points(17, 0)));
  EXPECT_EQ(points(17, 1), 100 + 1 + 49);
  EXPECT_EQ(points(67, 0), 100 + 49);
  EXPECT_EQ(points(67, 1), 100 + 98);
  for (const int missing : missing_points(LandmarkScheme::points_49))
    EXPECT_TRUE(std::isnan(points(missing, 0)) && std::isnan(points(missing, 1)));
}

}  // namespace
}  // namespace facelex
