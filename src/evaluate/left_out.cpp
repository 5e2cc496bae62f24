#include "left_out.hpp"

namespace facelex {
namespace {

Json left_out_json(const std::vector<LeftOutOfEvaluation>& left_out) {
  Json list = Json::array();
  for (const auto& one : left_out) list.push_back({{"name", one.name}, {"reason", one.text()}});
  return list;
}

std::string left_out_list(const char* what, const std::vector<LeftOutOfEvaluation>& left_out,
                          const std::string& sidecar) {
  if (left_out.empty()) return {};
  std::string text = "\n" + std::to_string(left_out.size()) + " " + what + " left out:\n\n";
  constexpr std::size_t max_named = 50;
  for (std::size_t i = 0; i < left_out.size() && i < max_named; ++i)
    text += "- " + left_out[i].name + ": " + left_out[i].text() + "\n";
  if (left_out.size() > max_named)
    text += "- … and " + std::to_string(left_out.size() - max_named) + " more, in " + sidecar + "\n";
  return text;
}

}  // namespace

std::string left_out_markdown(const EvaluationData& data, const std::string& sidecar) {
  return left_out_list("videos", data.videos_left_out, sidecar) +
         left_out_list("features", data.features_left_out, sidecar);
}

Json left_out_details(const EvaluationData& data) {
  Json details;
  details["warnings"] = data.warnings;
  details["videos_left_out"] = left_out_json(data.videos_left_out);
  details["features_left_out"] = left_out_json(data.features_left_out);
  return details;
}

}  // namespace facelex
