#!/usr/bin/env python3
"""The study from its first run to its table.

    study.py run [--root DIR] [--binary FILE] [--results FILE] [--only TEXT] [--limit N]
    study.py list        all runs, whether they are done, and what the rest costs
    study.py check       the published shapes: passed, failed or undecided
    study.py table       writes the checks and the means into README.md

`run` prints the cost of all, and goes on run by run where it stopped: a run is done when results.jsonl has its line, by the
hash of its settings and the version (SHA-256) of the binary. The other commands take the version that has most lines, and say
which. Run it from the root of the repository by .venv-clients/bin/python.
"""
import argparse
import collections
import itertools
import pathlib
import sys
import time

import plan
import results
import tables
import workers
from checks_more import overall, verdicts


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("run", "list", "check", "table"))
    parser.add_argument("--study", default=plan.HERE / "study.yaml")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("runs/study"))
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path("build/release/twofold"))
    parser.add_argument("--results", type=pathlib.Path, default=plan.HERE / "results.jsonl")
    parser.add_argument("--readme", type=pathlib.Path, default=plan.HERE / "README.md")
    parser.add_argument("--only", default="", help="of the runs, those whose name contains this")
    parser.add_argument("--limit", type=int, default=None, help="stop after so many runs")
    parser.add_argument("--jobs", type=int, default=len(workers.CORES), help="runs at a time, by default one on each core")
    return parser.parse_args()


def waiting(study, lines, only=""):
    """Runs without a line, in their order, and the number of all."""
    done = {line["id"] for line in lines}
    every = [run for run in plan.runs(study, lines) if only in run.name()]
    return [run for run in every if run.half_decade is None or plan.identity(study, run) not in done], len(every)


def cost(study, runs, lines, jobs):
    """Minutes by base, and of the bases that are still to be made."""
    minutes = collections.Counter()
    for run in runs:
        minutes[run.base] += plan.seconds(study, run, lines) / 60 / jobs
    for base in set(minutes) - made_bases(lines):
        minutes[f"{base}, to make"] += study["bases"][base].get("recipe_seconds", 0) / 60 / jobs
    return minutes


def made_bases(lines):
    return {line["base"] for line in lines if line["target"] is None}


def print_cost(study, lines, args):
    runs, every = waiting(study, lines, args.only)
    minutes = cost(study, runs, lines, args.jobs)
    print(f"{every} runs, {every - len(runs)} done, {len(runs)} to go: about {sum(minutes.values()):.0f} minutes, {args.jobs} at a time ("
          + ", ".join(f"{name} {value:.0f}" for name, value in sorted(minutes.items()) if value) + ")", flush=True)


def ready(study, lines, only):
    """What can be made now: names of bases, which come first since runs wait for them, and runs."""
    left, made = waiting(study, lines, only)[0], made_bases(lines)
    bases = dict.fromkeys(run.base for run in left if run.base not in made)
    return [*bases, *(run for run in left if run.half_decade is not None and run.base in made)]


def say(line, left):
    if line["target"] is None:
        print(f"base {line['base']}: held-out stories {line['stories']:.4f}", flush=True)
        return
    ends = "diverged" if line["diverged"] else f"{line['start']:.4f} to {line['end']:.4f}, stories {line['stories']:.4f}"
    print(f"{left} to go: {line['base']} {line['target']} {line['arm']} rate {line['rate']:g} seed {line['seed']} "
          f"step {line['step_tokens']}: {ends}, {line['seconds']:.1f} s", flush=True)


def run(args, study):
    import measure  # needs numpy and safetensors
    from sources import write_sources
    shop = measure.Workshop(study, args.binary, args.root, write_sources(study, args.root / "sources"))
    lines = results.of_version(results.read(args.results), shop.version)
    others = len(results.read(args.results)) - len(lines)
    print(f"twofold {shop.version}" + (f"; {others} lines are of other versions and are not used" if others else ""))
    print_cost(study, lines, args)
    allowed = itertools.repeat(True, args.limit) if args.limit is not None else itertools.repeat(True)

    def next_job(started):
        job = next((job for job in ready(study, lines, args.only) if job not in started), None)
        return job if isinstance(job, str) or (job and next(allowed, False)) else None

    def make(job):
        return shop.base_line(job) if isinstance(job, str) else shop.make(job)

    for line in workers.done_in_turn(next_job, make, args.jobs):
        results.append(args.results, line)
        lines.append(line)
        say(line, len(waiting(study, lines, args.only)[0]))


def list_runs(args, study):
    lines = chosen(args)
    print_cost(study, lines, args)
    left = set(waiting(study, lines, args.only)[0])
    for each in plan.runs(study, lines):
        if args.only in each.name():
            print(f"{'to do' if each in left else 'done '}  {plan.seconds(study, each, lines):5.1f} s  {each.name()}")


def chosen(args):
    """The lines that stand for the study, and a word about which they are."""
    every = results.read(args.results)
    lines = results.of_version(every)
    if lines:
        print(f"{len(lines)} lines of twofold {lines[0]['version']}; of other versions and not used: {len(every) - len(lines)}")
    return lines


def check(args):
    found = verdicts(chosen(args))
    for verdict in found:
        print(f"{verdict.check:10} {verdict.cell:32} {verdict.verdict:10} {verdict.numbers}"
              + (f" ({verdict.reason})" if verdict.reason else ""))
    for name, (word, counts) in overall(found).items():
        print(f"{name:10} {'all cells':32} {word:10} {counts}")


def main():
    args, began = arguments(), time.monotonic()
    if args.command == "check":
        return check(args)
    if args.command == "table":
        return tables.write(args.readme, chosen(args))
    study = plan.load(args.study)
    if args.command == "list":
        return list_runs(args, study)
    try:
        run(args, study)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 75
    except RuntimeError as error:
        print(f"error: {error}\nwhat was made before is kept; the same command goes on", file=sys.stderr)
        return 2
    print(f"{(time.monotonic() - began) / 60:.1f} minutes")


if __name__ == "__main__":
    sys.exit(main())
