"""The short form of docs/studies/lora_shapes: a few real runs of each kind, stopped and continued. Long: minutes."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

SOURCE = pathlib.Path(__file__).resolve().parents[2]
STUDY = SOURCE / "docs/studies/lora_shapes"
BINARY = os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold")

SHORT = {"tokens": 8192, "validations": 4, "seeds": [0, 1], "more_seeds": [0, 1],
         "half_decades": {"full": [-6, -5], "lora": [-5, -4]}}


def shortened():
    study = yaml.safe_load((STUDY / "study.yaml").read_text()) | SHORT
    study["config"]["training"]["validation_steps"] = 32
    for part in (study["forgotten"], *study["targets"].values()):
        part["limit"] = 8
    for each in study["experiments"]:
        each["rates"] = each["rates"] if each["rates"] == "all" else [0]
    return study


@unittest.skipUnless((SOURCE / "../shared/data").exists(), "needs ../shared/data and ../shared/models")
class Study(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="twofold-study-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "study.yaml").write_text(yaml.safe_dump(shortened(), sort_keys=False))
        self.results = self.root / "results.jsonl"

    def study(self, command, *more):
        done = subprocess.run([sys.executable, STUDY / "study.py", command, "--study", self.root / "study.yaml", "--root",
                               self.root / "root", "--binary", BINARY, "--results", self.results, *map(str, more)],
                              capture_output=True, text=True, cwd=SOURCE, timeout=1500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_it_goes_on_where_it_stopped_and_checks_what_it_has(self):
        only = ("--only", "tinystories-656k shakespeare")
        first = self.study("run", *only, "--limit", 2)
        self.assertRegex(first, r"\d+ runs, 0 done, \d+ to go: about \d+ minutes")
        kept = self.results.read_bytes()
        self.results.write_bytes(kept + b'{"half a')
        self.assertRegex(self.study("run", *only), r"\d+ runs, 2 done")
        self.assertTrue(self.results.read_bytes().startswith(kept))
        lines = [json.loads(text) for text in self.results.read_text().splitlines()]
        self.assertEqual(len({line["id"] for line in lines}), len(lines))
        self.assertRegex(self.study("run", *only), r"(\d+) runs, \1 done, 0 to go")
        self.assertLessEqual({"full", "r1", "r4", "r16", "r64", "attention", "mlp"}, {line["arm"] for line in lines})
        self.assertTrue(all(line["end"] < line["start"] for line in lines if line["target"] and not line["diverged"]))
        said = self.study("check")
        self.assertEqual(set(re.findall(r"^(E\d)", said, re.MULTILINE)), {f"E{number}" for number in range(1, 8)})

    def test_answers_that_are_written_are_scored(self):
        self.study("run", "--only", "tinystories-656k scan full", "--limit", 1)
        line = json.loads(self.results.read_text().splitlines()[-1])
        self.assertIn("exact_match", line)
        self.assertGreater(line["rank90"], 1)


if __name__ == "__main__":
    unittest.main()
