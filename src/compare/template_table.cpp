#include "facelex/compare/template_table.hpp"

#include "facelex/compare/reconstruction.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/io/tables/csv.hpp"

namespace facelex {

StageResult write_template_table(const std::filesystem::path& file, const CodingSystem& system) {
  const RowMatrix linear = system.templates();
  const Eigen::RowVectorXd rest = system.rest();
  const auto names = template_names(system);
  StageResult result;
  result.columns = {
      {"unit", "code of the codebook, or unit", ""},
      {"part", "decoded: decode(e_k); linear: decode(e_k) - decode(0), of a decoder of one layer W e_k", ""}};
  std::string table = "unit,part";
  for (const Column& column : system.input_columns()) {
    table += ',' + csv_field(column.name);
    result.columns.push_back(column);
  }
  for (const bool decoded : {true, false})
    for (Eigen::Index k = 0; k < linear.rows(); ++k) {
      table += '\n' + csv_field(names[static_cast<std::size_t>(k)]) + (decoded ? ",decoded" : ",linear");
      for (Eigen::Index d = 0; d < linear.cols(); ++d)
        append_number(table += ',', linear(k, d) + (decoded ? rest[d] : 0));
    }
  AtomicFile out(file);
  out.write(table + '\n');
  result.output_digest = out.commit();
  return result;
}

}  // namespace facelex
