#include "facelex/evaluate/power/folder.hpp"

#include <system_error>
#include <utility>

#include "facelex/io/atomic_file.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex {

namespace fs = std::filesystem;

void write_power(const fs::path& folder, const PowerCurve& curve, const PowerOptions& options,
                 const EvaluationData& pool, const std::string& cohort, const Provenance& made) {
  const fs::path table = folder / "power.csv";
  std::error_code ignored;
  fs::remove(sidecar_path(table), ignored);  // not complete until it is there again
  write_file_atomically(folder / "studies.csv", power_studies_csv(curve, options));
  write_file_atomically(folder / "report.md", power_markdown(curve, options, pool, cohort));
  AtomicFile file(table);
  file.write(power_csv(curve, options));
  StageResult result;
  result.output_digest = file.commit();
  result.columns = power_columns(options);
  write_sidecar(table, sidecar_of(made, std::move(result)));
}

void require_power_folder(const fs::path& folder, bool force) {
  // The pool is made before what is written of it.
  std::error_code error;
  const bool begun = fs::is_directory(folder / "pool", error);
  for (const char* name : {"power.csv", "studies.csv", "report.md", "power.svg", "labels.csv"})
    require_ours(folder / name, begun, force);
  require_ours(folder / "power.json", is_ours(folder / "power.json"), force);
}

bool power_is_complete(const fs::path& folder, const Provenance& made) {
  return is_complete(folder / "power.csv", made);
}

}  // namespace facelex
