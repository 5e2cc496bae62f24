#include "neutral_source.hpp"

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {

void check_neutral(const NeutralChoice& choice) {
  if (choice.by_frame && choice.frame < 1)
    throw usage_error(field("neutral") + " frame needs the number of the frame",
                      "add " + field("neutral-frame") + " N, from 1");
  if (!choice.by_frame && choice.frame != 0)
    throw usage_error(field("neutral-frame") + " " + std::to_string(choice.frame) + " is for " +
                          field("neutral") + " frame only",
                      "add " + field("neutral") + " frame or leave the number out");
  if (choice.by_file && choice.file.empty())
    throw usage_error(field("neutral") + " file needs " + choice.kind,
                      "add " + field("neutral-file") + " " + choice.placeholder);
  if (!choice.by_file && !choice.file.empty())
    throw usage_error(
        field("neutral-file") + " " + in_quotes(choice.file) + " is for " + field("neutral") + " file only",
        "add " + field("neutral") + " file or leave the file out");
}

}  // namespace facelex
