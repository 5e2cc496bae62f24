#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/core/work.hpp"
#include "facelex/face/fit/face.hpp"
#include "facelex/face/model/morphable_model.hpp"
#include "facelex/io/named_file.hpp"
#include "facelex/io/recording_file.hpp"
#include "facelex/io/sidecar.hpp"

namespace facelex {

/// Options of `facelex fit`.
struct FitOptions {
  enum class CameraModel { perspective, orthographic };
  enum class Bias { known, none };
  enum class NeutralSource { estimated, model, frame, file };

  CameraModel camera = CameraModel::perspective;
  std::string image_size;  ///< "1280x720", px; empty: the sidecar of extract tells
  double focal = 0;        ///< px; 0: openface_camera's
  /// Usual error of a landmark in each direction, mm on the face, ≥ 0; 0: of each face of the recording its own,
  /// FaceFitter::centre's, between 1 (FitPriors) and 3.
  double noise = 0;
  /// Whether what the landmark detector errs with the head's pose is taken off: where the input's sidecar names the
  /// detector that facelex has a table of (dlib's cascade), or never.
  Bias bias = Bias::known;
  double offsets = FitPriors().offset_mm;              ///< mm, ≥ 0
  double regularization = FitPriors().regularization;  ///< weight of the prior on coefficients, > 0
  /// Half of the width of the triangle, s, over which frames say together what the face does; 0: each for itself.
  /// At 25 f/s .12 are five frames with weights 1 2 3 2 1.
  double smooth = 0.12;
  int identity_frames = 96;  ///< frames that the identity is estimated from, ≥ 1
  std::vector<std::string> signals = {"expression", "displacement", "observables"};
  NeutralSource neutral = NeutralSource::estimated;
  long long neutral_frame = 0;  ///< 1-based; for NeutralSource::frame
  std::string neutral_file;     ///< for NeutralSource::file

  void describe(OptionList& options);
  void check() const;
};

/// Columns of the recording: pose_Tx … pose_Rz (orthographic: pose_scale for pose_Tz), reprojection_error,
/// and, as chosen by `signals`, e_<name>, dX_<n> …, dY_<n> …, dZ_<n> … of the model's points, and the observables
/// that these points can measure (o_<name>, mm; face/fit/observables.hpp), of FaceFitter::measured.
std::vector<Column> fit_columns(const MorphableModel& model, const FitOptions& options, bool orthographic);

/// Whether `signals` (FitOptions) names that one.
bool has_signal(const std::vector<std::string>& signals, std::string_view name);

/// Kind of a recording with these signals: fit, or that of the one alone.
SignalKind fit_kind(const std::vector<std::string>& signals);

/// Fits a morphable model to a recording of landmarks (paper 000, III-A; fit/face.hpp says how one frame and
/// how the shared face are fitted).
///
/// Pass 1 finds each person's own face: of up to 512 frames, evenly over the recording, whose confidence is
/// at least the median, `identity_frames` are taken in turn from cells of head pose (10° of yaw × 10° of
/// pitch), in each cell those nearest to the median shape of the face. FaceFitter::personal_face makes the
/// identity of them, and FaceFitter::centre then moves the resting face so that the median expression of up
/// to 192 of the frames is 0. If a face never rests, for example one that talks all the time, its most usual
/// shape is taken for its neutral, as in NeutralEstimator; FitOptions::neutral offers others: `model`, the
/// identity without a resting expression; a `frame`; a `file`, which is a person's (estimate_person) or a
/// recording of the subject's neutral face, whose median expression is taken for 0. Pass 2 fits pose and
/// expression of each frame with that face: each frame by itself (FaceFitter::fit), then what frames within
/// `smooth` seconds say of the expression is put together, weighted by a triangle over their time stamps, and
/// decoded (FaceFitter::decoded), and the pose is sought once more for that expression. Missing frames lack in the
/// mean and nothing else; a frame without a time stamp stands for itself.
///
/// `output` has the rows of `input`. Rows without success stay without values; details.rows_without_values
/// counts them: no_face, incomplete (a point of the file's scheme is missing), no_pose (no head pose explains
/// the points), profile (turned by more than 75° from the camera), bad_fit (reprojection error above 9 mm
/// on the face, a tenth of the distance of the eyes' outer corners), no_face_id (in a file of several faces,
/// each of which has its own identity).
///
/// The camera is openface_camera of the picture's size, which is `image_size` or what the sidecar of extract
/// says. Without either, and with `orthographic`, a scaled-orthographic camera: pose_Tx and pose_Ty are then
/// mm from the picture's upper left corner, and pose_scale (px/mm) stands for pose_Tz.
///
/// Details: camera, model, identity (a list, one of each face: face_id when there are several, coefficients,
/// offsets and neutral (mm at the points: all X, all Y, all Z), resting, noise_mm, frames, head_linear_share: of
/// each signal's variance what is linear in pitch, yaw and roll; neutral_credibility: near, the share of frames
/// within the noise of the neutral, mimicked, units that the resting face looks like, held, those of them from which it relaxes, and credible,
/// but for the model's neutral), points,
/// rows_without_values.
///
/// Memory does not grow with the file. Throws Error: data for an input that cannot be read or has no
/// landmarks; usage for options.
///
/// `person`, unless empty: a file of estimate_person, whose face stands instead of what pass 1 would find.
StageResult fit(const std::filesystem::path& input, const std::filesystem::path& output,
                const MorphableModel& model, const FitOptions& options, TableFormat format, const Work& work,
                const std::filesystem::path& person = {});

/// Pass 1 over all recordings of a person, in their order: one identity, offsets, noise and neutral from frames
/// of all of them, chosen as from one recording; each keeps its own camera. Writes a person's file (a model
/// container of the kind "person"), which fit() takes. The neutral is estimated or the model's
/// (FitOptions::neutral); frame and file are refused: they are of one recording.
///
/// A recording that cannot be used (it cannot be read, or has several faces) is left out and named in the
/// message. Details: recordings (name, frames that the identity comes from), what fit() says of an identity.
/// Throws Error: data when none can be used; usage for options.
StageResult estimate_person(const std::vector<NamedFile>& recordings, const std::filesystem::path& output,
                            const MorphableModel& model, const FitOptions& options, const Work& work);

}  // namespace facelex
