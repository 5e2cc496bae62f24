#!/usr/bin/env bash
# The experiments of paper 001: variance explained against the number of units in data that a system was learnt
# from and in others (figure 5), against PCA and FACS units (figure 7), and interpretability (table 1), on your own
# data sets or on simulated stand-ins.
#
#   tools/experiments/dfecs.sh [-o OUT] [DATA_FOLDER DATA_FOLDER...]
#
# Each DATA_FOLDER (the paper's CK+, DISFA, BP4D-Spontaneous) holds motion/ (facelex standardize), landmarks/ (facelex
# extract or OpenFace) or videos/; no labels are needed. Two or more are needed: a system is judged on the data sets
# that it was not learnt from. Without folders two studies are simulated: in one people smile, frown and talk, in the
# other they move everything (data/codebook_cohort.json, ten people of each kind).
#
# UNITS (16), ALPHA (0.05), MAX_FRAMES (10100, the paper's), FACELEX. With SEARCH=yes the numbers of units come from
# the paper's halting grid search (minutes to hours). Writes OUT/<data set>/curves/variance.csv and .svg,
# OUT/<data set>/interpretability.csv and OUT/summary.md.
source "$(dirname "$0")/common.sh"

out=dfecs-out
while getopts "o:" option; do
  case $option in o) out="$OPTARG" ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
units="${UNITS:-16}" alpha="${ALPHA:-0.05}" frames="${MAX_FRAMES:-10100}"
search=()
[ "${SEARCH:-no}" = yes ] && search=(--search)
mkdir -p "$out"
sets=("$@")
if [ ${#sets[@]} -eq 0 ]; then
  step "No data given: simulating two studies"
  stand_in "$here/autism_cohort.json" "$out/data/conversations" --subjects 10
  stand_in "$here/../../data/codebook_cohort.json" "$out/data/everything" --subjects 10
  sets=("$out/data/conversations" "$out/data/everything")
fi
[ ${#sets[@]} -ge 2 ] || die "give two data sets or more: a system is judged on those it was not learnt from"

declare -A motion_of
for set in "${sets[@]}"; do
  name=$(basename "$set")
  [ -z "${motion_of[$name]:-}" ] || die "two data sets are called $name"
  if [ -d "$set/motion" ]; then motion_of[$name]="$set/motion"; continue; fi
  step "$name: keypoint motion"
  landmarks="$set/landmarks"
  if [ ! -d "$landmarks" ]; then
    [ -d "$set/videos" ] || die "$set has neither videos/, landmarks/ nor motion/"
    landmarks="$out/$name/landmarks"
    "$facelex" extract "$set/videos" -o "$landmarks" --quiet || [ $? -eq 1 ]
  fi
  "$facelex" standardize "$landmarks" -o "$out/$name/motion" --quiet || [ $? -eq 1 ]
  motion_of[$name]="$out/$name/motion"
done

"$facelex" model build-facs --units pure -o "$out/facs.safetensors" --quiet
"$facelex" model build-facs --units sided -o "$out/facs-sided.safetensors" --quiet
for set in "${sets[@]}"; do
  name=$(basename "$set")
  motion="${motion_of[$name]}"
  mkdir -p "$out/$name"
  step "$name: learning $units units"
  "$facelex" learn dfecs "$motion" --units "$units" --max-frames "$frames" "${search[@]}" -o "$out/$name/dfecs.safetensors" --quiet
  "$facelex" learn pca "$motion" --components "$units" --signed-pairs --code-alpha "$alpha" --max-frames "$frames" -o "$out/$name/pca.safetensors" --quiet
  others=()
  for other in "${sets[@]}"; do
    [ "$other" = "$set" ] || others+=(--test "${motion_of[$(basename "$other")]}")
  done
  step "$name: variance explained here and elsewhere (figures 5 and 7)"
  "$facelex" measure variance "$motion" "${others[@]}" --max-frames "$frames" -m "$out/$name/dfecs.safetensors" \
    -m "$out/$name/pca.safetensors" -m "$out/facs.safetensors" -m "$out/facs-sided.safetensors" -o "$out/$name/curves" --quiet
  step "$name: interpretability (table 1)"
  "$facelex" measure interpretability -m "$out/$name/dfecs.safetensors" -m "$out/$name/pca.safetensors" -o "$out/$name/interpretability.csv" --quiet
done

step "Summary"
{
  echo "| learnt from | system | interpretable units (automatic) |"
  echo "|---|---|---|"
  for set in "${sets[@]}"; do
    name=$(basename "$set")
    awk -F, -v name="$name" '
      NR == 1 { for (i = 1; i <= NF; ++i) column[$i] = i; next }
      { n[$column["system"]]++; good[$column["system"]] += ($column["interpretable"] ~ /^(1|true|yes)$/) }
      END { for (s in n) printf "| %s | %s | %d of %d (%.1f %%) |\n", name, s, good[s], n[s], 100 * good[s] / n[s] }' "$out/$name/interpretability.csv" | sort
  done
  echo
  for set in "${sets[@]}"; do
    name=$(basename "$set")
    echo "Curves of $name: $out/$name/curves/variance.csv, variance_units.svg, variance_l1.svg"
  done
} | tee "$out/summary.md"
