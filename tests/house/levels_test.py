"""Code for one level of the instruction set stays in src/ops/cpu: no other source is given -march, and what its
objects define has their level's name in it. A function that they shared with other objects would exist once in
the program, compiled for whichever processor the linker met first.

    levels_test.py BUILD_FOLDER
"""
import json
import pathlib
import re
import subprocess
import sys

FLAG = re.compile(r"\s-m(?:arch|tune|avx\w*|fma|sse\w*)[=\s]")
LEVEL = re.compile(r"TWOFOLD_LEVEL=(\w+)")
LOCAL = {"t", "b", "d", "r", "n"}  # nm's letters for what no other object sees


def commands(build):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        yield pathlib.PurePath(entry["file"]), pathlib.Path(entry["directory"]), entry["command"]


def misplaced_flags(build):
    return [f"{source}: {FLAG.search(command)[0].strip()}" for source, _, command in commands(build)
            if FLAG.search(command) and "src/ops/cpu/" not in str(source)]


def shared_symbols(build):
    faults, seen = [], set()
    for source, folder, command in commands(build):
        if not (level := LEVEL.search(command)):
            continue
        seen.add(level[1])
        target = folder / re.search(r"\s-o (\S+)", command)[1]
        lines = subprocess.run(["nm", "--demangle", "--defined-only", target], check=True, capture_output=True,
                               text=True).stdout.splitlines()
        for kind, name in (line.split(maxsplit=2)[1:] for line in lines):
            if kind not in LOCAL and f"::cpu::{level[1]}::" not in name and not name.startswith("DW.ref."):
                faults.append(f"{source.name} at {level[1]} defines {name}")
    if len(seen) < 2:
        faults.append(f"compiled for {seen or 'no level'}: two at least were expected")
    return faults


def main():
    build = pathlib.Path(sys.argv[1])
    faults = misplaced_flags(build) + shared_symbols(build)
    print("\n".join(faults) or "every level keeps to itself")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
