#!/bin/sh
# Makes the environment of a checkout: a venv with the locked packages and Dojang itself, editable.
# `make setup` calls it; PYTHON names the interpreter and VENV the folder. Nothing outside VENV is
# changed. Run again, it only checks what is there.
set -eu
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
VENV="${VENV:-.venv}"
LOCK=requirements.lock
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
version_of() { "$1" -c 'import platform; print(platform.python_version())' 2>/dev/null; }

# What the first line of the lock is compared with; tools/lock.py writes it.
platform_of() {
    "$1" -c 'import platform, sys
print(sys.platform, platform.machine(), sys.implementation.name, "%d.%d" % sys.version_info[:2])'
}

make_venv() {
    command -v "$PYTHON" >/dev/null 2>&1 ||
        fail "There is no $PYTHON. Dojang needs Python 3.11 or newer: make setup PYTHON=python3.11"
    new_enough "$PYTHON" ||
        fail "$PYTHON is Python $(version_of "$PYTHON" || echo '?'); Dojang needs 3.11 or newer:" \
            "make setup PYTHON=python3.11"
    say "Making $VENV with Python $(version_of "$PYTHON")"
    "$PYTHON" -m venv "$VENV" ||
        fail "The environment could not be made. On Debian and Ubuntu: apt install python3-venv"
}

from_lock() {
    say "Installing the locked packages (several GB and a few minutes the first time)"
    errors=$(mktemp)
    installed=yes
    "$BIN/python" -m pip install -qq --require-hashes -r "$LOCK" 2>"$errors" || installed=no
    cat "$errors" >&2
    mismatch=$(grep -c 'DO NOT MATCH THE HASHES' "$errors" || true)
    rm -f "$errors"
    # Whoever changed a file on its way could otherwise choose the unlocked path for us.
    [ "$mismatch" = 0 ] || fail "A package is not the one that was locked, so nothing was installed."
    [ "$installed" = yes ] &&
        "$BIN/python" -m pip install -qq --no-deps --no-build-isolation -e .
}

from_ranges() {
    say "Installing from the version ranges of pyproject.toml"
    "$BIN/python" -m pip install -qq -e '.[dev]' ||
        fail "The packages could not be installed; pip says why above."
}

BIN="$VENV/bin"
[ -x "$BIN/python" ] && "$BIN/python" -m pip --version >/dev/null 2>&1 || make_venv
new_enough "$BIN/python" ||
    fail "$VENV has Python $(version_of "$BIN/python" || echo '?'); Dojang needs 3.11 or newer." \
        "Remove $VENV and run again with PYTHON=python3.11"

locked=$(sed -n '1s/^# //p' "$LOCK" 2>/dev/null || true)
here=$(platform_of "$BIN/python")
if [ "$locked" != "$here" ]; then
    say "The lock is for ${locked:-no platform}; this is $here."
    from_ranges
elif ! from_lock; then
    say "The locked packages could not be installed; pip says why above."
    from_ranges
fi
say "Ready: $BIN/dojang --help"
