#include "facelex/video/regress/regressor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/core/path_text.hpp"

namespace facelex {
namespace {

/// The only line of what OpenCV says that tells something: "OpenCV(4.6.0) ./x.cpp:12: error: (-2:…) text".
std::string reason(const cv::Exception& error) {
  return error.err.substr(0, error.err.find('\n'));
}

Error wrong(const std::string& place, const std::string& field, const std::string& what) {
  return usage_error(place + ": " + field + ": " + what);
}

std::vector<double> numbers(const Json& object, const char* field, std::size_t count, double standard,
                            const std::string& place) {
  if (!object.contains(field)) return std::vector<double>(count, standard);
  const Json& list = object[field];
  if (!list.is_array() || list.size() != count)
    throw wrong(place, field, "expected a list of " + std::to_string(count) + " numbers, one a channel");
  std::vector<double> values;
  for (const Json& value : list) {
    if (!value.is_number()) throw wrong(place, field, "expected numbers, found " + value.dump());
    values.push_back(value.get<double>());
  }
  return values;
}

}  // namespace

void RegressorDescription::describe(OptionList& options) {
  constexpr int max_number = 4096;
  options.choice("crop", crop, {{"upright", Crop::upright}, {"level", Crop::level}},
                 "Square along the picture's edges, or turned so that the eyes are level");
  options.number("scale", scale, Bounds::above(0),
                 "Side of the square, in the landmarks' bounding box (mean of width and height)");
  options.integer("size", size, Bounds::between(1, max_number), "Pixels of the network's input, each way");
  options.choice("channels", channels,
                 {{"rgb", Channels::rgb}, {"bgr", Channels::bgr}, {"gray", Channels::gray}},
                 "Order of the network's channels");
  options.integer("batch", batch, Bounds::between(1, max_number), "Faces that the network takes at once");
}

RegressorDescription RegressorDescription::from_json(const Json& object, const std::string& place) {
  if (!object.is_object()) throw usage_error(place + ": expected a JSON object");
  RegressorDescription description;
  Json rest = object;
  for (const char* field : {"mean", "std", "outputs", "names"}) rest.erase(field);
  described(description).from_json(rest, place);
  const std::size_t channels = description.channels == Channels::gray ? 1 : 3;
  constexpr double max_std = 255;
  description.mean = numbers(object, "mean", channels, 0, place);
  description.std = numbers(object, "std", channels, max_std, place);
  for (const double value : description.std)
    if (!(value > 0)) throw wrong(place, "std", "expected numbers above 0");

  const Json outputs = object.value("outputs", Json::object());
  if (!outputs.is_object() || !outputs.contains("expression"))
    throw wrong(place, "outputs",
                "expected an object that says which output is the expression: {\"expression\": \"name\"}");
  description.outputs.emplace_back("expression", "");
  for (const auto& [what, name] : outputs.items()) {
    if (!name.is_string()) throw wrong(place, "outputs", in_quotes(what) + " is not the name of an output");
    if (what == "expression")
      description.outputs.front().second = name.get<std::string>();
    else
      description.outputs.emplace_back(what, name.get<std::string>());
  }
  const Json names = object.value("names", Json::array());
  if (!names.is_array()) throw wrong(place, "names", "expected a list of texts");
  for (const Json& name : names) {
    if (!name.is_string()) throw wrong(place, "names", "expected texts, found " + name.dump());
    description.names.push_back(name.get<std::string>());
  }
  return description;
}

struct Regressor::Network {
  std::string file;  ///< for messages
  RegressorDescription description;
  cv::dnn::Net net;
  std::mutex busy;
  std::vector<Column> columns;
  Eigen::Index expression = 0;
  std::string digest;

