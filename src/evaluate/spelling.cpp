#include "spelling.hpp"

#include <map>

#include "facelex/core/error.hpp"
#include "facelex/io/spelling.hpp"

namespace facelex {

void require_one_spelling(const std::vector<std::string>& subjects, const std::string& file,
                          const Message& remedy) {
  std::map<std::string, const std::string*> first;
  const std::string *one = nullptr, *other = nullptr;
  std::size_t count = 0;
  for (const std::string& subject : subjects) {
    const auto [found, is_new] = first.emplace(spelling_key(subject), &subject);
    if (is_new) continue;
    if (count++ > 0) continue;
    one = found->second;
    other = &subject;
  }
  if (count == 0) return;
  throw data_error({file, 0, "subject"},
                   in_quotes(*one) + " and " + in_quotes(*other) + " differ in " +
                       spelling_difference(*one, *other) +
                       (count > 1 ? ", and " + std::to_string(count - 1) + " more subjects like that" : "") +
                       ": one person on both sides of a split would give away the answer",
                   remedy);
}

}  // namespace facelex
