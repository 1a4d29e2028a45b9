#!/usr/bin/env bash
# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# The one launcher: on first use makes .venv beside itself, then hands every word that is not its own to `mimic`.
set -euo pipefail

usage='usage: ./mimic.sh VERB ...        run `mimic VERB ...`: quickstart, doctor, generate, ...
       ./mimic.sh setup [EXTRA]   only install; EXTRA: ui (default), dev, learning, rerun, xr, cluster, humanoid, g1,
                                  g1-walking; lerobot, which gets an environment of its own, .venv-lerobot
       ./mimic.sh setup EXTRA ARG ...  the same, whether it is there or not; ARGs go to `uv pip install`, such as
                                  --reinstall-package NAME for one whose files are damaged
       ./mimic.sh lint            format, lint and types
       ./mimic.sh test [ARG ...]  the tests; ARGs go to pytest
       ./mimic.sh gpu-check [--output FOLDER]  tests and benchmarks for a GPU, nine minutes at most
       ./mimic.sh test-isaacsim [ARG ...]  more tests, on real parts of Isaac Sim 6.2: downloads 174 MB of them
                                  once (a minute at 25 Mbit/s); nothing of them is installed
MIMIC_PYTHON=/path/to/python3.12 chooses the Python that .venv is made from.'

uv_version=0.13.9
asset_version=6.2.0.0
cmake_version=3.31.6

# Standard output belongs to `mimic`: `--json` must stay clean on a first start too.
say() { printf 'mimic.sh: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

# First of all, for other systems lack the commands used below.
[ "$(uname -sm)" = "Linux x86_64" ] || fail "needs Linux x86_64; this machine is $(uname -sm)"

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
venv=$root/.venv
python=$venv/bin/python
lerobot_venv=$root/.venv-lerobot
# Of `setup`: words for uv, and the extra that they are for, which is then installed in any case.
arguments=() anew=

# Containers often forbid Python to keep what it compiles; then each start compiles Isaac Lab's 2,900 modules again. Kept
# in .venv, nothing lies beside anybody's sources.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ] && [ -w "$root" ] && { [ ! -e "$venv" ] || [ -w "$venv" ]; }; then
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX=${PYTHONPYCACHEPREFIX:-$venv/pycache}
fi

# All that decides what an installation holds, its place on disk included (sha256sum prints the paths).
fingerprint=$(sha256sum -- "$root/pyproject.toml" "$root/mimic.sh")

is_installed() { # EXTRA
    local in=$venv
    [ "$1" != "$anew" ] || return 1
    [ "$1" = lerobot ] && in=$lerobot_venv
    [ -x "$in/bin/python" ] && [ -r "$in/mimic-$1" ] && [ "$(<"$in/mimic-$1")" = "$fingerprint" ]
}

# Prints the real path of a Python 3.12: a name on PATH may be a shim that answers differently elsewhere.
resolve_python() {
    "$1" -c 'import sys; sys.version_info[:2] == (3, 12) or sys.exit(1); print(sys.executable)' 2>/dev/null
}

find_python() {
    local candidate
    if [ -n "${MIMIC_PYTHON:-}" ]; then
        resolve_python "$MIMIC_PYTHON" || fail "MIMIC_PYTHON=$MIMIC_PYTHON is not a Python 3.12"
        return
    fi
    for candidate in python3.12 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3.12 \
        "$(uv python find --no-python-downloads 3.12 2>/dev/null)"; do
        resolve_python "$candidate" && return
    done
    fail "needs Python 3.12 and found none; install one, or name it: MIMIC_PYTHON=/path/to/python3.12 ./mimic.sh"
}

install() { # EXTRA
    local base uv=(uv) extra
    is_installed "$1" && return # by another start, while this one waited for the lock

    base=$(find_python)
    if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12) or sys.prefix == sys.base_prefix)' 2>/dev/null; then
        say "making .venv with $base"
        "$base" -m venv --clear --without-pip "$venv" || fail "$base could not make .venv (see above)"
    fi

    if ! uv --version >/dev/null 2>&1; then
        uv=("$python" -m uv)
        "${uv[@]}" --version >/dev/null 2>&1 ||
            "$base" -m pip --python "$python" install --quiet "uv==$uv_version" ||
            { "$python" -m ensurepip && "$python" -m pip install --quiet "uv==$uv_version"; } ||
            fail "could not install uv with pip (see above)"
    fi

    say "installing into .venv (once; several GB, minutes on a first download)"
    # uv reads the overrides in [tool.uv] from the folder it runs in.
    cd -- "$root"
    # robomimic's egl-probe is built with cmake, and cmake 4 has to be told to take its old project file.
    case $1 in dev | learning)
        if ! command -v cmake >/dev/null; then
            "${uv[@]}" pip install --python "$python" "cmake==$cmake_version" ||
                fail "cmake could not be installed (see above); start again to continue it"
            PATH=$venv/bin:$PATH
        fi
        export CMAKE_POLICY_VERSION_MINIMUM=3.5
        ;;
    esac
    # Only the robot description in isaacsim-asset is wanted; outside site-packages its Python modules shadow no others.
    "${uv[@]}" pip install --python "$python" "${arguments[@]}" --editable ".[ui,$1]" &&
        "${uv[@]}" pip install --python "$python" --no-deps --target "$venv/share/isaacsim-asset" \
            "isaacsim-asset==$asset_version" ||
        fail "installation failed (see above); start again to continue it"

    # Last, so that an installation cut short is taken up again.
    for extra in ui "$1"; do printf '%s\n' "$fingerprint" >"$venv/mimic-$extra"; done
}

