#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "facelex/features/feature_table.hpp"

namespace facelex::cli {

/// What the commands below `facelex features` share: videos in, tables out.
class FeaturesCommand : public Command {
 protected:
  FeaturesCommand(CLI::App& parent, Text text,
                  const std::string& output = "Table to write (.csv): a row per video");

  /// Another recording of the same video (--head): what of it is taken, and which values the option has.
  void add_head_option(const std::string& help, const std::string& values);
  /// Makes the table of all inputs by `features <kind>`, unless it stands there complete, writes it with its
  /// sidecar to `file`, and says what became of them. Returns the exit status: 1 when videos are left out.
  int write_features(const std::string& kind, const std::filesystem::path& file,
                     std::vector<FeatureInput> inputs, const FeatureMaker& maker, const OptionList& options,
                     const std::string& flags = {});
  /// The inputs of the command line, with `head` as --head says it.
  std::vector<FeatureInput> videos(const std::string& head) const;
  /// How --head stands in the command line of a sidecar.
  std::string head_text() const;

  std::string head_ = "auto";

 private:
};

}  // namespace facelex::cli
