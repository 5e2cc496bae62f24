#include <gtest/gtest.h>
#include <hdf5.h>
#include <matio.h>

#include <array>
#include <cstring>

#include "facelex/face/model/import/model.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

/// A MATLAB v5 file as matio writes one.
class MatWriter {
 public:
  explicit MatWriter(const std::filesystem::path& file)
      : file_(Mat_CreateVer(file.c_str(), nullptr, MAT_FT_MAT5)) {}
  ~MatWriter() { Mat_Close(file_); }
  MatWriter(const MatWriter&) = delete;
  MatWriter& operator=(const MatWriter&) = delete;

  template <class T>
  void add(const char* name, matio_classes class_type, matio_types type, std::size_t rows, std::size_t cols,
           std::vector<T> by_columns) {
    std::array<std::size_t, 2> size = {rows, cols};
    matvar_t* variable = Mat_VarCreate(name, class_type, type, 2, size.data(), by_columns.data(), 0);
    Mat_VarWrite(file_, variable, MAT_COMPRESSION_ZLIB);
    Mat_VarFree(variable);
  }
  void doubles(const char* name, std::size_t rows, std::size_t cols, const std::vector<double>& by_columns) {
    add(name, MAT_C_DOUBLE, MAT_T_DOUBLE, rows, cols, by_columns);
  }
  void singles(const char* name, std::size_t rows, std::size_t cols, const std::vector<float>& by_columns) {
    add(name, MAT_C_SINGLE, MAT_T_SINGLE, rows, cols, by_columns);
  }

 private:
  mat_t* file_;
};

