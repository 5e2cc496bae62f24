#include "facelex/io/tables/npy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

template <class Number>
std::string raw(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

std::string npy(int version, const std::string& dictionary, const std::string& data) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  const auto length = dictionary.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file += static_cast<char>((length >> (8 * i)) & 255);
  return file + dictionary + data;
}

const std::vector<double> six = {1, 2, 3, 4, 5, 6};

TEST(Npy, ReadsEveryVersionTypeAndOrder) {
  const TemporaryFolder folder;
  RowMatrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6;
  const std::vector<float> narrow(six.begin(), six.end());
  const std::string c_order = "'fortran_order': False, 'shape': (2, 3), }";
  for (int version = 1; version <= 3; ++version) {
    EXPECT_EQ(
        read_npy(folder.write("a.npy", npy(version, "{'descr': '<f8', " + c_order + "   \n", raw(six)))),
        expected);
    EXPECT_EQ(read_npy(folder.write("a.npy", npy(version, "{'descr': '<f4', " + c_order, raw(narrow)))),
              expected);
  }
  const std::vector<double> by_columns = {1, 4, 2, 5, 3, 6};
  const std::vector<float> narrow_by_columns(by_columns.begin(), by_columns.end());
  const std::string fortran = "'fortran_order':True,'shape':(2L,3L)}";
  EXPECT_EQ(read_npy(folder.write("a.npy", npy(1, "{'descr':'<f8'," + fortran, raw(by_columns)))), expected);
  EXPECT_EQ(read_npy(folder.write("a.npy", npy(1, "{\"descr\":\"<f4\"," + fortran, raw(narrow_by_columns)))),
            expected);
  EXPECT_EQ(read_npy(folder.write(
                "a.npy", npy(1, "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f8'}", raw(six)))),
            expected);
}