install_lerobot() {
    local base uv=(uv)
    is_installed lerobot && return

    base=$(find_python)
    if ! "$lerobot_venv/bin/python" -c 'import sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null; then
        say "making .venv-lerobot with $base"
        "$base" -m venv --clear --without-pip "$lerobot_venv" || fail "$base could not make .venv-lerobot (see above)"
    fi
    # .venv is there by now, and has uv if the system has none.
    uv --version >/dev/null 2>&1 || uv=("$python" -m uv)
    say "installing into .venv-lerobot (once; what .venv holds already is not downloaded again)"
    cd -- "$root"
    "${uv[@]}" pip install --python "$lerobot_venv/bin/python" "${arguments[@]}" --group lerobot ||
        fail "lerobot could not be installed (see above); start again to continue it"
    printf '%s\n' "$fingerprint" >"$lerobot_venv/mimic-lerobot"
}

ensure() { # EXTRA
    local glibc install=(install "$1")
    if [ "$1" = lerobot ]; then
        ensure ui
        install=(install_lerobot)
    fi
    is_installed "$1" && return
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc=
    printf '%s\n' 2.35 "${glibc#glibc }" | sort --version-sort --check=quiet ||
        fail "needs glibc 2.35 or newer; this system has ${glibc:-another C library}"
    [ -w "$root" ] || fail "cannot write to $root, where .venv belongs"
    # Of two first starts at once the second waits. A file that is always there carries the lock; nothing is written to it.
    (flock 9 && "${install[@]}") 9>>"$root/pyproject.toml" >&2
}

ensure_graphics() {
    # The window's tests draw without a screen and, where there is no GPU, with Mesa's renderer; omni.ui links glfw.
    # The desktop program's own gets a screen that nobody sees, and hands that type and click.
    local packages=(mesa-vulkan-drivers libvulkan1 libglfw3 libgl1 xvfb xdotool) drivers libraries
    drivers=$(ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json 2>/dev/null) || true
    libraries=$(PATH=$PATH:/sbin ldconfig -p)
    [[ -n $drivers && $libraries == *libvulkan.so.1* && $libraries == *libglfw.so.3* ]] &&
        command -v Xvfb >/dev/null && command -v xdotool >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing ${packages[*]}"
        { apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"; } >&2 && return
    fi
    say "the window's tests need Vulkan and glfw: install ${packages[*]} (Debian's names)"
}

ensure_openxr() {
    # The XR tests build a headset in software; without these headers they are skipped.
    [ -e /usr/include/openxr/openxr.h ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing libopenxr-dev"
        { apt-get update && apt-get install --yes --no-install-recommends libopenxr-dev; } >&2 && return
    fi
    say "the XR tests need OpenXR's headers: install libopenxr-dev (Debian's name)"
}

case ${1:-} in
    setup)
        extra=${2:-ui}
        case $extra in
            ui | dev | learning | rerun | xr | cluster | humanoid | g1 | g1-walking | lerobot) ;;
            *) fail "no extra is named $extra; there are ui, dev, learning, rerun, xr, cluster, humanoid, g1," \
                "g1-walking, lerobot" ;;
        esac
        if [ $# -gt 2 ]; then
            arguments=("${@:3}") anew=$extra
        fi
        ensure "$extra"
        arguments=() anew=
        [ "$extra" != dev ] || ensure lerobot
        say "ready"
        ;;
    lint)
        ensure dev
        cd -- "$root"
        status=0
        "$python" -m ruff format --check . || status=1
        "$python" -m ruff check . || status=1
        "$python" -m pyright || status=1
        exit "$status"
        ;;
    test)
        shift
        ensure dev
        ensure lerobot
        ensure_graphics
        ensure_openxr
        cd -- "$root"
        # All of them side by side: many wait for a process or a frame most of the time.
        [ $# -gt 0 ] || set -- -n 2 --dist loadgroup --no-loadscope-reorder
        exec "$python" -m pytest "$@"
        ;;
    gpu-check)
        shift
        ensure dev
        # From the caller's folder, where a relative FOLDER belongs.
        exec "$python" "$root/benchmarks/gpu_check.py" "$@"
        ;;
    test-isaacsim)
        shift
        ensure dev
        ensure_graphics
        cd -- "$root"
        exec "$python" -m pytest -m isaacsim tests/isaac_sim "$@"
        ;;
    '' | -h | --help)
        printf '%s\n' "$usage"
        if is_installed ui; then exec "$python" -P -m isaaclab_mimic_core --help; fi
        ;;
    *)
        ensure ui
        # -P: the folder it is called from holds the user's files, not modules.
        exec "$python" -P -m isaaclab_mimic_core "$@"
        ;;
esac
