#include "facelex/core/json.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "facelex/core/error.hpp"

namespace {

using namespace facelex;
namespace fs = std::filesystem;

class JsonFiles : public ::testing::Test {
 protected:
  ~JsonFiles() override { fs::remove(file_); }
  std::string error_of(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    try {
      read_json(file_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    return "no error";
  }

  fs::path file_ = fs::temp_directory_path() / ("facelex_json_" + std::to_string(::getpid()) + ".json");
};

TEST_F(JsonFiles, KeepTheirOrder) {
  std::ofstream(file_) << R"({"b": 1, "a": [2, 3]})";
  EXPECT_EQ(read_json(file_).dump(), R"({"b":1,"a":[2,3]})");
}

TEST_F(JsonFiles, ErrorsNameFileAndLine) {
  const auto message = error_of("{\n  \"a\": 1,\n  \"b\": oops\n}\n");
  EXPECT_NE(message.find(".json: line 3: not valid JSON"), std::string::npos) << message;
  EXPECT_NE(error_of("").find("line 1: not valid JSON"), std::string::npos);
  EXPECT_NE(error_of("{\"a\": 1}}").find("line 1: not valid JSON"), std::string::npos);
  fs::remove(file_);
  try {
    read_json(file_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot open: No such file"), std::string::npos) << error.what();
  }
}

TEST(CanonicalText, IsTheSameForTheSameContent) {
  const auto a = Json::parse(R"({"b": {"y": 1, "x": 2}, "a": [1, 2.50]})"),
             b = Json::parse(R"({"a":[1,2.5],"b":{"x":2,"y":1}})");
  EXPECT_EQ(canonical_text(a), R"({"a":[1,2.5],"b":{"x":2,"y":1}})");
  EXPECT_EQ(canonical_text(a), canonical_text(b));
  EXPECT_NE(canonical_text(a), canonical_text(Json::parse(R"({"a":[2.5,1],"b":{"x":2,"y":1}})")));
  EXPECT_NO_THROW(canonical_text(Json("caf\xe9")));
}

}  // namespace
