#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <vector>

#include "facelex/core/work.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/face/pose/camera.hpp"
#include "facelex/face/schemes/landmark_scheme.hpp"

namespace facelex {

struct ExpressionPrior;

/// The landmarks of one frame, in pixels (NaN where a point is missing), and the camera that saw them.
struct FaceView {
  Landmarks68 points;
  Camera camera;
};

/// A scaled-orthographic camera (x = s·X + x₀, y = s·Y + y₀) for these landmarks, written as a pinhole camera
/// so far away (10⁴ face sizes) and so long that perspective moves no point by more than 10⁻⁴ of the face's
/// size. Its principal point is the middle of the landmarks. The scale s of a face at translation t is
/// fx/t.z, in px/mm. Requires at least one landmark.
Camera distant_camera(const Landmarks68& points);

/// A person's own neutral face: Q(X̄ + Aα + δ + E·m) at the landmarks (paper 000, equation 1, with δ beside it).
struct PersonalFace {
  Eigen::VectorXd identity;  ///< α
  /// δ: where this person's landmarks lie beside what the identity modes can say, n×3 mm in the face's axes
  /// for the points of FaceFitter::points(); a jaw point's holds all along its contour line.
  Eigen::Matrix<double, Eigen::Dynamic, 3> offsets;
  /// m: what the person's resting face has of the expression modes, in their coefficients. It belongs to
  /// the identity: expressions are measured from it.
  Eigen::VectorXd resting;
  Eigen::Matrix<double, Eigen::Dynamic, 3> neutral;  ///< R×3, mm: the rows of LandmarkRows
  /// Q: turns it so that the head looks where identity alone saw it look.
  Eigen::Matrix3d turn = Eigen::Matrix3d::Identity();
  double noise_mm = 0;  ///< the usual error of the landmarks, in each direction on the face
};

/// What is believed before anything is seen.
struct FitPriors {
  double noise_mm = 1;        ///< > 0: the usual error of a landmark in each direction on the face
  double regularization = 1;  ///< ≥ 0: multiplies the prior of all coefficients
  /// ≥ 0: standard deviation of what neighbouring landmarks' offsets share; 0: a person has no offsets.
  double offset_mm = 1.4;
};

/// What a frame, or several together, say of the expression whatever the head's pose: about the fit that it was
/// taken at, the landmarks' cost is ½εᵀHε − gᵀε + a constant, mm², the pose being where it costs least for each ε.
struct ExpressionEvidence {
  Eigen::MatrixXd matrix;      ///< H, K×K
  Eigen::VectorXd right_side;  ///< g
};

/// One frame: X = R(neutral + Eε) + t.
struct FaceFit {
  Eigen::Matrix3d rotation;
  Eigen::Vector3d translation_mm;
  Eigen::VectorXd expression;        ///< ε, within the model's bounds
  double reprojection_error_px = 0;  ///< root mean square over the given points of the inner face, 17 … 67
};

/// Fits a morphable model to landmarks (paper 000, III-A: coefficients under inequality constraints).
///
/// A frame's cost is Σᵢ wᵢ·c²·log(1 + rᵢ²/c²) + λ·noise²·Σₖ ((εₖ/scaleₖ)² + 2·εₖ/μₖ) with lower ≤ ε ≤ upper;
/// noise is PersonalFace::noise_mm.
/// rᵢ is the reprojection error as a length on the face in mm, so results do not depend on the size of the
/// picture; c = 3·noise (Cauchy's loss); wᵢ = 1, for the jaw line, which is an outline rather than a place on
/// the skin, 0.3, and 0.1 where the model has no MorphableModel::contour. A jaw point is compared with that
/// vertex of its contour line that lies farthest outwards in the picture, so it slides over the cheek as the
/// head turns. The last term is the prior of coefficients that are never negative (lower = 0): an exponential
/// one of mean μ = upper/5, which keeps all but a few units at zero. Others have the normal one alone.
/// Minimised by Gauss–Newton over pose and expression together, each step a box-constrained quadratic problem
/// solved exactly by an active set, damped by Levenberg and Marquardt's rule.
class FaceFitter {
 public:
  /// The model must outlive the fitter. Throws Error (data) when it has fewer than six landmarks, or none of
  /// 17 … 67.
  FaceFitter(const MorphableModel& model, const FitPriors& priors);

