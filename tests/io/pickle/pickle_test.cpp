#include "facelex/io/pickle/pickle.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "facelex/core/random.hpp"
#include "io/test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;
using namespace std::string_literals;
using Type = PickleValue::Type;

std::filesystem::path fixture(int protocol) {
  return std::filesystem::path(FACELEX_TEST_FIXTURES) / "io" / "fixtures" /
         ("protocol_" + std::to_string(protocol) + ".pkl");
}

const PickleValue& at(const PickleValue& dict, const char* key) {
  const PickleValue* found = dict.find(key);
  if (!found) throw std::runtime_error(std::string("no ") + key);
  return *found;
}

using Numbers = std::vector<double>;
Numbers numbers(const PickleValue& dict, const char* key) {
  return pickle_numbers(at(dict, key), key);
}

class PickleProtocol : public ::testing::TestWithParam<int> {};

TEST_P(PickleProtocol, PlainValues) {
  const Pickle pickle(fixture(GetParam()));
  const PickleValue& all = pickle.root();
  ASSERT_EQ(all.type, Type::dict);
  EXPECT_EQ(all.find("nothing"), nullptr);
  EXPECT_EQ(at(all, "none").type, Type::none);
  EXPECT_EQ(at(all, "yes").type, Type::boolean);
  EXPECT_EQ(at(all, "yes").integer, 1);
  EXPECT_EQ(at(all, "no").integer, 0);
  EXPECT_EQ(at(all, "small").integer, 7);
  EXPECT_EQ(at(all, "negative").integer, -3);
  EXPECT_EQ(at(all, "byte2").integer, 300);
  EXPECT_EQ(at(all, "wide").integer, -123456789);
  EXPECT_EQ(at(all, "long").integer, std::int64_t{1} << 40);
  EXPECT_EQ(at(all, "minus_long").integer, -(std::int64_t{1} << 40));
  EXPECT_EQ(at(all, "real").number, 0.1);
  EXPECT_TRUE(at(all, "text").equals("Größe\n'\"\\ ✓"));
  EXPECT_EQ(at(all, "text").type, Type::text);
  EXPECT_EQ(at(all, "bytes").text, std::string_view("\x00\xff'\n\\", 5));
  EXPECT_EQ(at(all, "empty").type, Type::tuple);
  EXPECT_EQ(at(all, "quad").items.size(), 4U);
  ASSERT_EQ(at(all, "triple").items.size(), 3U);
  EXPECT_EQ(at(all, "triple").items[0]->integer, 1);
  EXPECT_TRUE(at(all, "pair").items[1]->equals("b"));
  const auto& shared = at(all, "shared");
  ASSERT_EQ(shared.items.size(), 2U);
  EXPECT_EQ(shared.items[0], shared.items[1]) << "one list, not two";
  EXPECT_EQ(shared.items[0]->items[1]->integer, 2);
}

