#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>

#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "facelex/batch/list_file.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/printable.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/fit_quality.hpp"
#include "facelex/provenance/manifest.hpp"

namespace facelex::cli {
namespace {

class StatusCommand : public Command {
 public:
  explicit StatusCommand(CLI::App& parent)
      : Command(
            parent,
            {"status", "What became of a batch: counts, failures, a list to try again",
             "Merges the manifests of all runs and shards below FOLDER and prints, for each folder of "
             "outputs, how many items are in which state, and every item that failed or is partial; of fits "
             "also how much of the expression's variance is linear in head pose, and how many neutrals are "
             "hardly credible (from the sidecars). Exit "
             "status 1 when any item failed, is partial or was not reached.",
             "facelex status landmarks --retry retry.txt; facelex extract --list retry.txt -o landmarks"}) {
    app_->add_option("folder", folder_, "An output folder")
        ->type_name("FOLDER")
        ->required()
        ->group("Input and output");
    app_->add_option("--retry", retry_,
                     "Write path and name of all items that failed or were not reached to FILE (- for "
                     "stdout), for --list")
        ->type_name("FILE")
        ->group("Input and output");
  }

 private:
  int run() override {
    end_at_signals();
    const auto folders = merged_manifests(folder_);
    if (folders.empty())
      throw usage_error("no manifest below " + path_in_quotes(folder_),
                        "name the folder that a command wrote to");
    require_list_or_nothing();
    std::string table, fits, problems, retry;
    std::set<std::string> retried;
    for (const auto& [folder, rows] : folders) {
      std::size_t counts[5] = {};
      for (const ManifestRow& row : rows) {
        ++counts[static_cast<std::size_t>(row.state)];
        const bool bad = row.state == ItemState::failed || row.state == ItemState::pending;
        if (bad || row.state == ItemState::partial)
          problems += std::string(state_name(row.state)) + "\t" + printable(row.path) + "\t" +
                      printable(row.message) + "\n";
        if (const std::string line = list_line({row.path, row.name}); bad && retried.insert(line).second)
          retry += line;
      }
      char line[512];
      std::snprintf(line, sizeof line, "%-24s %8zu %8zu %8zu %8zu %8zu\n", printable(folder.string()).c_str(),
                    counts[1] + counts[4], counts[2], counts[3], counts[0], rows.size());
      table += line;
      if (const auto quality = fit_quality(std::filesystem::path(folder_) / folder, rows))
        fits += printable(folder.string()) + ": " + printable(quality->text()) + "\n";
    }
    // With --retry - the list alone is the data.
    std::FILE* out = retry_ == "-" ? stderr : stdout;
    std::fprintf(out, "%-24s %8s %8s %8s %8s %8s\n%s", "folder", "done", "partial", "failed", "pending",
                 "all", table.c_str());
    if (!fits.empty()) std::fprintf(out, "\n%s", fits.c_str());
    if (!problems.empty()) std::fprintf(out, "\n%s", problems.c_str());
    if (retry_ == "-")
      std::fputs(retry.c_str(), stdout);
    else if (!retry_.empty())
      write_file_atomically(retry_, retry);
    return problems.empty() ? 0 : 1;
  }

  /// A list of before is replaced, nothing else is.
  void require_list_or_nothing() const {
    std::ifstream before(retry_, std::ios::binary);
    for (std::string line; retry_ != "-" && std::getline(before, line);)
      if (line.find('\t') == std::string::npos)
        throw usage_error(
            "--retry: " + path_in_quotes(retry_) + " is there already and is not a list of status",
            "name another file");
  }

  std::string folder_, retry_;
};

}  // namespace

std::unique_ptr<Command> make_status_command(CLI::App& parent) {
  return std::make_unique<StatusCommand>(parent);
}

}  // namespace facelex::cli
