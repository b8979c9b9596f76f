#!/usr/bin/env python3
"""Runs two commits on the same configs and compares all that they write, byte for byte.

    tools/same_bits.py OLD_COMMIT [NEW_COMMIT]            builds both (HEAD is the new one) under build/same_bits
    tools/same_bits.py --old-binary B --new-binary B      compares two that are built
      [--only plain,dora]  [--list]  [--keep FOLDER]  [--jobs 2]

Tensors of checkpoints, exported files, metrics.jsonl, scores and generated tokens must be equal; config dumps,
state files and manifests may differ. Both run at the same ISA level (--isa) and number of threads. Exit 1 if
anything differs.
"""
import argparse
import concurrent.futures
import functools
import hashlib
import inspect
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from bits.cases import CASES, make_data, make_padded, make_pmd
from bits.compare import compare, keep
from bits.play import Failed, Player
from bits.work_tree import work_tree

SHOWN = 8  # differences told of a case
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "twofold/same_bits"


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", nargs="?", help="commit")
    parser.add_argument("new", nargs="?", default="HEAD", help="commit")
    parser.add_argument("--old-binary", type=pathlib.Path)
    parser.add_argument("--new-binary", type=pathlib.Path)
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of cases, by commas")
    parser.add_argument("--list", action="store_true", help="names the cases")
    parser.add_argument("--isa", default="avx2", help="TWOFOLD_ISA of both (default: avx2)")
    parser.add_argument("--jobs", type=int, default=2, help="cases at a time")
    parser.add_argument("--keep", type=pathlib.Path, help="leave what was written in this folder")
    return parser.parse_args()


def build(commit):
    """The binary of a commit, in a work tree of its own that is kept for the next time."""
    tree = work_tree(commit, "same_bits")
    print(f"building {tree.name} …", flush=True)
    for command in (["cmake", "--preset", "release", "-DTWOFOLD_TESTS=OFF", "-DTWOFOLD_BENCH=OFF"],
                    ["ninja", "-C", "build/release", "twofold"]):
        subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return tree / "build/release/twofold"


def play(runs, binary, isa, folder):
    """Plays a case and leaves in `folder` what is compared."""
    with tempfile.TemporaryDirectory(prefix="same_bits-") as root:
        Player(binary, pathlib.Path(root), isa).play(runs)
        keep(pathlib.Path(root), folder)


def play_old(runs, binary, isa):
    """The same from an old binary, which is kept for the next time."""
    how = [inspect.getsource(part) for part in (Player, make_data, make_pmd, make_padded)]
    known = hashlib.sha256(f"{digest(binary)} {isa} {runs} {how}".encode())
    folder = CACHE / known.hexdigest()[:24]
    if not folder.exists():
        fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
        play(runs, binary, isa, fresh)
        fresh.rename(folder)
    return folder


@functools.cache
def digest(binary):
    return hashlib.sha256(binary.read_bytes()).hexdigest()


def play_both(name, binaries, work, isa):
    runs = CASES[name]()
    old = play_old(runs, binaries[0], isa)
    play(runs, binaries[1], isa, work / name)
    result = compare(old, work / name)
    if not result.differences:
        shutil.rmtree(work / name)
    return result


def report(name, seconds, result):
    verdict = f"{len(result.differences)} DIFFER" if result.differences else "equal"
    print(f"{name:22} {result.tensors:8} {result.files:6} {seconds:7.1f}  {verdict}", flush=True)
    for line in result.differences[:SHOWN]:
        print(f"    {line}")
    if len(result.differences) > SHOWN:
        print(f"    and {len(result.differences) - SHOWN} more", flush=True)


def run_cases(names, binaries, work, args):
    """How many cases differ or fail."""
    faulty = 0

    def timed(name):
        begin = time.monotonic()
        return play_both(name, binaries, work, args.isa), time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        waiting = {pool.submit(timed, name): name for name in names}
        for done in concurrent.futures.as_completed(waiting):
            try:
                result, seconds = done.result()
            except Failed as failure:
                faulty += 1
                print(f"{waiting[done]:22} FAILED\n    {failure}", flush=True)
                continue
            faulty += bool(result.differences)
            report(waiting[done], seconds, result)
    return faulty


def main():
    args = options()
    names = args.only or list(CASES)
    if unknown := set(names) - set(CASES):
        sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if args.list:
        print("\n".join(CASES))
        return 0
    if not args.old and not args.old_binary:
        sys.exit("give OLD_COMMIT, or --old-binary")
    binaries = [(args.old_binary or build(args.old)).resolve(), (args.new_binary or build(args.new)).resolve()]
    work = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="same_bits-"))
    print(f"{'case':22} {'tensors':>8} {'files':>6} {'seconds':>7}")
    faulty = run_cases(names, binaries, work, args)
    print(f"{len(names)} cases, {faulty} of them differ or fail" + (f"; see {work}" if faulty else ""))
    if not faulty and not args.keep:
        shutil.rmtree(work)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
