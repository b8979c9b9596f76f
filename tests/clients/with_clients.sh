#!/usr/bin/env bash
# Runs one test module by the Python of .venv-clients; 77 (skipped) where there is none.
cd "$(dirname "$0")"
PYTHON=../../.venv-clients/bin/python
[ -x $PYTHON ] || { echo "skipped: no .venv-clients (tools/setup.sh --tests makes it)"; exit 77; }
exec $PYTHON -m unittest -q "$@"
