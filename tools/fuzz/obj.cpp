#include "face/model/import/obj_mesh.hpp"
#include "reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace facelex;
  return fuzz::read_as_file(data, size, "a.obj", [](const auto& file) {
    const ObjMesh mesh = read_obj(file, true);
    fuzz::require(mesh.triangles.size() == 0 || mesh.triangles.maxCoeff() < mesh.vertex_count(),
                  "corners are vertices");
  });
}
