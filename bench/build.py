#!/usr/bin/env python3
"""Measures how long two commits take to build: all of `twofold`, and again after a base header was touched.

    python3 bench/build.py OLD_COMMIT [NEW_COMMIT]        (the new one is HEAD)

Both are built in this one run, in work trees of their own under build/bench_build, without ccache, by as many compilers
at a time as --jobs says, on as many cores. Configuring is not counted.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from bits.work_tree import work_tree  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?", default="HEAD")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--touch", default="src/base/error.h", help="the header, from the root")
    return parser.parse_args()


def timed(command, tree, jobs):
    cores = sorted(os.sched_getaffinity(0))[:jobs]
    begin = time.monotonic()
    subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CCACHE_DISABLE": "1"},
                   preexec_fn=lambda: os.sched_setaffinity(0, cores))
    return time.monotonic() - begin


def measure(commit, args):
    """(seconds of a cold build, seconds after the header was touched)"""
    tree = work_tree(commit, "bench_build")
    shutil.rmtree(tree / "build", ignore_errors=True)
    timed(["cmake", "--preset", "release", "-DTWOFOLD_TESTS=OFF", "-DTWOFOLD_BENCH=OFF"], tree, args.jobs)
    build = ["ninja", "-C", "build/release", f"-j{args.jobs}", "twofold"]
    cold = timed(build, tree, args.jobs)
    os.utime(tree / args.touch)
    return cold, timed(build, tree, args.jobs)


def main():
    args = options()
    rows = {}
    print(f"{'commit':24} {'cold, s':>9} {'touched, s':>11}")
    for commit in (args.old, args.new):
        rows[commit] = measure(commit, args)
        print(f"{commit:24} {rows[commit][0]:9.1f} {rows[commit][1]:11.1f}", flush=True)
    cold, touched = (new / old for old, new in zip(rows[args.old], rows[args.new]))
    print(f"{'new / old':24} {cold:9.2f} {touched:11.2f}")


if __name__ == "__main__":
    main()
