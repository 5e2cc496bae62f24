#!/bin/sh
# make_sidecars.sh FACELEX FOLDER: one sidecar of every stage that needs no video, of a small simulated cohort,
# in FOLDER/sidecars. tests/models/sidecars holds those of the version that its files name; the test of the
# commands makes them again and compares.
set -eu
# The frozen ones are of these kernels: others round otherwise.
! grep -qw avx2 /proc/cpuinfo || export FACELEX_KERNELS=avx2
facelex=$1
data=$(cd "$(dirname "$0")/../../data" && pwd)
mkdir -p "$2/sidecars"
cd "$2"
quietly() { "$facelex" "$@" -q; }
keep() { cp "$1" "sidecars/$2.json"; }

cat > cohort.json <<'COHORT'
{"seconds": 4, "groups": [
  {"name": "flat", "subjects": 4, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 4}]}},
  {"name": "lively", "subjects": 4, "behaviour": {"units": [{"unit": "AU12", "rate_per_minute": 24}]}}]}
COHORT
quietly simulate cohort.json --landmarks-only -o sim
quietly standardize sim/landmarks -o motion
quietly fit sim/landmarks -o fits
quietly learn facial-basis motion -o basis.safetensors --atoms MO=3,LB=2,RB=2
quietly learn dfecs motion -o dfecs.safetensors --max-frames 200
quietly learn pca motion -o pca.safetensors --components 4
quietly learn local-pca motion -o local.safetensors --atoms MO=2,LB=2
quietly learn frontalization -o frontalization.safetensors --views 200
quietly model build-facs -o facs.safetensors
quietly model build-face "$data/anatomical_face.json" -o face.safetensors
quietly model export built-in --all set
quietly model import set -o set.safetensors
quietly encode motion -m pca.safetensors -o codes
quietly encode fits -m built-in -o tokens
quietly decode codes -m pca.safetensors -o back
sed '1s/\bdx_0\b/AU01_r/' motion/S01_1.csv > openface.csv
quietly import openface.csv -o imported
quietly features wcc codes -o wcc.csv --window 2 --lag 0.5
quietly features summary codes -o summary.csv
quietly features bow tokens -o bow.csv
quietly measure variance motion -m pca.safetensors -o variance
quietly measure interpretability -m pca.safetensors -o interpretability.csv
quietly measure orthogonality -m pca.safetensors -o orthogonality.csv
quietly measure diversity motion -m pca.safetensors -o diversity.csv
quietly measure retrieval fits -m built-in -o retrieval.csv
quietly measure reconstruction motion -m pca.safetensors -o reconstruction.csv
quietly compare motion -m pca.safetensors -m basis.safetensors --resamples 0 -o compared
quietly evaluate classify --features summary.csv --labels sim/labels.csv --label group --missing impute --folds 4 --permutations 0 \
  --c 0.01 -o classified
awk -F, 'NR == 1 { print $0 ",score" } NR > 1 { print $0 "," NR }' sim/labels.csv > scores.csv
quietly evaluate regress --features summary.csv --labels scores.csv --label score --missing impute --folds 4 --permutations 0 \
  -o regressed
quietly power cohort.json --subjects 4 --pool 5 --studies 20 --folds 2 --inner-folds 2 --features summary --c 0.01 \
  --facial-basis-atoms MO=2 -o power

keep sim/truth/S01_1.json simulate-truth
keep sim/landmarks/S01_1.json simulate-landmarks
keep motion/S01_1.json standardize
keep fits/S01_1.json fit
for model in basis dfecs pca local frontalization; do keep $model.json learn-$model; done
keep facs.json model-build-facs
keep face.json model-build-face
keep set.json model-import
keep codes/S01_1.json encode-coefficients
keep tokens/S01_1.json encode-tokens
keep back/S01_1.json decode
keep imported/openface.json import
for kind in wcc summary bow; do keep $kind.json features-$kind; done
keep variance/variance.json measure-variance
for what in interpretability orthogonality diversity retrieval reconstruction; do keep $what.json measure-$what; done
keep compared/comparison.json compare
keep classified/metrics.json evaluate-classify
keep classified/predictions.json evaluate-classify-predictions
keep regressed/metrics.json evaluate-regress
keep power/power.json power
keep power/summary.json power-features-summary
