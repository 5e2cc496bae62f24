#include "facelex/dfe/train/options.hpp"

#include "facelex/core/digest.hpp"
#include "facelex/core/error.hpp"
#include "facelex/dfe/train/layout.hpp"

namespace facelex {

void DfeOptions::describe(OptionList& options) {
  training.describe(options);
  options
      .choice("fit-part", fit_part,
              {{"expression", FitPart::expression}, {"displacement", FitPart::displacement}},
              "Which part of the recordings of facelex fit is learnt from")
      .texts("columns", columns,
             "Columns to learn from, by name or beginning (e_*,jawOpen); none: those of the expression")
      .flag("standardize", standardize, "Learn from each input minus its mean, divided by its sd")
      .choice("encoder", shape.encoder, {{"transformer", DfeEncoder::transformer}, {"mlp", DfeEncoder::mlp}},
              "Network from a frame to its latent point; mlp learns many times faster")
      .integer("history", shape.history, Bounds::between(0, max_dfe_history),
               "Frames before the present one, of the same recording and face, that the encoder sees too")
      .integer("token-width", shape.token_width, Bounds::at_least(1), "Inputs of a token of the transformer")
      .integer("layers", shape.layers, Bounds::between(1, 100), "Layers of the encoder")
      .integer("heads", shape.heads, Bounds::at_least(1), "Heads of attention; they divide the width")
      .integer("width", shape.width, Bounds::between(1, 8192), "Width of the encoder")
      .integer("feed-forward", shape.feed_forward, Bounds::between(1, 65536),
               "Width between the two maps of a transformer layer")
      .number("dropout", dropout, Bounds::between(0, 0.95), "Share of the transformer's activations dropped")
      .integer("latent", shape.latent, Bounds::between(1, 8192), "Size of the latent point and of a code")
      .integer("stages", shape.stages, Bounds::between(1, 64), "Codes that add up to a frame")
      .integer("codes", shape.codes, Bounds::between(2, 65536), "Codes in the codebook")
      .integer("decoder-layers", shape.decoder_layers, Bounds::between(1, 100),
               "Linear layers of the decoder")
      .integer("decoder-width", shape.decoder_width, Bounds::between(1, 8192), "Width of its hidden layers")
      .number("commitment", commitment, Bounds::at_least(0), "Weight β of the commitment loss")
      .number("codebook-weight", codebook_weight, Bounds::at_least(0), "Weight of the codebook loss")
      .number("orthogonality", orthogonality, Bounds::at_least(0), "Weight of the codes' orthogonality loss")
      .number("sparsity", sparsity, Bounds::at_least(0),
              "Weight of the L1 norm of the reconstruction, or of what " + field("sparsity-on") + " says")
      .choice("sparsity-on", sparsity_on,
              {{"coefficients", DfeSparsityOn::coefficients}, {"displacement", DfeSparsityOn::displacement}},
              "What is to be sparse: the reconstructed coefficients, or how far they move points of " +
                  field("face") +
                  ", "
                  "a mean in mm")
      .text("face", face,
            "Face model of " + field("sparsity-on") +
                " displacement, whose expressions are learnt from; none: built-in")
      .number("decoder-sparsity", decoder_sparsity, Bounds::at_least(0),
              "Weight of the L1 norm of the decoder's weights")
      .number("learning-rate", learning_rate, Bounds::above(0), "Step size of Adam")
      .integer("batch", batch, Bounds::between(1, 1 << 20), "Frames of a step")
      .integer("epochs", epochs, Bounds::at_least(1), "Times that every frame is learnt from")
      .flag("kmeans-start", kmeans_start, "Begin the codebook at cluster centres")
      .integer("revive-after", revive_after, Bounds::at_least(0),
               "Epochs after which an unused code is put where frames are; 0: never")
      .number("validation", validation, Bounds::between(0, 0.9),
              "Share of the frames set aside, as whole recordings or subjects, to watch the loss on")
      .text("subjects", subjects, "CSV with columns name and subject of the recordings, to set aside by")
      .integer("patience", patience, Bounds::at_least(0),
               "End after this many epochs without a better validation loss, and keep the best; 0: never")
      .integer("checkpoint-every", checkpoint_every, Bounds::at_least(0),
               "Epochs between checkpoints; 0: only when interrupted")
      .choice("device", device,
              {{"auto", DfeDevice::automatic}, {"cpu", DfeDevice::cpu}, {"cuda", DfeDevice::cuda}},
              "What trains: the processor, or a graphics card by facelex-nn");
  describe_memory(options, memory);
}

void DfeOptions::check() const {
  check_bounds(*this);
  check_shape(shape);
  check_memory(memory, training);
  if (patience > 0 && validation == 0)
    throw usage_error(field("patience") + " " + std::to_string(patience) + " needs frames to validate on",
                      "do not give " + field("validation") + " 0");
  if (!face.empty() && sparsity_on == DfeSparsityOn::coefficients)
    throw usage_error(field("face") + " is for " + field("sparsity-on") + " displacement alone",
                      "leave it out, or add that");
  if (!subjects.empty() && validation == 0)
    throw usage_error(
        field("subjects") + " divides the recordings for validation, but " + field("validation") + " is 0",
        "leave one of them out");
}

Json DfeTask::configuration() const {
  Json json = options_json(options);
  json.erase("face");                                     // where it lay says nothing: the displacements do
  if (options.shape.history == 0) json.erase("history");  // as before there was one
  if (options.sparsity_on == DfeSparsityOn::coefficients) {
    json.erase("sparsity-on");  // as before there was a choice
  } else if (displacement) {
    Sha256 digest;
    digest.update(displacement->data(), static_cast<std::size_t>(displacement->size()) * sizeof(float));
    json["displacement_sha256"] = digest.hex();
  }
  for (const char* name : {"epochs", "patience", "checkpoint-every", "subjects", "memory"}) json.erase(name);
  return json;
}

}  // namespace facelex