  cv::Mat blob(std::span<const cv::Mat> crops) const;
  RowMatrix forward(const cv::Mat& input);
  void find_columns();
};

/// N×C×H×W, float, normalised.
cv::Mat Regressor::Network::blob(std::span<const cv::Mat> crops) const {
  using Channels = RegressorDescription::Channels;
  const auto channels = static_cast<int>(description.mean.size());
  const int size = description.size;
  const int shape[] = {static_cast<int>(crops.size()), channels, size, size};
  cv::Mat input(4, shape, CV_32F);
  for (int i = 0; i < shape[0]; ++i) {
    // Into a picture of its own: crops are the caller's.
    const cv::Mat& bgr = crops[static_cast<std::size_t>(i)];
    cv::Mat picture = bgr;
    if (description.channels != Channels::bgr) {
      picture = cv::Mat();
      cv::cvtColor(bgr, picture,
                   description.channels == Channels::gray ? cv::COLOR_BGR2GRAY : cv::COLOR_BGR2RGB);
    }
    std::vector<cv::Mat> planes;
    cv::split(picture, planes);
    for (int c = 0; c < channels; ++c) {
      const auto channel = static_cast<std::size_t>(c);
      const double scale = 1 / description.std[channel];
      cv::Mat plane(size, size, CV_32F, input.ptr<float>(i, c));
      planes[channel].convertTo(plane, CV_32F, scale, -description.mean[channel] * scale);
    }
  }
  return input;
}

RowMatrix Regressor::Network::forward(const cv::Mat& input) {
  std::vector<cv::Mat> results;
  std::vector<cv::String> names;
  for (const auto& [what, name] : description.outputs) names.push_back(name);
  try {
    const std::lock_guard lock(busy);
    net.setInput(input);
    net.forward(results, names);
    // What the network gives are its own buffers.
    for (cv::Mat& result : results) result = result.clone();
  } catch (const cv::Exception& error) {
    throw data_error({file, 0, ""},
                     "the network does not take " + std::to_string(input.size[0]) + "×" +
                         std::to_string(input.size[1]) + "×" + std::to_string(input.size[2]) + "×" +
                         std::to_string(input.size[3]) + " pictures: " + reason(error),
                     "size, channels and batch stand in the JSON file beside it");
  }
  const Eigen::Index rows = input.size[0];
  RowMatrix values(rows, 0);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto total = static_cast<Eigen::Index>(results[i].total());
    if (results[i].type() != CV_32F || results[i].size[0] != rows || total % rows != 0)
      throw data_error({file, 0, ""},
                       "output " + in_quotes(names[i]) + " has no row of numbers for each of the " +
                           std::to_string(rows) + " pictures",
                       "\"batch\": 1 is right for a network that was exported for one picture");
    const Eigen::Index size = total / rows;
    values.conservativeResize(Eigen::NoChange, values.cols() + size);
    values.rightCols(size) =
        Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            results[i].ptr<float>(), rows, size)
            .cast<double>();
  }
  return values;
}

/// Runs the network on nothing to see how many numbers each output has.
void Regressor::Network::find_columns() {
  const auto known = net.getLayerNames();
  for (const auto& [what, name] : description.outputs)
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string list;
      for (const auto& output : net.getUnconnectedOutLayersNames())
        list += (list.empty() ? "" : ", ") + output;
      throw data_error({file, 0, ""}, "the network has no output " + in_quotes(name),
                       "its outputs are " + list);
    }
  const std::vector<std::pair<std::string, std::string>> all = description.outputs;
  for (const auto& output : all) {
    description.outputs = {output};
    const cv::Mat black = cv::Mat::zeros(description.size, description.size, CV_8UC3);
    const std::vector<cv::Mat> pictures(static_cast<std::size_t>(description.batch), black);
    const Eigen::Index size = forward(blob(pictures)).cols();
    const bool is_expression = output.first == "expression";
    if (is_expression) expression = size;
    if (is_expression && !description.names.empty() &&
        description.names.size() != static_cast<std::size_t>(size))
      throw data_error({file, 0, ""},
                       "output " + in_quotes(output.second) + " has " + std::to_string(size) +
                           " numbers, but there are " + std::to_string(description.names.size()) + " names",
                       "names stand in the JSON file beside it");
    for (Eigen::Index i = 0; i < size; ++i) {
      const std::string number = std::to_string(i);
      const std::string name = is_expression && !description.names.empty()
                                   ? description.names[static_cast<std::size_t>(i)]
                                   : number;
      columns.push_back({(is_expression ? "e" : output.first) + "_" + name,
                         "output " + output.second + "[" + number + "] of " + file, ""});
    }
  }
  description.outputs = all;
}

Regressor::Regressor(std::unique_ptr<Network> network) : network_(std::move(network)) {}
Regressor::~Regressor() = default;
Regressor::Regressor(Regressor&&) noexcept = default;
Regressor& Regressor::operator=(Regressor&&) noexcept = default;

