#include "facelex/io/pickle/torch_checkpoint.hpp"

#include <algorithm>
#include <cstring>

#include "facelex/core/error.hpp"
#include "facelex/io/pickle/pickle.hpp"
#include "stored_zip.hpp"

namespace facelex {
namespace {

using Type = PickleValue::Type;

constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::string_view persistent = "persistent";
constexpr std::int64_t max_numbers = std::int64_t{1} << 31;

std::uint64_t size_of_number(std::string_view type) {
  if (type == "DoubleStorage" || type == "LongStorage") return 8;
  if (type == "FloatStorage" || type == "IntStorage") return 4;
  if (type == "HalfStorage" || type == "BFloat16Storage" || type == "ShortStorage") return 2;
  return type == "BoolStorage" || type == "ByteStorage" || type == "CharStorage" ? 1 : 0;
}

}  // namespace

std::int64_t TorchTensor::size() const {
  std::int64_t size = 1;
  for (const auto length : shape) size *= length;
  return size;
}

struct TorchCheckpoint::Archive {
  explicit Archive(const std::filesystem::path& file) : zip(file) {}

  [[noreturn]] void refuse(const std::string& tensor, const std::string& what) const {
    throw data_error({zip.name(), 0, tensor}, what,
                     "the checkpoint is damaged, or was not written by torch.save");
  }

  /// "archive/data.pkl" → "archive/"
  void find_pickle() {
    constexpr std::string_view ending = "data.pkl";
    for (const auto& [name, entry] : zip.entries())
      if (name.ends_with(ending)) {
        folder = name.substr(0, name.size() - ending.size());
        std::string bytes(entry.size, '\0');
        zip.read(entry, 0, bytes.data(), bytes.size());
        pickle = std::make_unique<Pickle>(std::move(bytes), zip.name());
        return;
      }
    throw data_error({zip.name(), 0, {}}, "holds no data.pkl",
                     "expected a checkpoint that torch.save of PyTorch 1.6 or newer wrote");
  }

  static std::vector<std::int64_t> lengths(const PickleValue& tuple) {
    std::vector<std::int64_t> lengths;
    for (const PickleValue* item : tuple.items)
      lengths.push_back(item->type == Type::integer ? item->integer : -1);
    return lengths;
  }

  TorchTensor tensor_of(const std::string& name, const PickleValue& arguments) const {
    const auto& items = arguments.items;
    if (items.size() < 4 || items[0]->type != Type::object || items[0]->class_name != persistent ||
        items[0]->state->items.size() < 5)
      refuse(name, "is a tensor without a storage");
    const auto& storage = items[0]->state->items;
    TorchTensor tensor;
    tensor.shape = lengths(*items[2]);
    tensor.strides = lengths(*items[3]);
    tensor.offset = items[1]->integer;
    tensor.type = storage[1]->class_name.substr(storage[1]->class_name.rfind('.') + 1);
    tensor.storage = folder + "data/" + std::string(storage[2]->text);
    const auto entry = zip.entries().find(tensor.storage);
    if (entry == zip.entries().end())
      refuse(name, "its storage " + in_quotes(tensor.storage) + " is missing");
    if (tensor.shape.size() != tensor.strides.size() || tensor.offset < 0 || tensor.offset > max_numbers)
      refuse(name, "its shape is damaged");
    std::int64_t last = tensor.offset, count = 1;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      if (tensor.shape[i] < 0 || tensor.strides[i] < 0 || tensor.shape[i] > max_numbers ||
          tensor.strides[i] > max_numbers)
        refuse(name, "its shape is damaged");
      count *= tensor.shape[i];
      last += (tensor.shape[i] - 1) * tensor.strides[i];
      if (count > max_numbers || last > max_numbers) refuse(name, "has more than 2³¹ numbers");
    }
    const std::uint64_t bytes = size_of_number(tensor.type);
    // A tensor that repeats its storage (a stride of 0) is no weight, and may be of any size.
    const auto needed = static_cast<std::uint64_t>(std::max(last + 1, count));
    if (bytes > 0 && count > 0 && needed * bytes > entry->second.size)
      refuse(name, "needs more numbers than its storage has");
    return tensor;
  }

  void collect(const PickleValue& value, const std::string& path, int depth,
               std::map<std::string, TorchTensor>& tensors) {
    // A dict may hold another many times, and itself.
    constexpr int deepest = 8;
    constexpr std::size_t max_values = 1'000'000;
    if (depth > deepest) return;
    if (++collected > max_values) refuse(path, "its dicts hold more than a million values");
    if (value.type == Type::object && value.state) {
      if (value.class_name == rebuild_parameter && !value.state->items.empty()) {
        collect(*value.state->items[0], path, depth + 1, tensors);
      } else if (value.class_name == rebuild_tensor) {
        tensors.emplace(path, tensor_of(path, *value.state));
      }
      return;
    }
    if (value.type != Type::dict) return;
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
      if (value.items[i]->type == Type::text || value.items[i]->type == Type::bytes)
        collect(*value.items[i + 1], path + (path.empty() ? "" : ".") + std::string(value.items[i]->text),
                depth + 1, tensors);
  }

  StoredZip zip;
  std::size_t collected = 0;
  std::string folder;
  std::unique_ptr<Pickle> pickle;
};

TorchCheckpoint::TorchCheckpoint(const std::filesystem::path& file)
    : archive_(std::make_unique<Archive>(file)) {
  archive_->find_pickle();
  archive_->collect(archive_->pickle->root(), {}, 0, tensors_);
  if (tensors_.empty())
    throw data_error({archive_->zip.name(), 0, {}}, "holds no tensors in a dict",
                     "save the state dict: torch.save(model.state_dict(), FILE)");
}

TorchCheckpoint::~TorchCheckpoint() = default;

std::vector<float> TorchCheckpoint::numbers(const std::string& name) const {
  const TorchTensor& tensor = tensors_.at(name);
  const bool wide = tensor.type == "DoubleStorage";
  if (!wide && tensor.type != "FloatStorage")
    throw data_error({archive_->zip.name(), 0, name}, "is of type " + in_quotes(tensor.type),
                     "float and double are read: save model.float().state_dict()");
  const auto& entry = archive_->zip.entries().at(tensor.storage);
  std::string bytes(entry.size, '\0');
  archive_->zip.read(entry, 0, bytes.data(), bytes.size());
  std::vector<float> numbers(static_cast<std::size_t>(tensor.size()));
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  for (float& number : numbers) {
    std::int64_t at = tensor.offset;
    for (std::size_t d = 0; d < index.size(); ++d) at += index[d] * tensor.strides[d];
    if (wide) {
      double value = 0;
      std::memcpy(&value, bytes.data() + at * 8, sizeof value);
      number = static_cast<float>(value);
    } else {
      std::memcpy(&number, bytes.data() + at * 4, sizeof number);
    }
    for (std::size_t d = index.size(); d-- > 0;) {
      if (++index[d] < tensor.shape[d]) break;
      index[d] = 0;
    }
  }
  return numbers;
}

}  // namespace facelex
