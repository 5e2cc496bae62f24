#include <array>
#include <cerrno>
#include <fstream>

#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/face/model/import/model.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;
using Type = ModelImportOptions::Type;

bool holds_file(const fs::path& folder, const std::string& begin, const std::string& end) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(end)) return true;
  }
  return false;
}

Type type_of_folder(const fs::path& folder) {
  if (fs::exists(folder / "vertex_indices.json")) return Type::ict;
  if (holds_file(folder, "sfm_shape_", ".bin")) return Type::surrey;
  if (holds_file(folder, "", ".obj")) return Type::obj;
  return Type::guess;
}

Type type_of_file(const fs::path& file) {
  constexpr std::size_t enough = 64;
  std::array<char, enough> head{};
  std::ifstream in(file, std::ios::binary);
  if (!in) throw system_error(file.string(), "open", errno);
  in.read(head.data(), head.size());
  const std::string_view begin(head.data(), static_cast<std::size_t>(in.gcount()));
  const std::string extension = file.extension().string();
  if (begin.starts_with("MATLAB 5.0") || begin.starts_with("\x89HDF\r\n")) return Type::bfm;
  if (extension == ".safetensors") return Type::ict;
  if (extension == ".pkl" || extension == ".pickle") return Type::flame;
  if (extension == ".obj") return Type::obj;
  if (extension == ".bin") return Type::surrey;
  return Type::guess;
}

Type resolved_type(const fs::path& path, const ModelImportOptions& options) {
  if (options.type != Type::guess) return options.type;
  const Type type = fs::is_directory(path) ? type_of_folder(path) : type_of_file(path);
  if (type == Type::guess)
    throw usage_error(path_in_quotes(path.string()) + " has a layout that its content does not reveal",
                      "say which it is with " + field("type"));
  return type;
}

MorphableModel imported(const fs::path& path, Type type, const ModelImportOptions& options) {
  if (!options.expression.empty() && type != Type::surrey && type != Type::bfm)
    throw usage_error(field("expression") + " is for " + field("type") + " surrey and bfm only",
                      "leave it out");
  switch (type) {
    case Type::ict:
      return import_ict(path, options);
    case Type::surrey:
      return import_surrey(path, options);
    case Type::bfm:
      return import_bfm(path, options);
    case Type::flame:
      return import_flame(path, options);
    case Type::obj:
    case Type::guess:
      break;
  }
  return import_obj(path, options);
}

}  // namespace

void ModelImportOptions::describe(OptionList& options) {
  options
      .choice<Type>("type", type,
                    {{"guess", Type::guess},
                     {"ict", Type::ict},
                     {"surrey", Type::surrey},
                     {"bfm", Type::bfm},
                     {"flame", Type::flame},
                     {"obj", Type::obj}},
                    "Layout of the file or folder; guess: by its content")
      .text(
          "landmarks", landmarks,
          "File that says at which vertex each iBUG point lies: JSON {\"30\": 114, …} with points from 0, or "
          "as eos has it (ibug_to_sfm.txt, points from 1)")
      .text(
          "expression", expression,
          "File with the expressions, for models that come without: expression_blendshapes_<n>.bin (surrey), "
          "Exp_Pca.bin (bfm)")
      .flag("allow-missing", allow_missing, "ict: take the shapes that are there")
      .choice<Unit>(
          "unit", unit,
          {{"guess", Unit::guess}, {"mm", Unit::millimetre}, {"cm", Unit::centimetre}, {"m", Unit::metre}},
          "obj: unit of the files; guess: by the size of the mesh")
      .integer("identity-modes", identity_modes, Bounds::at_least(0),
               "flame: how many of the shape directions are identity, the others are expression")
      .text("name", name, "Name of the model")
      .text("licence", licence, "Licence of the data, to be kept with the model");
}

void ModelImportOptions::check() const {
  check_bounds(*this);
}

MorphableModel import_model(const fs::path& path, const ModelImportOptions& options) {
  options.check();
  MorphableModel model = imported(path, resolved_type(path, options), options);
  if (!options.landmarks.empty())
    model.landmarks = read_landmark_vertices(options.landmarks, model.vertex_count());
  if (!options.name.empty()) model.name = options.name;
  if (!options.licence.empty()) model.licence = options.licence;
  model.contour = jaw_contour(model);
  return model;
}

}  // namespace facelex
