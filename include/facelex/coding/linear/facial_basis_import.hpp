#pragma once

#include <filesystem>
#include <memory>

#include "facelex/coding/linear/facial_basis.hpp"
#include "facelex/core/options.hpp"
#include "facelex/face/pose/registration.hpp"

namespace facelex {

struct FacialBasisImportOptions {
  /// Distance of the outer eye corners (iBUG 36 and 45) in the unit of the displacements that will be coded;
  /// > 0. The dictionary's own is 89, which is an adult's in millimetres.
  double eye_distance = adult_eye_distance_mm;

  void describe(OptionList& options);
  void check() const;
};

/// The dictionary that the authors of Facial Basis (paper 000) released, local_basis_FacialBasis1.0.npy: a
/// pickled dict of six scikit-learn DictionaryLearning objects, which is read as data (io/pickle/pickle.hpp).
///
/// The system takes displacements dX_17 … dZ_67 of any morphable model, in our axes, which are theirs (x to
/// image-right, y down, z away). Its units keep the release's order and names, LB-1 … MO-23, so that they can
/// be cited. LB, LE and RB, RE are the left and right of the *image* there, our RB, RE and LB, LE;
/// descriptions say so. No polarity is changed and nothing is sorted. Alpha is the file's (0.21 of the
/// ½-form). training() holds for each unit what the file tells of its codes.
///
/// Throws Error (data) naming file, feature and field: what Pickle throws, a feature that is missing or not
/// known, components of another shape, values that are not finite, settings that would give other codes (not
/// use_abs, another algorithm than lasso_cd, positive codes, alphas that differ).
std::unique_ptr<FacialBasis> import_facial_basis(const std::filesystem::path& file,
                                                 const FacialBasisImportOptions& options = {});

}  // namespace facelex
