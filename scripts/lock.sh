#!/bin/sh
# Renews constraints.txt from the pins in requirements*.txt: every transitive version, for all supported Pythons.
# uv is used for the resolution only (it alone resolves for several Pythons at once); it reads UV_INDEX_URL, not pip's
# configuration. Raise a pin in requirements*.txt first, then run this (`make lock`).
set -eu
cd "$(dirname "$0")/.."
[ -x .cache/uv/bin/uv ] || {
    "${1:-python3}" -m venv .cache/uv
    .cache/uv/bin/pip install --quiet --disable-pip-version-check uv
}
{
    echo "# Every version that is installed into .venv. Written by \`make lock\` from requirements*.txt; do not edit."
    .cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
        requirements.txt requirements-sandbox.txt requirements-test.txt
} >constraints.txt.new
mv constraints.txt.new constraints.txt
