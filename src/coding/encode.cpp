#include "facelex/coding/encode.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column_names.hpp"
#include "facelex/coding/expression_face.hpp"
#include "facelex/coding/frame_history.hpp"
#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// The wanted columns of a block; NaN in rows without success.
RowMatrix picked_columns(const Recording& block, const std::vector<Eigen::Index>& columns) {
  RowMatrix values = block.values(Eigen::all, columns);
  for (Eigen::Index t = 0; t < values.rows(); ++t)
    if (!block.frames[static_cast<std::size_t>(t)].success) values.row(t).setConstant(missing);
  return values;
}

struct RowCounts {
  std::int64_t done = 0;            ///< rows with values on both sides
  std::int64_t without_values = 0;  ///< rows with success in the input, but not in the output
};

/// Reads `input` block by block, turns the picked columns of each block into those of the output, and writes
/// them. A row of the output that has a NaN loses its success.
RowCounts transform(RecordingReader& reader, const std::filesystem::path& output,
                    const std::vector<Eigen::Index>& picked,
                    const std::function<RowMatrix(const RowMatrix&, const std::vector<Frame>&)>& turn,
                    TableFormat format, const Work& work, StageResult& result) {
  RecordingWriter writer(output, result.columns, format);
  FrameCounter counter;
  RowCounts counts;
  Recording block;
  std::int64_t rows = 0;
  while (reader.read(block)) {
    work.check_stop();
    block.values = turn(picked_columns(block, picked), block.frames);
    block.columns = result.columns;
    block.kind = result.kind;
    for (Eigen::Index t = 0; t < block.rows(); ++t) {
      Frame& frame = block.frames[static_cast<std::size_t>(t)];
      if (!frame.success) continue;
      frame.success = block.values.row(t).allFinite();
      ++(frame.success ? counts.done : counts.without_values);
    }
    counter.add(block.frames);
    writer.write(block);
    rows += block.rows();
    work.report(rows, 0);
  }
  result.counts = counter.counts();
  result.output_digest = writer.finish();
  if (counts.without_values > 0)
    result.message =
        std::to_string(counts.without_values) + " of " + std::to_string(rows) +
        " rows with a face lack values and have no " +
        (result.kind == SignalKind::coefficients || result.kind == SignalKind::tokens ? "codes" : "signals");
  return counts;
}

std::string who_takes(const CodingSystem& system) {
  return "the " + std::string(system.kind()) + " model takes";
}

/// A file of no known kind may fit by the names of its columns, and so may one that holds more than its kind
/// says (py-feat writes landmarks and blendshapes together); one of another kind cannot be meant.
void require_kind(const Recording& header, const CodingSystem& system, const std::string& file) {
  const SignalKind wanted = system.input_kind(), held = header.kind;
  if (gives(held, wanted) || held == SignalKind::other || wanted == SignalKind::other) return;
  const auto& columns = system.input_columns();
  if (std::all_of(columns.begin(), columns.end(),
                  [&](const Column& column) { return header.column(column.name) >= 0; }))
    return;
  throw data_error({file, 0, {}},
                   "holds " + std::string(kind_name(held)) + " (" + some_names(header.columns) + "), but " +
                       who_takes(system) + " " + std::string(kind_name(wanted)) + " (" +
                       some_names(system.input_columns()) + ")",
                   held == SignalKind::landmarks && wanted == SignalKind::keypoint_motion
                       ? "run facelex standardize on it first"
                       : "give a recording of " + std::string(kind_name(wanted)));
}

void append(std::vector<Column>& columns, const std::vector<Column>& more) {
  columns.insert(columns.end(), more.begin(), more.end());
}

constexpr std::string_view reconstruction_prefix = "hat_";

std::vector<Column> residual_columns(std::size_t stages) {
  std::vector<Column> columns;
  for (std::size_t i = 1; i <= stages; ++i)
    columns.push_back({"r" + std::to_string(i),
                       "norm of what is left of the latent vector after stage " + std::to_string(i), ""});
  return columns;
}

std::vector<Column> reconstruction_columns(const CodingSystem& system) {
  std::vector<Column> columns = system.input_columns();
  for (Column& column : columns) {
    column.description = "what the codes stand for: " + column.name;
    column.name.insert(0, reconstruction_prefix);
  }
  return columns;
}

/// The matrices side by side; those without columns are left out.
RowMatrix side_by_side(const std::vector<RowMatrix>& parts) {
  Eigen::Index width = 0;
  for (const RowMatrix& part : parts) width += part.cols();
  RowMatrix values(parts.front().rows(), width);
  Eigen::Index at = 0;
  for (const RowMatrix& part : parts) {
    if (part.cols() > 0) values.middleCols(at, part.cols()) = part;
    at += part.cols();
  }
  return values;
}

}  // namespace

