#include <opencv2/imgcodecs.hpp>

#include "cli/commands.hpp"
#include "facelex/core/error.hpp"
#include "facelex/face/builtin/anatomical_face.hpp"
#include "facelex/face/model/export.hpp"
#include "facelex/pipeline/fit_stage.hpp"
#include "facelex/pipeline/outputs.hpp"
#include "facelex/plot/render/mesh_picture.hpp"

namespace facelex::cli {
namespace {

struct PictureOptions {
  enum class Show { one, expression, identity };

  Show show = Show::one;
  std::vector<std::string> identity, expression;
  MeshView view;
  int columns = 7;

  void describe(OptionList& options) {
    options
        .choice("show", show,
                {{"one", Show::one}, {"expression", Show::expression}, {"identity", Show::identity}},
                "One face; or a sheet of the mean and every expression mode (left and right together), or of "
                "every identity mode at -2 and +2 standard deviations")
        .texts("identity", identity, "Coefficients of the person, as width=1.5,nose_height=-1")
        .texts("expression", expression, "Coefficients of the expression, as AU12_L=1,AU06_L=0.5")
        .number("yaw", view.yaw_deg, Bounds::between(-90, 90),
                "Turn of the head in degrees; above 0 turns the nose to image-left")
        .number("pitch", view.pitch_deg, Bounds::between(-90, 90), "Nod in degrees; above 0 looks down")
        .integer("width", view.width, Bounds::between(16, 4096), "Width of a face's picture in pixels")
        .integer("height", view.height, Bounds::between(16, 4096), "Height of a face's picture in pixels")
        .integer("columns", columns, Bounds::between(1, 64), "Pictures in a row of a sheet");
  }
};

class PictureCommand : public Command {
 public:
  explicit PictureCommand(CLI::App& model)
      : Command(model,
                {"picture", "Pictures of a face model",
                 "Draws a face of a morphable model, or a sheet of all its expression or identity modes, "
                 "as a PNG.",
                 "facelex model picture built-in --show expression -o units.png"}) {
    app_->add_option("file", file_, "Model file, or built-in: the face that facelex ships")
        ->type_name("FILE")
        ->required()
        ->group("Input and output");
    add_output("Picture to write (.png)");
    add_force();
    add_options("Picture", described(options_));
  }

 private:
  using Sheet = std::vector<std::pair<std::string, cv::Mat>>;

  int run() override {
    if (std::filesystem::path(output_).extension() != ".png")
      throw usage_error("--output: " + path_in_quotes(output_) + " is not named .png");
    face_ = load_face(file_);
    const MorphableModel& model = *face_.model;
    identity_ = coefficients_of(model.identity, options_.identity, "identity");
    expression_ = coefficients_of(model.expression, options_.expression, "expression");
    const cv::Mat drawn = picture();
    std::vector<unsigned char> png;
    if (!cv::imencode(".png", drawn, png)) throw environment_error("the picture cannot be encoded as PNG");
    write_plain_output(output_, std::string(png.begin(), png.end()), force_);
    return 0;
  }

  cv::Mat picture() const {
    if (options_.show == PictureOptions::Show::one) return picture(identity_, expression_);
    return contact_sheet(options_.show == PictureOptions::Show::expression ? units() : identities(),
                         options_.columns);
  }

  cv::Mat picture(const Eigen::VectorXd& identity, const Eigen::VectorXd& expression) const {
    const MorphableModel& model = *face_.model;
    return mesh_picture(model, model.shape(identity, expression), model.shape(identity, {}), options_.view);
  }

  /// Every mode; a mode and its twin of the other side together, unless they cancel (the jaw to the left and
  /// to the right).
  Sheet units() const {
    const ShapeBasis& basis = face_.model->expression;
    Sheet sheet = {{"neutral", picture(identity_, {})}};
    for (std::size_t i = 0; i < basis.names.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      const std::string& name = basis.names[i];
      const auto twin = std::find(basis.names.begin(), basis.names.end(), mirrored_unit(name));
      Eigen::VectorXd coefficients = Eigen::VectorXd::Zero(basis.size());
      coefficients[k] = usual_extreme(basis, k);
      std::string label = name;
      if (twin != basis.names.end() && *twin != name) {
        const Eigen::Index other = twin - basis.names.begin();
        const bool cancel =
            (basis.modes.col(k) + basis.modes.col(other)).norm() < basis.modes.col(k).norm() / 2;
        if (!cancel) {
          if (other < k) continue;
          coefficients[other] = usual_extreme(basis, other);
          label = name.substr(0, name.size() - 2);
        }
      }
      sheet.emplace_back(label, picture(identity_, coefficients));
    }
    return sheet;
  }

  /// 1 for blendshapes and units, which have no other side; two standard deviations for principal components.
  static double usual_extreme(const ShapeBasis& basis, Eigen::Index k) {
    return basis.lower[k] == 0 ? 1 : 2 * basis.scale[k];
  }

  Sheet identities() const {
    const ShapeBasis& basis = face_.model->identity;
    Sheet sheet;
    for (std::size_t i = 0; i < basis.names.size(); ++i)
      for (const int side : {-2, 2}) {
        Eigen::VectorXd coefficients = identity_;
        coefficients[static_cast<Eigen::Index>(i)] += side * basis.scale[static_cast<Eigen::Index>(i)];
        sheet.emplace_back(basis.names[i] + (side < 0 ? " -2" : " +2"), picture(coefficients, expression_));
      }
    return sheet;
  }

  std::string file_;
  PictureOptions options_;
  LoadedFace face_;
  Eigen::VectorXd identity_, expression_;
};

}  // namespace

std::unique_ptr<Command> make_picture_command(CLI::App& model) {
  return std::make_unique<PictureCommand>(model);
}

}  // namespace facelex::cli
