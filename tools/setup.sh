#!/usr/bin/env bash
# Installs what facelex needs to build, run and be tested, from Debian's own packages, and says what it does.
#   tools/setup.sh            what is needed to build and run
#   tools/setup.sh --fuzz     also what tools/fuzz.sh uses (clang with libFuzzer)
#   tools/setup.sh --tests    also what the tests use (GoogleTest, ffprobe, clang-format, clang-tidy)
set -euo pipefail

packages=(g++ cmake ninja-build ccache pkg-config
  libeigen3-dev nlohmann-json3-dev libspdlog-dev libcli11-dev libssl-dev libhdf5-dev zlib1g-dev libutf8proc-dev libopenblas-dev
  libsvm-dev liblinear-dev
  libopencv-dev libdlib-dev libdlib-data libavformat-dev libavcodec-dev libavutil-dev libswscale-dev
  libgtest-dev libmatio-dev libbenchmark-dev)
if [ "${1:-}" = "--fuzz" ]; then packages+=(clang libclang-rt-14-dev); fi
if [ "${1:-}" = "--tests" ]; then packages+=(ffmpeg clang-format clang-tidy); fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: everything is installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: as root, run: apt-get install ${missing[*]}" >&2; exit 3; }
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "setup: done"
