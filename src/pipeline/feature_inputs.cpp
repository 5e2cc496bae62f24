#include "facelex/pipeline/feature_inputs.hpp"

#include <map>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"
#include "facelex/pipeline/comparing.hpp"

namespace facelex {
namespace {

namespace fs = std::filesystem;

std::map<std::string, fs::path> by_name(const std::vector<NamedFile>& recordings) {
  std::map<std::string, fs::path> files;
  for (const NamedFile& recording : recordings) files[recording.name] = recording.file;
  return files;
}

/// Whether the file says how the head is turned. A file that cannot be read says nothing; its turn comes.
bool has_pose(const fs::path& file) {
  try {
    const RecordingReader reader(file);
    for (const char* name : {"pose_Rx", "pose_Ry", "pose_Rz"})
      if (reader.header().column(name) < 0) return false;
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<FeatureInput> feature_inputs(const Inputs& inputs, const std::string& head,
                                         const fs::path& output) {
  if (head.empty()) throw usage_error(field("head") + " is empty", "give auto, none or a folder");
  std::map<std::string, fs::path> heads;
  const bool folder = head != "none" && head != "auto";
  if (folder) heads = by_name(recordings_of_folder(head, field("head"), output));
  std::vector<FeatureInput> made;
  for (const NamedFile& item : inputs.items) {
    FeatureInput input{item};
    if (folder && input.problem.empty()) {
      const auto found = heads.find(item.name);
      if (found == heads.end())
        input.problem = "--head " + head + " has no recording " + in_quotes(item.name);
      else
        input.head = found->second;
    } else if (head == "auto" && has_pose(item.file)) {
      input.head = item.file;
    }
    made.push_back(std::move(input));
  }
  return made;
}

std::vector<FeatureInput> paired_inputs(const std::vector<std::string>& arguments, const fs::path& output) {
  if (arguments.size() != 2)
    throw usage_error(
        field("pair") + " takes two files or two folders, not " + std::to_string(arguments.size()),
        "name the first person's and the second's");
  const fs::path a(arguments[0]), b(arguments[1]);
  std::error_code error;
  for (const fs::path& path : {a, b})
    if (!fs::exists(path, error))
      throw option_error("pair", "no such file or folder: " + path_in_quotes(path.string()));
  if (fs::is_directory(a, error) != fs::is_directory(b, error))
    throw option_error(
        "pair",
        path_in_quotes(arguments[0]) + " and " + path_in_quotes(arguments[1]) + " are a file and a folder",
        "give two of a kind");
  if (fs::equivalent(a, b, error))
    throw option_error("pair",
                       path_in_quotes(arguments[0]) + " and " + path_in_quotes(arguments[1]) +
                           " are the same; a pair needs two different people",
                       "name the other person's");
  if (!fs::is_directory(a, error)) return {{{a, a.stem().string() + "~" + b.stem().string()}, b}};
  const auto first = by_name(recordings_of_folder(arguments[0], field("pair"), output));
  auto second = by_name(recordings_of_folder(arguments[1], field("pair"), output));
  std::vector<FeatureInput> made;
  for (const auto& [name, file] : first) {
    const auto partner = second.find(name);
    if (partner == second.end()) {
      made.push_back({{file, name, arguments[1] + " has no recording of that name"}});
      continue;
    }
    made.push_back({{file, name}, partner->second});
    second.erase(partner);
  }
  for (const auto& [name, file] : second)
    made.push_back({{file, name, arguments[0] + " has no recording of that name"}});
  return made;
}

std::vector<NamedFile> files_of_inputs(const std::vector<FeatureInput>& inputs) {
  std::vector<NamedFile> files;
  for (const FeatureInput& input : inputs)
    for (const fs::path& file : {input.file, input.other, input.head})
      if (!file.empty()) files.push_back({file, input.name});
  return files;
}

std::string digest_of_inputs(const std::vector<FeatureInput>& inputs, const Work& work) {
  Sha256 digest;
  for (const NamedFile& input : files_of_inputs(inputs))
    // The sidecar says which kind of signal the columns are, and how large the codebook is.
    for (const fs::path& file : {input.file, sidecar_path(input.file)})
      if (std::error_code none; fs::is_regular_file(file, none)) {
        try {
          digest.update(input.name + "\n" + sha256_of_file(file, work) + "\n");
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::interrupted) throw;
          digest.update(input.name + " cannot be read\n");
        }
      }
  return digest.hex();
}

}  // namespace facelex
