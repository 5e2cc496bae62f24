#include "facelex/io/models/model_file.hpp"

#include <cstring>
#include <stdexcept>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/json_parse.hpp"
#include "facelex/core/text.hpp"
#include "io/json_text.hpp"

namespace facelex {
namespace {

std::vector<std::byte> bytes_of(const void* data, std::size_t size) {
  std::vector<std::byte> bytes(size);
  if (size > 0) std::memcpy(bytes.data(), data, size);
  return bytes;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : "×") + std::to_string(size);
  return shape.empty() ? "a single number" : text;
}

std::string data_digest(const std::map<std::string, Tensor>& tensors) {
  Sha256 digest;
  for (const auto& [name, tensor] : tensors) digest.update(tensor.bytes.data(), tensor.bytes.size());
  return digest.hex();
}

const Tensor& tensor_of(const ModelFile& model, const std::string& name) {
  const auto found = model.tensors.find(name);
  if (found != model.tensors.end()) return found->second;
  std::string known;
  for (const auto& [other, tensor] : model.tensors) known += (known.empty() ? "" : ", ") + other;
  throw data_error({model.source, 0, {}},
                   "the model of kind " + in_quotes(model.kind) + " has no tensor " + in_quotes(name),
                   known.empty() ? "it has none" : "it has " + known);
}

[[noreturn]] void refuse_shape(const ModelFile& model, const std::string& name, const std::string& expected) {
  throw data_error({model.source, 0, {}}, "tensor " + in_quotes(name) + " has the shape " +
                                              shape_text(model.tensors.at(name).shape) + ", expected " +
                                              expected);
}

std::string size_text(Eigen::Index size) {
  return size < 0 ? "any" : std::to_string(size);
}

std::vector<double> numbers_of(const ModelFile& model, const std::string& name) {
  const std::string source = model.source.empty() ? "" : model.source + ": ";
  return tensor_numbers(tensor_of(model, name), source + "tensor " + in_quotes(name));
}

}  // namespace

void ModelFile::set(const std::string& name, const RowMatrix& matrix) {
  tensors[name] = {Tensor::Type::f64,
                   {matrix.rows(), matrix.cols()},
                   bytes_of(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(double))};
}

void ModelFile::set(const std::string& name, const Eigen::VectorXd& vector) {
  tensors[name] = {Tensor::Type::f64,
                   {vector.size()},
                   bytes_of(vector.data(), static_cast<std::size_t>(vector.size()) * sizeof(double))};
}

void ModelFile::set(const std::string& name, const std::vector<std::int64_t>& values) {
  tensors[name] = {Tensor::Type::i64,
                   {static_cast<std::int64_t>(values.size())},
                   bytes_of(values.data(), values.size() * sizeof(std::int64_t))};
}

RowMatrix ModelFile::matrix(const std::string& name, Eigen::Index rows, Eigen::Index cols) const {
  const auto& shape = tensor_of(*this, name).shape;
  if (shape.size() != 2 || (rows >= 0 && shape[0] != rows) || (cols >= 0 && shape[1] != cols))
    refuse_shape(*this, name, size_text(rows) + "×" + size_text(cols));
  const auto numbers = numbers_of(*this, name);
  return Eigen::Map<const RowMatrix>(numbers.data(), shape[0], shape[1]);
}

Eigen::VectorXd ModelFile::vector(const std::string& name, Eigen::Index size) const {
  const auto& shape = tensor_of(*this, name).shape;
  if (shape.size() != 1 || (size >= 0 && shape[0] != size))
    refuse_shape(*this, name, size_text(size) + " numbers");
  const auto numbers = numbers_of(*this, name);
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(), shape[0]);
}

std::vector<std::int64_t> ModelFile::integers(const std::string& name) const {
  const Tensor& tensor = tensor_of(*this, name);
  const auto count = static_cast<std::size_t>(tensor.size());
  std::vector<std::int64_t> values(count);
  if (count == 0) return values;
  switch (tensor.type) {
    case Tensor::Type::i64:
      std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
      return values;
    case Tensor::Type::i32: {
      std::vector<std::int32_t> narrow(count);
      std::memcpy(narrow.data(), tensor.bytes.data(), tensor.bytes.size());
      values.assign(narrow.begin(), narrow.end());
      return values;
    }
    case Tensor::Type::u8:
      for (std::size_t i = 0; i < count; ++i) values[i] = std::to_integer<std::int64_t>(tensor.bytes[i]);
      return values;
    case Tensor::Type::f64:
    case Tensor::Type::f32:
      break;
  }
  throw data_error({source, 0, {}}, "tensor " + in_quotes(name) + " has elements of type " +
                                        std::string(tensor_type_name(tensor.type)) +
                                        ", expected I64, I32 or U8");
}

std::string write_model(const std::filesystem::path& file, const ModelFile& model) {
  if (model.kind.empty() || model.format_version < 1 || model.format_version > newest_format_version)
    throw data_error({file.string(), 0, {}}, "a model to write has the kind " + in_quotes(model.kind) +
                                                 " and the format version " +
                                                 std::to_string(model.format_version));
  Safetensors content;
  content.metadata["kind"] = model.kind;
  content.metadata["format_version"] = std::to_string(model.format_version);
  content.metadata["facelex"] = json_text(model.metadata, -1);
  content.metadata["data_sha256"] = data_digest(model.tensors);
  content.tensors = model.tensors;
  return write_safetensors(file, content);
}

namespace {

ModelFile model_of(Safetensors content, const std::string& name) {
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = content.metadata.find(key);
    if (found == content.metadata.end())
      throw data_error({name, 0, {}},
                       std::string("is not a model of facelex: its __metadata__ has no '") + key + "'",
                       "other programs' models go through their importer");
    return found->second;
  };
  ModelFile model;
  model.source = name;
  model.kind = text("kind");
  const auto version = parse_integer(text("format_version"));
  if (!version || *version < 1)
    throw data_error({name, 0, {}},
                     "format_version " + in_quotes(text("format_version")) + " is not a number from 1");
  if (*version > newest_format_version)
    throw data_error({name, 0, {}},
                     "has format version " + std::to_string(*version) + " of kind " + in_quotes(model.kind) +
                         "; this program reads up to version " + std::to_string(newest_format_version),
                     "use a newer facelex");
  model.format_version = static_cast<int>(*version);
  try {
    model.metadata = parse_json(text("facelex"));
    if (!model.metadata.is_object()) throw JsonError("it is not an object");
  } catch (const JsonError& error) {
    throw data_error({name, 0, {}}, std::string("its metadata 'facelex' is not valid JSON: ") + error.what(),
                     "the file is damaged");
  }
  if (text("data_sha256") != data_digest(content.tensors))
    throw data_error({name, 0, {}}, "the tensors do not have the digest that the file keeps of them",
                     "the file is damaged; copy or make it again");
  model.tensors = std::move(content.tensors);
  return model;
}

}  // namespace

ModelFile read_model(const std::filesystem::path& file) {
  return model_of(read_safetensors(file), file.string());
}

ModelFile read_model(std::span<const std::byte> bytes, const std::string& name) {
  return model_of(read_safetensors(bytes, name), name);
}

}  // namespace facelex
