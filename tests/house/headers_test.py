#!/usr/bin/env python3
"""Each public header compiles by itself, from include/ alone (and libtorch's headers, where tensors are shown).

    headers_test.py COMPILER [FOLDER OF LIBTORCH'S HEADERS…]
"""
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILER, *LIBTORCH = sys.argv[1:]


class Headers(unittest.TestCase):
    def test_each_compiles_alone(self):
        behind = [word for folder in LIBTORCH for word in ("-idirafter", folder)]
        headers = sorted(path.relative_to(ROOT / "include").as_posix() for path in (ROOT / "include").rglob("*.h"))
        self.assertGreater(len(headers), 5)
        for name in headers:
            with self.subTest(name):
                done = subprocess.run(
                    [COMPILER, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "include", *behind,
                     "-x", "c++", "-"], input=f"#include <{name}>\n", capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
