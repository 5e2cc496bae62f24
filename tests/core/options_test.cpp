#include "facelex/core/options.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "facelex/core/error.hpp"

namespace {

using namespace facelex;

enum class Quality { fast, best };

struct Example {
  bool mirror = false;
  int count = 3;
  long long size = 1LL << 40;
  double rate = 0.5;
  std::string label = "none";
  std::vector<std::string> names;
  std::vector<int> sizes = {5, 10};
  std::vector<double> costs = {0.1, 1};
  Quality quality = Quality::fast;

  void describe(OptionList& options) {
    options.flag("mirror", mirror, "Whether the video is mirrored.")
        .integer("count", count, Bounds::between(1, 10), "Number of atoms.")
        .integer("size", size, Bounds::at_least(0), "Size in bytes.")
        .number("rate", rate, Bounds::above(0), "Rate per second.")
        .text("label", label, "Label.")
        .texts("names", names, "Names.")
        .integers("sizes", sizes, Bounds::at_least(1), "Sizes.")
        .numbers("costs", costs, Bounds::above(0), "Costs.")
        .choice("quality", quality, {{"fast", Quality::fast}, {"best", Quality::best}}, "Quality.");
  }
};

template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Options, TextSetsEveryType) {
  Example e;
  const auto options = described(e);
  const auto set = [&](const char* name, const char* text) { options.find(name)->set_text(text); };
  set("mirror", "true");
  set("count", "7");
  set("size", "1e3");
  set("rate", "2.5e-1");
  set("label", "a, b");
  set("names", " x ,,y z, ");
  set("sizes", "20, 1e2");
  set("costs", "1e-3,,2.5");
  set("quality", "best");
  EXPECT_TRUE(e.mirror);
  EXPECT_EQ(e.count, 7);
  EXPECT_EQ(e.size, 1000);
  EXPECT_EQ(e.rate, 0.25);
  EXPECT_EQ(e.label, "a, b");
  EXPECT_EQ(e.names, (std::vector<std::string>{"x", "y z"}));
  EXPECT_EQ(e.sizes, (std::vector<int>{20, 100}));
  EXPECT_EQ(e.costs, (std::vector<double>{0.001, 2.5}));
  EXPECT_EQ(e.quality, Quality::best);
  set("mirror", "false");
  EXPECT_FALSE(e.mirror);
  EXPECT_EQ(options.find("none"), nullptr);
}

TEST(Options, BadTextIsRefusedWithNameValueAndBoundsAndChangesNothing) {
  Example e;
  const auto options = described(e);
  const auto expect = [&](const char* name, const char* text, const std::string& allowed) {
    const auto message = refusal([&] { options.find(name)->set_text(text); });
    EXPECT_TRUE(holds(message, std::string(name) + ": '" + text + "' is not " + allowed)) << message;
  };
  expect("mirror", "yes", "true or false");
  expect("count", "0", "a whole number 1 … 10");
  expect("count", "11", "a whole number 1 … 10");
  expect("count", "2.5", "a whole number 1 … 10");
  expect("count", "many", "a whole number 1 … 10");
  expect("size", "-1", "a whole number ≥ 0");
  expect("rate", "-1.5", "a number > 0");
  expect("rate", "", "a number > 0");
  expect("quality", "Fast", "one of fast, best");
  const auto refused = [&](const char* name, const char* text) {
    return refusal([&] { options.find(name)->set_text(text); });
  };
  EXPECT_EQ(refused("sizes", "7,0"), "sizes: '0' is not a whole number ≥ 1");
  EXPECT_EQ(refused("sizes", "2.5"), "sizes: '2.5' is not a whole number ≥ 1");
  EXPECT_EQ(refused("sizes", "4294967297"), "sizes: '4294967297' is not a whole number ≥ 1");
  EXPECT_EQ(refused("costs", "1,x"), "costs: 'x' is not a number > 0");
  EXPECT_EQ(refused("costs", " ,"), "costs: ' ,' is not a list of numbers, of which each is a number > 0");
  for (const char* text : {"0", "nan", "inf"})
    EXPECT_TRUE(holds(refusal([&] { options.find("rate")->set_text(text); }), "a number > 0")) << text;
  EXPECT_EQ(options_json(e), options_json(Example()));
}

TEST(Options, AnIntDoesNotOverflow) {
  int narrow = 1;
  OptionList options;
  options.integer("narrow", narrow, {}, "Any.");
  EXPECT_TRUE(holds(refusal([&] { options.find("narrow")->set_text("4294967297"); }), "4294967297"));
  EXPECT_EQ(narrow, 1);
  options.find("narrow")->set_text("-2147483648");
  EXPECT_EQ(narrow, std::numeric_limits<int>::min());
}

TEST(Options, JsonThereAndBack) {
  Example e, again;
  e.mirror = true;
  e.count = 10;
  e.rate = 0.1;
  e.names = {"a", "b"};
  e.quality = Quality::best;
  const auto json = described(e).to_json();
  EXPECT_EQ(
      json.dump(),
      R"({"mirror":true,"count":10,"size":1099511627776,"rate":0.1,"label":"none","names":["a","b"],"sizes":[5,10],"costs":[0.1,1.0],"quality":"best"})");
  described(again).from_json(json, "run.json");
  EXPECT_EQ(options_json(again), json);
}

TEST(Options, ListsOfNumbersAreAlsoReadAsTheTextsThatOldFilesHold) {
  Example e;
  auto options = described(e);
  options.from_json(Json::parse(R"({"sizes": ["20", "1e2"], "costs": ["1e-4", 0.5]})"), "old.json");
  EXPECT_EQ(e.sizes, (std::vector<int>{20, 100}));
  EXPECT_EQ(e.costs, (std::vector<double>{1e-4, 0.5}));
  options.from_json(Json::parse(R"({"sizes": "3,4", "costs": "2"})"), "old.json");
  EXPECT_EQ(e.sizes, (std::vector<int>{3, 4}));
  EXPECT_EQ(e.costs, (std::vector<double>{2}));
}

