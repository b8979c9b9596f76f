#!/usr/bin/env python3
"""Checks that only src/tensor and src/ops/cpu touch the memory of tensors.

A run's tensors may lie on a device whose memory the host cannot read. So nowhere else is there a raw
pointer or a number read in passing (tensor/host.h reads numbers back, once a step), a device by
name, or a new tensor that does not say its device.

    tools/check_raw_memory.py [REPOSITORY]
"""
import re
import sys
from pathlib import Path

ALLOWED = ("src/tensor/", "src/ops/cpu/")
FORBIDDEN = {
    r"\bdata_ptr\b|\b(const|mutable)_data_ptr\b|\bdata_ptr<": "a raw pointer into a tensor",
    r"\b(packed_)?accessor(32|64)?<|\baccessor\b": "an accessor of a tensor's memory",
    r"(\.|->)item(<[^>]*>)?\(": "a number read in passing: tensor/host.h reads numbers back",
    r"\bkCPU\b|\bkCUDA\b|DeviceType::(CPU|CUDA)\b": "a device by name: use the run's, or host_device()",
    r"\b(at|torch)::from_blob\(": "a tensor over raw memory",
}
FACTORY = re.compile(r"\b(?:at|torch)::(empty|zeros|ones|full|arange|range|tensor|rand|randn|randint|randperm|"
                     r"scalar_tensor|eye|linspace|logspace|empty_strided|tril_indices|triu_indices)\(")
# Pointers for the loops of ops/cpu, which their glue may take.
POINTERS = re.compile(r'^\s*#\s*include "tensor/memory\.h"', re.MULTILINE)
POINTERS_ALLOWED = "src/ops/"
SAYS_DEVICE = re.compile(r"options|\bdevice\b")


def without_comments(text):
    """The text with comments and string literals blanked, line by line as it was."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def arguments(text, begin):
    """What stands between the bracket that opens before `begin` and the one that closes it."""
    depth = 1
    for end in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[begin:end]
    return text[begin:]


def faults(text):
    """(line, what is wrong) of everything in a source that only tensor/ and ops/cpu may do."""
    text = without_comments(text)
    for pattern, what in FORBIDDEN.items():
        for match in re.finditer(pattern, text):
            yield text.count("\n", 0, match.start()) + 1, what
    for match in FACTORY.finditer(text):
        if not SAYS_DEVICE.search(arguments(text, match.end())):
            yield text.count("\n", 0, match.start()) + 1, f"at::{match[1]} without the device that it is for"


def faults_at(where, text):
    """The same of the source `where`, in order, as far as it may not."""
    found = [] if where.startswith(ALLOWED) else sorted(faults(text))
    if not where.startswith((*ALLOWED, POINTERS_ALLOWED)):
        found += [(text.count("\n", 0, match.start()) + 1, "pointers for the operations alone")
                  for match in POINTERS.finditer(text)]
    return found


def main():
    repository = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    errors = []
    files = [path for folder in ("src", "include") for path in sorted((repository / folder).rglob("*"))
             if path.suffix in (".h", ".cpp")]
    for path in files:
        where = path.relative_to(repository).as_posix()
        errors += [f"{where}:{line}: {what}" for line, what in faults_at(where, path.read_text())]
    print("\n".join(errors + [f"{len(files)} files, {len(errors)} errors"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
