#!/usr/bin/env python3
"""Time to load GPT-2 124M (random weights, made here) from a warm page cache: twofold beside transformers.

    .venv-clients/bin/python bench/load.py [--dtype float32|bfloat16] [--rounds 5]

twofold: a whole process that loads, answers no line and exits, and one that scores a line of two ids.
transformers: from_pretrained in a process that has imported everything already. Medians of the rounds.
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers

ROOT = Path(__file__).resolve().parent.parent


def seconds(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/twofold")
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        config = transformers.GPT2Config()
        model = transformers.AutoModelForCausalLM.from_config(config).to(getattr(torch, args.dtype))
        model.save_pretrained(folder)
        del model
        score = lambda text: subprocess.run([args.binary, "score", folder, "--ids", "-"], input=text, text=True,
                                            check=True, capture_output=True)
        contestants = {
            "twofold jobs (starting the process)": lambda: subprocess.run([args.binary, "jobs"], check=True,
                                                                               capture_output=True),
            "twofold score, no line (load, exit)": lambda: score(""),
            "twofold score, one line": lambda: score('{"ids": [1, 2]}\n'),
            "transformers from_pretrained": lambda: transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=getattr(torch, args.dtype)),
        }
        times = {name: [] for name in contestants}
        for _ in range(args.rounds + 1):  # the first round warms the page cache
            for name, action in contestants.items():
                times[name].append(seconds(action))
        for name, found in times.items():
            print(f"{name:42} {statistics.median(found[1:]):.3f} s  (best {min(found[1:]):.3f})")


if __name__ == "__main__":
    main()
