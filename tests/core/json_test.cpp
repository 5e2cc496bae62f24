#include "facelex/core/json.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "facelex/core/error.hpp"
#include "facelex/core/json_parse.hpp"

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

TEST_F(JsonFiles, ThatWereMadeToHarmAreRefused) {
  const auto refused = [&](const std::string& text, const std::string& why) {
    const std::string message = error_of(text);
    EXPECT_NE(message.find("not valid JSON"), std::string::npos) << message;
    EXPECT_NE(message.find(why), std::string::npos) << message;
    EXPECT_LT(message.size(), file_.string().size() + 250) << message;
  };
  refused(std::string(100'000, '['), "nested more than 64 deep");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"a":)";
  refused(deep, "nested more than 64 deep");
  refused(R"({"a": 1e999})", "number overflow parsing '1e999'");
  refused("[-1" + std::string(3000, '0') + "]", "number overflow parsing '-1000");
  refused(R"({"a": {"b": 1, "c": 2, "b": 3}})", "the name 'b' repeats");
  refused(R"([{"b": 1}, {"b": 1, "b": 1}])", "the name 'b' repeats");
  refused(std::string("{\"a\": 1}\0{}", 11), "a NUL byte at byte 8");
  refused(R"({"a": "x\u0000y"})", "holds a NUL character");
  refused(R"({"x\u0000y": 1})", "holds a NUL character");
  refused("[\"" + std::string(3000, 'x'), "last read: '\"xxx");
  std::string many = "{";
  for (int i = 0; i < 20'001; ++i) many += '"' + std::to_string(i) + R"(":0,)";
  refused(many, "more than 20000 names");
}

TEST(ParseJson, TakesWhatIsNoHarm) {
  const std::string edge = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(parse_json(edge).dump(), edge);
  EXPECT_THROW(parse_json('[' + edge + ']'), JsonError);
  EXPECT_EQ(parse_json(R"([{"a": 1}, {"a": {"a": [{"a": 2}]}}, 1e308, "\u00e9"])").size(), 4U);
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
