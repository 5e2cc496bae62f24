#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace facelex {

/// Where the numbers of one tensor of a checkpoint lie.
struct TorchTensor {
  std::vector<std::int64_t> shape, strides;  ///< strides in numbers
  std::string type;                          ///< "FloatStorage", "DoubleStorage", "LongStorage" …
  std::string storage;                       ///< entry of the archive
  std::int64_t offset = 0;                   ///< in numbers, within the storage

  std::int64_t size() const;
};

/// A file that torch.save wrote (PyTorch ≥ 1.6): a zip archive without compression with data.pkl and a file
/// for each storage. The pickle is read as data; nothing of it is called. Tensors are those of the state dict,
/// however deep it lies in dicts, by their path joined with points: "state_dict.encoder.weight".
class TorchCheckpoint {
 public:
  /// Throws Error (data) that names the file: not such an archive, compressed, cut, a pickle that is none, a
  /// tensor beyond its storage, no tensor at all.
  explicit TorchCheckpoint(const std::filesystem::path& file);
  ~TorchCheckpoint();
  TorchCheckpoint(const TorchCheckpoint&) = delete;
  TorchCheckpoint& operator=(const TorchCheckpoint&) = delete;

  const std::map<std::string, TorchTensor>& tensors() const { return tensors_; }
  /// The numbers of a tensor in C order; float or double. Throws Error (data) for other types.
  std::vector<float> numbers(const std::string& name) const;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
  std::map<std::string, TorchTensor> tensors_;
};

}  // namespace facelex
