#!/usr/bin/env python3
"""Compares two builds of bench_step: each case in alternating pairs, and the median of the pairs' ratios.

    python3 bench/pairs.py --old BENCH_STEP --new BENCH_STEP [--sizes S] [--modes full,lora] [--precs fp32,bf16] [--pairs 7]

A ratio is new / old, so below 1 the new one is faster. Exit 1 if a case is slower by more than --tolerance.
"""
import argparse
import itertools
import os
import statistics
import sys
from pathlib import Path

from run import measure


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = lambda text: text.split(",")
    parser.add_argument("--old", type=Path, required=True)
    parser.add_argument("--new", type=Path, required=True)
    parser.add_argument("--sizes", type=words, default=["S"])
    parser.add_argument("--modes", type=words, default=["full", "lora"])
    parser.add_argument("--precs", type=words, default=["fp32", "bf16"])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--max-s", type=float, default=30, help="of each run: no new step after this")
    parser.add_argument("--tolerance", type=float, default=0.03)
    parser.add_argument("--isa", help="TWOFOLD_ISA of both; default: what each picks")
    parser.add_argument("--json", type=Path, help="also append every line here")
    return parser.parse_args()


def ratios_of(case, args):
    """[(step time, peak memory)] new / old of each pair; which of the two is first changes from pair to pair."""
    found = []
    for pair in range(args.pairs):
        lines = {}
        for which in (("old", "new") if pair % 2 == 0 else ("new", "old")):
            lines[which] = measure([getattr(args, which)], *case, args)
        if not all(lines.values()):
            sys.exit(f"{' '.join(case)}: one of the two does not run")
        found.append(tuple(lines["new"][key] / lines["old"][key] for key in ("step_ms", "peak_rss_mib")))
    return found


def main():
    args = options()
    if args.isa:
        os.environ["TWOFOLD_ISA"] = args.isa
    print(f"{'case':14} {'time ×':>8} {'from':>7} {'to':>7} {'mem ×':>8}")
    slow = []
    for case in itertools.product(args.sizes, args.modes, args.precs):
        times, memory = zip(*ratios_of(case, args))
        time = statistics.median(times)
        print(f"{' '.join(case):14} {time:8.3f} {min(times):7.3f} {max(times):7.3f} {statistics.median(memory):8.3f}", flush=True)
        if time > 1 + args.tolerance:
            slow.append(" ".join(case))
    if slow:
        print(f"slower by more than {args.tolerance:.0%}: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