TEST_P(PickleProtocol, ArraysAndObjects) {
  const Pickle pickle(fixture(GetParam()));
  const PickleValue& all = pickle.root();
  EXPECT_EQ(at(all, "f8").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(numbers(all, "f8"), (Numbers{0, 1. / 3, 2. / 3, 1, 4. / 3, 5. / 3}));
  EXPECT_EQ(numbers(all, "f4"), (Numbers{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(at(all, "fortran").fortran_order);
  const Numbers by_rows = numbers(all, "fortran");
  ASSERT_EQ(by_rows.size(), 24U);
  for (std::size_t i = 0; i < by_rows.size(); ++i) EXPECT_EQ(by_rows[i], static_cast<double>(i));
  EXPECT_EQ(numbers(all, "i4"), (Numbers{-1, 2}));
  EXPECT_EQ(numbers(all, "i8"), (Numbers{-1, 1099511627776}));
  EXPECT_EQ(numbers(all, "u4"), Numbers{4294967295});
  EXPECT_EQ(numbers(all, "bool"), (Numbers{1, 0}));
  EXPECT_EQ(numbers(all, "none_there"), Numbers{});
  EXPECT_EQ(numbers(all, "point"), Numbers{2.5});
  EXPECT_EQ(at(all, "scalar").number, 1.5);
  EXPECT_EQ(at(all, "whole").integer, 9);
  EXPECT_TRUE(says(error_of([&] { numbers(all, "names"); }), {"names: is not an array of numbers but 'U1'"}));
  ASSERT_EQ(at(all, "objects").items.size(), 2U);
  EXPECT_EQ(at(*at(all, "objects").items[0], "a").integer, 1);
  const PickleValue& chumpy = at(all, "chumpy");
  EXPECT_EQ(chumpy.type, Type::object);
  EXPECT_EQ(chumpy.class_name, "chumpy.ch.Ch");
  EXPECT_EQ(numbers(chumpy, "x"), (Numbers{0, 1, 2}));
}

INSTANTIATE_TEST_SUITE_P(Protocols, PickleProtocol, ::testing::Range(0, 6));

std::string refusal(const TemporaryFolder& folder, const std::string& bytes) {
  return error_of([&] { const Pickle pickle(folder.write("bad.pkl", bytes)); });
}

TEST(Pickle, CallsNothing) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(refusal(folder, "cos\nsystem\n(S'echo hello'\ntR."),
                   {"bad.pkl", "byte 27", "calls 'os.system' with 1 arguments", "nothing is called"}));
  EXPECT_TRUE(says(refusal(folder, "(S'echo hello'\nios\nsystem\n."), {"byte 15", "opcode 0x69"}));
  EXPECT_TRUE(says(refusal(folder, "Pname\n."), {"byte 0", "opcode 0x50"}));
  EXPECT_TRUE(says(refusal(folder, "K\1)R."), {"byte 3", "calls what is not a function"}));
  EXPECT_TRUE(
      says(refusal(folder, "cnumpy.core.multiarray\n_reconstruct\n(cos\nsystem\nK\0K\0tR."s), {"bad"}));
}

TEST(Pickle, SaysWhereItIsBroken) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(refusal(folder, ""), {"byte 0", "1 bytes, 0 are left"}));
  EXPECT_TRUE(says(refusal(folder, "N"), {"byte 1", "0 are left"}));
  EXPECT_TRUE(says(refusal(folder, "\x80\x06N."), {"protocol 6"}));
  EXPECT_TRUE(says(refusal(folder, "NN."), {"2 values"}));
  EXPECT_TRUE(says(refusal(folder, "(N."), {"byte 2", "1 values"}));
  EXPECT_TRUE(says(refusal(folder, "0."), {"byte 0", "stack is empty"}));
  EXPECT_TRUE(says(refusal(folder, "N(0a."), {"stack is empty"}));
  EXPECT_TRUE(says(refusal(folder, "t."), {"no mark"}));
  EXPECT_TRUE(says(refusal(folder, "(Nd."), {"key without a value"}));
  EXPECT_TRUE(says(refusal(folder, "}(Nu."), {"key without a value"}));
  EXPECT_TRUE(says(refusal(folder, "}Na."), {"not a list"}));
  EXPECT_TRUE(says(refusal(folder, "]NNs."), {"not a dict"}));
  EXPECT_TRUE(says(refusal(folder, "h\7."), {"memo has no 7"}));
  EXPECT_TRUE(says(refusal(folder, "g-1\n."), {"'-1' is not a place"}));
  EXPECT_TRUE(says(refusal(folder, "X\xff\xff\xff\xff."), {"4294967295 bytes, 1 are left"}));
  EXPECT_TRUE(says(refusal(folder, "\x8e\xff\xff\xff\xff\xff\xff\xff\xff."), {"18446744073709551615 bytes"}));
  EXPECT_TRUE(says(refusal(folder, "\x95\x20\0\0\0\0\0\0\0N."s), {"a frame of 32 bytes"}));
  EXPECT_TRUE(says(refusal(folder,
                           "\x8a\x09"
                           "123456789."),
                   {"integer of 9 bytes"}));
  EXPECT_TRUE(says(refusal(folder, "I1x\n."), {"'1x' is not a number"}));
  EXPECT_TRUE(says(refusal(folder, "S'a\n."), {"without quotes"}));
  EXPECT_TRUE(says(refusal(folder, "S'\\q'\n."), {"broken escape"}));
  EXPECT_TRUE(says(refusal(folder, "S'\\x0"), {"does not end"}));
  EXPECT_TRUE(says(refusal(folder, "N)\x81."), {"not a class"}));
  EXPECT_TRUE(says(refusal(folder, "NNb."), {"state of what is not an object"}));
}

