#include "facelex/features/input_notes.hpp"

#include <cmath>
#include <fstream>
#include <optional>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"

namespace facelex {
namespace {

/// Time stamps beyond this are no camera's: OpenFace writes a frame a millisecond for folders of pictures.
constexpr double fastest_camera = 250;

void add_note(FeatureInput& input, const std::string& text) {
  input.note += (input.note.empty() ? "" : "; ") + text;
}

/// 29.9999 of rounded time stamps is 30.
std::string rate_text(double rate) {
  return number_text(std::round(rate * 100) / 100);
}

/// What the file's time stamps say otherwise; empty: nothing.
std::string rate_note(double own, double fps, const CodeSignalOptions& options, bool at_one_rate) {
  if (!(fps > 0) || std::isnan(own) || options.ignore_timestamps) return {};
  if (own == 0)
    return options.fps > 0
               ? std::string()
               : "has no time stamps: " + rate_text(fps) +
                     " frames per second are assumed, the rate of most videos (the option fps says another)";
  if (own > fastest_camera)
    return "its time stamps say " + rate_text(own) +
           " frames per second, which no camera records, so durations, rates and speeds are just as wrong; "
           "give the true rate with the options fps and ignore-timestamps";
  if (is_same_rate(own, fps) || options.strict || (!at_one_rate && options.fps == 0)) return {};
  return "its time stamps say " + rate_text(own) + " frames per second" +
         (options.fps > 0 ? ", not the " + rate_text(fps) +
                                " of the option fps (if they are wrong, ignore-timestamps goes by the "
                                "numbers of its frames)"
                          : std::string());
}

/// Rows of a table of CSV, without its header; nothing for other files.
std::optional<std::int64_t> rows_of_table(const std::filesystem::path& file) {
  if (file.extension() != ".csv") return {};
  std::ifstream text(file, std::ios::binary);
  std::int64_t rows = -1;
  for (std::string line; std::getline(text, line);) rows += line.empty() ? 0 : 1;
  return rows;
}

void note_sidecar(FeatureInput& input, const std::filesystem::path& file) {
  std::optional<Sidecar> sidecar;
  try {
    sidecar = read_sidecar(file);
  } catch (const Error&) {
    return;  // as good as none
  }
  if (!sidecar) return;
  const std::string name = file.filename().string();
  const StageResult& known = sidecar->result;
  if (known.partial)
    add_note(input,
             name + " is of a part of its video" + (known.message.empty() ? "" : ": " + known.message));
  const auto rows = rows_of_table(file);
  if (rows && *rows >= 0 && *rows < known.counts.rows)
    add_note(input, name + " has " + std::to_string(*rows) + " of the " + std::to_string(known.counts.rows) +
                        " rows that its sidecar names; if it was cut, make it again");
}

}  // namespace

double settle_frame_rate(std::vector<FeatureInput>& inputs, const CodeSignalOptions& options,
                         bool at_one_rate) {
  std::vector<std::filesystem::path> files;
  files.reserve(inputs.size());
  for (const FeatureInput& input : inputs)
    files.push_back(input.problem.empty() ? input.file : std::filesystem::path());
  const std::vector<double> rates = frame_rates(files);
  const double fps = options.fps > 0 ? options.fps : most_frequent_rate(rates);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (const std::string note = rate_note(rates[i], fps, options, at_one_rate);
        !note.empty() && !files[i].empty())
      add_note(inputs[i], note);
  return fps;
}

void note_incomplete_tables(std::vector<FeatureInput>& inputs) {
  for (FeatureInput& input : inputs) {
    if (!input.problem.empty()) continue;
    note_sidecar(input, input.file);
    if (!input.other.empty()) note_sidecar(input, input.other);
  }
}

}  // namespace facelex
