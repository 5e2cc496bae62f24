#include "facelex/plot/line_plot.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "io/test_files.hpp"

namespace facelex {
namespace {

using test::error_of;
using test::says;

LinePlot two_lines() {
  LinePlot plot;
  plot.title = "A < B & C";
  plot.x_label = "units, k";
  plot.y_label = "variance explained (%)";
  plot.series = {{"dfecs", {1, 2, 10}, {10, 50, 90}, false}, {"dfecs, mean", {1, 2, 10}, {5, 30, 80}, true}};
  return plot;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(LinePlot, HasTitleLabelsTicksLinesAndLegend) {
  const std::string svg = line_plot_svg(two_lines());
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_TRUE(says(svg, {"A &lt; B &amp; C", ">units, k<", ">variance explained (%)<", ">dfecs<",
                         ">dfecs, mean<", ">20<", ">80<", "stroke-dasharray"}));
  EXPECT_EQ(count_of(svg, "<path "), 2u);
  EXPECT_EQ(svg, line_plot_svg(two_lines()));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(LinePlot, PointsStandWhereTheAxesSay) {
  LinePlot plot;
  plot.y_low = 0;
  plot.y_high = 100;
  plot.log_x = true;
  plot.series = {{"a", {1, 10, 100}, {0, 50, 100}, false}};
  const std::string svg = line_plot_svg(plot);
  const auto path = svg.substr(svg.find("<path d=\"") + 9);
  double x[3], y[3];
  ASSERT_EQ(std::sscanf(path.c_str(), "M%lf %lf L%lf %lf L%lf %lf", x, y, x + 1, y + 1, x + 2, y + 2), 6);
  EXPECT_NEAR(x[1], (x[0] + x[2]) / 2, 0.02);
  EXPECT_NEAR(y[1], (y[0] + y[2]) / 2, 0.02);
  EXPECT_GT(y[0], y[2]);
  EXPECT_TRUE(says(svg, {">0<", ">1<", ">10<", ">100<"}));
  EXPECT_EQ(svg.find(">-0<"), std::string::npos);
}

TEST(LinePlot, ALineBreaksWhereAValueIsMissing) {
  LinePlot plot = two_lines();
  plot.log_x = true;
  plot.series = {{"a", {0, 1, 2, 3, 4}, {1, 1, std::numeric_limits<double>::quiet_NaN(), 3, 4}, false}};
  const std::string svg = line_plot_svg(plot);
  const auto begin = svg.find("<path d=\"") + 9;
  const std::string path = svg.substr(begin, svg.find('"', begin) - begin);
  EXPECT_EQ(count_of(path, "M"), 2u);  // x = 0 has no place on a logarithmic axis
  EXPECT_EQ(count_of(path, "L"), 1u);
}

TEST(LinePlot, ConstantLinesAndSinglePointsHaveAxes) {
  LinePlot plot;
  plot.series = {{"a", {3}, {7}, false}};
  EXPECT_EQ(line_plot_svg(plot).find("nan"), std::string::npos);
  plot.log_x = true;
  EXPECT_EQ(line_plot_svg(plot).find("inf"), std::string::npos);
}

TEST(LinePlot, WhatCannotBeDrawnIsSaid) {
  LinePlot plot = two_lines();
  plot.series[0].y.pop_back();
  EXPECT_TRUE(says(error_of([&] { line_plot_svg(plot); }), {"'dfecs'", "3 x and 2 y"}));
  plot.series.clear();
  EXPECT_TRUE(says(error_of([&] { line_plot_svg(plot); }), {"no points"}));
  plot = two_lines();
  plot.width = 100;
  EXPECT_TRUE(says(error_of([&] { line_plot_svg(plot); }), {"100 × 440", "larger"}));
}

}  // namespace
}  // namespace facelex
