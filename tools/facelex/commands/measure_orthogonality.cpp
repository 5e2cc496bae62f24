#include <filesystem>

#include "cli/commands.hpp"
#include "facelex/coding/expression_face.hpp"
#include "facelex/compare/reconstruction.hpp"
#include "facelex/compare/template_overlap.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"
#include "facelex/pipeline/figures.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/loaded_system.hpp"
#include "facelex/pipeline/measuring.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/provenance/ownership.hpp"

namespace facelex::cli {
namespace {

struct CurveOptions {
  int steps = 100;

  void describe(OptionList& options) {
    options.integer("steps", steps, Bounds::at_least(1),
                    "Steps of the curve, from 0 to the largest distance");
  }
};

class MeasureOrthogonalityCommand final : public Command {
 public:
  explicit MeasureOrthogonalityCommand(CLI::App& measure)
      : Command(measure,
                {"orthogonality", "How much the templates of a lexicon move the same parts of the face",
                 "Mean dot product and cosine over pairs of templates (paper 002, table 8): of how far each "
                 "vertex goes, and of signed displacement. Systems of expressions need --face; those of "
                 "displacement or keypoint motion are measured at their landmarks. <output>_curve.csv gives "
                 "the share of all points that go further than a distance (figure 8).",
                 "facelex measure orthogonality -m dfe.safetensors --face built-in -o orthogonality.csv"}) {
    const std::string group = "Input and output";
    app_->add_option("-m,--model", model_, "Model file, or built-in")
        ->type_name("FILE")
        ->required()
        ->group(group);
    app_->add_option("--face", face_, "Face model, or built-in, whose expressions the system takes")
        ->type_name("FILE")
        ->group(group);
    add_output("Table to write (.csv)");
    add_options("Measuring", described(curve_));
    add_force();
  }

 private:
  int run() override {
    const std::filesystem::path output(output_);
    if (output.extension() != ".csv")
      throw usage_error("--output: " + path_in_quotes(output_) + " is not named .csv");
    const LoadedSystem loaded = load_system(model_);
    Provenance made = measurement_of("measure orthogonality", {}, described(curve_));
    made.command += " --model " + loaded.file;
    made.identity.models = loaded.digest;
    const TemplateDisplacements templates = displacements(*loaded.system, made);
    const std::filesystem::path curve = output.parent_path() / (output.stem().string() + "_curve.csv");
    prepare_output(output, made, {}, force_);
    std::error_code error;
    require_ours(curve, begins_with(curve, "distance,share_above"), force_);
    if (std::filesystem::is_regular_file(curve, error) && is_done(output, made)) return 0;
    const TemplateOverlap found = template_overlap(templates);
    const std::string squared = templates.unit.empty() ? "" : templates.unit + "^2";
    const std::vector<NamedFigure> figures = {
        {"templates", static_cast<double>(found.templates), "", ""},
        {"templates_without_movement", static_cast<double>(found.without_movement), "",
         "left out of cosines"},
        {"points", static_cast<double>(templates.points()), "", "vertices or landmarks"},
        {"magnitude_dot", found.magnitude_dot, squared, "mean over pairs, of how far each point goes"},
        {"magnitude_cosine", found.magnitude_cosine, "", "mean over pairs, of how far each point goes"},
        {"signed_dot", found.signed_dot, squared, "mean over pairs, of displacement"},
        {"signed_cosine", found.signed_cosine, "", "mean over pairs, of displacement"}};
    write_curve(curve, templates);
    write_figures(output_, figures, made);
    for (const NamedFigure& figure : figures) reporter_->info(figure_text(figure));
    return 0;
  }

  TemplateDisplacements displacements(const CodingSystem& system, Provenance& made) const {
    const RowMatrix movements = system.templates();
    if (!face_.empty()) {
      const LoadedFace face = load_face(face_);
      made.command += " --face " + (face.file.empty() ? std::string(built_in_name) : face.file);
      made.input = face.model->name;
      made.identity.inputs = face.digest;
      return displacements_of_vertices(
          ExpressionFace(*face.model, system.input_columns()).vertices(movements));
    }
    TemplateDisplacements templates = displacements_of_columns(movements, system.input_columns());
    if (templates.points() == 0)
      throw usage_error(
          "the model takes no displacement of points, but " + std::string(kind_name(system.input_kind())),
          "give --face, a face model with these expressions");
    return templates;
  }

  void write_curve(const std::filesystem::path& file, const TemplateDisplacements& templates) const {
    const RowMatrix curve = displacement_curve(templates, curve_.steps);
    std::string table = "distance,share_above\n";
    for (Eigen::Index i = 0; i < curve.rows(); ++i) {
      append_number(table, curve(i, 0));
      table += ',';
      append_number(table, curve(i, 1));
      table += '\n';
    }
    AtomicFile out(file);
    out.write(table);
    out.commit();
  }

  std::string model_, face_;
  CurveOptions curve_;
};

}  // namespace

std::unique_ptr<Command> make_measure_orthogonality_command(CLI::App& measure) {
  return std::make_unique<MeasureOrthogonalityCommand>(measure);
}

}  // namespace facelex::cli
