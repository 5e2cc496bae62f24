#include "facelex/coding/import_codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"

namespace facelex {
namespace {

using Source = ImportCodesOptions::Source;

/// AU01, AU12: "AU" and two digits, then `ending`.
bool is_action_unit(const std::string& name, std::string_view ending) {
  return name.size() == 4 + ending.size() && name.starts_with("AU") && name.ends_with(ending) &&
         std::isdigit(static_cast<unsigned char>(name[2])) != 0 &&
         std::isdigit(static_cast<unsigned char>(name[3])) != 0;
}

bool is_blendshape(const std::string& name) {
  constexpr std::array<std::string_view, 7> parts = {"brow",  "cheek", "eye",   "jaw",
                                                     "mouth", "nose",  "tongue"};
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return name.size() > part.size() && name.starts_with(part) &&
           std::isupper(static_cast<unsigned char>(name[part.size()])) != 0;
  });
}

bool belongs_to(Source source, const std::string& name) {
  switch (source) {
    case Source::openface:
      return is_action_unit(name, "_r");
    case Source::pyfeat:
      return is_action_unit(name, "");
    case Source::blendshapes:
      return is_blendshape(name);
    case Source::automatic:
      break;
  }
  return false;
}

struct KnownSource {
  Source source;
  const char* name;
  const char* wanted;
  const char* unit;
};
constexpr std::array<KnownSource, 3> known_sources = {
    {{Source::openface, "openface", "AU01_r", "intensity, 0 … 5"},
     {Source::pyfeat, "py-feat", "AU01", "0 … 1"},
     {Source::blendshapes, "blendshapes", "jawOpen", "0 … 1"}}};

/// "lip corner puller" for AU12, as FACS calls it; empty for one that the built-in face does not have.
std::string name_of_action_unit(const std::string& unit) {
  if (unit == "AU45") return "blink";
  const ShapeBasis& units = built_in_face().expression;
  for (std::size_t k = 0; k < units.names.size() && k < units.descriptions.size(); ++k)
    if (units.names[k] == unit || units.names[k] == unit + "_L")
      return units.descriptions[k].substr(0, units.descriptions[k].find(" ("));
  return {};
}

Column described_column(Column column, const KnownSource& source) {
  if (!column.description.empty()) return column;
  if (source.source == Source::blendshapes) {
    column.description = "blendshape";
  } else {
    const std::string what = name_of_action_unit(column.name.substr(0, 4));
    column.description = "action unit " + std::to_string(std::stoi(column.name.substr(2, 2))) +
                         (what.empty() ? "" : ", " + what) + ", as " + source.name + " estimates it";
  }
  column.unit = source.unit;
  return column;
}

struct ChosenColumns {
  std::string source;
  std::vector<Eigen::Index> at;
  std::vector<Column> columns;
};

std::string first_names(const Recording& header) {
  constexpr std::size_t max_named = 6;
  std::string text;
  for (std::size_t i = 0; i < header.columns.size() && i < max_named; ++i)
    text += (i ? ", " : "") + header.columns[i].name;
  return text + (header.columns.size() > max_named
                     ? " … (" + std::to_string(header.columns.size()) + " in all)"
                     : "");
}

ChosenColumns columns_of_source(const Recording& header, Source wanted, const std::string& file) {
  std::string looked_for;
  for (const KnownSource& known : known_sources) {
    if (wanted != Source::automatic && wanted != known.source) continue;
    looked_for += (looked_for.empty() ? "" : ", ") + std::string(known.wanted) + " … (" + known.name + ")";
    ChosenColumns chosen;
    chosen.source = known.name;
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
      if (!belongs_to(known.source, header.columns[i].name)) continue;
      chosen.at.push_back(static_cast<Eigen::Index>(i));
      chosen.columns.push_back(described_column(header.columns[i], known));
    }
    if (!chosen.at.empty()) return chosen;
  }
  throw data_error({file, 1, {}}, "no columns " + looked_for + "; the file holds " + first_names(header),
                   "name the columns that you mean with " + field("columns"));
}

