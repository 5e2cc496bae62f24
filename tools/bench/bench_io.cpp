// Reading and writing of per-frame tables, in MB/s on one thread, beside what a plain C++ program does:
// getline and strtod, snprintf("%.17g"). Each table has OpenFace's width; "openface" has its few digits per
// number, "full" the 17 digits that computed values have. Usage: bench_io [megabytes per table]

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "facelex/core/random.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/recording_file.hpp"

namespace {

using namespace facelex;
namespace fs = std::filesystem;

constexpr int landmarks = 68;

Recording make_table(Eigen::Index rows, bool few_digits) {
  Recording table;
  for (const char* axis : {"x_", "y_", "X_", "Y_", "Z_"})
    for (int i = 0; i < landmarks; ++i) table.columns.push_back({axis + std::to_string(i), {}, {}});
  const auto cols = static_cast<Eigen::Index>(table.columns.size());
  table.values.resize(rows, cols);
  Random random(1);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto number = static_cast<double>(i);
    table.frames.push_back({i + 1, 0, number / 32, 0.98, true});
    for (Eigen::Index j = 0; j < cols; ++j) {
      const double value = (j < 2 * landmarks ? 300.0 : 0.0) + 60 * random.normal();
      char text[32];
      if (few_digits) std::snprintf(text, sizeof text, "%.6g", value);
      table.values(i, j) = few_digits ? std::atof(text) : value;
    }
  }
  return table;
}

/// The best of three runs, in seconds: the machine is shared.
double seconds_of(const std::function<void()>& work) {
  double best = 1e300;
  for (int run = 0; run < 3; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

double plain_read(const fs::path& file) {
  std::ifstream in(file);
  std::string line, field;
  std::getline(in, line);
  double sum = 0;
  while (std::getline(in, line)) {
    const char* c = line.c_str();
    while (*c) {
      char* end = nullptr;
      sum += std::strtod(c, &end);
      c = *end == ',' ? end + 1 : end;
    }
  }
  return sum;
}

void plain_write(const fs::path& file, const Recording& table) {
  std::ofstream out(file);
  for (const auto& column : table.columns) out << column.name << ',';
  out << '\n';
  char text[64];
  for (Eigen::Index i = 0; i < table.rows(); ++i) {
    for (Eigen::Index j = 0; j < table.values.cols(); ++j)
      out.write(text, std::snprintf(text, sizeof text, "%.17g,", table.values(i, j)));
    out << '\n';
  }
}

void print(const std::string& what, const fs::path& file, double seconds, const fs::path& peer_file,
           double peer_seconds, double numbers) {
  const double megabytes = static_cast<double>(fs::file_size(file)) / 1e6;
  const double peer_megabytes = static_cast<double>(fs::file_size(peer_file)) / 1e6;
  std::printf("%-16s %7.0f MB/s %7.1f M numbers/s   plain C++ %6.0f MB/s %6.1f M numbers/s   ratio %.1f\n",
              what.c_str(), megabytes / seconds, numbers / seconds / 1e6, peer_megabytes / peer_seconds,
              numbers / peer_seconds / 1e6, peer_seconds / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const double megabytes = argc > 1 ? std::atof(argv[1]) : 60;
  const fs::path folder = fs::temp_directory_path() / ("facelex_bench_io_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const fs::path ours = folder / "ours.csv", plain = folder / "plain.csv", array = folder / "ours.npy";
  for (const bool few_digits : {true, false}) {
    const double bytes_per_number = few_digits ? 7.9 : 18.5;
    const auto rows = static_cast<Eigen::Index>(megabytes * 1e6 / bytes_per_number / (5 * landmarks));
    const Recording table = make_table(rows, few_digits);
    const double numbers = static_cast<double>(table.values.size());
    const std::string digits = few_digits ? "openface" : "full";
    const auto write = [&](const fs::path& file, TableFormat format) {
      RecordingWriter writer(file, table.columns, format);
      writer.write(table);
      writer.finish();
    };
    const double writing = seconds_of([&] { write(ours, TableFormat::csv); });
    const double plain_writing = seconds_of([&] { plain_write(plain, table); });
    print("write " + digits, ours, writing, plain, plain_writing, numbers);
    // Both read our file; in blocks, as every command does.
    double sum = 0;
    const double reading = seconds_of([&] {
      RecordingReader reader(ours);
      for (Recording block; reader.read(block);) sum += block.values.sum();
    });
    const double plain_reading = seconds_of([&] { sum += plain_read(ours); });
    print("read " + digits, ours, reading, ours, plain_reading, numbers);
    const double npy_writing = seconds_of([&] { write(array, TableFormat::npy); });
    const double npy_reading = seconds_of([&] { sum += read_recording(array).values(0, 0); });
    const double npy_megabytes = static_cast<double>(fs::file_size(array)) / 1e6;
    std::printf("%-16s write %.0f MB/s, read %.0f MB/s   (sum %g)\n", "npy", npy_megabytes / npy_writing,
                npy_megabytes / npy_reading, sum);
  }
  fs::remove_all(folder);
  return 0;
}