/// Four vertices, two triangles, one identity mode, as 01_MorphableModel.mat lies; `tl` may be another.
std::filesystem::path write_2009(const TemporaryFolder& folder,
                                 const std::vector<double>& tl = {1, 2, 3, 4, 2, 3}) {
  MatWriter file(folder / "01_MorphableModel.mat");
  file.singles("shapeMU", 12, 1, {0, 0, 1000, 1000, 0, 1000, 1000, 1000, 1000, 0, 1000, 2000});
  file.singles("shapePC", 12, 1, {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  file.singles("shapeEV", 1, 1, {5000});
  file.doubles("tl", 2, 3, tl);
  return folder / "01_MorphableModel.mat";
}

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Two expressions of the first three vertices but one.
void write_expression(const TemporaryFolder& folder) {
  std::vector<float> numbers(27, 0);
  for (std::size_t i = 0; i < 9; ++i) numbers[i] = 77;  // the mean expression
  numbers[9 + 1] = 1000;                                // mode 0, vertex 0, y
  numbers[18 + 8] = 1000;                               // mode 1, vertex 2, z
  folder.write("Exp_Pca.bin", raw<std::int32_t>({2}) + raw(numbers));
  folder.write("std_exp.txt", "2.0 3.0\n");
}

TEST(ImportBfm, Reads2009) {
  const TemporaryFolder folder;
  const MorphableModel model = import_bfm(write_2009(folder));
  EXPECT_EQ(model.mean, (Vertices(4, 3) << 0, 0, -1, 1, 0, -1, 1, -1, -1, 0, -1, -2).finished());
  // tl has the corners (1, 3, 2) and (2, 4, 3) from 1 and clockwise.
  EXPECT_EQ(model.triangles, (Triangles(2, 3) << 0, 1, 2, 1, 2, 3).finished());
  EXPECT_EQ(model.identity.size(), 1);
  EXPECT_FLOAT_EQ(model.identity.modes(1, 0), -5) << "micrometres, times the standard deviation";
  EXPECT_FLOAT_EQ(model.identity.modes(11, 0), -5);
  EXPECT_EQ(model.expression.size(), 0);
}

TEST(ImportBfm, ExpressionsCutTheShapeToTheirVertices) {
  const TemporaryFolder folder;
  const auto shape = write_2009(folder);
  write_expression(folder);
  ModelImportOptions options;
  options.expression = (folder / "Exp_Pca.bin").string();
  EXPECT_TRUE(says(error_of([&] { import_bfm(shape, options); }),
                   {"Exp_Pca.bin", "3 vertices, the shape of 4", "BFM_exp_idx.mat"}));
  const auto cut = [&](const std::vector<double>& kept) {
    MatWriter(folder / "BFM_exp_idx.mat").doubles("trimIndex", kept.size(), 1, kept);
    return import_bfm(shape, options);
  };
  const MorphableModel model = cut({2, 3, 4});
  EXPECT_EQ(model.mean, (Vertices(3, 3) << 1, 0, -1, 1, -1, -1, 0, -1, -2).finished());
  EXPECT_EQ(model.triangles.rows(), 1) << "the triangle of the vertex that went is gone";
  EXPECT_EQ(model.identity.modes.rows(), 9);
  EXPECT_FLOAT_EQ(model.identity.modes(8, 0), -5);
  EXPECT_EQ(model.expression.size(), 2);
  EXPECT_FLOAT_EQ(model.expression.modes(1, 0), -2);
  EXPECT_FLOAT_EQ(model.expression.modes(8, 1), -3);
  EXPECT_EQ((model.expression.modes.array() != 0).count(), 2);
  EXPECT_TRUE(says(error_of([&] { cut({2, 3, 5}); }), {"trimIndex", "not in the mesh: 5"}));
  EXPECT_TRUE(says(error_of([&] { cut({2, 3, 3}); }), {"trimIndex", "a vertex twice"}));
  EXPECT_TRUE(says(error_of([&] { cut({2, 3}); }), {"has 2 vertices, the expressions 3"}));
  cut({2, 3, 4});
  folder.write("std_exp.txt", "2.0\n");
  EXPECT_TRUE(
      says(error_of([&] { import_bfm(shape, options); }), {"std_exp.txt", "1 standard deviations for 2"}));
  folder.write("std_exp.txt", "2.0 x\n");
  EXPECT_TRUE(says(error_of([&] { import_bfm(shape, options); }), {"'x' is not a number"}));
  const std::string whole = file_text(folder / "Exp_Pca.bin");
  for (const std::size_t length : {0U, 3U, 4U, 20U, 111U}) {
    folder.write("Exp_Pca.bin", whole.substr(0, length));
    EXPECT_TRUE(says(error_of([&] { import_bfm(shape, options); }), {"Exp_Pca.bin: byte "})) << length;
  }
}

TEST(ImportBfm, SaysWhatIsWrongWith2009) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(error_of([&] {
                     import_bfm(write_2009(folder, {1, 2, 3, 5, 2, 3}));
                   }),
                   {"01_MorphableModel.mat", "'tl' has a vertex that is not in the mesh"}));
  const MorphableModel model = import_bfm(write_2009(folder));
  const std::string whole = file_text(folder / "01_MorphableModel.mat");
  std::size_t refused = 0;
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const auto file = folder.write("cut.mat", whole.substr(0, length));
    MorphableModel cut;
    const std::string outcome = error_of([&] { cut = import_bfm(file); });
    if (outcome == "no error") {  // only the checksum of the last variable is gone
      EXPECT_EQ(cut.mean, model.mean) << length;
      EXPECT_EQ(cut.identity.modes, model.identity.modes) << length;
      EXPECT_EQ(cut.triangles, model.triangles) << length;
    } else {
      EXPECT_TRUE(says(outcome, {"cut.mat"})) << length;
      ++refused;
    }
  }
  EXPECT_GE(refused + 2, (whole.size() + 6) / 7);
  EXPECT_TRUE(says(error_of([&] { import_bfm(folder / "none.mat"); }), {"none.mat", "No such file"}));
}

