#include "facelex/evaluate/power/folder.hpp"

#include <system_error>

#include "facelex/core/digest.hpp"
#include "facelex/evaluate/folder.hpp"
#include "facelex/io/atomic_file.hpp"

namespace facelex {

namespace fs = std::filesystem;

void write_power(const fs::path& folder, const PowerCurve& curve, const PowerOptions& options,
                 const EvaluationData& pool, const std::string& cohort, Sidecar made) {
  const fs::path table = folder / "power.csv";
  std::error_code ignored;
  fs::remove(sidecar_path(table), ignored);  // not complete until it is there again
  write_file_atomically(folder / "studies.csv", power_studies_csv(curve, options));
  write_file_atomically(folder / "report.md", power_markdown(curve, options, pool, cohort));
  AtomicFile file(table);
  file.write(power_csv(curve, options));
  made.result.output_digest = file.commit();
  made.result.columns = power_columns(options);
  write_sidecar(table, made);
}

bool power_is_complete(const fs::path& folder, const Sidecar& made) {
  const fs::path table = folder / "power.csv";
  const auto known = read_sidecar(table);
  std::error_code ignored;
  return is_same_work(known, made) && fs::is_regular_file(table, ignored) &&
         sha256_of_file(table) == known->result.output_digest;
}

}  // namespace facelex
