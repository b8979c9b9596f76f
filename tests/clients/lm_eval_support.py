"""What the tests of twofold eval beside lm-eval share."""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/eval/lm_eval"))

import items  # noqa: E402
import models  # noqa: E402

BINARY = pathlib.Path(os.environ.get("TWOFOLD_BINARY", SOURCE / "build/release/twofold"))


def allowed(ll):
    return 1e-4 + 2e-6 * abs(ll)


def drop(folder, task, places):
    """Takes the items out that lm-eval refuses: a merge leaves their continuation no token."""
    for name in (items.FILES[task], *([items.LABELS] if task == "piqa" else [])):
        lines = (folder / name).read_text().splitlines()
        kept = [line for place, line in enumerate(lines) if place not in places]
        (folder / name).write_text("\n".join(kept) + "\n")


class Comparison:
    """One task of one model: what twofold and lm-eval say."""

    def __init__(self, ours, lines, theirs):
        self.ours, self.lines, self.theirs = ours, lines, theirs
        self.largest, self.close = 0.0, []

    def check(self, test, name):
        test.assertEqual(len(self.lines), len(self.theirs["ll"]), name)
        for line, lls in zip(self.lines, self.theirs["ll"], strict=True):
            test.assertEqual(len(line["ll"]), len(lls), name)
            for our, their in zip(line["ll"], lls, strict=True):
                self.largest = max(self.largest, abs(our - their))
                test.assertLessEqual(abs(our - their), allowed(their), f"{name}, item {line['i']}")
            if line["chosen"] is not None:
                self.check_choice(test, name, line, lls)
        for metric, value in self.theirs["metrics"].items():
            self.check_metric(test, f"{name}, {metric}", metric, value)

    def check_choice(self, test, name, line, lls):
        """The same choice, unless lm-eval's own margin is no larger than what one likelihood may differ by. (Both of
        the two may, so that twice that could be excused; it is not.)"""
        best = max(range(len(lls)), key=lambda i: (lls[i], -i))
        margin = min((lls[best] - ll for i, ll in enumerate(lls) if i != best), default=1)
        if margin <= allowed(lls[best]):
            self.close.append(f"{name}, item {line['i']}: lm-eval takes {best} by a margin of {margin:.1e}, "
                              f"twofold takes {line['chosen']}")
        else:
            test.assertEqual(line["chosen"], best, f"{name}, item {line['i']}")

    def check_metric(self, test, place, metric, value):
        ours, error = self.ours["metrics"][metric], self.ours["stderr"][metric]
        if metric == "perplexity":
            test.assertLessEqual(abs(ours - value), 1e-4 * value, place)
            return
        test.assertLessEqual(abs(ours - value), len(self.close) / len(self.lines) + 1e-12, place)
        if ours == value and metric in self.theirs["stderr"]:
            test.assertAlmostEqual(error, self.theirs["stderr"][metric], 12, place)


class LmEvalTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.root = pathlib.Path(self.temporary.name)

    def evaluate(self, model, data, tasks, *more):
        out, samples = self.root / "out.json", self.root / "samples"
        result = subprocess.run([BINARY, "eval", model, "--tasks", ",".join(tasks), "--data", data, "--json", out,
                                 "--samples", samples, *more], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        scores = json.loads(out.read_text())
        self.assertEqual(sorted(scores), sorted(tasks))
        lines = {task: [json.loads(line) for line in (samples / f"{task}.jsonl").read_text().splitlines()]
                 for task in tasks}
        return scores, lines

    def compare(self, name, model, data, theirs):
        for task, one in theirs.items():
            drop(data, task, set(one["refused"]))
        scores, lines = self.evaluate(model, data, list(theirs))
        for task, one in theirs.items():
            comparison = Comparison(scores[task], lines[task], one)
            comparison.check(self, f"{name}, {task}")
            print(f"{name:18}{task:15}{len(lines[task]):5} items, largest difference {comparison.largest:.1e}, "
                  f"{len(comparison.close)} close calls, {len(one['refused'])} refused by lm-eval", file=sys.stderr)
            for call in comparison.close:
                print(f"  close call: {call}", file=sys.stderr)

    def live(self, name, count):
        if importlib.util.find_spec("lm_eval") is None:
            self.skipTest("no lm-eval in .venv-clients (tools/setup.sh --tests installs it)")
        import make_kept
        import theirs
        model = models.make(name, self.root / "live")
        data = items.write_data(self.root / f"live-{name}", count)
        running = theirs.model_of(model)
        said = {task: make_kept.scores(running, task, items.rows_of(data, task)) for task in items.TASKS}
        self.compare(f"{name} (live)", model, data, said)