TEST(ImportBfm, TakesNoMemoryThatAMatlabFileOnlyClaims) {
  const TemporaryFolder folder;
  std::string header = "MATLAB 5.0 MAT-file";
  header.resize(124, ' ');
  header += std::string("\0\1IM", 4);
  const auto refused = [&](const std::string& variables, std::initializer_list<const char*> words) {
    const auto file = folder.write("bad.mat", header + variables);
    EXPECT_TRUE(says(error_of([&] { import_bfm(file); }), words));
  };
  const auto matrix = [](std::uint32_t kind, std::int32_t rows, std::uint32_t bytes) {
    const std::string parts = raw<std::uint32_t>({6, 8, kind, 0, 5, 8}) + raw<std::int32_t>({rows, 1}) +
                              raw<std::uint32_t>({1, 7}) + std::string("shapeMU\0", 8) +
                              raw<std::uint32_t>({7, bytes});
    return raw<std::uint32_t>({14, static_cast<std::uint32_t>(parts.size())}) + parts;
  };
  refused(matrix(7, 1 << 29, 1U << 31), {"bad.mat", "a variable is damaged"});
  refused(matrix(7, 1 << 29, 0), {"variable 'shapeMU' claims 536870912×1 numbers", "its 0 bytes"});
  refused(matrix(7, -1, 0), {"not a matrix of real numbers"});
  refused(matrix(4, 0, 0), {"does not hold numbers"});
  refused(matrix(7 | 0x0800, 0, 0), {"not a matrix of real numbers"});
  refused(raw<std::uint32_t>({14, 0xffffffff}), {"ends within a variable"});
  // What MATLAB 4 wrote begins with sizes; the library that read it took gigabytes of them.
  const auto version_4 = folder.write("old.mat", raw<std::uint32_t>({10, 49152, 1, 0, 8}) + "shapeMU");
  EXPECT_TRUE(says(error_of([&] { import_bfm(version_4); }), {"old.mat", "not a MATLAB v5 file"}));
}

/// Writes a data set and the groups above it.
template <class T>
void add(hid_t file, const std::string& name, hid_t type, std::vector<hsize_t> size,
         const std::vector<T>& values) {
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t space = H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr);
  const hid_t set = H5Dcreate2(file, name.c_str(), type, space, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(set);
  H5Sclose(space);
  H5Pclose(links);
}

/// Three vertices with one mode each, as model2017-1_bfm_nomouth.h5 lies; `corner` stands in the triangle.
std::filesystem::path write_2017(const TemporaryFolder& folder, std::uint32_t corner = 2, hsize_t rows = 9) {
  const auto name = folder / "model2017-1_bfm_nomouth.h5";
  const hid_t file = H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t type = H5T_NATIVE_FLOAT;
  add<float>(file, "shape/model/mean", type, {9}, {0, 0, 1, 1, 0, 1, 1, 1, 1});
  add<float>(file, "shape/model/pcaBasis", type, {rows, 1}, std::vector<float>{0, 1, 0, 0, 0, 0, 0, 0, 0});
  add<float>(file, "shape/model/pcaVariance", type, {1}, {4});
  add<std::uint32_t>(file, "shape/representer/cells", H5T_NATIVE_UINT32, {3, 1}, {0, 1, corner});
  add<float>(file, "expression/model/mean", type, {9}, {9, 9, 9, 9, 9, 9, 9, 9, 9});
  add<float>(file, "expression/model/pcaBasis", type, {9, 2},
             {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  add<float>(file, "expression/model/pcaVariance", type, {2}, {9, 16});
  H5Fclose(file);
  return name;
}

TEST(ImportBfm, Reads2017) {
  const TemporaryFolder folder;
  const MorphableModel model = import_bfm(write_2017(folder));
  EXPECT_EQ(model.mean, (Vertices(3, 3) << 0, 0, -1, 1, 0, -1, 1, -1, -1).finished());
  EXPECT_EQ(model.triangles, (Triangles(1, 3) << 0, 1, 2).finished());
  EXPECT_FLOAT_EQ(model.identity.modes(1, 0), -2);
  EXPECT_FLOAT_EQ(model.expression.modes(0, 0), 3);
  EXPECT_FLOAT_EQ(model.expression.modes(8, 1), -4);
  EXPECT_EQ((model.expression.modes.array() != 0).count(), 2) << "ε = 0 is the neutral face";
}

TEST(ImportBfm, SaysWhatIsWrongWith2017) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(error_of([&] { import_bfm(write_2017(folder, 3)); }), {"triangle 0 has the vertex 3"}));
  EXPECT_TRUE(says(error_of([&] { import_bfm(write_2017(folder, 2, 6)); }),
                   {"shape/model/pcaBasis", "6×1", "the mean of 9"}));
  const std::string whole = file_text(write_2017(folder));
  for (std::size_t length = 4; length < whole.size(); length += 97) {
    const auto file = folder.write("cut.h5", whole.substr(0, length));
    EXPECT_TRUE(says(error_of([&] { import_bfm(file); }), {"cut.h5"})) << length;
  }
  const hid_t empty = H5Fcreate((folder / "empty.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(empty);
  EXPECT_TRUE(says(error_of([&] { import_bfm(folder / "empty.h5"); }), {"no data set 'shape/model/mean'"}));
}

}  // namespace
