#include "facelex/features/signal_table.hpp"

#include <algorithm>
#include <cstdint>

#include "facelex/io/recording_file.hpp"

namespace facelex {
namespace {

using Eigen::Index;

constexpr Index max_piece_rows = 4096;
constexpr Index max_piece_values = Index{1} << 19;
constexpr Index max_values_in_memory = Index{1} << 21;

}  // namespace

SignalColumns::SignalColumns(Index count)
    : count_(count),
      piece_rows_(std::clamp<Index>(max_piece_values / std::max<Index>(1, count), 16, max_piece_rows)) {}

void SignalColumns::append(const Eigen::Ref<const RowMatrix>& rows) {
  for (Index taken = 0; taken < rows.rows();) {
    const Index within = rows_ % piece_rows_, n = std::min(piece_rows_ - within, rows.rows() - taken);
    if (within == 0) {
      keep_piece();
      pieces_.emplace_back(piece_rows_, count_);
    }
    pieces_.back().middleRows(within, n) = rows.middleRows(taken, n);
    taken += n;
    rows_ += n;
  }
}

/// Before the next piece: those that are complete go to the file once memory would hold too much.
void SignalColumns::keep_piece() {
  const Index values = piece_rows_ * count_, in_memory = static_cast<Index>(pieces_.size());
  if (!file_ && (in_memory + 1) * values <= max_values_in_memory) return;
  if (!file_) file_ = std::make_unique<ScratchFile>("signals");
  const std::size_t bytes = static_cast<std::size_t>(values) * sizeof(double);
  for (const Eigen::MatrixXd& piece : pieces_)
    file_->write(piece.data(), bytes, pieces_in_file_++ * static_cast<std::int64_t>(bytes));
  pieces_.clear();
}

void SignalColumns::read(Index signal, Index first, Index n, double* to) const {
  while (n > 0) {
    const Index piece = first / piece_rows_, within = first % piece_rows_;
    const Index taken = std::min(n, piece_rows_ - within);
    if (piece < pieces_in_file_)
      file_->read(to, static_cast<std::size_t>(taken) * sizeof(double),
                  ((piece * count_ + signal) * piece_rows_ + within) * Index{sizeof(double)});
    else
      std::copy_n(pieces_[static_cast<std::size_t>(piece - pieces_in_file_)].col(signal).data() + within,
                  taken, to);
    first += taken;
    to += taken;
    n -= taken;
  }
}

SignalTable::SignalTable(const Recording& recording, const std::vector<Index>& chosen)
    : kind(recording.kind), frames(recording.frames) {
  for (const Index column : chosen) columns.push_back(recording.columns[static_cast<std::size_t>(column)]);
  const auto values = std::make_shared<SignalColumns>(static_cast<Index>(chosen.size()));
  values->append(recording.values(Eigen::all, chosen));
  parts.push_back(values);
}

SignalTable read_signal_table(const std::filesystem::path& file, const SignalChoice& choose) {
  RecordingReader reader(file);
  const std::vector<Index> chosen = choose(reader.header());
  SignalTable table;
  table.kind = reader.header().kind;
  for (const Index column : chosen)
    table.columns.push_back(reader.header().columns[static_cast<std::size_t>(column)]);
  const auto values = std::make_shared<SignalColumns>(static_cast<Index>(chosen.size()));
  for (Recording block; reader.read(block);) {
    values->append(block.values(Eigen::all, chosen));
    table.frames.insert(table.frames.end(), block.frames.begin(), block.frames.end());
  }
  table.parts.push_back(values);
  return table;
}

}  // namespace facelex
