#include "anatomical_table.hpp"

#include <cmath>
#include <set>

#include "facelex/core/error.hpp"

namespace facelex::detail {
namespace {

/// A value of the table that knows where it stands.
struct Entry {
  const Json& json;
  std::string file, place;

  [[noreturn]] void fail(const std::string& what) const { throw data_error({file, 0, place}, what); }

  bool has(const char* key) const { return json.is_object() && json.contains(key); }
  Entry operator[](const std::string& key) const {
    if (!json.is_object() || !json.contains(key)) fail("has no " + in_quotes(key));
    return {json[key], file, place.empty() ? key : place + "." + key};
  }
  double number() const {
    if (!json.is_number()) fail("expected a number, found " + json.dump());
    return json.get<double>();
  }
  std::string text() const {
    if (!json.is_string()) fail("expected a text, found " + json.dump());
    return json.get<std::string>();
  }
  std::vector<Entry> list() const {
    if (!json.is_array()) fail("expected a list, found " + json.dump());
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < json.size(); ++i)
      entries.push_back({json[i], file, place + "[" + std::to_string(i) + "]"});
    return entries;
  }
  std::vector<std::pair<std::string, Entry>> items() const {
    if (!json.is_object()) fail("expected an object, found " + json.dump());
    std::vector<std::pair<std::string, Entry>> entries;
    for (const auto& [key, value] : json.items()) entries.emplace_back(key, (*this)[key]);
    return entries;
  }
  Eigen::RowVector3d vector() const {
    const std::vector<Entry> numbers = list();
    if (numbers.size() != 3) fail("expected [left, down, away], found " + json.dump());
    constexpr double max_mm = 1000;
    for (const Entry& number : numbers)
      if (!(std::abs(number.number()) <= max_mm)) number.fail("is more than 1000 mm");
    return {numbers[0].number(), numbers[1].number(), numbers[2].number()};
  }
};

TablePoint point_of(const Entry& entry) {
  TablePoint point;
  point.at = entry["at"].vector();
  if (point.at.x() < 0) entry.fail("x is below 0: only the left half is listed");
  if (entry.has("open")) point.open = entry["open"].number();
  if (!entry.has("landmarks")) return point;
  for (const Entry& number : entry["landmarks"].list()) {
    const double value = number.number();
    if (value < 0 || value > 67 || value != static_cast<int>(value)) number.fail("no landmark of iBUG-68");
    point.landmarks.push_back(static_cast<int>(value));
  }
  if (point.landmarks.size() != (point.at.x() == 0 ? 1U : 2U))
    entry.fail("needs the landmark of the midline, or those of left and right");
  return point;
}

class Reader {
 public:
  Reader(const Json& json, const std::string& file) : root_{json, file, ""} {}

  AnatomicalTable read() {
    table_.name = root_["name"].text();
    table_.licence = root_["licence"].text();
    table_.expression_scale = root_["expression_scale"].number();
    table_.expression_upper = root_["expression_upper"].number();
    table_.identity_bound = root_["identity_bound"].number();
    table_.jaw_hinge = root_["jaw_hinge"].vector();
    for (const auto& [name, entry] : root_["points"].items())
      table_.points.entries.emplace_back(name, point_of(entry));
    check_landmarks();
    for (const auto& [name, entry] : root_["curves"].items())
      table_.curves.entries.emplace_back(name, curve_of(entry));
    if (!table_.curves.find("outline")) root_["curves"].fail("has no 'outline'");
    for (const Entry& hole : root_["holes"].list()) {
      const std::vector<Entry> sides = hole.list();
      if (sides.size() != 2) hole.fail("expected two curves");
      table_.holes.emplace_back(curve_name(sides[0]), curve_name(sides[1]));
    }
    for (const auto& [name, entry] : root_["jaw_weights"].items())
      table_.jaw_weights.emplace_back(known_point(name, entry), entry.number());
    for (const auto& [name, entry] : root_["units"].items())
      table_.units.entries.emplace_back(name, unit_of(entry));
    for (const auto& [name, entry] : root_["identity"].items())
      table_.identity.entries.emplace_back(name, identity_of(entry));
    return std::move(table_);
  }

