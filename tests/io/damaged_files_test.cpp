// Thousands of damaged files of each format: each is read, or refused with an Error; nothing else may happen.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <functional>

#include "facelex/core/random.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/io/tables/npy.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

const char* const extreme_texts[] = {"0",
                                     "-1",
                                     "18446744073709551615",
                                     "9223372036854775808",
                                     "1e308",
                                     "1e999",
                                     "nan",
                                     "-inf",
                                     "\"",
                                     ",",
                                     "\n",
                                     "\r",
                                     "{",
                                     "[",
                                     "}",
                                     "\x93NUMPY",
                                     "99999999999999999999999",
                                     "\xff\xff\xff\xff\xff\xff\xff\xff",
                                     "\xef\xbb\xbf"};

std::string damaged(std::string bytes, Random& random) {
  const auto position = [&] { return static_cast<std::size_t>(random.below(bytes.size() + 1)); };
  for (std::uint64_t i = 0, changes = 1 + random.below(4); i < changes && !bytes.empty(); ++i) {
    const auto at = position(), length = static_cast<std::size_t>(1 + random.below(12));
    switch (random.below(8)) {
      case 0:
        bytes[at % bytes.size()] ^= static_cast<char>(1 << random.below(8));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(position(), bytes.substr(at, length * 8));
        break;
      case 5:
        bytes.insert(at, extreme_texts[random.below(std::size(extreme_texts))]);
        break;
      case 6:
        bytes.replace(at, std::min(length, bytes.size() - at),
                      extreme_texts[random.below(std::size(extreme_texts))]);
        break;
      default:  // a whole number becomes another
        if (const auto digit = bytes.find_first_of("0123456789", at); digit != std::string::npos)
          bytes[digit] = static_cast<char>('0' + random.below(10));
    }
  }
  return bytes;
}

/// While it lives, memory of 256 MiB is all there is: a size that lies fails as bad_alloc, whatever the
/// machine has. The sanitizers' own memory is too large for it.
class LittleMemory {
 public:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  LittleMemory() = default;
#else
  LittleMemory() {
    ::getrlimit(RLIMIT_DATA, &old_);
    const rlimit little{rlim_t{256} << 20, old_.rlim_max};
    ::setrlimit(RLIMIT_DATA, &little);
  }
  ~LittleMemory() {
    ::setrlimit(RLIMIT_DATA, &old_);
  }
#endif
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;

 private:
  [[maybe_unused]] rlimit old_{};
};

struct Outcome {
  int read = 0, refused = 0;
};

/// Reads `count` damaged versions of `bytes`, written as `name`.
Outcome survive(const std::string& name, const std::string& bytes, int count,
                const std::function<void(const std::filesystem::path&)>& read) {
  const TemporaryFolder folder;
  const LittleMemory memory;
  Outcome outcome;
  for (int seed = 0; seed < count; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const auto file = folder.write(name, damaged(bytes, random));
    try {
      read(file);
      ++outcome.read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data) << "seed " << seed << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos)
          << "seed " << seed << ": " << error.what();
      ++outcome.refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
  }
  return outcome;
}

void read_table(const std::filesystem::path& file) {
  const auto r = read_recording(file);
  ASSERT_EQ(r.frames.size(), static_cast<std::size_t>(r.rows()));
  ASSERT_EQ(r.columns.size(), static_cast<std::size_t>(r.values.cols()));
  ASSERT_FALSE(r.values.array().isInf().any());
  ASSERT_LE(r.values.size(), 10000);
  for (const auto& frame : r.frames) {
    ASSERT_GE(frame.number, 1);
    ASSERT_TRUE(frame.confidence >= 0 && frame.confidence <= 1);
  }
}

const std::string our_table =
    "frame,face_id,timestamp,confidence,success,x_0,y_0\n1,0,0,1,1,277.25,-3e-5\n1,1,0,0.5,1,12,nan\n2,,0.04,"
    "0,0,,\n"
    "4,0,0.12,0.875,1,0.1,1e21\n";

TEST(DamagedFiles, OurTable) {
  const auto outcome = survive("a.csv", our_table, 6000, read_table);
  EXPECT_GT(outcome.read, 500);
  EXPECT_GT(outcome.refused, 500);
}

TEST(DamagedFiles, OpenFacesTable) {
  const auto outcome =
      survive("a.csv",
              "\xef\xbb\xbf"
              "frame, timestamp, confidence, success, \"x_0\", y_0\r\n1, 0, 0.98, 1, 277.276, 3\r\n"
              "2, 0.033, 0.03, 0, -1e30, -nan(ind)\r\n3, 0.067, 0.9, 1, 5, 6\r\n",
              6000, read_table);
  EXPECT_GT(outcome.read, 500);
  EXPECT_GT(outcome.refused, 500);
}

TEST(DamagedFiles, PyFeatsTable) {
  const auto outcome =
      survive("a.csv",
              "FaceScore,x_0,y_0,input,frame,approx_time,Identity\n0.99,1,2,\"a,b.mp4\",0,00:00,P_1\n"
              ",,,a.mp4,2,00:00,\n0.5,5,6,a.mp4,4,00:01,P_1\n",
              3000, read_table);
  EXPECT_GT(outcome.read, 300);
  EXPECT_GT(outcome.refused, 300);
}

TEST(DamagedFiles, NumPyArrays) {
  const std::string data("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\xf8\x7f\0\0\0\0\0\0\0\xc0", 32);
  Outcome sum;
  for (const char* dictionary : {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }",
                                 "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }",
                                 "{'descr': '<f4', 'fortran_order': True, 'shape': (8,), }"}) {
    const std::string bytes = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(std::strlen(dictionary)) +
                              '\0' + dictionary + data;
    const auto outcome = survive("a.npy", bytes, 2000, read_table);
    sum.read += outcome.read;
    sum.refused += outcome.refused;
  }
  EXPECT_GT(sum.read, 100);
  EXPECT_GT(sum.refused, 1000);
}

TEST(DamagedFiles, Models) {
  const auto bytes = file_text(std::filesystem::path(FACELEX_TEST_FIXTURES) / "models/model_v1.safetensors");
  const auto outcome = survive("m.safetensors", bytes, 6000, [](const auto& file) {
    const auto m = read_model(file);
    // What is read although a byte of the header changed still is whole.
    for (const auto& [name, tensor] : m.tensors) {
      std::int64_t size = 1;
      for (const auto extent : tensor.shape) size *= extent;
      ASSERT_EQ(size, tensor.size()) << name;
    }
  });
  EXPECT_GT(outcome.read, 20);
  EXPECT_GT(outcome.refused, 1000);
}

TEST(DamagedFiles, Sidecars) {
  const TemporaryFolder folder;
  Sidecar sidecar;
  sidecar.result.columns = {{"x_0", "a point", "px"}};
  sidecar.options = {{"rate", 0.5}, {"names", {"a", "b"}}};
  write_sidecar(folder / "a.csv", sidecar);
  const auto bytes = file_text(folder / "a.json");
  const LittleMemory memory;
  int ours = 0, none = 0;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    Random random(seed);
    folder.write("a.json", damaged(bytes, random));
    (read_sidecar(folder / "a.csv") ? ours : none)++;  // never throws: a damaged sidecar is none
  }
  EXPECT_GT(ours, 500);
  EXPECT_GT(none, 500);
}

}  // namespace
