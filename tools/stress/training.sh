# shellcheck shell=bash disable=SC2154
# A training of 80 epochs at 1, 2, 3 and 8 threads, from paths of different lengths, stopped at random moments and gone
# on with: the same model. FACELEX_SHIFTED_MEMORY names build/…/tests/libshifted_memory.so: then all memory lies elsewhere too.
start=$SECONDS runs=0 crashes=0 wrong=0
train() {
  env ${FACELEX_SHIFTED_MEMORY:+LD_PRELOAD="$FACELEX_SHIFTED_MEMORY"} FACELEX_TEST_SHIFT="$3" \
    "$FACELEX" learn dfe "$study/fits" -o "$1" --width 16 --heads 2 --layers 1 --codes 8 --stages 2 --latent 6 --batch 64 \
    --epochs 80 --checkpoint-every 1 --device cpu --quiet -j "$2" >/dev/null 2>&1 </dev/null
}
mkdir -p "$work/training"
train "$work/training/reference.safetensors" 1 0 || crashes=$((crashes + 1))
for threads in 1 2 3 8; do
  for stops in 0 1 4; do
    folder="$work/training/$threads threads, stopped $stops times"
    mkdir -p "$folder"
    for ((stop = 0; stop < stops; ++stop)); do
      train "$folder/model.safetensors" "$threads" $((16 * (stop % 4))) &
      running=$!
      sleep "0.$((RANDOM % 900 + 100))"
      pkill -INT -P "$running" 2>/dev/null || true
      wait "$running" || true
    done
    runs=$((runs + 1))
    train "$folder/model.safetensors" "$threads" $((16 * (threads % 4))) || crashes=$((crashes + 1))
    cmp -s "$work/training/reference.safetensors" "$folder/model.safetensors" || wrong=$((wrong + 1))
  done
done
rm -rf "$work/training"
row training "$runs" "$crashes" 0 "$wrong" 0 $((SECONDS - start)) "80 epochs; 1, 2, 3, 8 threads; stopped 0, 1, 4 times"
