#include "facelex/core/digest.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "facelex/core/error.hpp"

namespace {

using namespace facelex;
namespace fs = std::filesystem;

// Vectors of FIPS 180-4's examples (NIST CSRC).
const std::string of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, KnownVectors) {
  EXPECT_EQ(sha256_of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_text("abc"), of_abc);
  EXPECT_EQ(sha256_of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_of_text(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, PiecesAreTheWhole) {
  Sha256 digest;
  digest.update("a");
  digest.update("");
  digest.update("bc");
  EXPECT_EQ(digest.hex(), of_abc);
}

class DigestOfFiles : public ::testing::Test {
 protected:
  DigestOfFiles() { fs::create_directories(folder_ / "sub"); }
  ~DigestOfFiles() override { fs::remove_all(folder_); }
  void write(const char* name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  fs::path folder_ = fs::temp_directory_path() / ("facelex_digest_" + std::to_string(::getpid()));
};

TEST_F(DigestOfFiles, IsThatOfTheBytes) {
  write("a", "abc");
  EXPECT_EQ(sha256_of_file(folder_ / "a"), of_abc);
  const std::string large(3'000'001, 'x');
  write("b", large);
  EXPECT_EQ(sha256_of_file(folder_ / "b"), sha256_of_text(large));
}

TEST_F(DigestOfFiles, OfAFolderKnowsNamesOrderAndBytes) {
  write("2", "two");
  write("10", "ten");
  write("sub/ignored", "x");
  const auto digest = sha256_of_file(folder_);
  EXPECT_EQ(digest, sha256_of_text(std::string("2\0two10\0ten", 11)));
  write("sub/ignored", "y");
  EXPECT_EQ(sha256_of_file(folder_), digest);
  write("10", "teN");
  EXPECT_NE(sha256_of_file(folder_), digest);
}

TEST_F(DigestOfFiles, NamesAFileThatIsNotThere) {
  try {
    sha256_of_file(folder_ / "none");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    EXPECT_NE(std::string(error.what()).find("none: cannot open: No such file"), std::string::npos)
        << error.what();
  }
}

}  // namespace
