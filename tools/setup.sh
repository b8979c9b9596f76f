#!/usr/bin/env bash
# Installs what building and testing need and is not there yet: Debian packages (as root, or through
# sudo), and libtorch from the torch CPU wheel in a private virtual environment, .venv.
#   tools/setup.sh            to build and run
#   tools/setup.sh --tests    and to run the tests and the benchmarks, whose clients and peers (PyTorch,
#                             transformers, PEFT, llama.cpp, …) get an environment of their own,
#                             .venv-clients, and vLLM, which wants other versions, .venv-vllm, and TensorBoard,
#                             Trackio and W&B, .venv-logs
#   tools/setup.sh --tests --fuzz    and clang with libFuzzer, and clang-tidy
#   tools/setup.sh --parquet  to build and run, and to read Parquet files: Apache Arrow from the pyarrow
#                             wheel, into .venv (170 MB; --tests has it too)
set -euo pipefail
cd "$(dirname "$0")/.."

PACKAGES=(g++ cmake ninja-build ccache pkg-config python3 python3-venv
  libyaml-cpp-dev libcli11-dev libfmt-dev nlohmann-json3-dev libpcre2-dev libxxhash-dev
  libutf8proc-dev libsentencepiece-dev zlib1g-dev libzstd-dev libsqlite3-dev libcpp-httplib-dev)
TEST_PACKAGES=(libgtest-dev libgmock-dev libbenchmark-dev qemu-user clang-format
  chromium chromium-driver)
FUZZ_PACKAGES=(clang-16 libclang-rt-16-dev clang-tidy-16)
TORCH=2.13.0
PYARROW=26.0.1
[ "${1:-}" = "--tests" ] && PACKAGES+=("${TEST_PACKAGES[@]}")
[ "${2:-}" = "--fuzz" ] && PACKAGES+=("${FUZZ_PACKAGES[@]}")

missing=()
for package in "${PACKAGES[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
done
# A cmake or python from elsewhere is as good as Debian's.
have() { command -v "$1" >/dev/null 2>&1; }
kept=()
for package in "${missing[@]}"; do
  case "$package" in
    g++) have g++ || kept+=("$package") ;;
    cmake) have cmake || kept+=("$package") ;;
    python3 | python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null || kept+=("$package") ;;
    *) kept+=("$package") ;;
  esac
done
if [ ${#kept[@]} -gt 0 ]; then
  echo "installing: ${kept[*]}"
  SUDO=""
  [ "$(id -u)" = 0 ] || SUDO=sudo
  $SUDO apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $SUDO apt-get install -y -qq --no-install-recommends "${kept[@]}" >/dev/null
fi

if ! ls .venv/lib/python3*/site-packages/torch/lib/libtorch_cpu.so >/dev/null 2>&1; then
  echo "installing libtorch $TORCH (CPU) into .venv"
  python3 -m venv .venv
  .venv/bin/pip install -q --no-deps "torch==$TORCH+cpu" 2>/dev/null ||
    .venv/bin/pip install -q --no-deps "torch==$TORCH"
fi

case "${1:-}" in --tests | --parquet)
  if ! ls .venv/lib/python3*/site-packages/pyarrow/libparquet.so.* >/dev/null 2>&1; then
    echo "installing Apache Arrow (pyarrow $PYARROW) into .venv"
    .venv/bin/pip install -q --no-deps "pyarrow==$PYARROW" ||
      echo "pyarrow cannot be had here: Parquet files will not be read, and their tests skipped"
  fi ;;
esac

CLIENTS=tools/requirements-clients.txt
if [ "${1:-}" = "--tests" ] && ! cmp -s $CLIENTS .venv-clients/installed; then
  echo "installing the tests' clients (PyTorch, transformers, PEFT, llama.cpp, …) into .venv-clients"
  python3 -m venv .venv-clients
  .venv-clients/bin/pip install -q -r $CLIENTS
  cp $CLIENTS .venv-clients/installed
fi

LM_EVAL=tools/requirements-lm-eval.txt
if [ "${1:-}" = "--tests" ] && ! cmp -s $LM_EVAL .venv-clients/installed-lm-eval; then
  echo "installing lm-eval into .venv-clients"
  if .venv-clients/bin/pip install -q -r $LM_EVAL -c $CLIENTS; then
    cp $LM_EVAL .venv-clients/installed-lm-eval
  else
    echo "lm-eval cannot be had here: what it said once is compared, its live tests are skipped"
  fi
fi

LOGS=tools/requirements-logs.txt
if [ "${1:-}" = "--tests" ] && ! cmp -s $LOGS .venv-logs/installed; then
  echo "installing TensorBoard, Trackio and W&B into .venv-logs"
  python3 -m venv .venv-logs
  if .venv-logs/bin/pip install -q -r $LOGS; then
    cp $LOGS .venv-logs/installed
  else
    echo "TensorBoard, Trackio or W&B cannot be had here: the tests that ask their readers will be skipped"
  fi
fi

VLLM=tools/requirements-vllm.txt
if [ "${1:-}" = "--tests" ] && ! cmp -s $VLLM .venv-vllm/installed; then
  echo "installing vLLM (CPU) into .venv-vllm"
  python3 -m venv .venv-vllm
  # PyTorch's own index has the CPU build of torch where no other place has it.
  if .venv-vllm/bin/pip install -q --no-deps -r $VLLM 2>/dev/null ||
    .venv-vllm/bin/pip install -q --no-deps -r $VLLM --extra-index-url https://download.pytorch.org/whl/cpu; then
    cp $VLLM .venv-vllm/installed
  else
    echo "vLLM cannot be had here: its tests will be skipped"
  fi
fi
