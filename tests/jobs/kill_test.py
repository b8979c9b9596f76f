"""kill -9 at random moments; the same command again; nothing differs from the uninterrupted run.

TWOFOLD_KILLS sets how many (40; make test-long uses 500), TWOFOLD_SEED the moments.
"""
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

from support import BINARY, LORA, RunTest, make_pmd


class Kill(RunTest):
    def test_killed_runs_end_as_the_uninterrupted_one(self):
        kills = int(os.environ.get("TWOFOLD_KILLS", "40"))
        seed = int(os.environ.get("TWOFOLD_SEED", "1"))
        rng = random.Random(seed)
        config = self.config(LORA)
        self.run_job("r", config)  # measures the machine's peak once
        begin = time.monotonic()
        whole = pathlib.Path(self.fresh_root())
        self.run_job("r", config, root=whole)
        duration = time.monotonic() - begin
        left, finished = kills, 0
        while left > 0 or finished == 0:
            root = self.fresh_root()
            while True:
                delay = rng.uniform(0, 1.1 * duration) if left > 0 else 1e9
                if self.run_until(root, config, delay):
                    break
                left -= 1
            finished += 1
            self.assert_same_run("r", whole, "r", root)
            shutil.rmtree(root)
        print(f"{kills} kills, {finished} runs finished, seed {seed}")

    def fresh_root(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="root-", dir=self.root))
        for number, name in enumerate(("first", "second"), 1):
            make_pmd(root, name, number)
        shutil.copytree(self.root / "cache", root / "cache")
        return root

    def run_until(self, root, config, delay):
        """Whether the run finished before it was killed."""
        process = subprocess.Popen([str(BINARY), "run", "r", str(config), str(root)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = process.communicate(timeout=min(delay, 120))
            self.assertEqual(process.returncode, 0, errors.decode())
            return True
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False


if __name__ == "__main__":
    unittest.main()
