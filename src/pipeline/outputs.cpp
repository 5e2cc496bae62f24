#include "facelex/pipeline/outputs.hpp"

#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/io/atomic_file.hpp"

namespace facelex {

namespace fs = std::filesystem;

void check_table_path(const fs::path& output, const std::string& option) {
  if (output.empty())
    throw usage_error(field(option) + " is empty", "name a file; is a shell variable unset?");
  if (std::error_code error; fs::is_directory(output, error))
    throw option_error(option, path_in_quotes(output.string()) + " is a folder",
                       "one table is written: name a file .csv");
  if (output.extension() != ".csv")
    throw option_error(option, path_in_quotes(output.string()) + " is not named .csv", "name a file .csv");
}

void check_folder_path(const fs::path& output) {
  if (output.empty())
    throw usage_error(field("output") + " is empty", "name a folder; is a shell variable unset?");
  std::error_code error;
  if (fs::exists(output, error) && !fs::is_directory(output, error))
    throw option_error("output", path_in_quotes(output.string()) + " is a file",
                       "several files are written: name a folder");
  if (output.extension() == ".csv")
    throw option_error("output", path_in_quotes(output.string()) + " is named like a table",
                       "several files are written: name a folder");
}

void check_writable(const fs::path& file) {
  try {
    const AtomicFile probe(file);
  } catch (const Error& error) {
    throw error.of_kind(ErrorKind::environment)
        .with_remedy("nothing can be written there; give another " + field("output"));
  }
}

}  // namespace facelex
