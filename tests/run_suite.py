#!/usr/bin/env python3
"""Runs one suite of unittest from the working folder, and says of each test that it skips why.

    run_suite.py MODULE [TEST…]

The lines "skipped: TEST: REASON" are what tools/report_skips.py counts. A skip without a reason fails the suite.
"""
import sys
import unittest


def main():
    module, *names = sys.argv[1:]
    sys.path.insert(0, "")
    program = unittest.main(module=module, argv=[module, "-q", *names], exit=False)
    reasons = [(test.id(), reason.strip()) for test, reason in program.result.skipped]
    for test, reason in reasons:
        print(f"skipped: {test}: {reason}")
    return 0 if program.result.wasSuccessful() and all(reason for _, reason in reasons) else 1


if __name__ == "__main__":
    sys.exit(main())