TEST(Options, ValuesThatCodeHasSetAreCheckedByTheirBounds) {
  const auto refused = [](auto change) {
    Example e;
    change(e);
    return refusal([&] { check_bounds(e); });
  };
  EXPECT_EQ(refused([](Example&) {}), "no error");
  EXPECT_EQ(refused([](Example& e) { e.count = 0; }), "count: '0' is not a whole number 1 … 10");
  EXPECT_EQ(refused([](Example& e) { e.rate = 0; }), "rate: '0' is not a number > 0");
  EXPECT_EQ(refused([](Example& e) { e.rate = std::numeric_limits<double>::infinity(); }),
            "rate: 'inf' is not a number > 0");
  EXPECT_EQ(refused([](Example& e) { e.rate = std::numeric_limits<double>::quiet_NaN(); }),
            "rate: 'nan' is not a number > 0");
  EXPECT_EQ(refused([](Example& e) { e.costs = {1, -2}; }), "costs: '-2' is not a number > 0");
  EXPECT_EQ(refused([](Example& e) { e.sizes = {}; }),
            "sizes: '[]' is not a list of numbers, of which each is a whole number ≥ 1");
}

TEST(Options, AnErrorOfAFileSpeaksOfKeysWhateverTheEdgeCallsOptions) {
  Example e;
  auto options = described(e);
  try {
    options.from_json(Json::parse(R"({"count": 11})"), "run.json: extract");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.place().file, "run.json: extract");
    EXPECT_EQ(error.field().name, "count");
    const Error named = error.named([](const std::string& name) { return "-+" + name; });
    EXPECT_STREQ(named.what(), "run.json: extract: count: '11' is not a whole number 1 … 10");
  }
}

TEST(Options, JsonOfAWrongTypeIsRefusedAtItsPlace) {
  Example e;
  auto options = described(e);
  for (const char* bad : {R"({"mirror": 1})", R"({"count": "3"})", R"({"count": 3.5})", R"({"count": 1e300})",
                          R"({"rate": true})", R"({"rate": null})", R"({"label": 3})", R"({"names": "a"})",
                          R"({"names": [1]})", R"({"quality": 0})", R"({"count": 18446744073709551615})"}) {
    const auto message = refusal([&] { options.from_json(Json::parse(bad), "run.json: extract"); });
    const Json json = Json::parse(bad);
    EXPECT_TRUE(message.starts_with("run.json: extract: " + json.begin().key() + ": "))
        << bad << " → " << message;
  }
  EXPECT_TRUE(holds(refusal([&] { options.from_json(Json::parse("[1]"), "run.json"); }),
                    "run.json: expected an object"));
  EXPECT_EQ(options_json(e), options_json(Example()));
  options.from_json(Json::parse(R"({"count": 4.0})"), "run.json");
  EXPECT_EQ(e.count, 4);
}

TEST(Options, AnUnknownNameGetsASuggestion) {
  Example e;
  auto options = described(e);
  const auto message = refusal([&] { options.from_json(Json::parse(R"({"qualty": "fast"})"), "run.json"); });
  EXPECT_TRUE(holds(message, "unknown option 'qualty'; did you mean 'quality'?")) << message;
  const auto far = refusal([&] { options.from_json(Json::parse(R"({"zzzzzz": 1})"), "run.json"); });
  EXPECT_TRUE(holds(far, "known: mirror, count")) << far;
}

TEST(Options, ChangedAreThoseThatDifferFromTheirDefault) {
  Example e;
  auto options = described(e);
  EXPECT_EQ(options.changed(), Json::object());
  options.from_json(Json::parse(R"({"count": 3, "rate": 0.75, "quality": "best"})"), "");
  EXPECT_EQ(options.changed(), Json::parse(R"({"rate": 0.75, "quality": "best"})"));
}

TEST(Options, SayWhatIsAllowed) {
  Example e;
  const auto options = described(e);
  EXPECT_EQ(options.find("count")->allowed_text(), "1 … 10");
  EXPECT_EQ(options.find("rate")->allowed_text(), "> 0");
  EXPECT_EQ(options.find("quality")->allowed_text(), "fast|best");
  EXPECT_EQ(options.find("label")->allowed_text(), "");
  EXPECT_EQ(options.find("count")->default_value, 3);
}

TEST(Bounds, ContainTheirEndsUnlessExcluded) {
  EXPECT_TRUE(Bounds::between(0, 1).contains(0));
  EXPECT_TRUE(Bounds::between(0, 1).contains(1));
  EXPECT_FALSE(Bounds::between(0, 1).contains(1.0001));
  EXPECT_FALSE(Bounds::above(0).contains(0));
  EXPECT_TRUE(Bounds::above(0).contains(5e-324));
  EXPECT_FALSE(Bounds().contains(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ((Bounds{-std::numeric_limits<double>::infinity(), 2, false}.text()), "≤ 2");
  EXPECT_EQ((Bounds{0, 1, true}.text()), "> 0 and ≤ 1");
  EXPECT_FALSE(Bounds::at_least(0).contains(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(Bounds().text(), "");
}

TEST(NearestWord, IsTheNearestIfNearEnough) {
  const std::vector<std::string> known = {"threads", "seed", "output"};
  EXPECT_EQ(nearest_word("thread", known), "threads");
  EXPECT_EQ(nearest_word("sede", known), "seed");
  EXPECT_EQ(nearest_word("xyzzyx", known), std::nullopt);
  EXPECT_EQ(nearest_word("", known), std::nullopt);
}

}  // namespace
