#include "facelex/plot/line_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>

#include "facelex/core/error.hpp"
#include "facelex/core/text.hpp"
#include "facelex/io/atomic_file.hpp"

namespace facelex {
namespace {

constexpr std::array<const char*, 8> line_colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                     "#E69F00", "#56B4E9", "#000000", "#8C8C00"};
constexpr double character_width = 6.6;  ///< usual width of one at 12 px
constexpr double margin_top = 44, margin_left = 66, margin_bottom = 56, line_height = 18;

std::string escaped_text(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else
      safe += c;
  }
  return safe;
}

/// Hundredths of a pixel are enough.
std::string pixels(double value) {
  return number_text(std::round(value * 100) / 100);
}

struct Axis {
  double low = 0, high = 1;  ///< log₁₀ of the values on a logarithmic axis
  bool logarithmic = false;
  std::vector<std::pair<double, std::string>> ticks;

  double share(double value) const {
    return ((logarithmic ? std::log10(value) : value) - low) / (high - low);
  }
  bool holds(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
};

/// 1, 2 or 5 times a power of ten, such that about `wanted` of them make up the range.
double round_step(double range, int wanted) {
  const double rough = range / wanted, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power * (1 + 1e-9)) return factor * power;
  return 10 * power;
}

std::string tick_text(double value, double step) {
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

Axis linear_axis(double low, double high, bool round_low, bool round_high) {
  Axis axis;
  if (high <= low) high = low + 1;
  const double step = round_step(high - low, 6);
  axis.low = round_low ? std::floor(low / step + 1e-9) * step : low;
  axis.high = round_high ? std::ceil(high / step - 1e-9) * step : high;
  const auto first = static_cast<long long>(std::ceil(axis.low / step - 1e-9)),
             last = static_cast<long long>(std::floor(axis.high / step + 1e-9));
  for (long long k = first; k <= last; ++k) {
    const double value = static_cast<double>(k) * step;
    axis.ticks.emplace_back(value, tick_text(value, step));
  }
  return axis;
}

Axis logarithmic_axis(double low, double high) {
  Axis axis;
  axis.logarithmic = true;
  axis.low = std::log10(low);
  axis.high = high > low ? std::log10(high) : axis.low + 1;
  const bool few_decades = axis.high - axis.low < 3;
  const int last = static_cast<int>(std::floor(axis.high));
  for (int decade = static_cast<int>(std::floor(axis.low)); decade <= last; ++decade)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10, decade), place = std::log10(value);
      if (place < axis.low - 1e-9 || place > axis.high + 1e-9) continue;
      if (factor == 1 || few_decades) axis.ticks.emplace_back(value, number_text(value));
    }
  return axis;
}

constexpr const char* svg_begin = "<svg xmlns=\"http://www.w3.org/2000/svg\"";
constexpr const char* svg_style =
    "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\">";

class SvgPlot {
 public:
  explicit SvgPlot(const LinePlot& plot) : plot_(plot) {
    std::size_t longest = 0;
    for (const auto& series : plot.series) longest = std::max(longest, characters(series.name));
    right_ = 16 + 40 + character_width * static_cast<double>(longest);
    width_ = plot.width - margin_left - right_;
    height_ = plot.height - margin_top - margin_bottom;
    if (width_ < 80 || height_ < 60)
      throw usage_error("a plot of " + std::to_string(plot.width) + " × " + std::to_string(plot.height) +
                            " pixels leaves no room between its labels",
                        "make it larger, or the names of its lines shorter");
    find_axes();
  }

