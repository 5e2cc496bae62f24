#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/core/matrix.hpp"

namespace facelex {

/// A tensor of a model file: row-major, little-endian.
struct Tensor {
  enum class Type { f64, f32, i64, i32, u8 };

  Type type = Type::f64;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  std::int64_t size() const;  ///< number of elements
};

/// Size of an element in bytes, and its name in the file ("F64").
std::size_t tensor_item_size(Tensor::Type type);
std::string_view tensor_type_name(Tensor::Type type);

/// The numbers of a floating-point tensor, in its order, as doubles. Throws Error (data) at `what` for
/// others.
std::vector<double> tensor_numbers(const Tensor& tensor, const std::string& what);

/// What a safetensors file holds (huggingface/safetensors: 8-byte little-endian header length, JSON header,
/// tensors one after the other), whoever made it.
struct Safetensors {
  std::map<std::string, std::string> metadata;  ///< `__metadata__`
  std::map<std::string, Tensor> tensors;
};

/// Checks every size against the file's before allocating. Throws Error (data) that names the file: no such
/// layout, cut, sizes that lie, tensors that overlap or leave gaps, a name twice, an unknown element type.
Safetensors read_safetensors(const std::filesystem::path& file);
/// The same of a file that lies in memory; `name` stands in messages.
Safetensors read_safetensors(std::span<const std::byte> bytes, const std::string& name);

/// Writes atomically, tensors in the order of their names, and returns the file's SHA-256. Throws Error
/// (data) for a tensor whose bytes do not fit its shape.
std::string write_safetensors(const std::filesystem::path& file, const Safetensors& content);

}  // namespace facelex
