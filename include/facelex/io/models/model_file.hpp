#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "facelex/core/json.hpp"
#include "facelex/core/matrix.hpp"
#include "facelex/io/models/safetensors.hpp"

namespace facelex {

/// The one container of every model: the safetensors layout (8-byte little-endian header length, JSON header,
/// raw tensors), so Python, R and Julia read it without us. `__metadata__` is text → text as that format
/// wants; our `metadata` object is kept in it under "facelex" as JSON text, beside "kind", "format_version"
/// and "data_sha256", the SHA-256 of the tensors' bytes in the order of their names.
struct ModelFile {
  std::string kind;                ///< "facial-basis", "pca", "face-model" …
  int format_version = 1;          ///< of this kind
  Json metadata = Json::object();  ///< options, units, training summary …
  std::map<std::string, Tensor> tensors;

  void set(const std::string& name, const RowMatrix& matrix);
  void set(const std::string& name, const Eigen::VectorXd& vector);
  /// Any other matrix or vector of doubles.
  template <class Derived>
  void set(const std::string& name, const Eigen::MatrixBase<Derived>& values) {
    if constexpr (Derived::ColsAtCompileTime == 1) {
      set(name, Eigen::VectorXd(values));
    } else {
      set(name, RowMatrix(values));
    }
  }
  void set(const std::string& name, const std::vector<std::int64_t>& values);
  /// The tensor as a matrix (f32 and f64 tensors of two dimensions). Throws Error (data) naming file, tensor,
  /// and what was expected; rows or cols ≥ 0 demand that size.
  RowMatrix matrix(const std::string& name, Eigen::Index rows = -1, Eigen::Index cols = -1) const;
  Eigen::VectorXd vector(const std::string& name, Eigen::Index size = -1) const;
  std::vector<std::int64_t> integers(const std::string& name) const;

  std::string source;  ///< the file it was read from, for messages
};

/// Newest format version that this program writes and reads, whatever the kind.
inline constexpr int newest_format_version = 2;

/// Writes atomically; returns the file's SHA-256, which is the model's digest. Equal content gives equal
/// bytes.
std::string write_model(const std::filesystem::path& file, const ModelFile& model);
/// Checks every size against the file's before allocating. Throws Error (data): not a safetensors file, cut,
/// sizes that lie, overlapping tensors, not a facelex model, tensors that do not have the digest kept with
/// them, a newer format version (names both). Files of other programs: read_safetensors.
ModelFile read_model(const std::filesystem::path& file);
/// The same of a file that lies in memory (what the program itself carries); `name` stands in messages.
ModelFile read_model(std::span<const std::byte> bytes, const std::string& name);

}  // namespace facelex
