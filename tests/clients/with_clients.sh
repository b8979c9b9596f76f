#!/usr/bin/env bash
# Runs one test module by the Python of .venv-clients, vLLM's by that of .venv-vllm, the logs' by that of .venv-logs; 77
# (skipped) where there is none.
cd "$(dirname "$0")"
VENV=.venv-clients
[[ "$1" = vllm_test* ]] && VENV=.venv-vllm
[[ "$1" = log_readers_test* ]] && VENV=.venv-logs
[ -e ../../$VENV/installed ] || { echo "skipped: no $VENV (tools/setup.sh --tests makes it)"; exit 77; }
exec ../../$VENV/bin/python ../run_suite.py "$@"
