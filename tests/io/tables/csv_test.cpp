#include "facelex/io/tables/csv.hpp"

#include <gtest/gtest.h>

#include "facelex/core/random.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  CsvLines reader(file);
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

using Texts = std::vector<std::string>;

TEST(CsvLines, TakesOffEndsOfLinesAndMark) {
  const TemporaryFolder folder;
  EXPECT_EQ(lines_of(folder.write("a.csv",
                                  "\xef\xbb\xbf"
                                  "a,b\r\n1,2\n\n3,4")),
            (Texts{"a,b", "1,2", "", "3,4"}));
  EXPECT_EQ(lines_of(folder.write("b.csv", "")), Texts{});
  EXPECT_EQ(lines_of(folder.write("c.csv", "\xef\xbb\xbf")), Texts{});
  EXPECT_EQ(lines_of(folder.write("d.csv", "\n")), Texts{""});
}

TEST(CsvLines, CountsLinesAndKnowsACutOne) {
  const TemporaryFolder folder;
  CsvLines lines(folder.write("a.csv", "a,b\n\"x\ny\",2\n3"));
  std::string_view line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(lines.number(), 1);
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "\"x\ny\",2");
  EXPECT_EQ(lines.number(), 2);
  EXPECT_TRUE(lines.complete());
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(lines.number(), 4);
  EXPECT_FALSE(lines.complete());
  EXPECT_FALSE(lines.next(line));
}

TEST(CsvLines, ReadsLinesOfEveryLengthAcrossItsChunks) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Random random(seed);
    Texts expected;
    std::string content;
    for (std::size_t bytes = 0; bytes < 5'000'000; bytes += expected.back().size()) {
      const std::size_t length = random.below(20) == 0 ? random.below(1'500'000) : random.below(5000);
      expected.push_back(std::string(length, static_cast<char>('a' + random.below(26))));
      content += expected.back() + (random.below(2) ? "\n" : "\r\n");
    }
    ASSERT_EQ(lines_of(folder.write("long.csv", content)), expected) << "seed " << seed;
  }
}

TEST(CsvLines, RefusesAnOpenQuoteAndUtf16) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(error_of([&] { lines_of(folder.write("a.csv", "a,b\n1,\"x\n2,3\n")); }),
                   {"a.csv: line 2", "quote"}));
  EXPECT_TRUE(says(error_of([&] {
                     lines_of(folder.write("b.csv", std::string_view("\xff\xfe"
                                                                     "a\0",
                                                                     4)));
                   }),
                   {"b.csv", "UTF-16"}));
  EXPECT_TRUE(
      says(error_of([&] { lines_of(folder / "none.csv"); }), {"none.csv", "cannot open", "No such file"}));
  EXPECT_TRUE(says(error_of([&] { lines_of(folder.path()); }), {"cannot read", "directory"}));
}

TEST(CsvLines, RefusesALineWithoutEndInBoundedMemory) {
  const TemporaryFolder folder;
  const auto file = folder / "zeros.csv";
  std::ofstream(file) << "";
  std::filesystem::resize_file(file, std::uintmax_t{1} << 28);  // a hole: takes no disk
  EXPECT_TRUE(says(error_of([&] { lines_of(file); }), {"zeros.csv: line 1", "longer than 64 MiB"}));
}

TEST(CsvFields, SplitsQuotesAndBlanks) {
  const auto fields = [](std::string_view line) { return csv_fields(line, {}); };
  EXPECT_EQ(fields("a, b ,c"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(fields(""), Texts{""});
  EXPECT_EQ(fields(",,"), (Texts{"", "", ""}));
  EXPECT_EQ(fields(R"("a,b", "say ""hi""" ,"")"), (Texts{"a,b", "say \"hi\"", ""}));
  EXPECT_TRUE(says(error_of([] { csv_fields("\"a\"b,c", {"f.csv", 3, {}}); }), {"f.csv: line 3", "quotes"}));
}

TEST(CsvFields, AgreeWithTheirCountAndReadBack) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    Texts expected;
    std::string line;
    for (std::uint64_t i = 0, count = 1 + random.below(6); i < count; ++i) {
      std::string text;
      for (std::uint64_t j = 0, length = random.below(6); j < length; ++j)
        text += "ab,\" \n1"[random.below(7)];
      expected.push_back(text);
      line += (i ? "," : "") + csv_field(text);
    }
    EXPECT_EQ(csv_fields(line, {}), expected) << line;
    EXPECT_EQ(csv_field_count(line), expected.size()) << line;
  }
}

}  // namespace
