#!/usr/bin/env python3
"""Says which tests were skipped, and why, from the JUnit file that ctest has written. No reason: exit 1.

    ctest --output-junit FILE --test-output-size-passed 10000000 …;  tools/report_skips.py FILE

A test says why by GTEST_SKIP() << "…", or by a line "skipped: REASON" (of a whole test) or "skipped: TEST: REASON" (of
one of its parts: tests/run_suite.py).
"""
import re
import sys
import textwrap
import xml.etree.ElementTree

GTEST = re.compile(r": Skipped\n(.*?)\n\[", re.DOTALL)
WHOLE = re.compile(r"^skipped: (.*)$", re.MULTILINE)
PART = re.compile(r"^skipped: ([\w.]+(?: \(.*\))?): ?(.*)$", re.MULTILINE)


def skips(case):
    """(name, reason) of each skip within one test of ctest."""
    name, output = case.get("name"), case.findtext("system-out", "")
    if case.get("status") == "disabled":
        return [(name, "")]
    if case.find("skipped") is None:
        return [(f"{name}: {part}", reason.strip()) for part, reason in PART.findall(output)]
    found = GTEST.search(output) or WHOLE.search(output)
    return [(name, found[1].strip() if found else "")]


def report(path):
    """(lines to print, whether each skip has a reason)"""
    by_reason = {}
    cases = xml.etree.ElementTree.parse(path).getroot().iter("testcase")
    for name, reason in (skip for case in cases for skip in skips(case)):
        by_reason.setdefault(reason, []).append(name)
    total = sum(map(len, by_reason.values()))
    lines = [f"{total} tests were skipped" + (":" if total else "")]
    for reason, names in sorted(by_reason.items()):
        lines.append(f"  {len(names)}: {reason or 'WITHOUT A REASON, which is an error'}")
        lines += textwrap.wrap(", ".join(names), 118, initial_indent="     ", subsequent_indent="     ",
                               break_long_words=False, break_on_hyphens=False)
    return lines, "" not in by_reason


def main():
    lines, good = report(sys.argv[1])
    print("\n".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
