"""results.jsonl: a line a run. A line is appended whole and synced; half a line that a crash left is passed over and cut off."""
import collections
import fcntl
import json
import os
import pathlib


def read(path):
    """The lines of finished runs, oldest first."""
    path = pathlib.Path(path)
    if not path.exists():
        return []
    data = path.read_bytes()
    return [json.loads(line) for line in data[:data.rfind(b"\n") + 1].splitlines()]


def append(path, line):
    with open(path, "ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
        file.write((json.dumps(line, sort_keys=True) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())


def of_version(lines, version=None):
    """Lines of one version of the binary, by default the one that has most (of equally many, the last). Runs of different binaries
    are not compared, and a few lines of another one do not stand for the study."""
    counts = collections.Counter(line["version"] for line in reversed(lines))
    version = version or max(counts, key=counts.get, default=None)
    return [line for line in lines if line["version"] == version]