  std::string text() {
    const std::string size = std::to_string(plot_.width), tall = std::to_string(plot_.height);
    svg_ = svg_begin;
    svg_ += " width=\"" + size + "\" height=\"" + tall + "\" viewBox=\"0 0 " + size + " " + tall + "\" ";
    svg_ += svg_style;
    svg_ += "\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    label(margin_left, 24, plot_.title, "start", "font-size=\"14\" font-weight=\"bold\"");
    draw_axes();
    for (std::size_t i = 0; i < plot_.series.size(); ++i) draw_series(i);
    return svg_ + "</svg>\n";
  }

 private:
  static std::size_t characters(const std::string& utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }

  void find_axes() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double x_low = infinity, x_high = -infinity, y_low = infinity, y_high = -infinity;
    x_axis_.logarithmic = plot_.log_x;
    for (const auto& series : plot_.series) {
      if (series.x.size() != series.y.size())
        throw usage_error("the line " + in_quotes(series.name) + " has " + std::to_string(series.x.size()) +
                          " x and " + std::to_string(series.y.size()) + " y");
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!x_axis_.holds(series.x[i]) || !std::isfinite(series.y[i])) continue;
        x_low = std::min(x_low, series.x[i]);
        x_high = std::max(x_high, series.x[i]);
        y_low = std::min(y_low, series.y[i]);
        y_high = std::max(y_high, series.y[i]);
      }
    }
    if (!(x_low <= x_high)) throw usage_error("the plot " + in_quotes(plot_.title) + " has no points");
    x_axis_ = plot_.log_x ? logarithmic_axis(x_low, x_high) : linear_axis(x_low, x_high, false, false);
    y_axis_ =
        linear_axis(plot_.y_low.value_or(y_low), plot_.y_high.value_or(y_high), !plot_.y_low, !plot_.y_high);
  }

  double at_x(double value) const { return margin_left + x_axis_.share(value) * width_; }
  double at_y(double value) const { return margin_top + (1 - y_axis_.share(value)) * height_; }

  void label(double x, double y, const std::string& text, const char* anchor, const std::string& more = {}) {
    svg_ += "<text x=\"" + pixels(x) + "\" y=\"" + pixels(y) + "\" text-anchor=\"" + anchor + "\" " + more +
            ">" + escaped_text(text) + "</text>\n";
  }

  void line(double x1, double y1, double x2, double y2, const std::string& stroke) {
    svg_ += "<line x1=\"" + pixels(x1) + "\" y1=\"" + pixels(y1) + "\" x2=\"" + pixels(x2) + "\" y2=\"" +
            pixels(y2) + "\" " + stroke + "/>\n";
  }

  void draw_axes() {
    const std::string grid = "stroke=\"#ddd\"", axis = "stroke=\"#222\"";
    for (const auto& [value, text] : x_axis_.ticks) {
      line(at_x(value), margin_top, at_x(value), margin_top + height_, grid);
      label(at_x(value), margin_top + height_ + line_height, text, "middle");
    }
    for (const auto& [value, text] : y_axis_.ticks) {
      line(margin_left, at_y(value), margin_left + width_, at_y(value), grid);
      label(margin_left - 8, at_y(value) + 4, text, "end");
    }
    line(margin_left, margin_top + height_, margin_left + width_, margin_top + height_, axis);
    line(margin_left, margin_top, margin_left, margin_top + height_, axis);
    label(margin_left + width_ / 2, margin_top + height_ + 42, plot_.x_label, "middle");
    const double middle = margin_top + height_ / 2;
    label(18, middle, plot_.y_label, "middle", "transform=\"rotate(-90 18 " + pixels(middle) + ")\"");
  }

  void draw_series(std::size_t number) {
    const LineSeries& series = plot_.series[number];
    const std::string pen = "fill=\"none\" stroke=\"" + std::string(line_colours[colour_of(number)]) +
                            "\" stroke-width=\"2\"" + (series.dashed ? " stroke-dasharray=\"6 4\"" : "");
    std::string path;
    bool down = false;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (!x_axis_.holds(series.x[i]) || !std::isfinite(series.y[i])) {
        down = false;
        continue;
      }
      path += (down ? " L" : (path.empty() ? "M" : " M")) + pixels(at_x(series.x[i])) + " " +
              pixels(at_y(series.y[i]));
      down = true;
    }
    svg_ += "<path d=\"" + path + "\" " + pen + " stroke-linejoin=\"round\"/>\n";
    const double y = margin_top + 8 + line_height * static_cast<double>(number),
                 x = margin_left + width_ + 14;
    line(x, y, x + 28, y, pen);
    label(x + 34, y + 4, series.name, "start");
  }

  /// A dashed line has the colour of the whole line before it: two readings of one thing.
  std::size_t colour_of(std::size_t number) const {
    std::size_t colour = 0;
    for (std::size_t i = 1; i <= number; ++i)
      if (!(plot_.series[i].dashed && !plot_.series[i - 1].dashed)) ++colour;
    return colour % line_colours.size();
  }

  const LinePlot& plot_;
  double right_ = 0, width_ = 0, height_ = 0;
  Axis x_axis_, y_axis_;
  std::string svg_;
};

}  // namespace

std::string line_plot_svg(const LinePlot& plot) {
  return SvgPlot(plot).text();
}

bool is_line_plot(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  return std::getline(in, line) && line.starts_with(svg_begin) && line.ends_with(svg_style);
}

void write_line_plot(const std::filesystem::path& file, const LinePlot& plot) {
  write_file_atomically(file, line_plot_svg(plot));
}

}  // namespace facelex
