#include "facelex/io/models/model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "facelex/core/digest.hpp"
#include "facelex/core/random.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

const std::filesystem::path frozen =
    std::filesystem::path(FACELEX_TEST_FIXTURES) / "models/model_v1.safetensors";

/// What tests/models/make_model_v1.py has put into the frozen file.
void expect_frozen_values(const ModelFile& m) {
  EXPECT_EQ(m.kind, "frozen-example");
  EXPECT_EQ(m.format_version, 1);
  EXPECT_EQ(m.metadata,
            Json::parse(R"({"unit":"mm","options":{"size":2,"rate":0.1},"names":["LB-1","MO-1"]})"));
  RowMatrix atoms(2, 3);
  atoms << 1, -2.5, 0.1, 1e-300, 3, 1.0 / 3;
  EXPECT_EQ(m.matrix("atoms"), atoms);
  RowMatrix half(2, 2);
  half << 0.5, -0.25, 1e10, 0;
  EXPECT_EQ(m.matrix("half", 2, 2), half);
  EXPECT_EQ(m.vector("mean", 3), Eigen::Vector3d(10, 20, 30));
  EXPECT_EQ(m.matrix("none", 0, 3).rows(), 0);
  EXPECT_EQ(m.integers("bytes"), (std::vector<std::int64_t>{0, 127, 255}));
  EXPECT_EQ(m.integers("landmarks"), (std::vector<std::int64_t>{17, -1, 2147483647, 0}));
  EXPECT_EQ(m.integers("pairs"), (std::vector<std::int64_t>{9007199254740993, -5}));
  EXPECT_EQ(m.tensors.size(), 7u);
}

TEST(ModelFile, ReadsTheFrozenFileOfVersion1) {
  expect_frozen_values(read_model(frozen));
}

TEST(ModelFile, WritesTheBytesOfTheFrozenFile) {
  const TemporaryFolder folder;
  const auto digest = write_model(folder / "m.safetensors", read_model(frozen));
  EXPECT_EQ(file_text(folder / "m.safetensors"), file_text(frozen));
  EXPECT_EQ(digest, sha256_of_file(frozen));
}

TEST(ModelFile, WhatItWritesReadsBack) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    ModelFile m;
    m.kind = "pca";
    m.metadata["options"]["seed"] = seed;
    m.metadata["text"] = std::string(random.below(20), 'x');  // headers of every length
    std::map<std::string, RowMatrix> matrices;
    for (std::uint64_t i = 0, count = random.below(5); i < count; ++i) {
      RowMatrix values(static_cast<Eigen::Index>(random.below(6)),
                       static_cast<Eigen::Index>(random.below(6)));
      for (Eigen::Index j = 0; j < values.size(); ++j) values.data()[j] = random.normal();
      m.set("matrix " + std::to_string(i), values);
      matrices["matrix " + std::to_string(i)] = values;
    }
    m.set("fixed", Eigen::Matrix<double, 2, 3>::Constant(0.5));
    m.set("vector", Eigen::Vector3d(1, 2, 3));
    m.set("integers", std::vector<std::int64_t>{-1, 1LL << 62});
    write_model(folder / "m", m);
    std::uint64_t header = 0;
    std::memcpy(&header, file_text(folder / "m").data(), 8);
    EXPECT_EQ(header % 8, 0u);
    const auto r = read_model(folder / "m");
    EXPECT_EQ(r.kind, "pca");
    EXPECT_EQ(r.metadata, m.metadata);
    EXPECT_EQ(r.source, (folder / "m").string());
    for (const auto& [name, values] : matrices) EXPECT_EQ(r.matrix(name), values);
    EXPECT_EQ(r.matrix("fixed", 2, 3), RowMatrix::Constant(2, 3, 0.5));
    EXPECT_EQ(r.vector("vector"), Eigen::Vector3d(1, 2, 3));
    EXPECT_EQ(r.integers("integers"), (std::vector<std::int64_t>{-1, 1LL << 62}));
  }
}

