#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facelex/coding/encoder.hpp"
#include "facelex/core/json.hpp"
#include "facelex/io/models/model_file.hpp"
#include "facelex/io/recording.hpp"

namespace facelex {

/// How a system finds its codes, and so which part of EncodeOptions acts on it.
enum class CodeForm {
  projections,  ///< coefficients without penalty: none
  sparse,       ///< coefficients at the optimum of a penalty: EncodeOptions::sparse
  tokens        ///< numbers of a codebook's entries: EncodeOptions::tokens
};

/// A lexicon of facial movements: what `learn` makes. It codes frames of one kind of signals in named units.
/// Everything downstream works on this interface and never asks which system it has. Systems do not change
/// once made, and may be used from several threads.
class CodingSystem {
 public:
  virtual ~CodingSystem() = default;

  /// The kind of model file: "facial-basis", "pca" …
  virtual std::string_view kind() const = 0;
  virtual SignalKind input_kind() const = 0;
  /// The D columns that it takes, found in a recording by their names.
  virtual const std::vector<Column>& input_columns() const = 0;
  virtual CodeForm code_form() const = 0;
  /// coefficients or tokens.
  SignalKind code_kind() const;
  /// The K units: name ("LB-1"), description, unit of measure. Of tokens: the stages.
  virtual const std::vector<Column>& units() const = 0;
  /// How many different units a frame may have: K, or of tokens the entries of the codebook.
  virtual int vocabulary() const { return static_cast<int>(units().size()); }

  /// The options as they act here, for the record: the model's penalty where none is given. Throws Error
  /// (usage): what EncodeOptions::check throws, an option that is set and has no meaning for these codes.
  Json resolved(const EncodeOptions& options) const;
  /// N: how many frames before the present one its codes depend on too. FrameHistory puts them beside it.
  virtual int history() const { return 0; }
  /// What codes frames with these options; this system must outlive it. Throws what resolved throws.
  std::unique_ptr<Encoder> encoder(const EncodeOptions& options = {}) const;
  /// encoder(options)->encode(signals, work), for one block of rows.
  EncodedFrames encode(const RowMatrix& signals, const EncodeOptions& options = {},
                       const Work& work = {}) const;
  /// T×D signals of T×K codes; NaN rows give NaN rows. Throws Error (data) when the width is not K.
  virtual RowMatrix decode(const RowMatrix& codes) const = 0;
  /// The same of the first `count` columns alone, the others adding nothing; 0 ≤ count ≤ K. With 0 the rest:
  /// what no unit at all gives.
  virtual RowMatrix decode_prefix(const RowMatrix& codes, int count) const;
  /// vocabulary()×D: what each unit adds to the rest when it is there alone, once (of coefficients: with code
  /// 1), in the unit of the signals.
  virtual RowMatrix templates() const;
  /// D: the rest.
  Eigen::RowVectorXd rest() const;

  /// What learning reported (frames, objective, variance explained, statistics of units).
  virtual const Json& training() const = 0;
  virtual ModelFile to_model() const = 0;

 protected:
  CodingSystem() = default;
  CodingSystem(const CodingSystem&) = default;
  CodingSystem& operator=(const CodingSystem&) = default;

 private:
  /// These are called with options that are checked and act on this form of codes.
  virtual Json acting(const EncodeOptions& options) const = 0;
  virtual std::unique_ptr<Encoder> prepared(const EncodeOptions& options) const = 0;
};

}  // namespace facelex
