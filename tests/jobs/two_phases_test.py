"""A whole run across the switch: trained, validated, scored, restored in phase 2."""
import json
import re
import signal
import subprocess
import time
import unittest

from support import BINARY, LORA, PRETRAIN, RunTest, make_padded, make_pmd


class TwoPhases(RunTest):
    def test_a_run_trains_both_phases_and_says_so(self):
        result = self.run_job("r", self.config(LORA))
        self.assertIn("phase 2", result.stdout)
        self.assertIn("Learned and forgotten", result.stdout)
        final = self.final("r")
        state = json.loads((final / "state.json").read_text())
        self.assertEqual((state["phase"], state["step"], state["phase_step"]), (2, 45, 20))
        self.assertEqual(state["tokens"], 45 * 64)
        self.assertTrue(state["finished"])
        scores = state["scores"]
        self.assertEqual(set(scores), {"start", "boundary", "frozen", "end", "adapters_off"})
        self.assertLess(scores["boundary"]["first"], scores["start"]["first"])
        self.assertLess(scores["end"]["second"], scores["frozen"]["second"])
        self.assertEqual(scores["adapters_off"], scores["frozen"])  # bit for bit
        self.assertEqual((self.checkpoints("r") / "latest").read_text().strip(), f"final/{45 * 64}")

    def test_with_a_float32_base_freezing_costs_nothing(self):
        config = self.config(LORA)
        self.run_job("r", config, "optimization.lora.base_dtype=float32")
        scores = json.loads((self.final("r") / "state.json").read_text())["scores"]
        self.assertEqual(scores["boundary"], scores["frozen"])
        self.assertEqual(scores["adapters_off"], scores["boundary"])

    def test_metrics_hold_every_step_once_and_nothing_that_changes(self):
        self.run_job("r", self.config(LORA))
        lines = self.metrics("r")
        steps = [line["step"] for line in lines if "loss" in line]
        self.assertEqual(steps, list(range(1, 46)))
        self.assertEqual([line["phase"] for line in lines if "loss" in line], [1] * 25 + [2] * 20)
        for line in lines:
            self.assertNotIn("tokens_per_s", line)
        moments = [line["moment"] for line in lines if "moment" in line]
        self.assertEqual(moments, ["start", "boundary", "frozen", "end", "adapters_off"])

    def test_the_same_seed_gives_the_same_bits_and_another_does_not(self):
        config = self.config(LORA)
        self.run_job("a", config)
        self.run_job("b", config)
        self.assert_same_run("a", self.root, "b", self.root)
        self.run_job("c", config, "training.seed=1")
        self.assertNotEqual(self.metrics("a"), self.metrics("c"))

    def test_a_finished_run_says_that_it_is_done(self):
        config = self.config(LORA)
        self.run_job("r", config)
        before = (self.results("r") / "metrics.jsonl").read_bytes()
        result = self.run_job("r", config)
        self.assertIn("is done", result.stdout)
        self.assertEqual(before, (self.results("r") / "metrics.jsonl").read_bytes())

    def test_a_stop_saves_exits_75_and_the_same_command_goes_on(self):
        config = self.config(LORA)
        self.run_job("whole", config)
        for number in (signal.SIGTERM, signal.SIGINT):
            name = f"stopped{int(number)}"
            process = subprocess.Popen([str(BINARY), "run", name, str(config), str(self.root)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            metrics = self.results(name) / "metrics.jsonl"
            while not (metrics.exists() and metrics.read_text().count('"loss"') >= 5):
                self.assertIsNone(process.poll())
                time.sleep(0.005)
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 75, errors)
            self.run_job(name, config)
            self.assert_same_run("whole", self.root, name, self.root)

    def test_micro_batches_change_nothing_but_rounding(self):
        make_padded(self.root, "padded")
        config = self.config(LORA.replace("[[{name: second, rate: 1.0, style: PMD}]]",
                                          "[[{name: padded, rate: 0.5, style: PADDED}, "
                                          "{name: second, rate: 0.5, style: PMD}]]"))
        losses = {}
        for rows in (1, 2, 3, 4):
            self.run_job(f"m{rows}", config, f"training.per_device_batch_size={rows}")
            losses[rows] = [line["loss"] for line in self.metrics(f"m{rows}") if "loss" in line]
        for rows in (2, 3, 4):
            for one, other in zip(losses[1][:10] + losses[1][25:30], losses[rows][:10] + losses[rows][25:30]):
                self.assertAlmostEqual(one, other, delta=2e-5 * abs(one))
            self.assertAlmostEqual(losses[1][0], losses[rows][0], delta=1e-6 * losses[1][0])

    def test_packed_rows_are_worth_what_padded_ones_are(self):
        make_padded(self.root, "padded", rows=90)
        style = lambda name: LORA.replace("[[{name: second, rate: 1.0, style: PMD}]]",
                                          "[[{name: padded, rate: 1.0, style: %s}]]" % name)
        losses, filled = {}, {}
        for name in ("PADDED", "PACKED"):
            plan = self.twofold("plan", self.config(style(name)), self.root).stdout
            filled[name] = float(re.search(r"padded .* ([\d.]+) %$", plan, re.MULTILINE).group(1))
            self.run_job(name, self.config(style(name)), "training.validation_steps=1000")
            losses[name] = [line["val/padded/loss"] for line in self.metrics(name) if "val/padded/loss" in line]
        self.assertLess(filled["PADDED"], 80)
        self.assertGreater(filled["PACKED"], 85)
        # The start and the boundary: what follows has been trained on other rows.
        for padded, packed in zip(losses["PADDED"][:2], losses["PACKED"][:2]):
            self.assertAlmostEqual(packed, padded, delta=1e-6 * padded)
        for rows in (1, 2, 3):
            self.run_job(f"p{rows}", self.config(style("PACKED")), f"training.per_device_batch_size={rows}")
        trained = {rows: [line["loss"] for line in self.metrics(f"p{rows}") if "loss" in line][25:28]
                   for rows in (1, 2, 3)}
        for rows in (2, 3):
            for one, other in zip(trained[1], trained[rows]):
                self.assertAlmostEqual(one, other, delta=1e-5 * one)

    def test_several_stages_in_each_phase(self):
        config = self.config(LORA)
        stages = "[[{name: first, rate: 1.0, style: PMD}],[{name: second, rate: 1.0, style: PMD}]]"
        self.run_job("r", config, "training.pre_lora_tokens=[640,640]",
                     "training.post_lora_tokens=[640,320]", f"training.pre_lora_dataset={stages}",
                     f"training.post_lora_dataset={stages}")
        state = json.loads((self.final("r") / "state.json").read_text())
        self.assertEqual(state["step"], 10 + 10 + 10 + 5)

    def test_early_stopping_ends_a_phase(self):
        config = self.config(PRETRAIN)
        self.run_job("r", config, "training.tokens=64000", "training.patience=2",
                     "optimization.lr=0.3", "logging.validation_interval=3")
        state = json.loads((self.final("r") / "state.json").read_text())
        self.assertTrue(state["phase_ended_early"])
        self.assertLess(state["step"], 1000)

    def test_adapters_that_do_not_move_stop_the_run_with_the_reason(self):
        result = self.twofold("run", "r", self.config(LORA), self.root, "optimization.lora.lr=1e-30")
        self.assert_refused(result, "did not move", "lora_A", "optimization/lora/lr", "learning rate")


class Extension(RunTest):
    def test_a_constant_schedule_may_be_extended(self):
        config = self.config(LORA)
        constant = "optimization.schedule=constant"
        self.run_job("whole", config, constant, "training.post_lora_tokens=[1920]")
        self.run_job("r", config, constant)
        self.run_job("r", config, constant, "training.post_lora_tokens=[1920]")
        whole = [l for l in self.metrics("whole") if "loss" in l]
        grown = [l for l in self.metrics("r") if "loss" in l]
        self.assertEqual(whole, grown)

    def test_a_schedule_whose_past_would_change_is_refused(self):
        config = self.config(LORA)
        self.run_job("r", config)
        result = self.twofold("run", "r", config, self.root, "training.post_lora_tokens=[1920]")
        self.assert_refused(result, "learning rates that have been used", "wsd")

    def test_phase_1_cannot_grow_after_the_switch(self):
        config = self.config(LORA)
        self.run_job("r", config, "optimization.schedule=constant")
        result = self.twofold("run", "r", config, self.root, "optimization.schedule=constant",
                              "training.pre_lora_tokens=[3200]")
        self.assert_refused(result, "phase 1 is over")

    def test_a_stage_of_a_dataset_that_was_not_there_before(self):
        make_pmd(self.root, "third", 3)
        config = self.config(LORA)
        constant = "optimization.schedule=constant"
        more = ["training.post_lora_tokens=[1280,640]",
                "training.post_lora_dataset=[[{name: second, rate: 1.0, style: PMD}],"
                "[{name: third, rate: 1.0, style: PMD}]]"]
        self.run_job("r", config, constant)
        for _ in range(2):  # as it ends, and as it says that it is done
            result = self.run_job("r", config, constant, *more)
            row = [l for l in result.stdout.splitlines() if l.startswith("  third ")][-1]
            self.assertEqual(row.split()[1:4], ["–", "–", "–"])  # start, boundary, frozen
        scores = json.loads((self.checkpoints("r") / "final/3520/state.json").read_text())["scores"]
        self.assertIn("third", scores["end"])
        self.assertNotIn("third", scores["frozen"])

    def test_scores_of_one_run_are_all_made_on_the_same_rows(self):
        config = self.config(LORA)
        constant = "optimization.schedule=constant"
        self.run_job("r", config, constant)
        longer = [constant, "training.post_lora_tokens=[1920]"]
        result = self.twofold("run", "r", config, self.root, *longer, "training.validation_steps=2")
        self.assert_refused(result, "training/validation_steps")
        self.run_job("r", config, *longer)
        scores = json.loads((self.checkpoints("r") / "final/3520/state.json").read_text())["scores"]
        self.assertEqual(scores["adapters_off"], scores["frozen"])

    def test_only_a_start_is_scored_as_the_start(self):
        config = self.config(LORA)
        constant = "optimization.schedule=constant"
        self.run_job("r", config, constant, "training.validation=false")
        result = self.run_job("r", config, constant, "training.post_lora_tokens=[1920]")
        self.assertEqual({l["moment"] for l in self.metrics("r") if "moment" in l}, {"end", "adapters_off"})
        self.assertIn("Learned and forgotten", result.stdout)

    def test_a_run_that_ran_out_of_patience_says_so_and_goes_on_with_more(self):
        config = self.config(PRETRAIN)
        options = ["training.tokens=6400", "optimization.schedule=constant", "optimization.lr=0.3",
                   "logging.validation_interval=3"]
        self.run_job("whole", config, *options)
        first = self.run_job("r", config, *options, "training.patience=2")
        again = self.run_job("r", config, *options, "training.patience=2")
        self.assertIn("ended after", first.stdout)
        self.assertIn("is done", again.stdout)
        self.assertIn("training/patience", again.stdout)
        early = self.metrics("r")[-1]["step"]
        self.assertLess(early, 100)
        self.run_job("r", config, *options, "training.patience=0")
        self.assertEqual([l for l in self.metrics("whole") if "lr" in l], [l for l in self.metrics("r") if "lr" in l])


if __name__ == "__main__":
    unittest.main()
