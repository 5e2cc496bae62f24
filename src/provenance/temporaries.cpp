#include "facelex/provenance/temporaries.hpp"

#include <algorithm>
#include <system_error>

namespace facelex {

namespace fs = std::filesystem;

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (is_stale_temporary(entry->path().filename().string())) fs::remove(entry->path(), ignored);
  }
}

void remove_stale_temporaries_of(const fs::path& file) {
  const std::string begin = "." + file.stem().string() + ".";
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.starts_with(begin) && is_stale_temporary(name)) fs::remove(entry->path(), ignored);
  }
}

RunningMark::RunningMark(const fs::path& folder, const std::string& work)
    : file_(folder / ("running." + work)) {}

std::vector<std::string> RunningMark::others() const {
  // .running.<work>.<host>.<process>.tmp: those of other hosts differ before the process.
  const fs::path own = file_.temporary().filename();
  const std::string begin = own.stem().stem().string() + ".";
  const fs::path folder = file_.target().parent_path();
  std::vector<std::string> processes;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path name = entry->path().filename();
    if (name == own || !name.string().starts_with(begin) || is_stale_temporary(name.string())) continue;
    processes.push_back(name.stem().extension().string().substr(1));
  }
  std::sort(processes.begin(), processes.end());
  return processes;
}

}  // namespace facelex