TEST(ModelFile, SaysWhatATensorIsNot) {
  const auto m = read_model(frozen);
  const auto refused = [&](auto get) { return error_of([&] { get(); }); };
  EXPECT_TRUE(says(refused([&] { m.matrix("codebook"); }),
                   {"model_v1.safetensors", "'frozen-example'", "'codebook'", "atoms"}));
  EXPECT_TRUE(says(refused([&] { m.matrix("atoms", 3, -1); }), {"'atoms'", "2×3", "expected 3×any"}));
  EXPECT_TRUE(says(refused([&] { m.matrix("atoms", 2, 4); }), {"'atoms'", "2×3", "expected 2×4"}));
  EXPECT_TRUE(says(refused([&] { m.matrix("mean"); }), {"'mean'", "expected any×any"}));
  EXPECT_TRUE(says(refused([&] { m.vector("mean", 4); }), {"'mean'", "expected 4 numbers"}));
  EXPECT_TRUE(says(refused([&] { m.vector("atoms"); }), {"'atoms'", "2×3"}));
  EXPECT_TRUE(says(refused([&] { m.matrix("pairs"); }), {"'pairs'", "I64", "F64 or F32"}));
  EXPECT_TRUE(says(refused([&] { m.integers("mean"); }), {"'mean'", "F64", "I64, I32 or U8"}));
}