  /// The mean face as if it were a person's own.
  PersonalFace mean_face() const;

  /// The face that views of one person share, by damped Gauss–Newton over α, m and each view's pose and
  /// expression together; the views' parameters are eliminated from the normal equations (Schur's
  /// complement), so the cost grows linearly with their number F. The prior is
  /// λ·noise²·(F·Σ (α/scale)² + Σ (m/scale)²). F, because the expressions' prior counts F times too: a face
  /// that is smaller, and nearer, needs less of α and ε to look the same, and would shrink without end. At most
  /// 24 of the views, at even distances, make α; then all of them make δ and m, with α held, under
  /// λ·noise²·(δᵀΣ⁻¹δ + Σ (m/scale)²): so the identity says first how large the face is and where it looks.
  /// Offsets that shear the face in depth look like a nod, and the jaw's no longer hold it: Q, the mean rotation
  /// between the poses of both, keeps the head's axes those of the identity.
  ///
  /// Offsets hold what no identity mode of this model says of this person: without them it becomes expression
  /// that comes and goes as the head turns. Their covariance is smooth over the face, the same in all three
  /// directions: Σ_ij = offset²·(exp(−|X̄ᵢ − X̄ⱼ|²/(2·15²)) + (3/7)²·[i = j]) mm², measured on the shapes that
  /// other face models leave to this one (docs/design.md). They neither move, turn nor scale the points
  /// 17 … 67 as a whole, which is the pose's and the identity's. What stays put on the skull over many poses pays it
  /// once.
  ///
  /// Resting face and expression share their modes and are told apart by how often they are paid for: what
  /// all views have in common costs once as m and once per view as ε. The bounds of ε (and m) are lowered to
  /// −upper for this, and the exponential prior is left out, so that noise about the resting face averages
  /// out instead of being cut at zero. Give it views near the neutral and in various poses. Views that no
  /// pose explains are left out; without any, the mean face.
  PersonalFace personal_face(const std::vector<FaceView>& views, const Work& work) const;

  /// What these views say of the resting face.
  struct RestingViews {
    std::vector<Eigen::VectorXd> resting;  ///< of each view that is fitted: m that would make its ε 0
    /// The landmarks' usual error about these fits: 1.48 times the median distance in each direction over the
    /// points 17 … 67, mm on the face; 0 without a fit.
    double noise_mm = 0;
  };
  RestingViews resting_views(const PersonalFace& face, const std::vector<FaceView>& views,
                             const Work& work) const;
  /// Moves the resting face to the median expression of these views, so that ε is 0 in the middle of what the
  /// face mostly does. Returns RestingViews::noise_mm.
  double centre(PersonalFace& face, const std::vector<FaceView>& views, const Work& work) const;
  /// The face with these coefficients, offsets, turn and noise: its neutral follows from them.
  PersonalFace with_neutral(const PersonalFace& face) const;

  /// Pose and expression of one frame of that person, by itself. Nothing when no head pose explains the points
  /// (estimate_head_pose), which needs at least six of them, or the result is not finite. `evidence`, unless
  /// null: what the frame says about that result.
  std::optional<FaceFit> fit(const FaceView& view, const PersonalFace& face,
                             ExpressionEvidence* evidence = nullptr) const;

