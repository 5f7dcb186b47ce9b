#!/bin/sh
# Makes an example's data and models again: sh examples/train.sh flights
# The Python environment is built beside the system's temporary files, or where SLUICE_TRAINING_ENV says.
set -eu
example=${1:?which example: flights or wine}
here=$(cd "$(dirname "$0")" && pwd)
env=${SLUICE_TRAINING_ENV:-${TMPDIR:-/tmp}/sluice-training}
[ -x "$env/bin/python" ] || python3 -m venv "$env"
"$env/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
PYTHONDONTWRITEBYTECODE=1 "$env/bin/python" "$here/$example/train.py"