TEST(Npy, OneDimensionIsAColumn) {
  const TemporaryFolder folder;
  const auto m = read_npy(
      folder.write("a.npy", npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }", raw(six))));
  ASSERT_EQ(m.rows(), 6);
  ASSERT_EQ(m.cols(), 1);
  EXPECT_EQ(m(5, 0), 6);
}

TEST(Npy, ReadsRowsFromTheMiddle) {
  const TemporaryFolder folder;
  for (const char* order : {"False", "True"}) {
    NpyFile file(folder.write(
        "a.npy",
        npy(1, std::string("{'descr': '<f8', 'fortran_order': ") + order + ", 'shape': (3, 2)}", raw(six))));
    RowMatrix rows;
    file.read(1, 2, rows);
    ASSERT_EQ(rows.rows(), 2);
    EXPECT_EQ(rows(1, 1), 6);
    EXPECT_EQ(rows(0, 0), *order == 'F' ? 3 : 2);
  }
}

TEST(Npy, HasNoRowsInEitherOrder) {
  const TemporaryFolder folder;
  for (const char* order : {"False", "True"}) {
    const auto m = read_npy(folder.write(
        "a.npy",
        npy(1, std::string("{'descr': '<f8', 'fortran_order': ") + order + ", 'shape': (0, 2)}", "")));
    EXPECT_EQ(m.rows(), 0);
    EXPECT_EQ(m.cols(), 2);
  }
}

TEST(Npy, HeaderOfOursIsAlignedAndReadable) {
  const auto header = npy_header(123456789012345, 100000);
  EXPECT_EQ(header.size(), 128u);
  EXPECT_EQ(header.back(), '\n');
  const TemporaryFolder folder;
  EXPECT_EQ(read_npy(folder.write("a.npy", npy_header(2, 3) + raw(six)))(1, 0), 4);
}

TEST(Npy, AsATableOfFrames) {
  const TemporaryFolder folder;
  const double nan = std::nan("");
  const auto file =
      folder.write("emoca.npy", npy_header(3, 2) + raw(std::vector<double>{1, nan, nan, nan, 5, 6}));
  auto r = read_recording(file);
  EXPECT_EQ(r.name, "emoca");
  EXPECT_EQ(r.kind, SignalKind::other);
  EXPECT_EQ(r.columns[1].name, "value_1");
  ASSERT_EQ(r.rows(), 3);
  EXPECT_EQ(r.frames[2].number, 3);
  EXPECT_TRUE(std::isnan(r.frames[2].timestamp));
  EXPECT_TRUE(r.frames[0].success);
  EXPECT_FALSE(r.frames[1].success);
  EXPECT_EQ(r.frames[1].confidence, 0);
  EXPECT_TRUE(std::isnan(r.values(0, 1)));

  Sidecar sidecar;
  sidecar.result.kind = SignalKind::expression;
  sidecar.result.columns = {{"e_0", "jaw", ""}, {"e_1", "brow", ""}};
  write_sidecar(file, sidecar);
  r = read_recording(file);
  EXPECT_EQ(r.kind, SignalKind::expression);
  EXPECT_EQ(r.columns, sidecar.result.columns);
  sidecar.result.columns.pop_back();
  write_sidecar(file, sidecar);
  EXPECT_TRUE(
      says(error_of([&] { read_recording(file); }), {"emoca.npy", "2 columns", "emoca.json", "describes 1"}));
}

TEST(Npy, RefusesWhatItIsNot) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes) {
    return error_of([&] { read_npy(folder.write("bad.npy", bytes)); });
  };
  const auto with = [&](const std::string& descr, const std::string& shape, const std::string& data) {
    return refused(
        npy(1, "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }", data));
  };
  EXPECT_TRUE(says(refused(""), {"bad.npy", "too short"}));
  EXPECT_TRUE(says(refused("PK\x03\x04 a zip of arrays"), {"bad.npy", "not a NumPy array"}));
  EXPECT_TRUE(says(refused(npy(9, "{}", "")), {"version 9"}));
  EXPECT_TRUE(says(refused(npy(1, "{'descr': '<f8'}", "")), {"header that cannot be read"}));
  EXPECT_TRUE(says(
      refused(npy(1, "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}", raw(six))),
      {"header that cannot be read"}));
  EXPECT_TRUE(says(refused(npy(2, "{}", "").substr(0, 11)), {"too short"}));
  EXPECT_TRUE(
      says(refused(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14)), {"header of 4294967295 bytes"}));
  EXPECT_TRUE(says(with("'>f8'", "(2, 3)", raw(six)), {"'>f8'", "'<f8' or '<f4'"}));
  EXPECT_TRUE(says(with("'<i8'", "(2, 3)", raw(six)), {"'<i8'"}));
  EXPECT_TRUE(says(with("'|O'", "(2, 3)", raw(six)), {"'|O'", "Python objects"}));
  EXPECT_TRUE(says(with("[('a', '<f8')]", "(6,)", raw(six)), {"records"}));
  EXPECT_TRUE(says(with("'<f8'", "()", raw(six)), {"a single number"}));
  EXPECT_TRUE(says(with("'<f8'", "(1, 2, 3)", raw(six)), {"1×2×3"}));
  EXPECT_TRUE(says(with("'<f8'", "(-2, 3)", raw(six)), {"header"}));
  EXPECT_TRUE(says(with("'<f8'", "(2, 4)", raw(six)), {"2×4", "48 bytes"}));
  EXPECT_TRUE(says(with("'<f8'", "(2, 2)", raw(six)), {"2×2", "48 bytes"}));
  EXPECT_TRUE(says(with("'<f8'", "(4294967296, 4294967296)", raw(six)), {"4294967296", "48 bytes"}));
  EXPECT_TRUE(says(with("'<f8'", "(2305843009213693952, 8)", ""), {"2305843009213693952", "0 bytes"}));
  EXPECT_TRUE(says(with("'<f8'", "(18446744073709551615, 0)", ""), {"18446744073709551615×0"}));
  EXPECT_TRUE(says(with("'<f8'", "(99999999999999999999, 1)", ""), {"header"}));
  EXPECT_TRUE(says(error_of([&] { read_recording(folder.write("bad.npy", npy_header(0, 1000000000))); }),
                   {"1000000000 columns"}));
  EXPECT_TRUE(says(
      error_of([&] {
        read_recording(folder.write("inf.npy", npy_header(2, 1) + raw(std::vector<double>{1, INFINITY})));
      }),
      {"inf.npy", "row 2", "column 1", "infinite"}));
}

TEST(Npy, ReadsRealArrays) {
  const auto weights = shared_data("frontalization/frontalization_weights.npy");
  if (!weights) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const auto m = read_npy(*weights);
  EXPECT_EQ(m.rows(), 137);
  EXPECT_EQ(m.cols(), 136);
  EXPECT_TRUE(m.allFinite());
  const auto pickle = error_of([] { read_npy(*shared_data("facialbasis/local_basis_FacialBasis1.0.npy")); });
  EXPECT_TRUE(says(pickle, {"Python objects"}));
}

}  // namespace
