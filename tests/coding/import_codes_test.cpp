#include "facelex/coding/import_codes.hpp"

#include <gtest/gtest.h>

#include "facelex/core/error.hpp"
#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

using Source = ImportCodesOptions::Source;
using test::TemporaryFolder;

std::vector<std::string> names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

constexpr const char* openface_table =
    "frame, face_id, timestamp, confidence, success, x_0, y_0, AU01_r, AU12_r, AU45_r, AU12_c\n"
    "1, 0, 0.000, 0.98, 1, 10, 11, 0.50, 3.25, 0.00, 1.00\n"
    "2, 0, 0.033, 0.20, 0, 10, 11, 1.00, 1.00, 1.00, 1.00\n"
    "3, 0, 0.067, 0.95, 1, 10, 11, 0.25, nan, 0.00, 0.00\n"
    "4, 0, 0.100, 0.97, 1, 10, 11, 0.00, 0.00, 5.00, 0.00\n";

class ImportCodes : public ::testing::Test {
 protected:
  Recording imported(const std::string& table, const ImportCodesOptions& options = {}) {
    folder.write("in.csv", table);
    result = import_codes(folder / "in.csv", folder / "out.csv", options, TableFormat::csv);
    return read_recording(folder / "out.csv");
  }

  std::string error(const std::string& table, const ImportCodesOptions& options = {}) {
    try {
      imported(table, options);
    } catch (const Error& thrown) {
      EXPECT_EQ(thrown.kind(), ErrorKind::data);
      return thrown.what();
    }
    return "no error";
  }

  TemporaryFolder folder;
  StageResult result;
};

TEST_F(ImportCodes, OpenFaceIntensities) {
  const Recording codes = imported(openface_table);
  EXPECT_EQ(names_of(codes.columns), (std::vector<std::string>{"AU01_r", "AU12_r", "AU45_r"}));
  EXPECT_EQ(result.kind, SignalKind::coefficients);
  EXPECT_EQ(result.columns[1].description, "action unit 12, lip corner puller, as openface estimates it");
  EXPECT_EQ(result.columns[2].description, "action unit 45, blink, as openface estimates it");
  EXPECT_EQ(result.columns[1].unit, "intensity, 0 … 5");
  ASSERT_EQ(codes.rows(), 4) << "rows are never dropped";
  EXPECT_EQ(codes.values(0, 1), 3.25);
  EXPECT_FALSE(codes.frames[1].success) << "no face";
  EXPECT_TRUE(std::isnan(codes.values(1, 0))) << "OpenFace's last guess is not a code";
  EXPECT_FALSE(codes.frames[2].success) << "a value is missing";
  EXPECT_EQ(codes.frames[3].timestamp, 0.1);
  EXPECT_EQ(codes.frames[3].confidence, 0.97);
  EXPECT_EQ(codes.frames[3].face_id, 0);
  EXPECT_EQ(result.counts.rows, 4);
  EXPECT_EQ(result.counts.with_face, 2);
  EXPECT_EQ(result.details["rows_coded"], 2);
  EXPECT_EQ(result.details["rows_without_values"], 1);
  EXPECT_EQ(result.details["source"], "openface");
  EXPECT_EQ(result.details["has_timestamps"], true);
  EXPECT_NE(result.message.find("1 of 4 rows with a face lack values"), std::string::npos);
}

TEST_F(ImportCodes, PyFeatCountsFramesFromZero) {
  const Recording codes = imported(
      "FaceScore,AU01,AU02,AU12,valence,mouthSmileLeft,frame\n"
      "0.99,0.1,0.2,0.3,0.4,0.7,0\n"
      ",,,,,,5\n"
      "0.98,0.5,0.6,0.7,0.8,0.9,10\n");
  EXPECT_EQ(names_of(codes.columns), (std::vector<std::string>{"AU01", "AU02", "AU12"}));
  EXPECT_EQ(codes.frames[2].number, 11);
  EXPECT_EQ(codes.values(2, 2), 0.7);
  EXPECT_FALSE(codes.frames[1].success);
  EXPECT_EQ(result.details["source"], "py-feat");
  EXPECT_EQ(result.details["has_timestamps"], false);
}

TEST_F(ImportCodes, Blendshapes) {
  const std::string table =
      "timestamp,_neutral,browInnerUp,eyeBlinkLeft,eyeBlinkRight,mouthSmile_L,AU12,browser,mouth_width\n"
      "0.5,0,0.1,0.2,0.3,0.4,9,9,9\n";
  ImportCodesOptions options;
  options.from = Source::blendshapes;
  const Recording codes = imported(table, options);
  EXPECT_EQ(names_of(codes.columns),
            (std::vector<std::string>{"browInnerUp", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmile_L"}));
  EXPECT_EQ(codes.frames[0].timestamp, 0.5);
  imported(table);
  EXPECT_EQ(result.details["source"], "py-feat") << "auto takes action units first";
}

TEST_F(ImportCodes, AnyColumnsByName) {
  ImportCodesOptions options;
  options.columns = {"AU12_c", "AU*_r"};
  const Recording codes = imported(openface_table, [] {
    ImportCodesOptions chosen;
    chosen.columns = {"AU12_c", "AU01*", "AU45_r"};
    return chosen;
  }());
  EXPECT_EQ(names_of(codes.columns), (std::vector<std::string>{"AU12_c", "AU01_r", "AU45_r"}));
  EXPECT_EQ(codes.values(0, 0), 1);
  EXPECT_NE(error(openface_table, options).find("no column 'AU*_r'"), std::string::npos)
      << "only a star at the end stands for more";
}

TEST_F(ImportCodes, WhatIsWrongIsSaid) {
  EXPECT_NE(error("frame,x_0,y_0\n1,2,3\n")
                .find("no columns AU01_r … (openface), AU01 … (py-feat), jawOpen … "
                      "(blendshapes); the file holds x_0, y_0; name the columns"),
            std::string::npos)
      << error("frame,x_0,y_0\n1,2,3\n");
  ImportCodesOptions options;
  options.from = Source::pyfeat;
  EXPECT_NE(
      error(openface_table, options).find("no columns AU01 … (py-feat); the file holds x_0, y_0, AU01_r"),
      std::string::npos);
  options.from = Source::automatic;
  options.columns = {"AU21_r"};
  EXPECT_NE(error(openface_table, options).find("in.csv: line 1: no column 'AU21_r'"), std::string::npos);
  EXPECT_NE(error(openface_table, options).find("did you mean"), std::string::npos);
  options.columns = {"AU01_r", "AU*"};
  EXPECT_NE(error(openface_table, options).find("takes 'AU01_r' twice"), std::string::npos);
  EXPECT_NE(error("frame,AU01_r\n1,much\n").find("in.csv: line 2"), std::string::npos);
  EXPECT_NE(error("").find("in.csv"), std::string::npos);
}

TEST_F(ImportCodes, OptionsThatContradictOneAnother) {
  ImportCodesOptions options;
  options.columns = {"AU01_r"};
  EXPECT_NO_THROW(options.check());
  options.from = Source::openface;
  EXPECT_THROW(options.check(), Error);
  options.from = Source::automatic;
  options.columns = {""};
  EXPECT_THROW(options.check(), Error);
}

}  // namespace
}  // namespace facelex
