#!/usr/bin/env bash
# Learns data/codebook.safetensors, the codebook of facial movements that facelex carries (--model built-in), from a
# simulated cohort of the built-in face (data/codebook_cohort.json): 240 people, 120,000 frames, seen as facelex fit sees
# them, from landmarks with noise. Nobody's data is in it.
#
#   tools/experiments/built_in_codebook.sh [OUT]
#
# About eight minutes on two cores. The same bytes on the same kind of processor; on another one OpenBLAS sums in
# another order, and the weights differ in their last digits.
source "$(dirname "$0")/common.sh"

out="${1:-codebook-out}"
data="$here/../../data"
mkdir -p "$out"
step "Simulating and fitting"
stand_in "$data/codebook_cohort.json" "$out"
fits=$(make_fits "$out" "$out")
step "Learning"
"$facelex" learn dfe "$fits" --encoder mlp --standardize --learning-rate 0.001 --epochs 100 --seed 4 \
  --subjects "$out/labels.csv" -o "$out/codebook.safetensors"
"$facelex" measure reconstruction "$fits" --model "$out/codebook.safetensors" -o "$out/reconstruction.csv"
"$facelex" measure diversity "$fits" --model "$out/codebook.safetensors" -o "$out/diversity.csv"
cp "$out/codebook.safetensors" "$data/codebook.safetensors"
echo "Now rebuild, and: (cd data && sha256sum codebook.safetensors)" >&2
