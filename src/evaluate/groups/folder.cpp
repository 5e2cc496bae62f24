#include <system_error>

#include "evaluate/left_out.hpp"
#include "facelex/evaluate/groups/report.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex {

namespace fs = std::filesystem;

void write_groups(const fs::path& folder, const EvaluationData& data, const SubjectTable& table,
                  const GroupOptions& options, const GroupComparison& comparison, const Provenance& made) {
  std::error_code ignored;
  fs::remove(sidecar_path(folder / "groups.csv"), ignored);  // not complete until it is there again
  const auto write = [&](const char* name, const std::string& text, std::vector<Column> columns,
                         Json details) {
    AtomicFile file(folder / name);
    file.write(text);
    StageResult written;
    written.output_digest = file.commit();
    written.columns = std::move(columns);
    written.details = std::move(details);
    write_sidecar(folder / name, sidecar_of(made, std::move(written)));
  };
  write_file_atomically(folder / "report.md", groups_markdown(data, table, options, comparison));
  write("families.csv", families_csv(table, comparison),
        {{"family", "a unit or a pair of signals: the first word of its features' names", ""},
         {"contrast", "as in groups.csv", ""},
         {"features", "of the family with a figure", "features"},
         {"best", "feature with the largest statistic", ""},
         {"p", "of the largest statistic of the family's features, by permutation", ""},
         {"q", "false discovery rate over the families (Benjamini-Hochberg)", ""}},
        Json::object());
  write("groups.csv", groups_csv(table, comparison), groups_columns(table), left_out_details(data));
}

bool groups_are_complete(const fs::path& folder, const Provenance& made) {
  std::error_code ignored;
  return is_complete(folder / "groups.csv", made) && is_complete(folder / "families.csv", made) &&
         fs::is_regular_file(folder / "report.md", ignored);
}

void require_groups_folder(const fs::path& folder, const std::vector<NamedFile>& sources, bool force) {
  bool begun = false;
  for (const char* name : {"groups.csv", "families.csv"}) {
    require_replaceable(folder / name, sources, true);
    std::error_code error;
    const fs::path sidecar = sidecar_path(folder / name);
    begun |= fs::exists(sidecar, error) && is_ours(sidecar);
  }
  for (const char* name : {"groups.csv", "families.csv"}) {
    // One that was stopped leaves a report or a table without its sidecar.
    require_ours(folder / name, begun || is_ours(folder / name), force);
    require_ours(sidecar_path(folder / name), is_ours(sidecar_path(folder / name)), force);
  }
  require_ours(folder / "report.md",
               begun || begins_with(folder / "report.md", "# Groups") ||
                   begins_with(folder / "report.md", "# Correlation"),
               force);
}

}  // namespace facelex
