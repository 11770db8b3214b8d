#!/bin/sh
# Builds .venv in the checkout or brings it up to date. Usage: scripts/env.sh demo|test
#   demo: what the collection, the sandbox and the demonstration need;  test: the linters and test runners as well.
# PYTHON names the interpreter; without it the first usable one of python3.13, python3.12, python3.11, python3 is taken.
# Does nothing while the pins, the place of the checkout and PYTHON are those that .venv was built with.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-}
case "$kind" in
demo) set -- requirements.txt requirements-sandbox.txt ;;
test) set -- requirements.txt requirements-sandbox.txt requirements-test.txt ;;
*) echo "usage: scripts/env.sh demo|test" >&2 && exit 2 ;;
esac

# A virtual environment holds its own path, so that a moved or copied checkout needs a new one.
venv_fits() {
    [ -x .venv/bin/python ] && [ "$(cat .venv/.place 2>/dev/null)" = "$(pwd -P)" ] || return 1
    [ -z "${PYTHON:-}" ] || [ "$(cat .venv/.python)" = "$PYTHON" ]
}

# A name on PATH is not yet an interpreter (pyenv's shims are not), and Debian ships Python without ensurepip.
usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
        usable "$candidate" && echo "$candidate" && return
        [ -z "${PYTHON:-}" ] || break
    done
    echo "No Python >= 3.11 with the modules venv and ensurepip found as ${PYTHON:-python3.13, python3.12, python3.11 or python3}." >&2
    echo "Install one (Debian: apt-get install python3-venv) or name one: make env PYTHON=/path/to/python3" >&2
    return 1
}

pins=$(cksum constraints.txt "$@")
if venv_fits && [ "$(cat ".venv/.pins-$kind" 2>/dev/null)" = "$pins" ]; then
    exit 0
fi

if ! venv_fits; then
    python=$(find_python)
    echo "Creating .venv with $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
    "$python" -m venv --clear .venv
    pwd -P >.venv/.place
    echo "${PYTHON:-}" >.venv/.python
fi

echo "Installing into .venv: $*"
for file in "$@"; do
    set -- "$@" --requirement "$file"
    shift
done
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt "$@"
echo "$pins" >".venv/.pins-$kind"
