#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/version.hpp"
#include "facelex/core/work.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// What decides the bytes of a file that facelex makes: files of one identity hold the same.
struct Identity {
  std::string stage;              ///< the words of the command: "extract", "learn dfe"
  Json options = Json::object();  ///< as resolved
  std::string inputs;             ///< SHA-256 of what is read
  std::string models;             ///< SHA-256 of the models that are used, or empty
  std::string version = facelex::version;

  bool operator==(const Identity& other) const;
};

/// An identity, and how its sidecar names command and inputs.
struct Provenance {
  Identity identity;
  std::string command;  ///< the line that makes the file again, with paths as they stand below the input
  std::string input;    ///< the input's path below the input folder, or "12 recordings"
};

Identity identity_of(const Sidecar& sidecar);

/// The sidecar of a file of this provenance: every sidecar is made here.
Sidecar sidecar_of(const Provenance& made, StageResult result);

/// The sidecar of `file` when it says that the file has this identity and the file stands there as it was
/// written; else nothing. Throws Error when one of the two cannot be read, or interrupted.
std::optional<Sidecar> complete_sidecar(const std::filesystem::path& file, const Identity& identity,
                                        const Work& work = {});

/// Whether `file` stands there whole, of this identity and of the same command (a table names systems by the
/// files of their models, and the command is what holds those names), with nothing left out (not partial).
bool is_complete(const std::filesystem::path& file, const Provenance& made, const Work& work = {});

/// SHA-256 of names and contents of files, in their order.
std::string digest_of_files(const std::vector<NamedFile>& files, const Work& work = {});

}  // namespace facelex