TEST(Pickle, ArraysMustFitTheirBytes) {
  const TemporaryFolder folder;
  const auto array = [](const std::string& shape, const std::string& type, const std::string& bytes) {
    return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tS'b'\ntR(K\1"s + shape +
           "cnumpy\ndtype\n(S'" + type +
           "'\nK\0K\1tR(K\3S'<'\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"s + "U" +
           static_cast<char>(bytes.size()) + bytes + "tb.";
  };
  const std::string eight(8, '\0');
  EXPECT_EQ(refusal(folder, array("(K\1t", "f8", eight)), "no error");
  EXPECT_TRUE(says(refusal(folder, array("(K\2t", "f8", eight)), {"whose shape", "8 bytes"}));
  EXPECT_TRUE(says(refusal(folder, array("(K\1t", "f8", eight + "x")), {"whose shape", "9 bytes"}));
  EXPECT_TRUE(
      says(refusal(folder, array("(J\xff\xff\xff\xfft", "f8", eight)), {"size that is not a number"}));
  const std::string huge =
      "(\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"
      "K\2t";
  EXPECT_TRUE(says(refusal(folder, array(huge, "f8", eight)), {"whose shape"}));
  EXPECT_TRUE(says(refusal(folder, array("(K\1t", ">f8", eight)), {"big-endian"}));
  EXPECT_TRUE(says(refusal(folder, array("N", "f8", eight)), {"without a shape"}));
}

TEST(Pickle, BombsAreRefusedEarly) {
  const TemporaryFolder folder;
  EXPECT_TRUE(says(refusal(folder, std::string(2'000'001, 'N')), {"more than 2000000 values"}));
  // A thousand bytes that would be decoded a thousand times.
  std::string bomb =
      "c_codecs\nencode\nq\1" + ("X\xe8\x03" + std::string(2, '\0')) + std::string(1000, 'a') + "q\2";
  for (int i = 0; i < 1000; ++i)
    bomb +=
        "h\1h\2"
        "X\6" +
        std::string(3, '\0') + "latin1\x86R";
  EXPECT_TRUE(says(refusal(folder, bomb), {"decodes more text than the file has"}));
  // One list of fifty thousand that two hundred arrays hold.
  std::string shared = "]q\5(" + std::string(50'000, 'N') + "e";
  for (int i = 0; i < 200; ++i)
    shared +=
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tS'b'\ntR(K\1(J\x50\xc3\0\0tcnumpy\n"
        "dtype\n(S'O8'\nK\0K\1tR(K\3S'|'\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89h\5tb"s;
  EXPECT_TRUE(says(refusal(folder, shared), {"arrays that share more values"})) << refusal(folder, shared);
  // As deep as one likes, and a list that holds itself: no recursion meets them.
  EXPECT_EQ(refusal(folder, std::string(500'000, ']') + std::string(499'999, 'a') + "."), "no error");
  EXPECT_EQ(refusal(folder, "]q\1h\1a."), "no error");
}

TEST(Pickle, Protocol0MayDecodeEveryByteTwice) {
  const TemporaryFolder folder;
  // bytes(1000 × 0xe9) as Python 3 writes it in protocol 0: Latin-1 as text, which _codecs.encode makes
  // bytes.
  const Pickle pickle(
      folder.write("p0.pkl", "c_codecs\nencode\n(V" + std::string(1000, '\xe9') + "\nVlatin1\ntR."));
  EXPECT_EQ(pickle.root().text, std::string(1000, '\xe9'));
  const Pickle wide(folder.write("wide.pkl", "V\\U0001f600\\u2713\n."));
  EXPECT_EQ(wide.root().text, "\xf0\x9f\x98\x80\xe2\x9c\x93");
  EXPECT_TRUE(says(refusal(folder, "V\\U00110000\n."), {"broken escape"}));
}

TEST(Pickle, MutatedBytesGiveAnErrorOrAValue) {
  const TemporaryFolder folder;
  int errors = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    std::string bytes = file_text(fixture(static_cast<int>(seed % 6)));
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
      const std::size_t place = random.below(bytes.size());
      if (random.below(4) == 0)
        bytes.erase(place, 1 + random.below(8));
      else
        bytes[place] = static_cast<char>(random.below(256));
    }
    ErrorKind kind = ErrorKind::data;
    const std::string outcome = error_of(
        [&] {
          const Pickle pickle(folder.write("mutated.pkl", bytes));
          for (const char* key : {"f8", "fortran", "bool", "names"})
            if (const PickleValue* value = pickle.root().find(key)) pickle_numbers(*value, "mutated.pkl");
        },
        &kind);
    EXPECT_EQ(kind, ErrorKind::data);
    if (outcome != "no error") {
      ++errors;
      EXPECT_TRUE(says(outcome, {"mutated.pkl"}));
    }
  }
  EXPECT_GT(errors, 30);
}

TEST(Pickle, ReadsTheDictionaryOfFacialBasis) {
  const auto file = shared_data("facialbasis/local_basis_FacialBasis1.0.npy");
  if (!file) GTEST_SKIP() << "set FACELEX_SHARED_DATA to the folder of real data";
  const Pickle pickle(*file);
  ASSERT_EQ(pickle.root().items.size(), 1U);
  const PickleValue& regions = *pickle.root().items[0];
  ASSERT_EQ(regions.type, Type::dict);
  const std::vector<std::pair<const char*, std::vector<std::int64_t>>> expected = {
      {"lb", {5, 15}}, {"rb", {5, 15}}, {"no", {3, 27}}, {"le", {7, 18}}, {"re", {7, 18}}, {"mo", {23, 60}}};
  for (const auto& [region, shape] : expected) {
    const PickleValue& dictionary = at(regions, region);
    EXPECT_EQ(dictionary.class_name, "sklearn.decomposition._dict_learning.DictionaryLearning");
    const PickleValue& components = at(dictionary, "components_");
    EXPECT_EQ(components.shape, shape);
    const Numbers atoms = pickle_numbers(components, "components_");
    ASSERT_EQ(atoms.size(), static_cast<std::size_t>(shape[0] * shape[1]));
    double squares = 0;
    for (std::int64_t k = 0; k < shape[1]; ++k) squares += std::pow(atoms[static_cast<std::size_t>(k)], 2);
    EXPECT_NEAR(squares, 1, 1e-9) << "an atom has the length 1";
  }
}

}  // namespace
