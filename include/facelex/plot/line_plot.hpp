#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace facelex {

struct LineSeries {
  std::string name;
  std::vector<double> x, y;  ///< of one size; points that are not finite break the line
  bool dashed = false;
};

/// A plot of lines over one pair of axes.
struct LinePlot {
  std::string title;
  std::string x_label, y_label;         ///< with the unit: "L1 norm of the codes (template units)"
  bool log_x = false;                   ///< points with x ≤ 0 are left out
  std::optional<double> y_low, y_high;  ///< ends of the axis; from the data where not given
  std::vector<LineSeries> series;
  int width = 720, height = 440;  ///< pixels
};

/// The plot as a stand-alone SVG: axes with ticks at round numbers, a grid, the lines in colours that colour-
/// blind people tell apart (Okabe & Ito 2008) and a legend beside them. The same bytes for the same plot.
/// Throws Error (usage) when no series has a point that can be drawn, x and y differ in size, or the size is
/// too small for the axes.
std::string line_plot_svg(const LinePlot& plot);
/// Whether the file begins as line_plot_svg's plots do.
bool is_line_plot(const std::filesystem::path& file);
/// Writes it atomically.
void write_line_plot(const std::filesystem::path& file, const LinePlot& plot);

}  // namespace facelex
