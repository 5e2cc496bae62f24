#include "facelex/io/pickle/pickle.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.pkl", [](const auto& file) {
    const Pickle pickle(file);
    for (const char* key : {"f8", "fortran", "bool", "names", "v_template"})
      if (const PickleValue* value = pickle.root().find(key)) pickle_numbers(*value, file.string());
  });
}
