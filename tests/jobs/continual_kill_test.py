"""kill -9 of a run on three tasks and two with adapters, in fades, evaluations, at boundaries, wherever: the same matrix and bytes.

TWOFOLD_KILLS sets how many (16; make test-long uses more), TWOFOLD_SEED the moments.
"""
import collections
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import tempfile
import time
import unittest

from continual_support import CONTINUAL, PMD, ContinualTest, make_data
from evaluations_test import CHOOSE
from kill_test import Victim
from support import make_padded

# Padded rows with dropout in one stage, fades of both kinds, tasks with fresh moments, two stages of adapters, and a
# task that is asked at every validation.
FADING = (CONTINUAL.replace("[{name: second, rate: 1.0, style: PMD}]",
                            "[{name: padded, rate: 0.4, style: PADDED}, {name: second, rate: 0.6, style: PMD}]")
          .replace("lr: 0.01}", "lr: 0.01, dropout: 0.2}")
          .replace("optimization:", "optimization:\n  reset_optimizer: true")
          .replace("eval: {evaluations: []}", "eval: {evaluations: [TASK]}\ntokenizer: {backend: bytes}")
          .replace("post_lora_tokens: [960]", "post_lora_tokens: [512, 448]")
          .replace(f"post_lora_dataset: [{PMD % 'fourth'}]", f"post_lora_dataset: [{PMD % 'fourth'}, {PMD % 'third'}]")
          + "  fade: {per_boundary_overlap: [0.8, 1.0], curve: sigmoid}\n")
BOUNDARIES = (20, 35, 45, 53)
VALIDATED = (*range(10, 60, 10), *BOUNDARIES, 60)
AIMS = ("any", "fade", "evaluation", "boundary", "any", "switch", "second post stage", "save")


def make_questions(root):
    rows = [{"question": f"q{i}", "answers": [f"a{i}", "bb"], "label": i % 2} for i in range(4)]
    (root / "eval").mkdir()
    (root / "eval/pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


class Place(Victim):
    def places(self):
        found = {"save"} if any(self.checkpoints.glob(".tmp-*")) else set()
        text = self.text()
        if text == self.before:
            return found | {"start"}
        line = json.loads(text[:text.rindex("\n")].splitlines()[-1])
        step = line["step"]
        if "lr" in line and step in VALIDATED:
            found.add("evaluation")
        if 14 <= step < 26 or 30 <= step < 40:
            found.add("fade")
        if step in BOUNDARIES:
            found.add("boundary")
        if '"moment":"boundary"' in text:
            found.add("phase 2" if '"phase":2' in text else "switch")
        if '"moment":"lora_boundary' in text:
            found.add("second post stage")
        return found


class ContinualKill(ContinualTest):
    def test_killed_runs_have_the_matrix_and_the_bytes_of_the_uninterrupted_one(self):
        kills = int(os.environ.get("TWOFOLD_KILLS", "16"))
        rng = random.Random(int(os.environ.get("TWOFOLD_SEED", "1")))
        config = self.fading()
        self.run_job("r", config)  # measures the machine's peak once
        begin = time.monotonic()
        whole = self.fresh_root()
        self.run_job("r", config, root=whole)
        duration = time.monotonic() - begin
        matrix = self.continual("r", whole)
        self.assertIn("lora_boundary_post_0_to_1", matrix["boundaries"])
        self.assertEqual((matrix["tasks"], matrix["R"][0][0]["n"]), (["fourth"], 4))
        hits, killed = collections.Counter(), 0
        aims = itertools.cycle(AIMS)
        while killed < kills:
            root = self.fresh_root()
            for aim in itertools.islice(aims, len(AIMS)):
                victim = Place(self, root, config)
                met = victim.kill(rng.uniform(0, (1.1 if aim == "any" else 0.3) * duration), aim)
                if met is None:
                    self.assertEqual(victim.process.returncode, 0, victim.process.communicate()[1])
                    break
                killed += 1
                hits.update(met)
            self.run_job("r", config, root=root)
            self.assert_same_run("r", whole, "r", root)
            for file in ("continual.json", "metrics.jsonl"):
                self.assertEqual((self.results("r", root) / file).read_bytes(),
                                 (self.results("r", whole) / file).read_bytes(), file)
            shutil.rmtree(root)
        print(f"{killed} kills:", ", ".join(f"{count} at {place}" for place, count in sorted(hits.items())))
        for place in set(AIMS) - {"any", "switch"}:
            self.assertGreaterEqual(hits[place], kills // 16, hits)

    def test_stopped_runs_go_on_to_the_same(self):
        rng = random.Random(int(os.environ.get("TWOFOLD_SEED", "1")))
        config = self.fading()
        begin = time.monotonic()
        self.run_job("r", config)
        duration = time.monotonic() - begin
        root = self.fresh_root()
        for _ in range(5):
            victim = Place(self, root, config)
            time.sleep(rng.uniform(0.3, 0.6) * duration)
            victim.process.send_signal(signal.SIGTERM)
            said = victim.process.communicate()[1]
            self.assertIn(victim.process.returncode, (0, 75, -signal.SIGTERM), said)
        self.run_job("r", config, root=root)
        self.assert_same_run("r", self.root, "r", root)
        self.assertEqual(self.continual("r", root), self.continual("r"))

    def fading(self):
        task = self.root / "fourth.yaml"
        task.write_text(CHOOSE)
        make_questions(self.root)
        return self.config(FADING.replace("TASK", str(task)))

    def fresh_root(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="root-", dir=self.root))
        make_data(root)
        make_padded(root, "padded")
        make_questions(root)
        if (self.root / "cache").exists():
            shutil.copytree(self.root / "cache", root / "cache")
        return root


if __name__ == "__main__":
    unittest.main()
