#include <algorithm>

#include "facelex/core/error.hpp"
#include "reader.hpp"

namespace facelex {

void PickleReader::add(Type type, std::vector<const Value*> items) {
  if (type == Type::dict && items.size() % 2 != 0) refuse("a dict with a key without a value");
  push(type).items = std::move(items);
}

bool PickleReader::container(unsigned char opcode) {
  constexpr unsigned char tuple1 = 0x85, tuple3 = 0x87;
  switch (opcode) {
    case '}':
      push(Type::dict);
      return true;
    case ']':
      push(Type::list);
      return true;
    case ')':
      push(Type::tuple);
      return true;
    case 'd':
      add(Type::dict, pop_to_mark());
      return true;
    case 'l':
      add(Type::list, pop_to_mark());
      return true;
    case 't':
      add(Type::tuple, pop_to_mark());
      return true;
    default:
      break;
  }
  if (opcode < tuple1 || opcode > tuple3) return false;
  std::vector<const Value*> items;
  for (unsigned char i = tuple1; i <= opcode; ++i) items.push_back(&pop());
  std::reverse(items.begin(), items.end());
  add(Type::tuple, std::move(items));
  return true;
}

bool PickleReader::fill(unsigned char opcode) {
  std::vector<const Value*> items;
  const bool into_dict = opcode == 's' || opcode == 'u';
  if (opcode == 'a' || opcode == 's') {
    for (int i = into_dict ? 2 : 1; i > 0; --i) items.insert(items.begin(), &pop());
  } else if (opcode == 'e' || opcode == 'u') {
    items = pop_to_mark();
  } else {
    return false;
  }
  Value& target = top();
  if (target.type != (into_dict ? Type::dict : Type::list))
    refuse(into_dict ? "sets items of what is not a dict" : "appends to what is not a list");
  if (into_dict && items.size() % 2 != 0) refuse("a dict with a key without a value");
  target.items.insert(target.items.end(), items.begin(), items.end());
  return true;
}

void PickleReader::global(std::string_view module, std::string_view name) {
  // Five bytes of a file may name a memoised text again and again.
  constexpr std::size_t longest = 256;
  if (module.size() > longest || name.size() > longest) refuse("names a class of more than 256 letters");
  push(Type::global).class_name.append(module).append(".").append(name);
}

void PickleReader::instance(const Value& class_value) {
  if (class_value.type != Type::global) refuse("makes an instance of what is not a class");
  push(Type::object).class_name = class_value.class_name;
}

bool PickleReader::construction(unsigned char opcode) {
  switch (opcode) {
    case 'c': {
      const std::string_view module = line();
      global(module, line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const Value &name = pop(), &module = pop();
      if (name.type != Type::text || module.type != Type::text) refuse("a global without a name");
      global(module.text, name.text);
      return true;
    }
    case 0x81: {  // NEWOBJ: class, arguments, which are of no interest
      pop();
      instance(pop());
      return true;
    }
    case 'Q': {  // BINPERSID: what the pickle calls something that lies beside it
      const Value& names = pop();
      Value& beside = push(Type::object);
      beside.class_name = "persistent";
      beside.state = &names;
      return true;
    }
    case 'R':
      reduce();
      return true;
    case 'b':
      build();
      return true;
    default:
      return false;
  }
}

}  // namespace facelex