bool accompanies_codes(std::string_view column) {
  const bool residual = column.size() > 1 && column.front() == 'r' &&
                        column.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return column == reconstruction_error_name || residual || column.starts_with(reconstruction_prefix);
}

Column reconstruction_error_column(const CodingSystem& system) {
  return {reconstruction_error_name,
          "root mean square over the " + std::to_string(system.input_columns().size()) +
              " input columns of signal minus decoded codes",
          system.input_columns().front().unit};
}

StageResult encode_recording(const std::filesystem::path& input, const std::filesystem::path& output,
                             const CodingSystem& system, const EncodeOptions& options, TableFormat format,
                             const Work& work) {
  Json resolved = system.resolved(options);
  const std::unique_ptr<Encoder> encoder = system.encoder(options);
  RecordingReader reader(input);
  require_kind(reader.header(), system, input.string());
  const auto picked = columns_of(reader.header(), system.input_columns(), input.string(), who_takes(system),
                                 "give a recording like those that it was learnt from");
  StageResult result;
  result.kind = system.code_kind();
  result.columns = system.units();
  result.columns.push_back(reconstruction_error_column(system));
  if (options.tokens.residuals) append(result.columns, residual_columns(system.units().size()));
  if (options.reconstruct) append(result.columns, reconstruction_columns(system));
  std::int64_t unconverged = 0;
  double error_sum = 0;
  FrameHistory history(system.history(), static_cast<Eigen::Index>(picked.size()));
  const auto encode = [&](const RowMatrix& signals, const std::vector<Frame>& frames) {
    const EncodedFrames encoded =
        encoder->encode(system.history() > 0 ? history.widened(frames, signals) : signals, work);
    unconverged += encoded.unconverged;
    for (const double error : encoded.reconstruction_error)
      if (std::isfinite(error)) error_sum += error;
    return side_by_side({encoded.codes, encoded.reconstruction_error, encoded.residuals,
                         options.reconstruct ? system.decode(encoded.codes) : RowMatrix()});
  };
  const RowCounts counts = transform(reader, output, picked, encode, format, work, result);
  result.details = std::move(resolved);
  result.details["model"] = system.kind();
  result.details["rows_coded"] = counts.done;
  result.details["rows_without_values"] = counts.without_values;
  result.details["unconverged"] = unconverged;
  if (unconverged > 0)
    result.message += (result.message.empty() ? "" : "; ") + std::to_string(unconverged) +
                      " sparse coding problems reached their limit of sweeps";
  result.details["mean_reconstruction_error"] =
      counts.done > 0 ? Json(error_sum / static_cast<double>(counts.done)) : Json();
  return result;
}

StageResult decode_recording(const std::filesystem::path& input, const std::filesystem::path& output,
                             const CodingSystem& system, TableFormat format, const Work& work,
                             const MorphableModel* face, const DecodedFacesOptions& faces) {
  std::optional<ExpressionFace> moved;
  if (face) moved.emplace(*face, system.input_columns());
  if (faces.any() && !face)
    throw usage_error(field("meshes") + " and " + field("vertices") + " need the face that moves",
                      "add " + field("face") + " built-in or a model");
  RecordingReader reader(input);
  const auto picked = columns_of(reader.header(), system.units(), input.string(),
                                 "the units of the " + std::string(system.kind()) + " model are",
                                 "give codes that this model made");
  StageResult result;
  result.kind = system.input_kind();
  result.columns = system.input_columns();
  if (moved && !moved->landmark_columns().empty()) {
    append(result.columns, moved->landmark_columns());
    result.kind = SignalKind::fit;
  }
  DecodedFaces::remove(output);
  std::optional<DecodedFaces> written;
  if (faces.any()) written.emplace(output, *face, *moved, faces);
  const auto decode = [&](const RowMatrix& codes, const std::vector<Frame>& frames) {
    const RowMatrix signals = system.decode(codes);
    if (written) written->add(frames, signals);
    return moved ? side_by_side({signals, moved->landmarks(signals)}) : signals;
  };
  // decode knows the code that is wrong, but not the file.
  const RowCounts counts = in_file(
      input.string(), [&] { return transform(reader, output, picked, decode, format, work, result); });
  if (face) result.details["face"] = face->name;
  if (written) {
    const Json made = written->finish();
    if (made.value("meshes", std::int64_t{0}) == 0 && made.value("vertex_frames", Json::array()).empty())
      result.message +=
          std::string(result.message.empty() ? "" : "; ") + "no frame that was asked for has a face";
    result.details.update(made);
  }
  result.details["model"] = system.kind();
  result.details["rows_decoded"] = counts.done;
  result.details["rows_without_values"] = counts.without_values;
  return result;
}

}  // namespace facelex
