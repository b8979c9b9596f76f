#!/usr/bin/env python3
"""Measures how long two commits take to build: all of `twofold`, and again after a base header was touched.

    python3 bench/build.py OLD_COMMIT [NEW_COMMIT]        (the new one is HEAD)

Both are built in this one run, in work trees of their own under build/bench_build, without ccache, by as many compilers
at a time as --jobs says, on as many cores. Configuring is not counted. Beside the time stands that of all processors
together, which says the same on a machine that has other work.
"""
import argparse
import os
import pathlib
import resource
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


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command, tree, jobs):
    """(seconds, seconds of all processors) of the command"""
    cores = sorted(os.sched_getaffinity(0))[:jobs]
    begin, used = time.monotonic(), processor_time()
    subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CCACHE_DISABLE": "1"},
                   preexec_fn=lambda: os.sched_setaffinity(0, cores))
    return time.monotonic() - begin, processor_time() - used


def measure(commit, args):
    """[time, processors' time] of a cold build, and of one after the header was touched"""
    tree = work_tree(commit, "bench_build")
    shutil.rmtree(tree / "build", ignore_errors=True)
    timed(["cmake", "--preset", "release", "-DTWOFOLD_TESTS=OFF", "-DTWOFOLD_BENCH=OFF"], tree, args.jobs)
    build = ["ninja", "-C", "build/release", f"-j{args.jobs}", "twofold"]
    cold = timed(build, tree, args.jobs)
    os.utime(tree / args.touch)
    return cold + timed(build, tree, args.jobs)


def main():
    args = options()
    rows = {}
    print(f"{'commit':24} {'cold, s':>9} {'(cpu)':>9} {'touched, s':>11} {'(cpu)':>9}")
    for commit in (args.old, args.new):
        rows[commit] = measure(commit, args)
        print("{:24} {:9.1f} {:9.1f} {:11.1f} {:9.1f}".format(commit, *rows[commit]), flush=True)
    ratios = (new / old for old, new in zip(rows[args.old], rows[args.new]))
    print("{:24} {:9.2f} {:9.2f} {:11.2f} {:9.2f}".format("new / old", *ratios))


if __name__ == "__main__":
    main()
