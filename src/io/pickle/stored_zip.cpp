#include "stored_zip.hpp"

#include <algorithm>
#include <cstring>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr std::uint32_t end_signature = 0x06054b50, end64_signature = 0x06064b50,
                        locator_signature = 0x07064b50, entry_signature = 0x02014b50,
                        local_signature = 0x04034b50;
constexpr std::uint64_t end_size = 22, locator_size = 20, end64_size = 56, entry_size = 46, local_size = 30;
constexpr std::uint32_t elsewhere = 0xffffffff;  // a size that the 64-bit record has

template <class T>
T number_in(const std::string& bytes, std::uint64_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

void StoredZip::refuse(const std::string& what, const std::string& remedy) const {
  throw data_error({file_.name(), 0, {}}, what, remedy);
}

StoredZip::StoredZip(const std::filesystem::path& file) : file_(file) {
  const auto size = file_.size();
  if (!size) refuse("is not a regular file", "an archive is not read from a pipe");
  bytes_ = *size;
  read_directory(find_directory());
}

StoredZip::Directory StoredZip::find_directory() {
  constexpr std::uint64_t max_comment = 65535;
  const std::uint64_t tail_size = std::min(bytes_, end_size + max_comment + locator_size);
  std::string tail(tail_size, '\0');
  file_.read_at(bytes_ - tail_size, tail.data(), tail.size());
  std::uint64_t at = tail_size >= end_size ? tail_size - end_size + 1 : 0;
  while (at > 0 && number_in<std::uint32_t>(tail, at - 1) != end_signature) --at;
  if (at-- == 0)
    refuse("is not a zip archive, or was cut",
           "expected a checkpoint that torch.save of PyTorch 1.6 or newer wrote");
  Directory directory{number_in<std::uint32_t>(tail, at + 16), number_in<std::uint32_t>(tail, at + 12),
                      number_in<std::uint16_t>(tail, at + 10)};
  if (at >= locator_size && number_in<std::uint32_t>(tail, at - locator_size) == locator_signature) {
    const auto place = number_in<std::uint64_t>(tail, at - locator_size + 8);
    if (place > bytes_ || bytes_ - place < end64_size) refuse("its directory lies outside of the file");
    std::string record(end64_size, '\0');
    file_.read_at(place, record.data(), record.size());
    if (number_in<std::uint32_t>(record, 0) != end64_signature) refuse("its 64-bit directory is damaged");
    directory = {number_in<std::uint64_t>(record, 48), number_in<std::uint64_t>(record, 40),
                 number_in<std::uint64_t>(record, 32)};
  }
  if (directory.begin > bytes_ || bytes_ - directory.begin < directory.size)
    refuse("its directory lies outside of the file", "the file was cut or is damaged");
  return directory;
}

void StoredZip::read_directory(const Directory& directory) {
  constexpr std::uint64_t max_directory = std::uint64_t{1} << 26;
  if (directory.size > max_directory) refuse("its directory is larger than 64 MiB");
  std::string bytes(directory.size, '\0');
  file_.read_at(directory.begin, bytes.data(), bytes.size());
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    if (bytes.size() - at < entry_size || number_in<std::uint32_t>(bytes, at) != entry_signature)
      refuse("its directory is damaged");
    const auto method = number_in<std::uint16_t>(bytes, at + 10);
    const auto flags = number_in<std::uint16_t>(bytes, at + 8);
    std::uint64_t packed = number_in<std::uint32_t>(bytes, at + 20);
    std::uint64_t size = number_in<std::uint32_t>(bytes, at + 24);
    std::uint64_t place = number_in<std::uint32_t>(bytes, at + 42);
    const std::uint64_t name_size = number_in<std::uint16_t>(bytes, at + 28);
    const std::uint64_t extra_size = number_in<std::uint16_t>(bytes, at + 30);
    const std::uint64_t whole =
        entry_size + name_size + extra_size + number_in<std::uint16_t>(bytes, at + 32);
    if (bytes.size() - at < whole) refuse("its directory is damaged");
    const std::string name = bytes.substr(at + entry_size, name_size);
    std::uint64_t extra = at + entry_size + name_size;
    const std::uint64_t extra_end = extra + extra_size;
    while (extra + 4 <= extra_end) {
      const std::uint64_t field_end = extra + 4 + number_in<std::uint16_t>(bytes, extra + 2);
      if (field_end > extra_end) refuse("its directory is damaged");
      if (number_in<std::uint16_t>(bytes, extra) == 1) {
        std::uint64_t next = extra + 4;
        for (std::uint64_t* value : {&size, &packed, &place})
          if (*value == elsewhere) {
            if (next + 8 > field_end) refuse("its directory is damaged");
            *value = number_in<std::uint64_t>(bytes, next);
            next += 8;
          }
      }
      extra = field_end;
    }
    at += whole;
    if (name.ends_with('/')) continue;
    if (method != 0 || (flags & 1) != 0 || packed != size)
      refuse("its file " + in_quotes(name) + " is compressed or encrypted",
             "torch.save stores files as they are; do not pack the checkpoint again");
    if (place > bytes_ || bytes_ - place < local_size)
      refuse("its file " + in_quotes(name) + " is not there");
    std::string local(local_size, '\0');
    file_.read_at(place, local.data(), local.size());
    if (number_in<std::uint32_t>(local, 0) != local_signature)
      refuse("its file " + in_quotes(name) + " is damaged");
    const std::uint64_t begin =
        place + local_size + number_in<std::uint16_t>(local, 26) + number_in<std::uint16_t>(local, 28);
    if (begin > bytes_ || bytes_ - begin < size)
      refuse("its file " + in_quotes(name) + " is longer than the archive", "the file was cut");
    if (!entries_.emplace(name, Entry{begin, size}).second)
      refuse("its file " + in_quotes(name) + " occurs twice");
  }
}

void StoredZip::read(const Entry& entry, std::uint64_t begin, void* data, std::uint64_t size) {
  file_.read_at(entry.begin + begin, data, size);
}

}  // namespace facelex