TEST(ModelFile, RefusesToWriteWhatCannotBeRead) {
  const TemporaryFolder folder;
  ModelFile m;
  EXPECT_TRUE(says(error_of([&] { write_model(folder / "m", m); }), {"kind ''"}));
  m.kind = "pca";
  m.format_version = newest_format_version + 1;
  EXPECT_TRUE(says(error_of([&] { write_model(folder / "m", m); }), {"format version 3"}));
  m.format_version = 1;
  m.tensors["t"] = {Tensor::Type::f64, {2, 2}, std::vector<std::byte>(31)};
  EXPECT_TRUE(says(error_of([&] { write_model(folder / "m", m); }), {"'t'", "31 bytes"}));
  m.tensors["t"] = {Tensor::Type::f64, {-1, -1}, std::vector<std::byte>(8)};
  EXPECT_TRUE(says(error_of([&] { write_model(folder / "m", m); }), {"'t'"}));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

/// A safetensors file with this header and these bytes of data.
std::string safetensors(const std::string& header, const std::string& data = {}) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

std::string one_tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{\"t\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

TEST(ModelFile, RefusesCraftedFilesBeforeAllocating) {
  const TemporaryFolder folder;
  const std::string data(16, '\0');
  const auto refused = [&](const std::string& bytes) {
    return error_of([&] { read_safetensors(folder.write("bad.fx", bytes)); });
  };
  const auto with = [&](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return refused(safetensors(one_tensor(dtype, shape, offsets), data));
  };
  EXPECT_EQ(with("\"F64\"", "[2]", "[0,16]"), "no error");
  EXPECT_TRUE(says(refused(""), {"bad.fx", "too short"}));
  EXPECT_TRUE(says(refused("\xff\xff\xff\xff\xff\xff\xff\xff{}"), {"18446744073709551615", "has 10"}));
  EXPECT_TRUE(says(refused(safetensors("{}").substr(0, 9)), {"header of 2 bytes", "has 9"}));
  EXPECT_TRUE(says(refused(safetensors("[]")), {"not a JSON object"}));
  EXPECT_TRUE(says(refused(safetensors("{\"t\":")), {"not valid JSON"}));
  EXPECT_TRUE(says(refused(safetensors("{\"t\":" + std::string(1000, '['))), {"nested"}));
  EXPECT_TRUE(says(with("\"F16\"", "[8]", "[0,16]"), {"'t'", "F16", "F64"}));
  EXPECT_TRUE(says(with("3", "[2]", "[0,16]"), {"'t'", "type"}));
  EXPECT_TRUE(says(with("\"F64\"", "[3]", "[0,16]"), {"'t'", "[3]", "16 bytes"}));
  EXPECT_TRUE(says(with("\"F64\"", "[2]", "[0,24]"), {"'t'", "0 to 24 of 16"}));
  EXPECT_TRUE(says(with("\"F64\"", "[2]", "[16,0]"), {"'t'", "16 to 0"}));
  EXPECT_TRUE(says(with("\"F64\"", "[2]", "[0,18446744073709551615]"), {"'t'", "18446744073709551615"}));
  EXPECT_TRUE(says(with("\"F64\"", "[4611686018427387904,4611686018427387904]", "[0,16]"), {"'t'", "shape"}));
  EXPECT_TRUE(
      says(with("\"F64\"", "[2305843009213693954]", "[0,16]"), {"'t'", "shape"}));  // 2^61 + 2: wraps to 16
  EXPECT_TRUE(says(with("\"F64\"", "[-2]", "[0,16]"), {"'t'", "'-2'"}));
  EXPECT_TRUE(says(with("\"F64\"", "[2.0]", "[0,16]"), {"'t'", "'2.0'"}));
  EXPECT_TRUE(says(with("\"F64\"", "2", "[0,16]"), {"'t'", "shape"}));
  EXPECT_TRUE(says(with("\"F64\"", "[1,1,1,1,1,1,1,1,2]", "[0,16]"), {"'t'", "shape"}));
  EXPECT_TRUE(says(with("\"F64\"", "[2]", "[0]"), {"'t'", "data_offsets"}));
  EXPECT_TRUE(says(with("\"F64\"", "[1]", "[0,8]"), {"8 bytes at the end"}));
  EXPECT_TRUE(says(with("\"F64\"", "[1]", "[8,16]"), {"8 bytes before tensor 't'"}));
  EXPECT_TRUE(says(refused(safetensors("{\"t\":3}")), {"'t'", "dtype"}));
  const std::string entry = "{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}";
  EXPECT_TRUE(
      says(refused(safetensors("{\"t\":" + entry + ",\"u\":" + entry + "}", data)), {"'u'", "overlaps"}));
  EXPECT_TRUE(
      says(refused(safetensors("{\"t\":" + entry + ",\"t\":" + entry + "}", data)), {"'t'", "repeats"}));
  EXPECT_TRUE(says(refused(safetensors("{\"__metadata__\":3}")), {"__metadata__"}));
  EXPECT_TRUE(says(refused(safetensors("{\"__metadata__\":{\"a\":3}}")), {"__metadata__", "'a'"}));
}

TEST(ModelFile, RefusesOtherModelsNewerVersionsAndDamage) {
  const TemporaryFolder folder;
  const auto good = file_text(frozen);
  const auto refused = [&](const std::string& from, const std::string& to) {
    auto bytes = good;
    const auto at = bytes.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return error_of([&] { read_model(folder.write("m.fx", bytes.replace(at, from.size(), to))); });
  };
  EXPECT_TRUE(says(refused("\"format_version\":\"1\"", "\"format_version\":\"7\""),
                   {"m.fx", "version 7", "'frozen-example'", "up to version 2", "newer facelex"}));
  EXPECT_TRUE(says(refused("\"format_version\":\"1\"", "\"format_version\":\"x\""), {"'x'"}));
  EXPECT_TRUE(says(refused("\"kind\"", "\"king\""), {"not a model of facelex", "'kind'"}));
  EXPECT_TRUE(says(refused("\\\"unit\\\":", "\\\"unit\\\"x"), {"metadata", "damaged"}));
  auto flipped = good;
  flipped[flipped.size() - 3] ^= 1;
  EXPECT_TRUE(
      says(error_of([&] { read_model(folder.write("m.fx", flipped)); }), {"m.fx", "digest", "damaged"}));
  EXPECT_TRUE(says(error_of([&] { read_model(folder / "none.fx"); }), {"none.fx", "cannot open"}));
  EXPECT_TRUE(says(error_of([&] { read_model(folder.path()); }), {"not a regular file"}));
}

TEST(ModelFile, ReadsAnotherProgramsSafetensors) {
  const auto face = shared_data("models/ict_facekit_light.safetensors");
  if (!face) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const auto content = read_safetensors(*face);
  EXPECT_EQ(content.tensors.at("identity").shape, (std::vector<std::int64_t>{100, 9409, 3}));
  EXPECT_EQ(tensor_numbers(content.tensors.at("mean"), "mean").size(), 9409u * 3);
  EXPECT_TRUE(content.metadata.at("licence").starts_with("MIT"));
  EXPECT_TRUE(says(error_of([&] { read_model(*face); }), {"not a model of facelex"}));
}

}  // namespace
