#include "facelex/coding/frame_store.hpp"

#include <algorithm>

namespace facelex {

template <class Number>
FrameStoreOf<Number>::FrameStoreOf(Eigen::Index width, Eigen::Index rows_at_once)
    : width_(width), rows_at_once_(rows_at_once), file_("frames"), moves_(static_cast<std::size_t>(width)) {}

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
  file_.write(waiting_.data(), bytes, written_);
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
  file_.read(at, static_cast<std::size_t>(in_file), begin);
  const char* const waiting = reinterpret_cast<const char*>(waiting_.data()) + (begin + in_file - written_);
  if (in_file < bytes) std::copy_n(waiting, bytes - in_file, at + in_file);
}

template class FrameStoreOf<double>;
template class FrameStoreOf<float>;

}  // namespace facelex
