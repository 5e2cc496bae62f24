#include <matio.h>

#include "bfm_files.hpp"
#include "parts.hpp"

namespace facelex {

struct MatlabFile::State {
  std::filesystem::path file;
  mat_t* handle = nullptr;
};

namespace {

struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

template <class From, class To>
void copy_numbers(const matvar_t& variable, Eigen::Matrix<To, Eigen::Dynamic, Eigen::Dynamic>& to) {
  const Eigen::Map<const Eigen::Matrix<From, Eigen::Dynamic, Eigen::Dynamic>> from(
      static_cast<const From*>(variable.data), to.rows(), to.cols());
  to = from.template cast<To>();
}

/// Copies whatever type of number; false for texts, cells and the like.
template <class To>
bool take_numbers(const matvar_t& variable, Eigen::Matrix<To, Eigen::Dynamic, Eigen::Dynamic>& to) {
  switch (variable.class_type) {
    case MAT_C_DOUBLE:
      copy_numbers<double>(variable, to);
      return true;
    case MAT_C_SINGLE:
      copy_numbers<float>(variable, to);
      return true;
    case MAT_C_INT32:
      copy_numbers<std::int32_t>(variable, to);
      return true;
    case MAT_C_UINT32:
      copy_numbers<std::uint32_t>(variable, to);
      return true;
    case MAT_C_UINT16:
      copy_numbers<std::uint16_t>(variable, to);
      return true;
    default:
      return false;
  }
}

}  // namespace

MatlabFile::MatlabFile(const std::filesystem::path& file) : state_(std::make_unique<State>()) {
  state_->file = file;
  state_->handle = Mat_Open(file.c_str(), MAT_ACC_RDONLY);
  if (!state_->handle) throw bad_import(file, "is no MATLAB v5 file, or was cut");
}

MatlabFile::~MatlabFile() {
  if (state_->handle) Mat_Close(state_->handle);
}

template <class T>
Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> MatlabFile::read(const std::string& name) const {
  const Variable variable(Mat_VarReadInfo(state_->handle, name.c_str()));
  if (!variable) throw bad_import(state_->file, "has no variable " + in_quotes(name), "or was cut before it");
  const std::string what = "variable " + in_quotes(name);
  if (variable->rank != 2 || variable->isComplex)
    throw bad_import(state_->file, what + " is no matrix of real numbers");
  const std::uint64_t rows = variable->dims[0], cols = variable->dims[1];
  const std::uint64_t most = std::filesystem::file_size(state_->file) * most_compression;
  if (rows > most || (rows > 0 && cols > most / rows))
    throw bad_import(state_->file, what + " claims " + std::to_string(rows) + "×" + std::to_string(cols) +
                                       " numbers, more than the file can hold");
  if (Mat_VarReadDataAll(state_->handle, variable.get()) != 0 || (!variable->data && rows * cols > 0))
    throw bad_import(state_->file, what + " cannot be read", "the file was cut or is damaged");
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> values(static_cast<Eigen::Index>(rows),
                                                          static_cast<Eigen::Index>(cols));
  if (!take_numbers(*variable, values)) throw bad_import(state_->file, what + " does not hold numbers");
  return values;
}

Eigen::MatrixXd MatlabFile::matrix(const std::string& name) const {
  return read<double>(name);
}

Eigen::MatrixXf MatlabFile::small_matrix(const std::string& name) const {
  return read<float>(name);
}

}  // namespace facelex
