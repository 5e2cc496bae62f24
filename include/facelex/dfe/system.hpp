#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "facelex/coding/coding_system.hpp"
#include "facelex/dfe/network.hpp"

namespace facelex {

class DfeForward;

/// Discrete Facial Encoding (paper 002): a frame's D numbers → latent vector z₀ → L tokens, the nearest codes
/// of what the stages before left over: q_i = argmin_k ‖z_{i−1} − e_k‖², z_i = z_{i−1} − e_{q_i}. Needs no
/// libtorch. Latents are float32; on one kind of processor the bytes are the same whatever the number of
/// threads and a row's neighbours (another may round the last digits differently).
class DiscreteFacialEncoding final : public CodingSystem {
 public:
  static constexpr std::string_view model_kind = "dfe";

  /// inputs: D columns with different names. options: of learning, as resolved; training: what learning
  /// reported. Throws Error (data): what check_dfe_network throws, columns that do not fit D.
  DiscreteFacialEncoding(DfeNetwork network, std::vector<Column> inputs, SignalKind input_kind,
                         Json options = Json::object(), Json training = Json::object());
  ~DiscreteFacialEncoding() override;
  static std::unique_ptr<DiscreteFacialEncoding> from_model(const ModelFile& file);

  const DfeNetwork& network() const { return network_; }
  /// T×Z: z₀ of T×D·(N+1) signals, NaN where a value of the row is missing. Throws as encode does.
  FloatRowMatrix latent(const RowMatrix& signals, const Work& work = {}) const;

  std::string_view kind() const override { return model_kind; }
  SignalKind input_kind() const override { return input_kind_; }
  const std::vector<Column>& input_columns() const override { return inputs_; }
  CodeForm code_form() const override { return CodeForm::tokens; }
  /// q1 … qL.
  const std::vector<Column>& units() const override { return units_; }
  int vocabulary() const override { return network_.shape.codes; }
  int history() const override { return network_.shape.history; }
  /// Decoder of Σ e_q. Also throws Error (data) for a code that is not a token 0 … K−1.
  RowMatrix decode(const RowMatrix& codes) const override;
  RowMatrix decode_prefix(const RowMatrix& codes, int stages) const override;
  /// K×D: decode(e_k) − decode(0); with the decoder of one layer W·e_k.
  RowMatrix templates() const override;
  const Json& training() const override { return training_; }
  /// to_model().tensors are the weights by their names (F32), metadata "shape" the sizes. Trainers write it
  /// with write_model.
  ModelFile to_model() const override;

 private:
  class TokenEncoder;
  /// Says that check_dfe_network has let the network pass.
  struct Checked {};
  DiscreteFacialEncoding(Checked, DfeNetwork network, std::vector<Column> inputs, SignalKind input_kind,
                         Json options, Json training);

  Json acting(const EncodeOptions& options) const override;
  std::unique_ptr<Encoder> prepared(const EncodeOptions& options) const override;
  EncodedFrames tokens_of(const RowMatrix& signals, const TokenCodeOptions& options, const Work& work) const;
  RowMatrix decoded(RowMatrix sums) const;

  DfeNetwork network_;
  std::vector<Column> inputs_, units_;
  SignalKind input_kind_;
  Json options_, training_;
  std::unique_ptr<const DfeForward> forward_;
};

/// The network of a model file of kind "dfe", checked. Throws Error (data) that names the file and the field
/// or tensor.
DfeNetwork dfe_network_from_model(const ModelFile& file);

}  // namespace facelex
