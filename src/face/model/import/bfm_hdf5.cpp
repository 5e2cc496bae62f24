#include <hdf5.h>

#include <array>

#include "bfm_files.hpp"
#include "parts.hpp"

namespace facelex {
namespace {

/// An open object of the library, closed at its end.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t id() const { return id_; }
  bool open() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Keeps the library from printing its errors: they become ours. Puts its printing back at its end.
class SilentHdf5 {
 public:
  SilentHdf5() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~SilentHdf5() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  SilentHdf5(const SilentHdf5&) = delete;
  SilentHdf5& operator=(const SilentHdf5&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace

struct Hdf5File::State {
  SilentHdf5 silence;
  std::filesystem::path file;
  Handle handle;

  explicit State(const std::filesystem::path& path)
      : file(path), handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose) {}
};

Hdf5File::Hdf5File(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {
  if (!state_->handle.open()) throw bad_import(file, "is not an HDF5 file, or was cut");
}

Hdf5File::~Hdf5File() = default;

bool Hdf5File::has(const std::string& name) const {
  return Handle(H5Dopen2(state_->handle.id(), name.c_str(), H5P_DEFAULT), H5Dclose).open();
}

template <class T>
Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> Hdf5File::read(const std::string& name,
                                                                long long memory_type) const {
  const Handle set(H5Dopen2(state_->handle.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!set.open()) throw bad_import(state_->file, "has no data set " + in_quotes(name));
  const std::string what = "data set " + in_quotes(name);
  const Handle space(H5Dget_space(set.id()), H5Sclose);
  std::array<hsize_t, 2> size = {0, 1};
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 1 || rank > 2 || H5Sget_simple_extent_dims(space.id(), size.data(), nullptr) != rank)
    throw bad_import(state_->file, what + " is not a vector or matrix");
  const std::uint64_t max_numbers = std::filesystem::file_size(state_->file) * max_compression;
  if (size[0] > max_numbers || (size[0] > 0 && size[1] > max_numbers / size[0]))
    throw bad_import(state_->file, what + " claims " + std::to_string(size[0]) + "×" +
                                       std::to_string(size[1]) + " numbers, more than the file can hold");
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(
      static_cast<Eigen::Index>(size[0]), static_cast<Eigen::Index>(size[1]));
  if (H5Dread(set.id(), static_cast<hid_t>(memory_type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw bad_import(state_->file, what + " cannot be read as numbers", "the file was cut or is damaged");
  return values;
}

Eigen::MatrixXf Hdf5File::matrix(const std::string& name) const {
  return read<float>(name, H5T_NATIVE_FLOAT);
}

Eigen::MatrixXi Hdf5File::integers(const std::string& name) const {
  return read<int>(name, H5T_NATIVE_INT);
}

}  // namespace facelex