 private:
  const std::string& known_point(const std::string& name, const Entry& entry) const {
    if (!table_.points.find(name)) entry.fail("there is no point " + in_quotes(name));
    return name;
  }

  std::string curve_name(const Entry& entry) const {
    std::string name = entry.text();
    if (!table_.curves.find(name)) entry.fail("there is no curve " + in_quotes(name));
    return name;
  }

  void check_landmarks() const {
    std::set<int> seen;
    for (const auto& [name, point] : table_.points)
      for (const int number : point.landmarks)
        if (!seen.insert(number).second)
          root_["points"][name].fail("landmark " + std::to_string(number) + " is given twice");
    for (int number = 0; number < 68; ++number)
      if (!seen.contains(number)) root_["points"].fail("no point is landmark " + std::to_string(number));
  }

  TableCurve curve_of(const Entry& entry) const {
    TableCurve curve;
    for (const Entry& point : entry["through"].list())
      curve.through.push_back(known_point(point.text(), point));
    constexpr double max_pieces = 1000;
    const double pieces = entry["pieces"].number();
    if (!(pieces >= 1 && pieces <= max_pieces)) entry["pieces"].fail("expected 1 … 1000 pieces");
    curve.pieces = static_cast<int>(pieces);
    curve.shapes = entry.has("shapes") && entry["shapes"].json == true;
    if (curve.through.size() < 2 || curve.pieces < static_cast<int>(curve.through.size()) - 1)
      entry.fail("needs two points and at least a piece between any two");
    return curve;
  }

  std::vector<std::pair<std::string, Eigen::RowVector3d>> moves(const Entry& entry) const {
    std::vector<std::pair<std::string, Eigen::RowVector3d>> list;
    for (const auto& [name, value] : entry.items())
      list.emplace_back(known_point(name, value), value.vector());
    return list;
  }

  TableUnit unit_of(const Entry& entry) const {
    TableUnit unit;
    unit.what = entry["what"].text();
    unit.muscle = entry["muscle"].text();
    unit.sides = entry.has("sides") && entry["sides"].json == true;
    unit.move = moves(entry["move"]);
    if (entry.has("jaw_degrees")) unit.jaw_degrees = entry["jaw_degrees"].number();
    if (entry.has("jaw_shift")) unit.jaw_shift = entry["jaw_shift"].number();
    if (entry.has("curve"))
      for (const auto& [name, value] : entry["curve"].items()) {
        if (!table_.curves.find(name)) value.fail("there is no curve " + in_quotes(name));
        unit.curves.emplace_back(name, value.vector());
      }
    if (entry.has("meet")) add_meeting(unit, entry["meet"]);
    return unit;
  }

  void add_meeting(TableUnit& unit, const Entry& entry) const {
    const auto curves = entry.items();
    if (curves.size() != 2) entry.fail("expected two curves and how far each goes");
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& [name, share] = curves[i];
      const std::string& onto = curves[1 - i].first;
      const TableCurve *curve = table_.curves.find(name), *other = table_.curves.find(onto);
      if (!curve || !other || curve->pieces != other->pieces)
        share.fail("needs two curves of equally many pieces");
      unit.meet.emplace_back(name, onto, share.number());
    }
  }

  static Eigen::Index axis(const Entry& entry) {
    const std::string name = entry.text();
    if (name != "x" && name != "y" && name != "z") entry.fail("expected x, y or z");
    return name[0] - 'x';
  }

  TableIdentity identity_of(const Entry& entry) const {
    TableIdentity mode;
    mode.what = entry["what"].text();
    if (entry.has("move")) mode.move = moves(entry["move"]);
    if (entry.has("scale")) mode.scale = entry["scale"].vector();
    if (entry.has("ramp"))
      for (const Entry& ramp : entry["ramp"].list())
        mode.ramps.push_back({axis(ramp["axis"]), axis(ramp["of"]), ramp["from"].number(),
                              ramp["to"].number(), ramp["by"].number()});
    return mode;
  }

  Entry root_;
  AnatomicalTable table_;
};

}  // namespace

AnatomicalTable read_anatomical_table(const Json& json, const std::string& file) {
  return Reader(json, file).read();
}

}  // namespace facelex::detail
