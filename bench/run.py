#!/usr/bin/env python3
"""Times twofold's training step beside its peers', alternating, and prints the ratios.

    python3 bench/run.py [--sizes S,M] [--modes full,lora] [--precs fp32,bf16] [--rounds 3]

A ratio is peer / twofold, so above 1 twofold is faster (time) or smaller (memory). Each case is run
`--rounds` times, one contestant after the other, and the medians of the rounds are compared.
"""
import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
OURS = "twofold"


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")
    parser.add_argument("--sizes", type=words, default=["S", "M"])
    parser.add_argument("--modes", type=words, default=["full", "lora"])
    parser.add_argument("--precs", type=words, default=["fp32", "bf16"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--max-s", type=float, default=30, help="of each run: no new step after this")
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/bench_step")
    parser.add_argument("--python", type=Path, default=ROOT / ".venv-clients/bin/python")
    parser.add_argument("--json", type=Path, help="also append every line here")
    return parser.parse_args()


def contestants(args):
    """{name: command}; what is not installed is left out, and said."""
    wanted = {OURS: [args.binary], "eager": [args.python, PEERS / "eager.py"],
              "hf": [args.python, PEERS / "hf_peft.py"]}
    for name, command in list(wanted.items()):
        if not command[0].exists():
            print(f"left out: {name} ({command[0]} is not there)", file=sys.stderr)
            del wanted[name]
    return wanted


def measure(command, size, mode, prec, args):
    """The JSON line of one run, or None if it failed (the reason goes to stderr)."""
    full = [*map(str, command), "--size", size, "--mode", mode, "--prec", prec,
            "--steps", str(args.steps), "--warmup", str(args.warmup),
            "--max-s", str(args.max_s)]
    done = subprocess.run(full, capture_output=True, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    if done.returncode != 0 or not done.stdout.strip():
        print(f"failed: {' '.join(full)}\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    line = json.loads(done.stdout.strip().splitlines()[-1])
    if args.json:
        with args.json.open("a") as file:
            file.write(json.dumps(line) + "\n")
    return line


def run_case(commands, case, args):
    """{name: medians over the rounds}; the order turns from round to round."""
    lines = {name: [] for name in commands}
    names = list(commands)
    for round_index in range(args.rounds):
        turn = round_index % len(names)
        for name in names[turn:] + names[:turn]:
            if line := measure(commands[name], *case, args):
                lines[name].append(line)
    keys = ("step_ms", "tok_s", "peak_rss_mib", "first_step_s")
    return {name: {key: statistics.median(line[key] for line in found) for key in keys}
            for name, found in lines.items() if found}


def print_case(case, results):
    ours = results.get(OURS)
    for name, row in results.items():
        ratio = lambda key: f"{row[key] / ours[key]:8.2f}" if ours and name != OURS else f"{'':8}"
        print(f"{' '.join(case):14} {name:9} {row['step_ms']:10.1f} {row['tok_s']:9.0f} "
              f"{row['peak_rss_mib']:8.0f} {row['first_step_s']:8.2f} {ratio('step_ms')} {ratio('peak_rss_mib')}",
              flush=True)


def main():
    args = options()
    commands = contestants(args)
    if not commands:
        return 1
    print(f"{'case':14} {'peer':9} {'step ms':>10} {'tokens/s':>9} {'MiB':>8} {'start s':>8} {'time ×':>8} {'mem ×':>8}")
    complete = True
    for case in itertools.product(args.sizes, args.modes, args.precs):
        results = run_case(commands, case, args)
        print_case(case, results)
        complete = complete and len(results) == len(commands)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