ChosenColumns columns_by_name(const Recording& header, const std::vector<std::string>& wanted,
                              const std::string& file) {
  ChosenColumns chosen;
  chosen.source = "columns";
  const auto take = [&](std::size_t i) {
    const auto at = static_cast<Eigen::Index>(i);
    if (std::find(chosen.at.begin(), chosen.at.end(), at) != chosen.at.end())
      throw data_error({file, 1, {}},
                       field("columns") + " takes " + in_quotes(header.columns[i].name) + " twice");
    chosen.at.push_back(at);
    chosen.columns.push_back(header.columns[i]);
  };
  for (const std::string& name : wanted) {
    const bool open_end = name.ends_with('*');
    const std::string begin = name.substr(0, name.size() - 1);
    const std::size_t before = chosen.at.size();
    for (std::size_t i = 0; i < header.columns.size(); ++i)
      if (open_end ? header.columns[i].name.starts_with(begin) : header.columns[i].name == name) take(i);
    if (chosen.at.size() > before) continue;
    std::vector<std::string> names;
    for (const Column& column : header.columns) names.push_back(column.name);
    const auto nearest = nearest_word(name, names);
    throw data_error({file, 1, {}},
                     "no column " + in_quotes(name) + "; the file holds " + first_names(header),
                     nearest ? "did you mean " + in_quotes(*nearest) + "?" : "see " + field("columns"));
  }
  return chosen;
}

}  // namespace

void ImportCodesOptions::describe(OptionList& options) {
  options
      .choice("from", from,
              {{"auto", Source::automatic},
               {"openface", Source::openface},
               {"py-feat", Source::pyfeat},
               {"blendshapes", Source::blendshapes}},
              "What is taken: OpenFace's AU01_r …, py-feat's AU01 …, ARKit's or MediaPipe's blendshapes; "
              "auto: the "
              "first of these that a file has")
      .texts("columns", columns,
             "Take these columns instead, in this order; AU* stands for all that begin with AU");
}

void ImportCodesOptions::check() const {
  check_bounds(*this);
  if (columns.empty()) return;
  if (from != Source::automatic)
    throw usage_error(field("columns") + " and " + field("from") + " are both given",
                      "leave one of them out");
  for (const auto& name : columns)
    if (name.empty()) throw option_error("columns", "an entry is empty");
}

StageResult import_codes(const std::filesystem::path& input, const std::filesystem::path& output,
                         const ImportCodesOptions& options, TableFormat format, const Work& work) {
  options.check();
  RecordingReader reader(input);
  const ChosenColumns chosen = options.columns.empty()
                                   ? columns_of_source(reader.header(), options.from, input.string())
                                   : columns_by_name(reader.header(), options.columns, input.string());
  StageResult result;
  result.kind = SignalKind::coefficients;
  result.columns = chosen.columns;
  RecordingWriter writer(output, result.columns, format);
  FrameCounter counter;
  std::int64_t coded = 0, without_values = 0;
  bool has_timestamps = false;
  Recording block;
  while (reader.read(block)) {
    work.check_stop();
    block.values = RowMatrix(block.values(Eigen::all, chosen.at));
    block.columns = result.columns;
    block.kind = result.kind;
    for (Eigen::Index t = 0; t < block.rows(); ++t) {
      Frame& frame = block.frames[static_cast<std::size_t>(t)];
      has_timestamps = has_timestamps || frame.timestamp == frame.timestamp;
      if (!frame.success) continue;
      frame.success = block.values.row(t).allFinite();
      ++(frame.success ? coded : without_values);
    }
    counter.add(block.frames);
    writer.write(block);
    work.report(counter.counts().rows, 0);
  }
  result.counts = counter.counts();
  result.output_digest = writer.finish();
  if (without_values > 0)
    result.message = std::to_string(without_values) + " of " + std::to_string(result.counts.rows) +
                     " rows with a face lack values and have no codes";
  result.details = {{"source", chosen.source},
                    {"rows_coded", coded},
                    {"rows_without_values", without_values},
                    {"has_timestamps", has_timestamps}};
  return result;
}

}  // namespace facelex
