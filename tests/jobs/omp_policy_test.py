"""How a program's threads wait, on cores that have other work."""
import os
import pathlib
import subprocess
import sys
import unittest

from filters_test import TinyTokenizer
from support import BINARY


class Waiting(TinyTokenizer):
    def setUp(self):
        super().setUp()
        for _ in range(2):
            other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            self.addCleanup(other.wait)
            self.addCleanup(other.kill)

    def environment(self, **settings):
        """What a program that is at work has in its environment."""
        begun_with = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"} | settings
        with subprocess.Popen([BINARY, "encode", "--tokenizer", self.path], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env=begun_with) as process:
            process.stdin.write(b'{"text": "ab"}\n')
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b'{"ids":[4,2]}\n')
            lines = pathlib.Path(f"/proc/{process.pid}/environ").read_text().split("\0")
            process.stdin.close()
        self.assertEqual(process.returncode, 0)
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def test_they_sleep(self):
        self.assertEqual(self.environment().get("OMP_WAIT_POLICY"), "PASSIVE")

    def test_the_environment_decides_otherwise(self):
        self.assertEqual(self.environment(OMP_WAIT_POLICY="ACTIVE")["OMP_WAIT_POLICY"], "ACTIVE")
        self.assertNotIn("OMP_WAIT_POLICY", self.environment(GOMP_SPINCOUNT="1000"))


if __name__ == "__main__":
    unittest.main()
