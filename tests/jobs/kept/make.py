#!/usr/bin/env python3
"""Makes what is kept here: checkpoints of both phases, and where their runs ended, by the binary of an old commit.

    tests/jobs/kept/make.py BINARY       (those here are of commit 7113c67, release build, libtorch 2.13.0)

Each run is trained whole, with every checkpoint kept. The folder of a run then gets one checkpoint of each phase, the
one before adapters, the metrics, and the tensors of the end.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from kept_test import NAME, PHASES, RUNS, again, command, cpu  # noqa: E402
from support import make_pmd  # noqa: E402

VOCABULARY = 61


def train(binary, root, run, name=NAME, options=()):
    done = subprocess.run(command(binary, root, run, name, *options), capture_output=True, text=True,
                          env=dict(os.environ, OMP_WAIT_POLICY="PASSIVE"))
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def keep_end(root, name, out):
    (final,) = (root / "checkpoints/general/default" / name / "final").iterdir()
    out.mkdir(parents=True)
    for path in final.glob("*.safetensors"):
        shutil.copy(path, out)


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(HERE / "data", ignore_errors=True)
    for name, seed in (("first", 1), ("second", 2)):
        make_pmd(HERE, name, seed, tokens=1400, vocabulary=VOCABULARY)
    for run in RUNS:
        out = HERE / run
        shutil.rmtree(out, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(HERE / "data", root / "data")
            train(binary, root, run)
            checkpoints = root / "checkpoints/general/default" / NAME
            for suffix in (*PHASES.values(), "pre_lora_checkpoint"):
                shutil.copytree(checkpoints / suffix, out / suffix)
            keep_end(root, NAME, out / "end")
            shutil.copy(root / "results/general/default" / NAME / "metrics.jsonl", out)
            train(binary, root, run, "again", again(NAME))
            keep_end(root, "again", out / "end_again")
    (HERE / "machine.json").write_text(json.dumps({"commit": "7113c67", "cpu": cpu()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
