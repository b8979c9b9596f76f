#!/usr/bin/env python3
"""Times `twofold eval` beside lm-eval with transformers on the same items, in turns, at the same number of threads.

    .venv-clients/bin/python bench/eval.py [--rounds 3] [--items 200] [--model MODEL…]

A ratio is lm-eval's time / twofold's, so above 1 twofold is faster. The fastest of the rounds counts. Of lm-eval only the
evaluation is timed, of twofold the whole process, loading included; how long it takes for one item, which is little but its
start, stands beside it, and the last column is the ratio without that. MODEL: gpt2, llama, qwen (random weights, published
tokenizers; tests/eval/lm_eval/models.py), tinystories-656k, or a folder.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests/eval/lm_eval"))

import items  # noqa: E402
import models  # noqa: E402
import theirs  # noqa: E402
import torch  # noqa: E402

BINARY = pathlib.Path(os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold"))


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def ours(folder, data, task, *more):
    subprocess.run([BINARY, "eval", folder, "--tasks", task, "--data", data, *more], check=True, stdout=subprocess.DEVNULL)


def asked(running, data, task):
    """The rows that lm-eval can score."""
    rows = items.rows_of(data, task)
    refused = set(theirs.refused(running, theirs.task_for(task, rows)))
    return [row for place, row in enumerate(rows) if place not in refused]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--items", type=int, default=200)
    arguments.add_argument("--batch", type=int, default=16, help="of lm-eval")
    arguments.add_argument("--model", nargs="+", default=["gpt2", models.TINYSTORIES])
    options = arguments.parse_args()
    torch.set_num_threads(os.cpu_count())
    print("| model | task | lm-eval, s | twofold, s | of it one item, s | ratio | without its start |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        data = items.write_data(root / "data", options.items)
        for name in options.model:
            folder = models.make(name, root) if name in models.NAMES else pathlib.Path(name)
            running = theirs.model_of(folder, options.batch)
            for task in items.TASKS:
                rows = asked(running, data, task)
                times = [(seconds(lambda: theirs.evaluate(running, theirs.task_for(task, rows))),
                          seconds(lambda: ours(folder, data, task)), seconds(lambda: ours(folder, data, task, "--limit", "1")))
                         for _ in range(options.rounds)]
                their, our, start = (min(column) for column in zip(*times, strict=True))
                without = f"{their / (our - start):.1f}" if our > start else "-"
                print(f"| {name} | {task} | {their:.2f} | {our:.2f} | {start:.2f} | {their / our:.1f} | {without} |", flush=True)


if __name__ == "__main__":
    main()
