// No described option without a test: every field that a struct describes is set by a test, so that someone
// has asked what it does. The test walks the sources, and so knows a struct from the day on which it is
// written.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

struct DescribedField {
  std::string name;    ///< of the option
  std::string member;  ///< of the struct
};

/// Structs that their tests know by another's name.
const std::map<std::string, std::string> known_as = {{"AtomOptions", "FacialBasisOptions"},
                                                     {"RegressorDescription", "Regressor"},
                                                     {"SignalOptions", "FacialBasisOptions"},
                                                     {"SparseCodeOptions", "EncodeOptions"},
                                                     {"TokenCodeOptions", "EncodeOptions"}};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::vector<std::pair<fs::path, std::string>> files_below(const fs::path& folder) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".cpp") files.emplace_back(entry.path(), test::file_text(entry.path()));
  std::sort(files.begin(), files.end());
  return files;
}

/// The fields that the body of a describe() binds: .number("alpha", signal.alpha, …).
std::vector<DescribedField> fields_of(const std::string& body) {
  std::vector<DescribedField> fields;
  for (const std::string kind : {"flag", "integer", "number", "numbers", "text", "texts", "choice"})
    for (std::size_t at = 0; (at = body.find('.' + kind + '(', at)) != std::string::npos;) {
      at = body.find_first_not_of(" \n", at + kind.size() + 2);
      if (body[at] != '"') continue;
      const std::size_t end = body.find('"', at + 1);
      const std::size_t begin = body.find_first_not_of(" \n", end + 2);
      const std::size_t member_end = body.find_first_of(",)", begin);
      const std::string member = body.substr(begin, member_end - begin);
      fields.push_back({body.substr(at + 1, end - at - 1), member.substr(member.rfind('.') + 1)});
    }
  return fields;
}

std::map<std::string, std::vector<DescribedField>> described_structs(const fs::path& sources) {
  std::map<std::string, std::vector<DescribedField>> structs;
  for (const auto& [file, text] : files_below(sources))
    for (std::size_t at = 0; (at = text.find("::describe(OptionList&", at)) != std::string::npos; ++at) {
      std::size_t begin = at;
      while (begin > 0 && is_word(text[begin - 1])) --begin;
      structs[text.substr(begin, at - begin)] = fields_of(text.substr(at, text.find("\n}", at) - at));
    }
  return structs;
}

bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at)
    if ((at == 0 || !is_word(text[at - 1])) &&
        (at + word.size() == text.size() || !is_word(text[at + word.size()])))
      return true;
  return false;
}

/// Whether a test sets the field: options.field = …, options.field.push_back(…), &Struct::field, "--field",
/// {"field": …}.
bool sets(const std::string& test, const std::string& owner, const DescribedField& field) {
  if (test.find('"' + field.name + '"') != std::string::npos) return true;
  if (test.find('&' + owner + "::" + field.member) != std::string::npos) return true;
  for (const std::string dashes : {"--", "--no-"})
    if (test.find(dashes + field.name) != std::string::npos) return true;
  for (const std::string change : {" =", " *=", ".push_back(", ".assign(", ".clear()", "["})
    if (has_word(test, field.member) && test.find('.' + field.member + change) != std::string::npos)
      return true;
  return false;
}

TEST(DescribedOptions, EveryFieldIsSetByATest) {
  const fs::path tests = FACELEX_TEST_FIXTURES;
  const auto structs = described_structs(tests.parent_path() / "src");
  ASSERT_GT(structs.size(), 40U) << "the walk finds the structs";
  ASSERT_TRUE(structs.contains("StandardizeOptions"));
  auto sources = files_below(tests);
  std::erase_if(sources,
                [](const auto& source) { return source.first.filename() == "described_options_test.cpp"; });
  std::set<std::string> without;
  for (const auto& [name, fields] : structs) {
    const auto alias = known_as.find(name);
    const std::string known = alias == known_as.end() ? name : alias->second;
    if (std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
          return source.second.find("every_option<" + known + ">(") != std::string::npos;
        }))
      continue;
    for (const DescribedField& field : fields)
      if (std::none_of(sources.begin(), sources.end(), [&](const auto& source) {
            const bool knows =
                source.first.parent_path().filename() == "cli" || has_word(source.second, known);
            return knows && sets(source.second, known, field);
          }))
        without.insert(name + "." + field.name);
  }
  EXPECT_EQ(without, std::set<std::string>()) << "set it in a test, and look what changes";
}

}  // namespace
}  // namespace facelex
