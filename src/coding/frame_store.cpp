#include "facelex/coding/frame_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

constexpr const char* store_name = "temporary file of frames (in $TMPDIR)";

void write_whole(int file, const char* data, std::size_t bytes, std::int64_t at) {
  while (bytes > 0) {
    const ssize_t done = pwrite(file, data, bytes, at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw system_error(store_name, "write", errno);
    data += done;
    bytes -= static_cast<std::size_t>(done);
    at += done;
  }
}

void read_whole(int file, char* data, std::size_t bytes, std::int64_t at) {
  while (bytes > 0) {
    const ssize_t done = pread(file, data, bytes, at);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) throw system_error(store_name, "read", done < 0 ? errno : EIO);
    data += done;
    bytes -= static_cast<std::size_t>(done);
    at += done;
  }
}

}  // namespace

template <class Number>
FrameStoreOf<Number>::FrameStoreOf(Eigen::Index width, Eigen::Index rows_at_once)
    : width_(width), rows_at_once_(rows_at_once), moves_(static_cast<std::size_t>(width)) {
  const char* const folder = std::getenv("TMPDIR");
  std::string name = (std::filesystem::path(folder && *folder ? folder : "/tmp") / "facelex-XXXXXX").string();
  file_ = mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) throw system_error(name, "make", errno);
  unlink(name.c_str());
}

template <class Number>
FrameStoreOf<Number>::~FrameStoreOf() {
  close(file_);
}

template <class Number>
void FrameStoreOf<Number>::append(const Number* rows, Eigen::Index n) {
  constexpr std::size_t waiting_bytes = std::size_t{1} << 20;
  for (Eigen::Index i = 0; i < n * width_; ++i)
    if (rows[i] != 0) moves_[static_cast<std::size_t>(i % width_)] = true;
  waiting_.insert(waiting_.end(), rows, rows + n * width_);
  rows_ += n;
  if (waiting_.size() * sizeof(Number) >= waiting_bytes) flush();
}

template <class Number>
void FrameStoreOf<Number>::flush() {
  const std::size_t bytes = waiting_.size() * sizeof(Number);
  write_whole(file_, reinterpret_cast<const char*>(waiting_.data()), bytes, written_);
  written_ += static_cast<std::int64_t>(bytes);
  waiting_.clear();
}

template <class Number>
std::int64_t FrameStoreOf<Number>::blocks() const {
  const std::int64_t at_once = std::max<std::int64_t>(rows_at_once_ / piece_rows, 1);
  return (pieces() + at_once - 1) / at_once;
}

template <class Number>
Eigen::Index FrameStoreOf<Number>::rows_of_piece(std::int64_t piece) const {
  return std::min<Eigen::Index>(piece_rows, rows_ - piece * piece_rows);
}

template <class Number>
void FrameStoreOf<Number>::read(std::int64_t block, Rows& rows) const {
  const std::int64_t all = pieces(), step = blocks();
  Eigen::Index count = 0;
  for (std::int64_t piece = block; piece < all; piece += step) count += rows_of_piece(piece);
  rows.resize(count, width_);
  Eigen::Index row = 0;
  for (std::int64_t piece = block; piece < all; piece += step) {
    read_rows(piece * piece_rows, rows_of_piece(piece), rows.data() + row * width_);
    row += rows_of_piece(piece);
  }
}

template <class Number>
void FrameStoreOf<Number>::read_rows(std::int64_t first, Eigen::Index n, Number* to) const {
  const auto row_bytes = static_cast<std::int64_t>(sizeof(Number)) * width_;
  const std::int64_t begin = first * row_bytes, bytes = n * row_bytes;
  const std::int64_t in_file = std::clamp<std::int64_t>(written_ - begin, 0, bytes);
  char* const at = reinterpret_cast<char*>(to);
  read_whole(file_, at, static_cast<std::size_t>(in_file), begin);
  const char* const waiting = reinterpret_cast<const char*>(waiting_.data()) + (begin + in_file - written_);
  if (in_file < bytes) std::copy_n(waiting, bytes - in_file, at + in_file);
}

template class FrameStoreOf<double>;
template class FrameStoreOf<float>;

}  // namespace facelex