  /// The expression that evidence speaks for: the minimum of
  /// ½εᵀHε − gᵀε + λ(½σ²·εᵀC⁻¹ε + τσ·Σ eₖεₖ), lower ≤ ε ≤ upper, σ² = noise²·`variance`, eₖ = √Hₖₖ. `variance`:
  /// Σ w² of the weights w, Σ w = 1, that the evidence is a mean with (1 for a frame alone). C: the variances
  /// scale², correlated by .85 between the two sides of a unit (names that end in _L and _R). The last term, for
  /// coefficients that are never negative alone, makes each pay for what it moves, in parts of what the landmarks'
  /// noise can hide: of units that explain a movement alike, the one that moves least besides is taken.
  Eigen::VectorXd decoded(const ExpressionEvidence& evidence, double variance,
                          const PersonalFace& face) const;

  /// The expression that the evidence has in the mean under decoded()'s normal prior alone: without bounds and without
  /// the cost of what a unit moves, so that a face may move to the other side of its neutral. Which units move it so
  /// says nothing; where the points then lie does.
  Eigen::VectorXd measured(const ExpressionEvidence& evidence, double variance,
                           const PersonalFace& face) const;

  /// The pose of a view with its expression held, from `start`. Nothing where the result is not finite.
  std::optional<FaceFit> posed(const FaceView& view, const PersonalFace& face, const FaceFit& start,
                               Eigen::VectorXd expression) const;

  /// E·ε of the points that the model has, 17 … 67 or 0 … 67, in `points()` order: n×3, mm in the face's
  /// axes.
  Eigen::Matrix<double, Eigen::Dynamic, 3> displacement(const Eigen::VectorXd& expression) const;
  /// The neutral face at the same points.
  Eigen::Matrix<double, Eigen::Dynamic, 3> neutral(const PersonalFace& face) const;
  /// The iBUG numbers of the points that the model has, ascending.
  const std::vector<int>& points() const { return points_; }

 private:
  friend class FitProblem;

  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  using Offsets = Eigen::Matrix<double, Eigen::Dynamic, 3>;

  using Rotations = std::vector<std::optional<Eigen::Matrix3d>>;

  enum class Sought { identity, offsets };

  /// Over m and α, or over m and δ. Returns how the head is turned in each view; nothing where no pose
  /// explains it.
  Rotations improve(PersonalFace& face, const std::vector<FaceView>& views, Sought sought,
                    const Work& work) const;

  /// With `like`'s noise and turn.
  PersonalFace with_coefficients(const PersonalFace& like, Eigen::VectorXd identity, Eigen::VectorXd resting,
                                 Offsets offsets) const;
  /// `about_rest`: bounds that let noise about the resting face average out.
  ExpressionPrior expression_prior(bool about_rest, double noise_mm) const;
  Eigen::MatrixXd offset_precision() const;
  /// 3n×7, orthonormal: what a motion, a turn and another size of the inner face would be as offsets.
  Eigen::MatrixXd rigid_offsets() const;
  /// `errors`, unless null: FitProblem::inner_errors_mm of the result.
  std::optional<FaceFit> fit_with(const ExpressionPrior& prior, const FaceView& view,
                                  const PersonalFace& face, std::vector<double>* errors = nullptr,
                                  ExpressionEvidence* evidence = nullptr) const;

  const MorphableModel& model_;
  FitPriors priors_;
  LandmarkRows rows_;
  RowMajor identity_, expression_;  ///< rows_.identity, .expression: a point's three rows lie together
  std::array<std::vector<Eigen::Index>, 68> candidates_;  ///< rows of each point
  std::array<double, 68> weights_{};
  std::vector<int> points_;
  std::vector<Eigen::Index> own_rows_;  ///< of points_: the row of the point's own vertex
  /// 3n×3n, 1/mm², the axes of a point together; empty without offsets.
  Eigen::MatrixXd offset_precision_;
  Eigen::MatrixXd expression_precision_;  ///< C⁻¹, K×K
  Eigen::Index inner_rows_ = 0;           ///< rows of the points 17 … 67
};

/// The upper median of each coefficient. Requires at least one.
Eigen::VectorXd middle_resting(const std::vector<Eigen::VectorXd>& resting);

}  // namespace facelex
