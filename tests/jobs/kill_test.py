"""kill -9 at random moments; the same command again; nothing differs from the uninterrupted run.

TWOFOLD_KILLS sets how many (40; make test-long uses 500), TWOFOLD_SEED the moments, TWOFOLD_KILL_RICH
a run with all that keeps or draws something: dropout, mixtures, padded rows, Muon, accumulation.
"""
import collections
import itertools
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from support import BINARY, LORA, RunTest, make_padded, make_pmd

MIXED = "[[{name: padded, rate: 0.4, style: %s}, {name: %s, rate: 0.6, style: PMD}]]"
RICH = (LORA.replace("  lr: 0.003\n", "  lr: 0.003\n  optimizer: muon\n")
        .replace("lr: 0.01}", "lr: 0.01, dropout: 0.2}")
        .replace("  vocab_size: 257\n", "  vocab_size: 257\n  dropout: 0.1\n  attn_dropout: 0.1\n")
        .replace("  batch_size: 4\n", "  batch_size: 4\n  per_device_batch_size: 3\n")
        .replace("[[{name: first, rate: 1.0, style: PMD}]]", MIXED % ("PADDED", "first"))
        .replace("[[{name: second, rate: 1.0, style: PMD}]]", MIXED % ("PACKED", "second")))
# What is met wherever it falls, and what is waited for: random moments seldom meet the short ones.
AIMS = ("any", "any", "any", "any", "phase 1", "switch", "phase 2", "save")
PLACES = set(AIMS) - {"any"}


class Victim:
    """A run that is going to be killed, and where it is."""

    def __init__(self, test, root, config):
        self.metrics = test.results("r", root) / "metrics.jsonl"
        self.checkpoints = test.checkpoints("r", root)
        self.before = self.text()  # of the run that was killed before
        self.process = subprocess.Popen([str(BINARY), "run", "r", str(config), str(root)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def text(self):
        return self.metrics.read_text() if self.metrics.exists() else ""

    def places(self):
        """Where the run is, as far as its files tell."""
        found = {"save"} if any(self.checkpoints.glob(".tmp-*")) else set()
        text = self.text()
        if text == self.before:
            return found | {"start"}
        if '"phase":2' in text:
            return found | {"phase 2"}
        return found | {"switch" if '"moment":"boundary"' in text else "phase 1"}

    def kill(self, delay, aim):
        """The places where it was killed, or nothing if it finished before."""
        end = time.monotonic() + delay
        while time.monotonic() < end or (aim != "any" and aim not in self.places()):
            if self.process.poll() is not None:
                return None
            time.sleep(0.0002)
        self.process.send_signal(signal.SIGSTOP)
        met = self.places()
        self.process.kill()
        self.process.communicate()
        return met


class Kill(RunTest):
    def test_killed_runs_end_as_the_uninterrupted_one(self):
        kills = int(os.environ.get("TWOFOLD_KILLS", "40"))
        seed = int(os.environ.get("TWOFOLD_SEED", "1"))
        rng = random.Random(seed)
        config = self.config(RICH if os.environ.get("TWOFOLD_KILL_RICH") else LORA)
        make_padded(self.root, "padded")
        self.run_job("r", config)  # measures the machine's peak once
        begin = time.monotonic()
        whole = pathlib.Path(self.fresh_root())
        self.run_job("r", config, root=whole)
        duration = time.monotonic() - begin
        hits, killed, finished = collections.Counter(), 0, 0
        aims = itertools.cycle(AIMS)
        aim = next(aims)
        while killed < kills or finished == 0:
            root = self.fresh_root()
            while killed < kills:
                victim = Victim(self, root, config)
                met = victim.kill(rng.uniform(0, (1.1 if aim == "any" else 0.5) * duration), aim)
                if met is None:
                    self.assertEqual(victim.process.returncode, 0, victim.process.communicate()[1])
                    break
                killed += 1
                hits.update(met)
                if aim == "any" or aim in met:
                    aim = next(aims)
            self.run_job("r", config, root=root)
            finished += 1
            self.assert_same_run("r", whole, "r", root)
            shutil.rmtree(root)
        where = ", ".join(f"{count} at {place}" for place, count in sorted(hits.items()))
        print(f"{killed} kills ({where}), {finished} runs finished, seed {seed}")
        for place in PLACES:
            self.assertGreaterEqual(hits[place], kills // 10, where)

    def fresh_root(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="root-", dir=self.root))
        for number, name in enumerate(("first", "second"), 1):
            make_pmd(root, name, number)
        make_padded(root, "padded")
        shutil.copytree(self.root / "cache", root / "cache")
        return root


if __name__ == "__main__":
    unittest.main()