Regressor Regressor::load(const std::filesystem::path& onnx, const std::filesystem::path& description) {
  const std::filesystem::path json =
      description.empty() ? std::filesystem::path(onnx).replace_extension(".json") : description;
  for (const auto& [file, hint] :
       {std::pair{onnx, "give the network's ONNX file"},
        {json, "it says crop, size, channels, normalisation and outputs of the network"}})
    if (std::error_code ignored; !std::filesystem::is_regular_file(file, ignored))
      throw environment_error("no such file: " + path_in_quotes(file.string()), hint);
  auto network = std::make_unique<Network>();
  network->file = onnx.filename().string();
  network->description = RegressorDescription::from_json(read_json(json), json.string());
  network->digest = sha256_of_text(sha256_of_file(onnx) + sha256_of_file(json));
  try {
    network->net = cv::dnn::readNetFromONNX(onnx.string());
  } catch (const cv::Exception& error) {
    throw data_error({onnx.string(), 0, ""}, "is not an ONNX network that OpenCV reads: " + reason(error),
                     "simplify it (onnxsim) and export it with an older opset");
  }
  network->find_columns();
  return Regressor(std::move(network));
}

cv::Mat Regressor::crop(const cv::Mat& bgr, const Landmarks68& points) const {
  const RegressorDescription& wanted = network_->description;
  double cosine = 1, sine = 0;
  if (wanted.crop == RegressorDescription::Crop::level) {
    const Eigen::RowVector2d eyes =
        points.middleRows<6>(42).colwise().mean() - points.middleRows<6>(36).colwise().mean();
    const double length = eyes.norm();
    if (!(length > 0)) return {};
    cosine = eyes.x() / length;
    sine = eyes.y() / length;
  }
  // The bounding box along axes that are turned by the eyes' tilt.
  Eigen::Array2d low = Eigen::Array2d::Constant(std::numeric_limits<double>::infinity()), high = -low;
  for (Eigen::Index i = 0; i < 68; ++i) {
    if (!points.row(i).allFinite()) continue;
    const Eigen::Array2d turned(cosine * points(i, 0) + sine * points(i, 1),
                                cosine * points(i, 1) - sine * points(i, 0));
    low = low.min(turned);
    high = high.max(turned);
  }
  const double side = wanted.scale * (high - low).mean();
  if (!(side > 0) || !std::isfinite(side)) return {};
  const Eigen::Array2d middle = (low + high) / 2;
  // Output pixel k covers a step of the square; its centre lies half a step inside.
  const double step = side / wanted.size;
  const double first = (0.5 - wanted.size / 2.0) * step;
  const double x = middle.x() + first, y = middle.y() + first;
  const cv::Matx23d picture_from_crop(cosine * step, -sine * step, cosine * x - sine * y,  //
                                      sine * step, cosine * step, sine * x + cosine * y);
  cv::Mat result;
  cv::warpAffine(bgr, result, picture_from_crop, cv::Size(wanted.size, wanted.size),
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT);
  return result;
}

RowMatrix Regressor::run(std::span<const cv::Mat> crops) const {
  RowMatrix values(static_cast<Eigen::Index>(crops.size()), static_cast<Eigen::Index>(columns().size()));
  const auto batch = static_cast<std::size_t>(network_->description.batch);
  for (std::size_t begin = 0; begin < crops.size(); begin += batch) {
    std::vector<cv::Mat> some;
    for (std::size_t i = begin; i < std::min(begin + batch, crops.size()); ++i) some.push_back(crops[i]);
    const auto count = static_cast<Eigen::Index>(some.size());
    // A network may take full batches only.
    some.resize(batch, some.back());
    values.middleRows(static_cast<Eigen::Index>(begin), count) =
        network_->forward(network_->blob(some)).topRows(count);
  }
  return values;
}

const std::vector<Column>& Regressor::columns() const {
  return network_->columns;
}
Eigen::Index Regressor::expression_size() const {
  return network_->expression;
}
const RegressorDescription& Regressor::description() const {
  return network_->description;
}
const std::string& Regressor::digest() const {
  return network_->digest;
}

}  // namespace facelex
