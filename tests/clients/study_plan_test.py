"""The runs of docs/studies/lora_shapes: which there are, what makes one another, where the study goes on."""
import copy
import json
import pathlib
import sys
import tempfile
import unittest

import numpy

STUDY = pathlib.Path(__file__).resolve().parents[2] / "docs/studies/lora_shapes"
sys.path.insert(0, str(STUDY))
import measure  # noqa: E402
import plan  # noqa: E402
import results  # noqa: E402
import sources  # noqa: E402
import study  # noqa: E402


def line_of(told, run, end):
    return {"id": plan.identity(told, run), "base": run.base, "target": run.target, "arm": run.arm, "seed": run.seed,
            "half_decade": run.half_decade, "step_tokens": run.step_tokens, "end": end, "diverged": False, "seconds": 2.0}


class Plan(unittest.TestCase):
    def setUp(self):
        self.told = plan.load()

    def grid(self, best):
        """Lines of the whole grid, `best` the best rates of {arm: half decade}."""
        grid = [run for run in plan.runs(self.told, []) if run.half_decade is not None]
        return [line_of(self.told, run, 3 + abs(run.half_decade - best.get(run.arm, -4))) for run in grid]

    def test_the_grid_of_the_issue(self):
        grid = [run for run in plan.runs(self.told, []) if run.half_decade is not None]
        self.assertEqual(len(grid), 2 * 5 * 5 * 3)
        self.assertEqual({run.rate for run in grid if run.arm == "full"}, {3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2})
        self.assertLessEqual(self.told["tokens"], 100_000)

    def test_other_cells_follow_the_best_rate_of_the_grid(self):
        runs = plan.runs(self.told, self.grid({"full": -7, "r1": -3}))
        self.assertNotIn(None, {run.half_decade for run in runs})
        self.assertEqual(len(set(runs)), len(runs))
        rates = {arm: {run.half_decade for run in runs if run.arm == arm and run.target == "kjv"} for arm in ("full", "r1", "r16")}
        self.assertEqual(rates, {"full": {-8, -7, -6}, "r1": {-4, -3, -2}, "r16": {-5, -4, -3}})

    def test_what_was_made_later_does_not_move_the_rates(self):
        lines = self.grid({})
        later = [run for run in plan.runs(self.told, lines) if run.target == "shakespeare" and run.seed > 2]
        self.assertEqual(plan.runs(self.told, lines), plan.runs(self.told, lines + [line_of(self.told, run, 0.1) for run in later]))

    def test_settings_make_a_run_another(self):
        run = plan.runs(self.told, [])[0]
        other = copy.deepcopy(self.told)
        other["config"]["optimization"]["clip"] = 2.0
        self.assertNotEqual(plan.identity(self.told, run), plan.identity(other, run))
        ids = {plan.identity(self.told, each) for each in plan.runs(self.told, []) if each.half_decade is not None}
        self.assertEqual(len(ids), 150)

    def test_it_goes_on_behind_what_is_done(self):
        lines = self.grid({})
        left, every = study.waiting(self.told, lines)
        self.assertEqual(every - len(left), len(lines))
        self.assertLess(sum(study.cost(self.told, study.waiting(self.told, [])[0], [], jobs=2).values()), 150)

    def test_attention_and_mlp_have_equal_parameters(self):
        config = json.loads((STUDY.parents[2] / "../shared/models/tinystories-656k/config.json").read_text()) \
            if (STUDY.parents[2] / "../shared/models").exists() else self.skipTest("needs ../shared/models")
        width, inner = config["hidden_size"], config["intermediate_size"]
        keys = width * config["num_key_value_heads"] // config["num_attention_heads"]
        arms = self.told["arms"]
        self.assertEqual(arms["attention"]["rank"] * (2 * (width + width) + 2 * (width + keys)),
                         arms["mlp"]["rank"] * 3 * (width + inner))


class Lines(unittest.TestCase):
    def test_half_a_line_is_cut_off(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "results.jsonl"
            self.assertEqual(results.read(path), [])
            results.append(path, {"id": "a", "version": "1"})
            path.write_bytes(path.read_bytes() + b'{"id": "b", "ver')
            self.assertEqual([line["id"] for line in results.read(path)], ["a"])
            results.append(path, {"id": "c", "version": "2"})
            self.assertEqual([line["id"] for line in results.read(path)], ["a", "c"])
            self.assertEqual([line["id"] for line in results.of_version(results.read(path))], ["c"])


class Numbers(unittest.TestCase):
    def test_rank_of_a_change(self):
        self.assertEqual(measure.rank90(numpy.diag([4.0, 1.0, 0.1])), 1)
        self.assertEqual(measure.rank90(numpy.diag([2.0, 1.0, 0.1])), 2)
        self.assertEqual(measure.rank90(numpy.eye(10)), 9)
        rng = numpy.random.default_rng(0)
        self.assertLessEqual(measure.rank90(rng.normal(size=(64, 4)) @ rng.normal(size=(4, 32))), 4)

    def test_scan_in_letters(self):
        self.assertEqual(sources.scan("IN: jump left twice OUT: I_TURN_LEFT I_JUMP I_TURN_LEFT I_JUMP\n"),
                         {"prompt": "jump left twice\n", "completion": "LJLJ"})


if __name__ == "__main__":
    unittest.main()
